package dev.gotunnel.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.cert.CertificateAuthority;
import dev.gotunnel.cert.Pem;
import dev.gotunnel.privilege.Outlook;
import dev.gotunnel.privilege.Verb;
import dev.gotunnel.testing.EngineFixture;
import dev.gotunnel.testing.InMemoryElevation;
import dev.gotunnel.testing.InMemoryElevation.Asked;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the helper is asked for, in the form that docs/HELPER.md gives it. */
class HelperTrustInstallerTest {
    @Test
    void sendsTheCertificateAndTakesItBackByItsFingerprint() {
        X509Certificate root = EngineFixture.root();
        InMemoryElevation elevation = new InMemoryElevation().with(Outlook.GRANTED);
        HelperTrustInstaller installer = new HelperTrustInstaller(elevation);
        installer.install(root);
        installer.remove(root);
        List<Asked> asked = elevation.asked();
        assertEquals(Verb.TRUST_INSTALL, asked.get(0).verb());
        assertEquals(Map.of("certificate", Pem.encode(root)), asked.get(0).data());
        assertEquals(Verb.TRUST_REMOVE, asked.get(1).verb());
        assertTrue(
                String.valueOf(asked.get(1).data().get("fingerprint")).matches("[0-9a-f]{64}"),
                asked.get(1).data().toString());
        assertTrue(
                asked.get(0).reason().contains(CertificateAuthority.nameOf(root)),
                asked.get(0).reason());
    }
}
