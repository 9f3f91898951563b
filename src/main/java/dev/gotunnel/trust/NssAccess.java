package dev.gotunnel.trust;

import dev.gotunnel.cert.Leaf;
import dev.gotunnel.error.GotunnelException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A way to read and write the certificate databases of NSS, the cryptographic library of Firefox and of Chromium on
 * Linux: a folder with {@code cert9.db} and {@code key4.db}. One thread at a time. All methods throw
 * {@link GotunnelException} with a way out when the database is damaged, locked, closed or protected by a password.
 */
interface NssAccess {
    /** The roots of ours, by their subject, that stand in a database. */
    List<X509Certificate> roots(Path database);

    /** Adds a root as an authority for web sites; makes the database when there is none. Idempotent. */
    void add(Path database, X509Certificate root);

    /** Deletes a certificate and its trust. No effect when it is not there. */
    void remove(Path database, X509Certificate root);

    /** Whether NSS itself accepts a server's certificate for a name by what stands in a database. */
    Verdict verify(Path database, Leaf leaf, String name);

    /** Whether there is neither a certificate nor a key in a database. */
    boolean isEmpty(Path database);
}
