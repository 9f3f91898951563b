package dev.gotunnel.cert;

import dev.gotunnel.error.GotunnelException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Certificates as the tunnels need them. The operating system's border: {@link CertificateStore} keeps them on disk,
 * tests keep them in memory. Calls may block for half a second, and for longer where a keychain asks its user.
 */
public interface CertInstaller {
    /**
     * Makes sure that this machine has its certificate authority.
     *
     * @return the root to trust
     * @throws GotunnelException when it can neither be read nor made, or has expired
     */
    X509Certificate installCA();

    /** The roots that are this user's for certain: of the authority in use, and of one on its way in or out. Makes none. */
    List<X509Certificate> ownRoots();

    /**
     * The certificate for a tunnel: the one there is while it is good for long enough, else a new one.
     *
     * @param domain the file's name and the first of the certificate's names
     * @param names every name and address that it has to prove
     */
    Leaf generateCert(String domain, List<String> names);

    /** A certificate that is not kept, for a name that no tunnel has. */
    Leaf temporaryCert(List<String> names);

    /** Whether the authority may sign for a name, a wildcard or a literal address. */
    boolean canSign(String name);

    /**
     * Looks whether another authority has taken the place of the one in use, or its files were touched. Cheap.
     *
     * @return whether anything is not as it was at the last look
     */
    boolean refresh();

    /** What is wrong with the authority, or will be before long, as its message and hint say. */
    Optional<GotunnelException> trouble();

    /** Forgets the certificates and keys of all tunnels but some. */
    void retainCerts(Set<String> domains);

    /** Forgets a tunnel's certificate and key. */
    void cleanupCert(String domain);
}
