package dev.gotunnel.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.cert.AuthorityChange;
import dev.gotunnel.cert.CertificateAuthority;
import dev.gotunnel.cert.CertificateStore;
import dev.gotunnel.cert.KeyProtection;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.names.DomainName;
import dev.gotunnel.names.SuffixFile;
import dev.gotunnel.names.Suffixes;
import dev.gotunnel.platform.OperatingSystem;
import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.privilege.Outlook;
import dev.gotunnel.privilege.Verb;
import dev.gotunnel.testing.Failures;
import dev.gotunnel.testing.InMemoryElevation;
import dev.gotunnel.testing.InMemoryTrustStore;
import dev.gotunnel.testing.InMemoryTunnelStore;
import dev.gotunnel.testing.TestClock;
import dev.gotunnel.trust.EnvironmentFiles;
import dev.gotunnel.trust.SystemCommands;
import dev.gotunnel.trust.SystemTrustStores;
import dev.gotunnel.trust.TrustPlaces;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From one authority to the next: nobody sees a warning in between, wherever it is ended. */
@Timeout(60)
class AuthorityRenewalTest {
    private static final Predicate<List<TrustStep>> YES = _ -> true;
    private static final Suffixes MINE = Suffixes.BUILT_IN.with("dev.example.com");

    @TempDir
    Path temp;

    private final TestClock clock = new TestClock();
    private final InMemoryTrustStore system = new InMemoryTrustStore("system");
    private final InMemoryTrustStore firefox = new InMemoryTrustStore("firefox:a");
    private final InMemoryTunnelStore saved = new InMemoryTunnelStore();
    private final InMemoryElevation elevation = new InMemoryElevation();
    private final List<List<String>> trustedAtSwitch = new ArrayList<>();
    private CertificateStore certificates;
    private TrustService trust;
    private AuthorityRenewal renewal;

    @BeforeEach
    void machine() {
        Journal journal = new FileJournal(temp.resolve("state/journal"));
        certificates = store(journal);
        TrustPlaces places = new TrustPlaces(OperatingSystem.LINUX, temp.resolve("root"), temp, Map.of());
        SystemTrustStores none = new SystemTrustStores(places, new SystemCommands(Map.of()), Optional.empty());
        EnvironmentFiles files = new EnvironmentFiles(temp.resolve("trust"), places, none);
        trust = new TrustService(certificates, InMemoryTrustStore.machine(List.of(system, firefox)), files, journal);
        renewal = new AuthorityRenewal(
                suffixes -> certificates.change(suffixes.all()),
                trust,
                saved,
                new HelperSuffixes(new SuffixFile(temp.resolve("suffixes")), elevation, journal),
                this::switchOver);
        system.shared = true;
    }

    /** A helper that keeps its list. */
    private void helperThatWorks() {
        elevation.with(Outlook.GRANTED).doing(asked -> {
            List<String> listed = new ArrayList<>(listed());
            String suffix = String.valueOf(asked.data().get("suffix"));
            if (asked.verb() == Verb.SUFFIX_ADD) {
                listed.add(suffix);
            } else {
                listed.remove(suffix);
            }
            list(listed);
        });
    }

    private List<String> listed() {
        return new SuffixFile(temp.resolve("suffixes")).added();
    }

