package dev.gotunnel.trust;

import dev.gotunnel.error.GotunnelException;
import java.security.cert.X509Certificate;

/**
 * What may write the system's trust store when this process may not: the privileged helper. Calls wait for the user, who
 * is asked for a password.
 */
public interface SystemTrustInstaller {
    /**
     * Adds a root and lets the system's programs know.
     *
     * @throws GotunnelException {@code NOT_PERMITTED} when the user declines
     */
    void install(X509Certificate root);

    /** Takes a root away that {@link #install} added. */
    void remove(X509Certificate root);
}
