package dev.gotunnel.names;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.privilege.Outlook;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * The machine's hosts file, of which gotunnel writes one block for each user. The operating system's border: tests use one
 * in memory. Calls that write may wait for the user, and throw {@code NOT_PERMITTED} when he declines or nobody can be
 * asked.
 */
public interface HostsManager {
    /** Where it lies. */
    Path place();

    /** The user whose block is written. */
    String owner();

    /** The file as it is now; one that is not there is empty. */
    HostsFile read();

    /** Whether it can be written, if the user agrees. Asks nobody and takes no time. */
    boolean isWithinReach();

    /** What would happen if it were written now. Asks nobody. */
    Outlook outlook();

    /** Of some names, those that may stand in it; one of the others would have all of them refused. */
    default List<String> permitted(Collection<String> names) {
        return List.copyOf(names);
    }

    /**
     * Gives the user exactly these names; all other lines stay as they are, byte for byte.
     *
     * @param reason a clause that tells what for
     */
    void replaceNames(Collection<String> names, String reason);

    /**
     * Makes a name lead to this machine. It gets both loopback addresses, whichever is given.
     *
     * @throws GotunnelException {@code USAGE} for an address of another machine, or a wildcard, which the file cannot hold
     */
    default void addEntry(DomainName domain, InetAddress address) {
        if (!address.isLoopbackAddress() || domain.isWildcard()) {
            throw new GotunnelException(
                    ErrorCode.USAGE,
                    "The hosts file cannot lead " + domain + " to " + address.getHostAddress() + " for gotunnel.",
                    "It takes names of this machine, each by itself.");
        }
        List<String> names = new ArrayList<>(read().names(owner()));
        if (!names.contains(domain.ascii())) {
            names.add(domain.ascii());
            replaceNames(names, domain + " is to lead to this machine");
        }
    }

    /** Takes a name away that {@link #addEntry} wrote; foreign lines are never touched. */
    default void removeEntry(DomainName domain) {
        List<String> names = new ArrayList<>(read().names(owner()));
        if (names.remove(domain.ascii())) {
            replaceNames(names, domain + " is no longer needed");
        }
    }

    /** Keeps a copy of the file as it is, for the user to look at. */
    void backup();

    /** Takes all that gotunnel wrote for this user out again, and the copy away; what others wrote since stays. */
    void restore();
}
