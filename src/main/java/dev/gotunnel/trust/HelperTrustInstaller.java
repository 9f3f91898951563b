package dev.gotunnel.trust;

import dev.gotunnel.cert.CertificateAuthority;
import dev.gotunnel.cert.Pem;
import dev.gotunnel.privilege.Elevation;
import dev.gotunnel.privilege.Verb;
import java.security.cert.X509Certificate;
import java.util.Locale;
import java.util.Map;

/** The system's trust store by the privileged helper, which checks the authority itself. */
public final class HelperTrustInstaller implements SystemTrustInstaller {
    private final Elevation elevation;

    /** Asks this helper. */
    public HelperTrustInstaller(Elevation elevation) {
        this.elevation = elevation;
    }

    @Override
    public void install(X509Certificate root) {
        elevation.ask(
                Verb.TRUST_INSTALL,
                Map.of("certificate", Pem.encode(root)),
                "programs are to trust " + CertificateAuthority.nameOf(root));
    }

    @Override
    public void remove(X509Certificate root) {
        String digits = CertificateAuthority.fingerprint(root).replace(":", "").toLowerCase(Locale.ROOT);
        elevation.ask(
                Verb.TRUST_REMOVE,
                Map.of("fingerprint", digits),
                "programs are no longer to trust " + CertificateAuthority.nameOf(root));
    }
}
