package dev.gotunnel.tunnel;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;

/**
 * How the hosts file stands to the running tunnels. Its JSON form is the public output of {@code gotunnel hosts status
 * --format json}: keys are added, never renamed or removed.
 *
 * @param file where it lies
 * @param owner the user whose block it is about
 * @param permission {@code granted} when gotunnel may write it without asking, {@code asks} when it would ask for a
 *     password, {@code refused} when a rule of this machine forbids it, {@code unavailable} when nothing can
 * @param names the names in the block, each with whether a tunnel needs it
 * @param missing names of running tunnels that are not in it
 * @param shadows lines of others that lead one of these names to another machine
 * @param damage what is wrong with the file so that gotunnel does not write it; empty when nothing is
 * @param fix what to do, usually a command; empty when nothing is to be done
 */
@JsonPropertyOrder({"file", "owner", "permission", "names", "missing", "shadows", "damage", "fix"})
public record HostsStatus(
        String file,
        String owner,
        String permission,
        List<Name> names,
        List<String> missing,
        List<Shadow> shadows,
        String damage,
        String fix) {
    /** Copies the lists. */
    public HostsStatus {
        names = List.copyOf(names);
        missing = List.copyOf(missing);
        shadows = List.copyOf(shadows);
    }

    /**
     * A name in the block.
     *
     * @param state whether a running tunnel needs it: {@code needed}, or else {@code left}
     */
    @JsonPropertyOrder({"name", "state"})
    public record Name(String name, String state) {}

    /** A line of somebody else's, by its number from 1, that leads a name elsewhere. */
    @JsonPropertyOrder({"line", "address", "name"})
    public record Shadow(int line, String address, String name) {}
}
