package dev.gotunnel.cert;

import java.util.Optional;

/**
 * Where an operating system keeps secrets of the user who is logged in. The border to it: in memory for tests. Calls may
 * ask the user, and end after a while in any case; they fail with a {@link dev.gotunnel.error.GotunnelException} that says
 * why.
 */
public interface Keychain {
    /** What users know it as. */
    String name();

    /** Keeps a secret, in the place of one of the same id. */
    void put(String id, byte[] secret);

    /** The secret of an id; empty when it has none. */
    Optional<byte[]> get(String id);

    /** Forgets a secret; one that is not there is no error. */
    void remove(String id);
}
