package dev.gotunnel.tunnel;

import dev.gotunnel.error.GotunnelException;

/**
 * What mends a finding.
 *
 * @param change what it will do, in words with exact places, without a full stop
 * @param elevated whether the system will ask for an administrator's password
 * @param work does it
 */
public record Repair(String change, boolean elevated, Work work) {
    /** The doing of it. */
    public interface Work {
        /**
         * Does it.
         *
         * @throws GotunnelException when it cannot be done
         */
        void run();
    }

    /** A repair with this process's own rights. */
    public static Repair of(String change, Work work) {
        return new Repair(change, false, work);
    }
}
