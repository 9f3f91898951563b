package dev.gotunnel.trust;

import dev.gotunnel.cert.CertificateAuthority;
import dev.gotunnel.cert.Pem;
import dev.gotunnel.privilege.Elevation;
import dev.gotunnel.privilege.Verb;
import java.security.cert.X509Certificate;
import java.util.Locale;
import java.util.Map;

/** Has the privileged helper write the system's trust store. */
public final class HelperTrust implements SystemTrustInstaller {
    private final Elevation elevation;

    /** An installer by a helper, which has to be there. */
    public HelperTrust(Elevation elevation) {
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
        String fingerprint =
                CertificateAuthority.fingerprint(root).replace(":", "").toLowerCase(Locale.ROOT);
        elevation.ask(
                Verb.TRUST_REMOVE,
                Map.of("fingerprint", fingerprint),
                CertificateAuthority.nameOf(root) + " is to be trusted no more");
    }
}
