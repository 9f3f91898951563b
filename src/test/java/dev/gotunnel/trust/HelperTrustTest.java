package dev.gotunnel.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.cert.Pem;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.privilege.Outlook;
import dev.gotunnel.privilege.Verb;
import dev.gotunnel.testing.EngineFixture;
import dev.gotunnel.testing.Failures;
import dev.gotunnel.testing.InMemoryElevation;
import dev.gotunnel.testing.InMemoryElevation.Asked;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HelperTrustTest {
    private final InMemoryElevation elevation = new InMemoryElevation().with(Outlook.GRANTED);
    private final HelperTrust trust = new HelperTrust(elevation);
    private final X509Certificate root = EngineFixture.root();

    @Test
    void aRootIsSentAsPemAndTakenBackByItsFingerprint() throws Exception {
        trust.install(root);
        trust.remove(root);
        Asked install = elevation.asked().getFirst();
        assertEquals(Verb.TRUST_INSTALL, install.verb());
        assertEquals(Map.of("certificate", Pem.encode(root)), install.data());
        assertTrue(install.reason().startsWith("programs are to trust "), install.reason());
        Asked remove = elevation.asked().getLast();
        assertEquals(Verb.TRUST_REMOVE, remove.verb());
        String digest =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(root.getEncoded()));
        assertEquals(Map.of("fingerprint", digest), remove.data());
    }

    @Test
    void aDeclinedPromptIsHandedOn() {
        elevation.with(Outlook.ASKS).declining();
        Failures.of(ErrorCode.NOT_PERMITTED, () -> trust.install(root));
    }
}
