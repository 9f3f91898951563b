package dev.gotunnel.cert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.names.DomainName;
import dev.gotunnel.names.Suffixes;
import dev.gotunnel.platform.PrivateFiles;
import dev.gotunnel.testing.Failures;
import dev.gotunnel.testing.TestClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class CertificateStoreTest {
    private static final List<String> NAMES = List.of("shop.localhost", "shop.local");

    @TempDir
    Path temp;

    private final TestClock clock = new TestClock();
    private CertificateStore store;
    private Path file;

    @BeforeEach
    void open() {
        store = again();
        file = temp.resolve("data/certs/shop.local.pem");
    }

    private CertificateStore again() {
        return new CertificateStore(temp.resolve("data"), Suffixes.BUILT_IN.all(), clock);
    }

    private Leaf leaf(CertificateStore from) {
        return from.generateCert("shop.local", NAMES);
    }

    @Test
    void makesTheAuthorityOnceAndFindsItAgain() {
        assertEquals(store.installCA(), store.installCA());
        assertEquals(store.installCA(), again().installCA());
    }

    @Test
    void toPrepareMakesNothingOnDiskAndHidesNoFailure() throws Exception {
        store.prepare();
        assertFalse(Files.exists(temp.resolve("data")));
        store.installCA();
        Files.writeString(temp.resolve("data/ca/root.crt"), "damaged");
        CertificateStore damaged = again();
        damaged.prepare();
        Failures.of(ErrorCode.CERTIFICATE, () -> leaf(damaged));
    }

    @Test
    void whatWasPreparedIsUsedAtOnce() {
        store.installCA();
        CertificateStore prepared = again();
        prepared.prepare();
        assertEquals(store.installCA(), prepared.installCA());
        assertEquals(leaf(prepared), leaf(again()));
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void keyAndChainStandInOneFileForTheirOwnerAlone() throws Exception {
        Leaf leaf = leaf(store);
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())));
        assertEquals(leaf.chain(), Pem.certificates(Files.readString(file)));
        assertEquals(leaf.key(), Pem.privateKey(Files.readString(file)));
    }

    @Test
    void aGoodCertificateIsUsedAgainAlsoByTheNextStart() {
        Leaf first = leaf(store);
        assertEquals(first, leaf(store));
        clock.pass(Duration.ofDays(59));
        assertEquals(first, leaf(again()));
    }

    @Test
    void oneThatIsDueIsRenewed() {
        Leaf first = leaf(store);
        clock.pass(Duration.ofDays(61));
        Leaf renewed = leaf(store);
        assertNotEquals(first, renewed);
        assertEquals(renewed, leaf(again()));
    }

    @Test
    void oneThatLacksANameIsReplacedAndOneThatHasMoreIsNot() {
        Leaf first = leaf(store);
        Leaf wider = store.generateCert("shop.local", List.of("shop.localhost", "shop.local", "shop.test"));
        assertNotEquals(first, wider);
        assertEquals(wider, leaf(store));
    }

    private void assertReplacedAfter(String content) throws Exception {
        Leaf before = leaf(store);
        Files.writeString(file, content);
        Leaf after = leaf(again());
        assertNotEquals(before, after);
        assertEquals(after, leaf(again()));
    }

    @Test
    void aDamagedFileIsReplaced() throws Exception {
        assertReplacedAfter("damaged");
        assertReplacedAfter("");
        assertReplacedAfter(Files.readString(file).substring(0, 300));
    }

    @Test
    void aFileWithAKeyAloneIsReplaced() throws Exception {
        assertReplacedAfter(Pem.encode(leaf(store).key()));
    }

    @Test
    void aFileWithAForeignKeyIsReplaced() throws Exception {
        Leaf leaf = leaf(store);
        StringBuilder mixed =
                new StringBuilder(Pem.encode(CertificateBuilder.newKeyPair().getPrivate()));
        leaf.chain().forEach(certificate -> mixed.append(Pem.encode(certificate)));
        assertReplacedAfter(mixed.toString());
    }

    @Test
    void aCertificateOfAnEarlierAuthorityIsReplaced() throws Exception {
        Leaf before = leaf(store);
        AuthorityChange change = store.change(Suffixes.BUILT_IN.all());
        change.prepare();
        change.put();
        CertificateStore fresh = again();
        assertNotEquals(before, leaf(fresh));
        assertEquals(leaf(fresh), leaf(again()));
    }

    @Test
    void aCertificateThatClaimsOurIntermediateWithoutItsSignatureIsReplaced() throws Exception {
        Leaf ours = leaf(store);
        Leaf foreign = new CertificateStore(temp.resolve("other"), Suffixes.BUILT_IN.all(), clock)
                .generateCert("shop.local", NAMES);
        assertReplacedAfter(Pem.encode(foreign.key())
                + Pem.encode(foreign.certificate())
                + Pem.encode(ours.chain().getLast()));
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aKeyThatOthersCouldReadIsRefused() throws Exception {
        leaf(store);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw----"));
        Failures.of(ErrorCode.NOT_PERMITTED, () -> leaf(store));
    }

    @Test
    void cleanupForgetsTheKey() {
        leaf(store);
        store.cleanupCert("shop.local");
        assertFalse(Files.exists(file));
        store.cleanupCert("shop.local");
        store.cleanupCert("never.local");
    }

    @Test
    void aTemporaryCertificateIsNotKept() {
        Leaf leaf = store.temporaryCert(List.of("unknown.local"));
        assertEquals(2, leaf.chain().size());
        assertFalse(Files.exists(file.getParent()));
    }

    @Test
    void threadsThatAskAtOnceGetTheSameCertificate() throws Exception {
        Set<Leaf> leaves = new HashSet<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (Future<Leaf> leaf : threads.invokeAll(IntStream.range(0, 4)
                    .<java.util.concurrent.Callable<Leaf>>mapToObj(i -> () -> leaf(store))
                    .toList())) {
                leaves.add(leaf.get());
            }
        }
        assertEquals(1, leaves.size());
    }

    @Test
    void theLongestNameHasAFile() {
        String name =
                DomainName.parse(("a".repeat(59) + ".").repeat(4) + "test").ascii();
        assertTrue(store.generateCert(name, List.of(name)).chain().size() == 2);
        assertTrue(Files.exists(temp.resolve("data/certs/" + name + ".pem")));
    }

    @Test
    void anAuthorityThatIsGoneIsNotReplacedByItself() throws Exception {
        store.installCA();
        delete(temp.resolve("data/ca"));
        GotunnelException failure = Failures.of(ErrorCode.CERTIFICATE, () -> again().installCA());
        assertTrue(failure.getMessage().contains(" is gone"), failure.getMessage());
        assertEquals("Make a new one, to be trusted in the place of this one: gotunnel trust renew", failure.hint());
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }

    @Test
    void whatHappensToItsFilesWhileItIsInUseIsSeen() throws Exception {
        Leaf leaf = leaf(store);
        assertFalse(store.refresh());
        assertTrue(store.trouble().isEmpty());
        Path root = temp.resolve("data/ca/root.crt");
        byte[] good = Files.readAllBytes(root);
        Files.writeString(root, "nonsense");
        assertTrue(store.refresh());
        assertTrue(store.trouble().orElseThrow().getMessage().endsWith(" is damaged."));
        assertFalse(store.refresh(), "once");
        assertEquals(leaf, leaf(store), "what is there is good");
        store.temporaryCert(List.of("other.test"));
        PrivateFiles.write(root, good);
        assertTrue(store.refresh());
        assertTrue(store.trouble().isEmpty());
        delete(temp.resolve("data/ca"));
        assertTrue(store.refresh());
        assertTrue(store.trouble().orElseThrow().getMessage().contains(" is gone"));
    }

    @Test
    void anotherAuthorityTakesItsPlaceWhileItIsInUse() {
        Leaf before = leaf(store);
        AuthorityChange change =
                store.change(Suffixes.BUILT_IN.with("dev.example.com").all());
        change.prepare();
        assertFalse(store.refresh());
        change.put();
        assertTrue(store.refresh());
        Leaf after = leaf(store);
        assertNotEquals(before.chain().getLast(), after.chain().getLast());
        assertTrue(store.canSign("shop.dev.example.com"));
        assertEquals(AuthorityChange.Stage.REPLACED, change.stage());
        change.finish();
        assertEquals(AuthorityChange.Stage.NONE, change.stage());
    }

    @Test
    void draftsOfAKilledProcessGoWithTheNextStart() throws Exception {
        leaf(store);
        Path draft = Files.writeString(temp.resolve("data/certs/.gotunnel.1234"), "half a key");
        Path authority = PrivateFiles.directory(temp.resolve("data/ca.next.new-12345678"));
        Files.writeString(authority.resolve("intermediate.key"), "a key of nobody");
        store.retainCerts(Set.of("shop.local"));
        assertFalse(Files.exists(draft));
        assertTrue(Files.exists(authority), "somebody may be making it");
        clock.pass(Duration.ofMinutes(2));
        store.retainCerts(Set.of("shop.local"));
        assertFalse(Files.exists(authority));
        assertTrue(Files.exists(file));
    }
}
