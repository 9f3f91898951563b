package dev.gotunnel.cert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.names.Suffixes;
import dev.gotunnel.testing.Failures;
import dev.gotunnel.testing.TestClock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CertificateAuthorityTest {
    @TempDir
    Path temp;

    private final TestClock clock = new TestClock();
    private Path folder;

    @BeforeEach
    void folder() {
        folder = temp.resolve("data/ca");
    }

    private CertificateAuthority open() {
        return CertificateAuthority.open(folder, Suffixes.BUILT_IN.all(), clock);
    }

    private static List<X509Certificate> chain(CertificateAuthority authority, String... names) {
        return authority.issue(List.of(names)).chain();
    }

    /** By the JDK's own rules, which read the constraints of an intermediate. */
    private static void validate(X509Certificate root, List<X509Certificate> chain)
            throws GeneralSecurityException, InvalidAlgorithmParameterException {
        PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
        parameters.setRevocationEnabled(false);
        CertPathValidator.getInstance("PKIX")
                .validate(CertificateFactory.getInstance("X.509").generateCertPath(chain), parameters);
    }

    private List<Path> files(Path below) throws IOException {
        try (Stream<Path> all = Files.walk(below)) {
            return all.filter(Files::isRegularFile).sorted().toList();
        }
    }

    // ---- what it may sign

    private static Set<String> permitted(X509Certificate certificate) {
        assertTrue(certificate.getCriticalExtensionOIDs().contains(Extension.nameConstraints.getId()), "critical");
        byte[] value = ASN1OctetString.getInstance(certificate.getExtensionValue(Extension.nameConstraints.getId()))
                .getOctets();
        NameConstraints constraints = NameConstraints.getInstance(value);
        assertEquals(null, constraints.getExcludedSubtrees());
        Set<String> permitted = new TreeSet<>();
        for (GeneralSubtree tree : constraints.getPermittedSubtrees()) {
            permitted.add(tree.getBase().getTagNo() + ":" + tree.getBase().getName());
        }
        return permitted;
    }

    @Test
    void rootAndIntermediateAreBothConfinedToLocalNames() {
        CertificateAuthority authority = open();
        X509Certificate intermediate = chain(authority, "shop.local").getLast();
        Set<String> permitted = permitted(authority.root());
        assertEquals(permitted, permitted(intermediate));
        Set<String> dns = permitted.stream().filter(p -> p.startsWith("2:")).collect(Collectors.toSet());
        assertEquals(Set.of("2:local", "2:test", "2:localhost"), dns);
        assertTrue(permitted.contains("1:invalid"), "no e-mail address");
        assertTrue(permitted.contains("6:invalid"), "no URI");
        assertTrue(permitted.contains("7:#7f000000ff000000"), permitted::toString);
        assertEquals(8, permitted.stream().filter(p -> p.startsWith("7:")).count());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bank.com",
                "www.bank.com",
                "com",
                "local.bank.com",
                "notlocal",
                "xlocalhost",
                "8.8.8.8",
                "2001:db8::1"
            })
    void aCertificateForAnybodyElseIsWorthNothing(String name) {
        CertificateAuthority authority = open();
        List<X509Certificate> forged = chain(authority, name);
        assertThrows(CertPathValidatorException.class, () -> validate(authority.root(), forged));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "shop.local",
                "api.shop.test",
                "shop.localhost",
                "127.0.0.1",
                "::1",
                "192.168.1.20",
                "10.0.0.1",
                "172.20.0.1",
                "169.254.1.1",
                "fd00::1",
                "fe80::1"
            })
    void aLocalNameOrAddressIsProven(String name) throws Exception {
        CertificateAuthority authority = open();
        validate(authority.root(), chain(authority, name));
    }

    @Test
    void theIntermediateCannotMakeAnother() throws Exception {
        CertificateAuthority authority = open();
        X509Certificate intermediate = chain(authority, "shop.local").getLast();
        assertEquals(1, authority.root().getBasicConstraints());
        assertEquals(0, intermediate.getBasicConstraints());
        assertEquals(List.of("1.3.6.1.5.5.7.3.1"), intermediate.getExtendedKeyUsage());
        assertTrue(
                intermediate.getKeyUsage()[5] && !intermediate.getKeyUsage()[0], "signs certificates, serves nothing");
    }

    @Test
    void twoAuthoritiesShareNoName() {
        CertificateAuthority one = open();
        CertificateAuthority other =
                CertificateAuthority.open(temp.resolve("other/ca"), Suffixes.BUILT_IN.all(), clock);
        assertNotEquals(one.root().getSubjectX500Principal(), other.root().getSubjectX500Principal());
        assertNotEquals(one.root().getSerialNumber(), other.root().getSerialNumber());
    }

    // ---- what lies on disk

    @Test
    void theRootsKeyIsNowhere() throws Exception {
        CertificateAuthority authority = open();
        assertEquals(
                List.of("intermediate.crt", "intermediate.key", "root.crt"),
                files(temp).stream().map(f -> f.getFileName().toString()).toList());
        for (Path file : files(temp)) {
            String text = Files.readString(file, StandardCharsets.ISO_8859_1);
            if (text.contains("PRIVATE KEY")) {
                PrivateKey key = Pem.privateKey(text);
                assertFalse(signs(key, authority.root()), file + " holds the root's key");
            }
        }
    }

    private static boolean signs(PrivateKey key, X509Certificate certificate) throws GeneralSecurityException {
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(key);
        signature.update((byte) 1);
        byte[] signed = signature.sign();
        signature.initVerify(certificate.getPublicKey());
        signature.update((byte) 1);
        return signature.verify(signed);
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void everythingIsForItsOwnerAlone() throws Exception {
        open();
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)));
        for (Path file : files(folder)) {
            assertEquals(
                    "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)), file.toString());
        }
    }

    @Test
    void theNextStartFindsTheSameAuthority() throws Exception {
        CertificateAuthority first = open();
        CertificateAuthority second = open();
        assertEquals(first.root(), second.root());
        validate(first.root(), chain(second, "shop.local"));
    }

    @Test
    void manyThatStartAtOnceEndWithOneAuthorityAndNoDraft() throws Exception {
        int starters = 8;
        CountDownLatch ready = new CountDownLatch(starters);
        Set<X509Certificate> roots = new HashSet<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(starters)) {
            List<Future<X509Certificate>> results = new ArrayList<>();
            for (int i = 0; i < starters; i++) {
                results.add(threads.submit(() -> {
                    ready.countDown();
                    ready.await();
                    return open().root();
                }));
            }
            for (Future<X509Certificate> result : results) {
                roots.add(result.get());
            }
        }
        assertEquals(1, roots.size());
        try (Stream<Path> left = Files.list(folder.getParent())) {
            assertEquals(List.of(folder), left.toList());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"root.crt", "intermediate.crt", "intermediate.key"})
    void aMissingFileMeansDamageWithAWayOut(String name) throws Exception {
        open();
        Files.delete(folder.resolve(name));
        assertUnusable(name.endsWith(".key") ? "has lost its key" : "is damaged");
    }

    @ParameterizedTest
    @ValueSource(strings = {"root.crt", "intermediate.crt", "intermediate.key"})
    void aFileOfGarbageMeansDamageWithAWayOut(String name) throws Exception {
        open();
        Files.write(folder.resolve(name), new byte[] {(byte) 0xff, 0, 1, 2});
        assertUnusable(name.endsWith(".key") ? "has a damaged key" : "is damaged");
    }

    @ParameterizedTest
    @ValueSource(strings = {"root.crt", "intermediate.crt", "intermediate.key"})
    void aFileOfAnotherAuthorityMeansDamage(String name) throws Exception {
        open();
        Path other = temp.resolve("other/ca");
        CertificateAuthority.open(other, Suffixes.BUILT_IN.all(), clock);
        Files.write(folder.resolve(name), Files.readAllBytes(other.resolve(name)));
        assertUnusable(name.endsWith(".key") ? "has the key of another one" : "is damaged");
    }

    @ParameterizedTest
    @ValueSource(ints = {2049, 2050, 2063})
    void timesAreRightInEveryYear(int year) {
        clock.pass(Duration.between(clock.instant(), Instant.parse(year + "-01-02T03:04:05Z")));
        CertificateAuthority authority = open();
        assertEquals(
                Instant.parse(year + "-01-02T02:04:05Z"),
                authority.root().getNotBefore().toInstant());
        X509Certificate leaf = chain(authority, "shop.local").getFirst();
        assertEquals(
                Instant.parse(year + "-04-02T03:04:05Z"), leaf.getNotAfter().toInstant());
    }

    @Test
    void aKeyMadeAheadIsTheKeyOfOneLeafAlone() {
        CertificateAuthority authority = open();
        authority.prepare();
        Set<PublicKey> keys = new HashSet<>();
        for (int i = 0; i < 3; i++) {
            keys.add(chain(authority, "shop.local").getFirst().getPublicKey());
        }
        assertEquals(3, keys.size());
    }

    private void assertUnusable(String why) {
        GotunnelException failure = Failures.of(ErrorCode.CERTIFICATE, () -> open().issue(List.of("shop.test")));
        assertEquals("The certificate authority in " + folder + " " + why + ".", failure.getMessage());
        assertTrue(String.valueOf(failure.hint()).endsWith("gotunnel trust renew"));
    }

    @Test
    void anAuthorityThatHasExpiredSaysSo() {
        open();
        clock.pass(CertificateBuilder.CA_LIFETIME.plusDays(1));
        GotunnelException failure = Failures.of(ErrorCode.CERTIFICATE, () -> open().issue(List.of("shop.test")));
        assertTrue(failure.getMessage().contains(" expired on 20"), failure.getMessage());
        assertEquals(failure.getMessage(), open().trouble().orElseThrow().getMessage());
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aKeyThatOthersCanReadIsRefused() throws Exception {
        open();
        Path key = folder.resolve("intermediate.key");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
        GotunnelException refused = Failures.of(ErrorCode.NOT_PERMITTED, this::open);
        assertEquals("Close it: chmod go-rwx '" + key + "'", refused.hint());
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aFolderThatOthersCanEnterIsRefused() throws Exception {
        open();
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Failures.of(ErrorCode.NOT_PERMITTED, this::open);
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aFolderThatMayNotBeReadIsNotTakenForDamage() throws Exception {
        open();
        Path root = folder.resolve("root.crt");
        Files.setPosixFilePermissions(root, Set.of());
        assumeTrue(!Files.isReadable(root), "root may read everything: nothing to see here as root");
        Failures.of(ErrorCode.NOT_PERMITTED, this::open);
    }

    // ---- leaves

    @Test
    void aLeafProvesItsNamesToServersClientsForNinetyDays() throws Exception {
        CertificateAuthority authority = open();
        Leaf leaf = authority.issue(List.of("shop.localhost", "shop.local", "127.0.0.1"));
        X509Certificate certificate = leaf.certificate();
        assertEquals(
                List.of(List.of(2, "shop.localhost"), List.of(2, "shop.local"), List.of(7, "127.0.0.1")),
                List.copyOf(certificate.getSubjectAlternativeNames()));
        assertTrue(
                certificate.getCriticalExtensionOIDs().contains("2.5.29.17"), "critical, since the subject is empty");
        assertEquals("", certificate.getSubjectX500Principal().getName());
        assertEquals(List.of("1.3.6.1.5.5.7.3.1"), certificate.getExtendedKeyUsage());
        assertEquals(-1, certificate.getBasicConstraints());
        assertEquals(
                256,
                ((ECPublicKey) certificate.getPublicKey())
                        .getParams()
                        .getOrder()
                        .bitLength());
        Duration life = Duration.between(certificate.getNotBefore().toInstant(), leaf.expires());
        assertEquals(Duration.ofDays(90).plusHours(1), life);
        assertTrue(
                certificate.getNotBefore().toInstant().isBefore(clock.instant().minusSeconds(3000)), "late clocks");
        assertTrue(signs(leaf.key(), certificate));
        assertFalse(leaf.toString().contains("key"));
    }

    @Test
    void aLeafIsDueAfterTwoThirdsOfItsLifeAndBeforeItBegins() {
        Leaf leaf = open().issue(List.of("shop.local"));
        assertFalse(leaf.isDue(clock.instant()));
        assertFalse(leaf.isDue(clock.instant().plus(Duration.ofDays(59))));
        assertTrue(leaf.isDue(clock.instant().plus(Duration.ofDays(61))));
        assertTrue(leaf.isDue(clock.instant().minus(Duration.ofDays(1))));
    }

    @Test
    void aNameThatNoCertificateCanHoldIsAFailureOfOurs() {
        CertificateAuthority authority = open();
        Failures.of(ErrorCode.CERTIFICATE, () -> authority.issue(List.of("1.2.3.4.5")));
    }

    @Test
    void aFingerprintIsWrittenAsBrowsersDo() throws Exception {
        X509Certificate root = open().root();
        String fingerprint = CertificateAuthority.fingerprint(root);
        assertTrue(fingerprint.matches("([0-9A-F]{2}:){31}[0-9A-F]{2}"), fingerprint);
        assertArrayEquals(
                java.security.MessageDigest.getInstance("SHA-256").digest(root.getEncoded()),
                java.util.HexFormat.ofDelimiter(":").parseHex(fingerprint));
        assertDoesNotThrow(() -> root.checkValidity());
    }

    // ---- what it may sign, and for how long

    @ParameterizedTest
    @ValueSource(
            strings = {
                "shop.test",
                "a.b.local",
                "localhost",
                "*.shop.test",
                "SHOP.test",
                "127.0.0.1",
                "192.168.1.5",
                "::1",
                "fe80::1"
            })
    void itKnowsWhatItMaySign(String name) {
        assertTrue(open().canSign(name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bank.com", "notlocal", "xtest", "8.8.8.8", "2001:db8::1", "1.2.3", "::g", ""})
    void itKnowsWhatItMayNotSign(String name) {
        assertFalse(open().canSign(name));
    }

    @Test
    void noLeafOutlivesItAndTheLastOneIsKeptToItsEnd() {
        CertificateAuthority authority = open();
        clock.pass(CertificateBuilder.CA_LIFETIME.minus(Duration.ofDays(30)));
        Leaf last = authority.issue(List.of("shop.test"));
        assertEquals(authority.expires(), last.expires());
        clock.pass(Duration.ofDays(29));
        assertTrue(last.isDue(clock.instant()));
        assertFalse(authority.isDue(last), "no other would live longer");
        clock.pass(Duration.ofDays(2));
        assertTrue(authority.isDue(last));
        Failures.of(ErrorCode.CERTIFICATE, () -> authority.issue(List.of("shop.test")));
    }

    @Test
    void itsEndIsToldThreeMonthsAheadAndAClockThatIsWrongAtOnce() {
        CertificateAuthority authority = open();
        assertTrue(authority.trouble().isEmpty());
        clock.pass(CertificateBuilder.CA_LIFETIME.minus(Duration.ofDays(91)));
        assertTrue(authority.trouble().isEmpty());
        clock.pass(Duration.ofDays(2));
        GotunnelException soon = authority.trouble().orElseThrow();
        assertTrue(soon.getMessage().contains(" expires on 20"), soon.getMessage());
        assertTrue(String.valueOf(soon.hint()).endsWith("gotunnel trust renew"));
        clock.pass(Duration.ofDays(-3000));
        GotunnelException early = authority.trouble().orElseThrow();
        assertTrue(early.getMessage().contains(" is not valid before "), early.getMessage());
        assertEquals("Set the clock right.", early.hint());
    }
}
