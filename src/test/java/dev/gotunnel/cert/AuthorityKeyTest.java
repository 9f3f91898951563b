package dev.gotunnel.cert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.cert.KeyProtection.Choice;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.testing.Failures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the key of the authority is, and what becomes of it when the keychain is not as it should be. */
class AuthorityKeyTest {
    @TempDir
    Path temp;

    private final FakeKeychain keychain = new FakeKeychain();
    private PrivateKey key;

    private static final class FakeKeychain implements Keychain {
        final Map<String, byte[]> secrets = new HashMap<>();

        @Nullable
        GotunnelException failure;

        boolean forgetful;
        int asked;

        @Override
        public String name() {
            return "the keychain of the test";
        }

        @Override
        public void put(String id, byte[] secret) {
            check();
            if (!forgetful) {
                secrets.put(id, secret.clone());
            }
        }

        @Override
        public Optional<byte[]> get(String id) {
            asked++;
            check();
            return Optional.ofNullable(secrets.get(id));
        }

        @Override
        public void remove(String id) {
            check();
            secrets.remove(id);
        }

        private void check() {
            if (failure != null) {
                throw failure;
            }
        }
    }

    @BeforeEach
    void newKey() throws Exception {
        key = CertificateBuilder.newKeyPair().getPrivate();
    }

    private AuthorityKey file(Choice choice) {
        return new AuthorityKey(temp.resolve("key"), "gotunnel CA 1", new KeyProtection(choice, keychain));
    }

    private String text() throws IOException {
        return Files.readString(temp.resolve("key"));
    }

    private boolean isPlain() throws IOException {
        return text().contains("BEGIN PRIVATE KEY");
    }

    @Test
    void theFileAloneHoldsNoKeyWhenTheKeychainProtectsIt() throws Exception {
        file(Choice.AUTO).create(key);
        assertFalse(isPlain());
        assertTrue(text().contains("GOTUNNEL WRAPPED KEY"));
        assertEquals(key, file(Choice.AUTO).read());
        assertEquals(key, file(Choice.KEYCHAIN).read());
        assertTrue(file(Choice.AUTO).place().endsWith(", encrypted by a secret in the keychain of the test"));
    }

    @Test
    void whereTheKeychainDoesNotWorkTheFileIsUsed() throws Exception {
        keychain.failure = new GotunnelException(ErrorCode.NOT_PERMITTED, "It is locked.", null);
        file(Choice.KEYCHAIN).create(key);
        assertTrue(isPlain());
        keychain.failure = null;
        keychain.forgetful = true;
        file(Choice.AUTO).create(key);
        assertTrue(isPlain(), "one that does not give back what it takes is no place for a key");
    }

    @Test
    void aChoiceMovesItWhenItIsNextRead() throws Exception {
        file(Choice.FILE).create(key);
        assertEquals(0, keychain.asked);
        assertEquals(key, file(Choice.AUTO).read());
        assertTrue(isPlain(), "auto leaves it where it is");
        assertEquals(key, file(Choice.KEYCHAIN).read());
        assertFalse(isPlain());
        assertEquals(key, file(Choice.FILE).read());
        assertTrue(isPlain());
        assertEquals(Map.of(), keychain.secrets, "and nothing is left behind");
    }

    @Test
    void aMoveThatFailsLosesNothing() throws Exception {
        file(Choice.FILE).create(key);
        keychain.failure = new GotunnelException(ErrorCode.NOT_PERMITTED, "It is locked.", null);
        assertEquals(key, file(Choice.KEYCHAIN).read());
        assertTrue(isPlain());
    }

    @Test
    void aLostOrWrongSecretIsToldWithTheWayOut() {
        file(Choice.AUTO).create(key);
        byte[] secret = keychain.secrets.remove("gotunnel CA 1");
        assertTold("does not have it any more");
        keychain.secrets.put("gotunnel CA 1", new byte[5]);
        assertTold("is another one");
        keychain.secrets.put("gotunnel CA 1", new byte[32]);
        assertTold("has a damaged key");
        keychain.failure = new GotunnelException(ErrorCode.NOT_PERMITTED, "It is locked.", null);
        assertTold("It is locked.");
        keychain.failure = null;
        keychain.secrets.put("gotunnel CA 1", secret);
        assertEquals(key, file(Choice.AUTO).read());
    }

    private void assertTold(String why) {
        GotunnelException failure =
                Failures.of(ErrorCode.CERTIFICATE, () -> file(Choice.AUTO).read());
        assertTrue(failure.getMessage().contains(why), failure.getMessage());
        assertTrue(String.valueOf(failure.hint()).endsWith("gotunnel trust renew"), failure.hint());
    }

    @Test
    void aKeychainThatIsNotHereIsTold() {
        file(Choice.AUTO).create(key);
        AuthorityKey elsewhere =
                new AuthorityKey(temp.resolve("key"), "gotunnel CA 1", new KeyProtection(Choice.FILE, null));
        GotunnelException failure = Failures.of(ErrorCode.CERTIFICATE, elsewhere::read);
        assertTrue(failure.getMessage().contains("There is no keychain here"), failure.getMessage());
    }

    @Test
    void theSecretGoesWithTheAuthority() {
        file(Choice.AUTO).create(key);
        file(Choice.AUTO).forgetSecret();
        assertEquals(Map.of(), keychain.secrets);
    }
}