    private void list(List<String> suffixes) {
        try {
            Files.write(temp.resolve("suffixes"), suffixes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<Verb> asked() {
        return elevation.asked().stream().map(InMemoryElevation.Asked::verb).toList();
    }

    private CertificateStore store(Journal journal) {
        return new CertificateStore(
                temp.resolve("data"),
                Suffixes.BUILT_IN.all(),
                KeyProtection.FILE,
                () -> TrustService.isTrusted(journal),
                clock);
    }

    private void switchOver() {
        trustedAtSwitch.add(names(firefox));
        var _ = certificates.refresh();
    }

    private static List<String> names(InMemoryTrustStore store) {
        return store.roots().stream().map(CertificateAuthority::nameOf).toList();
    }

    private List<String> folders() throws IOException {
        try (Stream<Path> files = Files.list(temp.resolve("data"))) {
            return files.filter(Files::isDirectory)
                    .map(file -> String.valueOf(file.getFileName()))
                    .sorted()
                    .toList();
        }
    }

    private String trustedOld() {
        X509Certificate root = certificates.installCA();
        trust.install(List.of(), YES);
        return CertificateAuthority.nameOf(root);
    }

    private static String said(List<TrustOutcome> outcomes) {
        return outcomes.getLast().message();
    }

    @Test
    void theNewOneIsTrustedBeforeItIsUsedAndTheOldOneUntilThen() throws Exception {
        String old = trustedOld();
        List<TrustOutcome> outcomes = renewal.renew(YES);
        String now = CertificateAuthority.nameOf(certificates.installCA());
        assertNotEquals(old, now);
        assertEquals(List.of(List.of(old, now)), trustedAtSwitch);
        assertEquals(List.of(now), names(firefox));
        assertEquals(List.of(now), names(system));
        assertEquals(List.of("ca"), folders());
        assertEquals(now + " is in use; it signs below .local, .test, .localhost.", said(outcomes));
        assertEquals("", outcomes.getLast().hint());
    }

    @Test
    void onlyStoresThatTrustedTheOldOneTrustTheNewOne() {
        certificates.installCA();
        trust.install(List.of("firefox:a"), YES);
        renewal.renew(YES);
        assertEquals(1, firefox.roots().size());
        assertEquals(0, system.roots().size());
    }

    @Test
    void whatWillChangeIsShownAndMayBeDeclined() throws Exception {
        String old = trustedOld();
        List<String> steps = new ArrayList<>();
        List<TrustOutcome> outcomes = renewal.allow(MINE, shown -> {
            shown.forEach(step -> steps.add(step.store() + ": " + step.what()));
            return false;
        });
        assertEquals(
                List.of(
                        "gotunnel.yaml: allow names below .local, .test, .localhost, .dev.example.com",
                        "certificate authority: make a new one in the place of " + old + " in "
                                + temp.resolve("data/ca") + ", which may sign below .local, .test, .localhost,"
                                + " .dev.example.com",
                        "system: add the new one to the memory of system",
                        "firefox:a: add the new one to the memory of firefox:a",
                        "system: remove " + old + " from the memory of system",
                        "firefox:a: remove " + old + " from the memory of firefox:a"),
                steps);
        assertEquals(List.of(), outcomes);
        assertEquals(Suffixes.BUILT_IN, saved.suffixes());
        assertEquals(List.of("ca"), folders());
        assertEquals(old, CertificateAuthority.nameOf(certificates.installCA()));
    }

    @Test
    void aSuffixIsAllowedWrittenAndSigned() {
        trustedOld();
        helperThatWorks();
        renewal.allow(MINE, YES);
        assertEquals(MINE, saved.suffixes());
        assertEquals(MINE.all(), certificates.authority().suffixes());
        assertTrue(certificates.canSign("shop.dev.example.com"));
        assertFalse(certificates.canSign("shop.example.com"));
        assertEquals(
                List.of(new InMemoryElevation.Asked(
                        Verb.SUFFIX_ADD,
                        Map.of("suffix", "dev.example.com"),
                        "tunnels are to have names below dev.example.com")),
                elevation.asked());
        List<TrustOutcome> again = renewal.allow(MINE, _ -> {
            throw new AssertionError("there is nothing to agree to");
        });
        assertTrue(said(again).endsWith("already."), said(again));
    }

    @Test
    void aSuffixThatGoesIsTakenFromTheHelperLast() {
        trustedOld();
        helperThatWorks();
        renewal.allow(MINE, YES);
        renewal.allow(Suffixes.BUILT_IN, YES);
        assertEquals(List.of(Verb.SUFFIX_ADD, Verb.SUFFIX_REMOVE), asked());
        assertEquals(Suffixes.BUILT_IN, saved.suffixes());
        assertFalse(certificates.canSign("shop.dev.example.com"));
    }

    @Test
    void aHelperThatCameLaterLearnsWhatTheAuthoritySignsAlready() {
        renewal.allow(MINE, YES);
        X509Certificate root = certificates.installCA();
        helperThatWorks();
        List<String> steps = new ArrayList<>();
        List<TrustOutcome> outcomes = renewal.allow(MINE, shown -> {
            shown.forEach(step -> steps.add(step.store() + ": " + step.what()));
            return true;
        });
        assertEquals(List.of("helper: let it take names below .dev.example.com"), steps);
        assertEquals(List.of("dev.example.com"), listed());
        assertEquals(root, certificates.installCA(), "no new authority for that");
        assertTrue(said(outcomes).endsWith("already."), said(outcomes));
        // Another user's uninstall.
        list(List.of());
        renewal.renew(YES);
        assertEquals(List.of("dev.example.com"), listed());
    }

    @Test
    void whatOthersAllowedIsNotAskedForAndStays() {
        list(List.of("dev.example.com", "lab.example.com"));
        helperThatWorks();
        renewal.allow(MINE, YES);
        renewal.allow(Suffixes.BUILT_IN, YES);
        assertEquals(List.of(), asked());
        assertEquals(List.of("dev.example.com", "lab.example.com"), listed());
    }

    @Test
    void oneThatWasKilledAfterTheSwitchTakesTheSuffixFromTheHelperNextTime() {
        helperThatWorks();
        renewal.allow(MINE, YES);
        AuthorityChange change = certificates.change(Suffixes.BUILT_IN.all());
        saved.allow(Suffixes.BUILT_IN);
        var _ = change.prepare();
        change.put();
        renewal.renew(YES);
        assertEquals(List.of(), listed());
        assertEquals(List.of(Verb.SUFFIX_ADD, Verb.SUFFIX_REMOVE), asked());
    }

    @Test
    void whoDeclinesTheHelpersQuestionHasChangedNothing() throws Exception {
        String old = trustedOld();
        elevation.with(Outlook.ASKS).declining();
        Failures.of(ErrorCode.NOT_PERMITTED, () -> renewal.allow(MINE, YES));
        assertEquals(Suffixes.BUILT_IN, saved.suffixes());
        assertEquals(List.of("ca"), folders());
        assertEquals(List.of(old), names(firefox));
    }

    @Test
    void aSuffixThatATunnelNeedsDoesNotGo() {
        renewal.allow(MINE, YES);
        saved.put(new TunnelSpec(
                TunnelId.parse("default/shop"),
                new DomainName("shop.dev.example.com"),
                List.of(new BackendAddress("localhost", 3000)),
                true,
                null));
        GotunnelException failure = Failures.of(ErrorCode.USAGE, () -> renewal.allow(Suffixes.BUILT_IN, YES));
        assertEquals("Take the tunnel out first: gotunnel remove default/shop", failure.hint());
        assertEquals(MINE, saved.suffixes());
    }

    @Test
    void aStoreThatMayNotBeWrittenKeepsTheOldOneInUseUntilItTrustsTheNewOne() throws Exception {
        String old = trustedOld();
        system.needsPrivilege = true;
        List<TrustOutcome> outcomes = renewal.renew(YES);
        assertEquals(ErrorCode.NOT_PERMITTED, outcomes.getLast().failure());
        assertEquals(old, CertificateAuthority.nameOf(certificates.installCA()));
        assertEquals(2, firefox.roots().size());
        assertEquals(List.of("ca", "ca.next"), folders());
        // By hand, as was said.
        X509Certificate next = firefox.roots().getLast();
        system.content.add(next);
        renewal.renew(YES);
        assertEquals(next, certificates.installCA(), "the one that was made is used");
        assertEquals(List.of("ca"), folders());
        assertEquals(List.of(CertificateAuthority.nameOf(next)), names(firefox));
    }

    @Test
    void aRootThatWasInstalledByAPrintedCommandIsReplacedLikeAnyOther() {
        X509Certificate old = certificates.installCA();
        system.content.add(old);
        system.needsPrivilege = true;
        List<TrustOutcome> outcomes = renewal.renew(YES);
        assertEquals(ErrorCode.NOT_PERMITTED, outcomes.getLast().failure());
        assertEquals("gotunnel trust export --next | sudo trust system", outcomes.getFirst().hint());
        X509Certificate next = renewal.prepared().orElseThrow();
        system.content.add(next);
        system.beforeInstall = () -> {
            throw new AssertionError("it is there already");
        };
        system.unwritable = new GotunnelException(ErrorCode.NOT_PERMITTED, "Not you.", "sudo untrust system");
        List<TrustOutcome> last = renewal.renew(YES);
        assertEquals(next, certificates.installCA(), "the old root goes by another command, which keeps nothing up");
        assertEquals("sudo untrust system", last.getFirst().hint());
        system.unwritable = null;
        trust.install(List.of(), YES);
        assertEquals(List.of(CertificateAuthority.nameOf(certificates.installCA())), names(system));
        assertEquals(Optional.empty(), renewal.prepared());
    }

    @Test
    void anExpiredOneIsReplacedWhateverStoresSay() {
        String old = trustedOld();
        clock.pass(Duration.ofDays(6 * 365));
        Failures.of(ErrorCode.CERTIFICATE, () -> certificates.installCA());
        firefox.unwritable = new GotunnelException(ErrorCode.IO, "It is read-only.", null);
        renewal.renew(YES);
        firefox.unwritable = null;
        assertNotEquals(old, CertificateAuthority.nameOf(certificates.installCA()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"root.crt", "intermediate.crt", "intermediate.key", ""})
    void oneWhoseFilesAreGoneIsReplacedAndNeverByItself(String lost) throws Exception {
        String old = trustedOld();
        Path ca = temp.resolve("data/ca");
        try (Stream<Path> files = Files.list(ca)) {
            for (Path file : files.toList()) {
                if (lost.isEmpty() || file.endsWith(lost)) {
                    Files.delete(file);
                }
            }
        }
        if (lost.isEmpty()) {
            Files.delete(ca);
        }
        CertificateStore next = store(new FileJournal(temp.resolve("state/journal")));
        GotunnelException failure = Failures.of(ErrorCode.CERTIFICATE, () -> next.temporaryCert(List.of("a.test")));
        assertTrue(String.valueOf(failure.hint()).endsWith("gotunnel trust renew"));
        renewal.renew(YES);
        String now = CertificateAuthority.nameOf(certificates.installCA());
        assertNotEquals(old, now);
        assertEquals(List.of(now), names(firefox));
        assertEquals(List.of("ca"), folders());
    }

    /** What is on the disk after each step is what a killed process leaves. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void endedAnywhereTheNextOneCompletesIt(int steps) throws Exception {
        String old = trustedOld();
        AuthorityChange change = certificates.change(Suffixes.BUILT_IN.all());
        CertificateAuthority next = change.prepare();
        if (steps >= 2) {
            trust.addBeside(next, trust.holders());
        }
        if (steps == 3) {
            // Between the two moves.
            Files.move(temp.resolve("data/ca"), temp.resolve("data/ca.old"));
        }
        if (steps >= 4) {
            change.put();
        }
        List<TrustOutcome> outcomes = renewal.renew(YES);
        assertEquals(next.root(), certificates.installCA(), "no third one is made");
        assertNotEquals(old, CertificateAuthority.nameOf(next.root()));
        assertEquals(List.of(CertificateAuthority.nameOf(next.root())), names(firefox));
        assertEquals(List.of(CertificateAuthority.nameOf(next.root())), names(system));
        assertEquals(List.of("ca"), folders());
        assertTrue(said(outcomes).contains(" is in use"), said(outcomes));
    }

    @Test
    void whereNothingTrustsTheOldOneNothingIsToTrustTheNewOne() {
        certificates.installCA();
        List<TrustOutcome> outcomes = renewal.renew(YES);
        assertEquals(
                "Let browsers and programs trust it: gotunnel trust install",
                outcomes.getLast().hint());
        assertEquals(0, firefox.roots().size());
    }
}
