package dev.gotunnel.cert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.testing.Failures;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The user's own certificates: every form of key, and a sentence for everything that is wrong. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the keys of these tests are closed by modes")
class CertificateFilesTest {
    private static final Instant NOW = Instant.now();
    private static final Duration YEAR = Duration.ofDays(365);

    @TempDir
    Path temp;

    private PemFiles pem;

    @BeforeEach
    void authority() throws Exception {
        pem = new PemFiles(temp, NOW);
    }

    private String refusal(CertificateFiles files) {
        GotunnelException failure = Failures.of(ErrorCode.CERTIFICATE, () -> files.read(NOW));
        return (failure.getMessage() + " " + failure.hint()).replace(temp + "/", "");
    }

    @ParameterizedTest
    @CsvSource({"EC, false", "EC, true", "RSA, false", "RSA, true"})
    void readsKeysOfAllForms(String algorithm, boolean bare) throws Exception {
        KeyPair keys = PemFiles.keys(algorithm);
        String key = bare ? PemFiles.bare(keys.getPrivate()) : Pem.encode(keys.getPrivate());
        X509Certificate server = pem.server(keys, YEAR, "shop.example.com", "*.example.org");
        Leaf leaf = pem.write("own", List.of(server, pem.root()), "some words before it\n" + key)
                .read(NOW);
        assertEquals(keys.getPrivate(), leaf.key());
        assertEquals(List.of(server, pem.root()), leaf.chain());
        assertTrue(leaf.covers("shop.example.com"));
        assertTrue(leaf.covers("a.example.org"));
        assertFalse(leaf.covers("a.b.example.org"));
        assertFalse(leaf.covers("example.org"));
    }

