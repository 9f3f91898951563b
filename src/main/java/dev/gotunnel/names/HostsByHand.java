package dev.gotunnel.names;

import dev.gotunnel.platform.OperatingSystem;
import java.util.Collection;

/**
 * What an administrator types to change the hosts file himself. Such a command is typed later than it was
 * printed, and touches no line of others whatever stands in the file by then.
 *
 * @param place the file, as it stands in the command
 */
public record HostsByHand(OperatingSystem system, String place) {
    /** Leads names here. The new lines begin with a line end: the last line of the file may have none. */
    public String adding(Collection<String> names) {
        String line = String.join(" ", names);
        return system == OperatingSystem.WINDOWS
                ? "As administrator, add the line \"127.0.0.1 " + line + "\" to " + place
                : "sudo sh -c \"printf '\\n127.0.0.1 " + line + "\\n::1 " + line + "\\n' >> " + place + "\"";
    }

    /**
     * Takes a user's block out: its two markers and the entries between them. Others' lines in it stay, and so does all
     * that follows a block whose end is missing, but for entries of the form of ours.
     */
    public String removing(String owner) {
        String begin = "# BEGIN gotunnel " + owner;
        String end = "# END gotunnel " + owner;
        if (system == OperatingSystem.WINDOWS) {
            return "As administrator, take the lines from \"" + begin + "\" to \"" + end + "\" out of " + place;
        }
        // BSD's sed knows no \r, and wants a name for a copy, which may be empty.
        return "sudo sed -E -i" + (system == OperatingSystem.MACOS ? " ''" : "") + " '/^" + begin
                + "( .*)?[[:cntrl:]]?$/,/^" + end + "[[:cntrl:]]?$/{/^# (BEGIN|END) gotunnel " + owner
                + "( .*)?[[:cntrl:]]?$/d;"
                + "/^(127\\.0\\.0\\.1|::1) [a-z0-9.-]+[[:cntrl:]]?$/d;}' " + place;
    }
}
