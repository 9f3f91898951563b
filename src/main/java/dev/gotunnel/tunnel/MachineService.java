package dev.gotunnel.tunnel;

/**
 * What gotunnel has to do with the machine as a whole, the only door to it for commands, windows and the control API.
 * Calls may block for seconds.
 */
public interface MachineService extends RootOfTrust {
    /**
     * Who trusts the root. Loads libraries of other programs: to be used by processes that live for one command, never
     * by the one that owns the engine.
     */
    TrustService trust();

    /** Who finds out what is wrong with this machine; for such processes as well. */
    Doctor doctor();

    /**
     * Who takes back all that was put on this machine; for such processes as well.
     *
     * @param purge whether the user's own configuration goes too
     */
    Removal removal(boolean purge);

    /** The names in the hosts file. */
    HostsService hosts();

    /** Ports 443 and 80. */
    PortsService ports();

    /** Where the key of the authority is kept, in words. */
    String keyPlace();

    /** Who puts another certificate authority in the place of the one in use; for such processes as well. */
    AuthorityRenewal renewal();
}