    /** OpenSSL writes the parameters before an EC key. */
    @Test
    void readsAKeyBehindItsParameters() throws Exception {
        KeyPair keys = PemFiles.keys("EC");
        String text = Pem.block("EC PARAMETERS", new byte[] {6, 8}) + PemFiles.bare(keys.getPrivate());
        CertificateFiles files = pem.write("own", List.of(pem.server(keys, YEAR, "a.test")), text);
        assertEquals(keys.getPrivate(), files.read(NOW).key());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
                "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE"
                        + " KEY-----\n"
            })
    void anEncryptedKeyIsRefusedWithTheCommandThatDecryptsIt(String key) throws Exception {
        KeyPair keys = PemFiles.keys("EC");
        String said = refusal(pem.write("own", List.of(pem.server(keys, YEAR, "a.test")), key));
        assertTrue(said.startsWith("The key in own.key is encrypted. Decrypt it: openssl pkey -in 'own.key' "), said);
    }

    @Test
    void theKeyOfAnotherCertificateIsRefused() throws Exception {
        KeyPair keys = PemFiles.keys("EC");
        String other = Pem.encode(PemFiles.keys("EC").getPrivate());
        String said = refusal(pem.write("own", List.of(pem.server(keys, YEAR, "a.test")), other));
        assertTrue(said.startsWith("The key in own.key is not that of the certificate in own.pem."), said);
        String rsa = Pem.encode(PemFiles.keys("RSA").getPrivate());
        said = refusal(pem.write("own", List.of(pem.server(keys, YEAR, "a.test")), rsa));
        assertTrue(said.startsWith("The key in own.key cannot be read"), said);
    }

    @Test
    void theServersCertificateStandsFirst() throws Exception {
        KeyPair keys = PemFiles.keys("EC");
        X509Certificate server = pem.server(keys, YEAR, "a.test");
        String said = refusal(pem.write("own", List.of(pem.root(), server), Pem.encode(keys.getPrivate())));
        assertTrue(said.startsWith("The certificate of the key in own.key does not stand first in own.pem."), said);
    }

    @Test
    void everyCertificateIsFollowedByThatOfItsIssuer() throws Exception {
        KeyPair keys = PemFiles.keys("EC");
        X509Certificate server = pem.server(keys, YEAR, "a.test");
        X509Certificate stranger = new PemFiles(temp, NOW).root();
        String said = refusal(pem.write("own", List.of(server, stranger), Pem.encode(keys.getPrivate())));
        assertTrue(said.startsWith("Certificate 2 of 2 in own.pem did not issue the one before it."), said);
    }

    @Test
    void outsideOfItsTimeItIsRefused() throws Exception {
        CertificateFiles files = pem.write("own", "EC", Duration.ofDays(2), "a.test");
        assertEquals(2, files.read(NOW).chain().size());
        GotunnelException over = Failures.of(ErrorCode.CERTIFICATE, () -> files.read(NOW.plus(Duration.ofDays(3))));
        assertTrue(over.getMessage().contains(" expired on 20"), over.getMessage());
        GotunnelException early = Failures.of(ErrorCode.CERTIFICATE, () -> files.read(NOW.minus(Duration.ofDays(3))));
        assertTrue(early.getMessage().contains(" is not valid before 20"), early.getMessage());
    }

    @Test
    void aKeyThatBrowsersDoNotTakeIsRefused() throws Exception {
        CertificateFiles files = pem.write("own", "Ed25519", YEAR, "a.test");
        assertTrue(refusal(files).contains("which browsers do not take"), refusal(files));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"})
    void aFileWithoutACertificateIsRefused(String text) throws Exception {
        CertificateFiles files = pem.write("own", "EC", YEAR, "a.test");
        Files.writeString(files.certificate(), text);
        assertTrue(refusal(files).contains("own.pem"), refusal(files));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "-----BEGIN EC PRIVATE KEY"
            })
    void aFileWithoutAKeyIsRefused(String text) throws Exception {
        CertificateFiles files = pem.write("own", "EC", YEAR, "a.test");
        Files.writeString(files.key(), text);
        assertTrue(refusal(files).startsWith("The key in own.key cannot be read"), refusal(files));
    }

    @Test
    void aHugeFileIsNotRead() throws Exception {
        CertificateFiles files = pem.write("own", "EC", YEAR, "a.test");
        Files.write(files.certificate(), new byte[2 * 1024 * 1024]);
        assertTrue(refusal(files).startsWith("own.pem is larger than 1 MB"), refusal(files));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----"})
    void aKeyThatOthersCanReadIsRefusedWithTheCommandThatClosesIt(String mode) throws Exception {
        CertificateFiles files = pem.write("own", "EC", YEAR, "a.test");
        Files.setPosixFilePermissions(files.key(), PosixFilePermissions.fromString(mode));
        GotunnelException failure = Failures.of(ErrorCode.NOT_PERMITTED, () -> files.read(NOW));
        assertEquals("Close it: chmod go-rwx '" + files.key() + "'", failure.hint());
    }

    @Test
    void aMissingFileIsNamed() throws Exception {
        CertificateFiles files = pem.write("own", "EC", YEAR, "a.test");
        Files.delete(files.key());
        GotunnelException failure = Failures.of(ErrorCode.IO, () -> files.read(NOW));
        assertTrue(failure.getMessage().contains("own.key"), failure.getMessage());
        Files.delete(files.certificate());
        Failures.of(ErrorCode.IO, () -> files.read(NOW));
    }

    @Test
    void everyWayToPutAnotherFileThereIsSeen() throws Exception {
        CertificateFiles files = pem.write("own", "EC", YEAR, "a.test");
        String before = files.state();
        assertEquals(before, files.state());
        Path other = Files.writeString(temp.resolve("other"), Files.readString(files.certificate()));
        Files.setLastModifiedTime(other, Files.getLastModifiedTime(files.certificate()));
        Files.delete(files.certificate());
        String gone = files.state();
        assertNotEquals(before, gone);
        // As certbot does: a link that leads to another file of the same size and time.
        Files.createSymbolicLink(files.certificate(), other);
        assertNotEquals(gone, files.state());
        assertNotEquals(before, files.state());
    }
}
