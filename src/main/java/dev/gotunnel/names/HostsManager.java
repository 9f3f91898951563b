package dev.gotunnel.names;

import dev.gotunnel.error.GotunnelException;
import java.net.InetAddress;

/** The machine's hosts file. The operating system's border: tests use one in memory. */
public interface HostsManager {
    /**
     * Makes a name lead to an address on this machine.
     *
     * @throws GotunnelException {@code NOT_PERMITTED} when this process may not
     */
    void addEntry(DomainName domain, InetAddress address);

    /** Takes a name away that {@link #addEntry} wrote; foreign lines are never touched. */
    void removeEntry(DomainName domain);

    /** Keeps a copy of the file as it is. */
    void backup();

    /** Puts the last copy back. */
    void restore();
}
