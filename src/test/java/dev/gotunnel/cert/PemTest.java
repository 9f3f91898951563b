package dev.gotunnel.cert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PemTest {
    private static PrivateKey key;
    private static X509Certificate certificate;

    @BeforeAll
    static void make() throws GeneralSecurityException {
        KeyPair keys = CertificateBuilder.newKeyPair();
        key = keys.getPrivate();
        certificate = new CertificateBuilder().root("test", keys, List.of("test"), Instant.now());
    }

    @Test
    void whatIsWrittenReadsBack() throws GeneralSecurityException {
        assertEquals(List.of(certificate), Pem.certificates(Pem.encode(certificate)));
        assertEquals(key, Pem.privateKey(Pem.encode(key)));
    }

    @Test
    void linesHave64CharactersAndTheTextEndsWithOne() {
        String text = Pem.encode(certificate);
        assertTrue(text.lines().allMatch(line -> line.length() <= 64));
        assertTrue(text.startsWith("-----BEGIN CERTIFICATE-----\n"));
        assertTrue(text.endsWith("\n-----END CERTIFICATE-----\n"));
    }

    @Test
    void keyAndChainStandInOneFileInAnyOrderWithTextAround() throws GeneralSecurityException {
        String text = "Bag attributes\n" + Pem.encode(certificate) + "and\r\n"
                + Pem.encode(key).replace("\n", "\r\n") + Pem.encode(certificate);
        assertEquals(List.of(certificate, certificate), Pem.certificates(text));
        assertEquals(key, Pem.privateKey(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "garbage",
                "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
                "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END CERTIFICATE-----\n",
                "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
                "-----BEGIN PRIVATE KEY-----\nA=A=A\n-----END PRIVATE KEY-----\n",
                "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n"
            })
    void aTextWithoutAUsableKeyIsRefused(String text) {
        assertThrows(GeneralSecurityException.class, () -> Pem.privateKey(text));
    }

    @Test
    void aTextWithoutCertificatesHasNoneAndADamagedOneIsRefused() throws GeneralSecurityException {
        assertEquals(List.of(), Pem.certificates("nothing here"));
        String cut = Pem.encode(certificate).replaceFirst("\n[A-Za-z0-9+/]{64}\n", "\n");
        assertThrows(GeneralSecurityException.class, () -> Pem.certificates(cut));
    }

    @Test
    void aHugeTextWithoutAnEndIsDoneInNoTime() {
        String hostile =
                "-----BEGIN CERTIFICATE-----\n" + "A".repeat(5_000_000) + "-----BEGIN CERTIFICATE-----\n".repeat(1000);
        assertTimeoutPreemptively(Duration.ofSeconds(10), () -> assertEquals(List.of(), Pem.certificates(hostile)));
    }

    @Test
    void aKeyFitsItsOwnCertificateAlone() throws GeneralSecurityException {
        Pem.requirePair(key, certificate);
        PrivateKey other = CertificateBuilder.newKeyPair().getPrivate();
        assertThrows(GeneralSecurityException.class, () -> Pem.requirePair(other, certificate));
    }
}
