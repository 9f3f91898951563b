package dev.gotunnel.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.cert.CertificateAuthority;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.platform.OperatingSystem;
import dev.gotunnel.testing.EngineFixture;
import dev.gotunnel.testing.InMemoryCertificates;
import dev.gotunnel.testing.InMemoryTrustStore;
import dev.gotunnel.trust.EnvironmentFiles;
import dev.gotunnel.trust.SystemCommands;
import dev.gotunnel.trust.SystemTrustStores;
import dev.gotunnel.trust.TrustPlaces;
import dev.gotunnel.trust.TrustStores;
import dev.gotunnel.tunnel.Journal.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Trust across stores: what is journalled, what is left alone, what goes on when one store fails. */
@Timeout(60)
class TrustServiceTest {
    private static final X509Certificate ROOT = EngineFixture.root();
    private static final Predicate<List<TrustStep>> YES = steps -> true;

    @TempDir
    Path temp;

    private final InMemoryTrustStore system = new InMemoryTrustStore("system");
    private final InMemoryTrustStore firefox = new InMemoryTrustStore("firefox:a");
    private Journal journal = new FileJournal(Path.of(""));

    @BeforeEach
    void open() {
        journal = new FileJournal(temp.resolve("state/journal"));
    }

    private TrustService service(TrustStores stores) {
        TrustPlaces places = new TrustPlaces(OperatingSystem.LINUX, temp.resolve("root"), temp, Map.of());
        SystemTrustStores none = new SystemTrustStores(places, new SystemCommands(Map.of()), Optional.empty());
        EnvironmentFiles files = new EnvironmentFiles(temp.resolve("trust"), places, none);
        return new TrustService(new InMemoryCertificates(), stores, files, journal);
    }

    private TrustService service() {
        return service(InMemoryTrustStore.machine(List.of(system, firefox)));
    }

    private X509Certificate earlierRoot() {
        return CertificateAuthority.open(temp.resolve("earlier"), List.of("localhost"), Clock.systemUTC())
                .root();
    }

    @Test
    void everythingIsJournalledBeforeItIsWritten() {
        List<List<Entry>> atWriting = new ArrayList<>();
        firefox.creates = List.of(temp.resolve("made"), temp.resolve("made/cert9.db"));
        firefox.beforeInstall = () -> atWriting.add(journal.entries());
        service().install(List.of("firefox"), YES);
        String id = firefox.id();
        assertEquals(
                List.of(List.of(
                        new Entry("trust-created", id, temp.resolve("made").toString()),
                        new Entry(
                                "trust-created",
                                id,
                                temp.resolve("made/cert9.db").toString()),
                        new Entry("trust-root", id, CertificateAuthority.fingerprint(ROOT)))),
                atWriting);
        service().uninstall(YES);
        assertEquals(List.of(), firefox.content);
        assertEquals(List.of(temp.resolve("made"), temp.resolve("made/cert9.db")), firefox.tidied);
        assertEquals(List.of(), journal.entries());
    }

    @Test
    void whatTheUserDoesNotAllowIsNotNoted() {
        firefox.creates = List.of(temp.resolve("made"));
        firefox.unwritable = new GotunnelException(ErrorCode.NOT_PERMITTED, "You did not allow it.", "Again.");
        service().install(List.of("firefox"), YES);
        assertEquals(List.of(), journal.entries());
        firefox.unwritable = new GotunnelException(ErrorCode.IO, "The disk is full.", "Free some.");
        service().install(List.of("firefox"), YES);
        assertEquals(2, journal.entries().size(), "who knows how far it came");
    }

    @Test
    void aCrashBetweenNoteAndRootLeavesNothingToUninstallButTheFolders() {
        firefox.creates = List.of(temp.resolve("made"));
        firefox.beforeInstall = () -> {
            throw new IllegalStateException("killed here");
        };
        try {
            service().install(List.of("firefox"), YES);
        } catch (IllegalStateException e) {
            assertEquals("killed here", e.getMessage());
        }
        assertEquals(2, journal.entries().size());
        List<TrustOutcome> outcomes = service().uninstall(steps -> {
            throw new AssertionError("there is nothing to ask about");
        });
        assertEquals(
                List.of("firefox:a"), outcomes.stream().map(TrustOutcome::store).toList());
        assertEquals(List.of(temp.resolve("made")), firefox.tidied);
        assertEquals(List.of(), journal.entries());
    }

    @Test
    void oneStoreThatFailsKeepsNoneOfTheOthers() {
        system.unwritable = new GotunnelException(ErrorCode.IO, "It is read-only.", null);
        List<TrustOutcome> outcomes = service().install(List.of(), YES);
        assertEquals(ErrorCode.IO, outcomes.get(0).failure());
        assertEquals("It trusts the root now.", outcomes.get(1).message());
        assertEquals(List.of(ROOT), firefox.content);
        system.unwritable = null;
        system.unreadable = new GotunnelException(ErrorCode.NOT_PERMITTED, "It is locked.", "Unlock it.");
        List<TrustOutcome> removal = service().uninstall(YES);
        assertEquals(ErrorCode.NOT_PERMITTED, removal.get(0).failure());
        assertEquals(List.of(), firefox.content);
        assertEquals(1, journal.entries().size(), "what could not be taken back stays noted");
    }

    @Test
    void theRootsOfEarlierAuthoritiesGo() {
        X509Certificate old = earlierRoot();
        firefox.content.add(old);
        List<String> shown = new ArrayList<>();
        service().install(List.of("firefox"), steps -> {
            steps.forEach(step -> shown.add(step.what()));
            return true;
        });
        assertEquals(
                List.of(
                        "add " + CertificateAuthority.nameOf(ROOT) + " to the memory of firefox:a",
                        "remove " + CertificateAuthority.nameOf(old) + " from the memory of firefox:a"),
                shown);
        assertEquals(List.of(ROOT), firefox.content);
        firefox.content.add(old);
        service().uninstall(YES);
        assertEquals(List.of(), firefox.content);
    }

    @Test
    void inASharedStoreTheRootsOfOtherUsersStay() {
        X509Certificate neighbours = earlierRoot();
        system.shared = true;
        system.content.add(neighbours);
        service().install(List.of("system"), YES);
        assertEquals(List.of(neighbours, ROOT), system.content);
        service().uninstall(YES);
        assertEquals(List.of(neighbours), system.content);
        assertEquals(List.of(), service().uninstall(YES), "nothing of ours is left");
    }

    @Test
    void aStoreThatIsFoundNoMoreIsCleanedByTheJournal() {
        service().install(List.of(), YES);
        TrustService later = service(InMemoryTrustStore.machine(List.of(system), firefox));
        List<TrustOutcome> outcomes = later.uninstall(YES);
        assertEquals(2, outcomes.size());
        assertEquals(List.of(), firefox.content);
        assertEquals(List.of(), journal.entries());
    }

    @Test
    void aStoreThatIsGoneForGoodIsForgotten() {
        service().install(List.of(), YES);
        firefox.found = false;
        service().uninstall(YES);
        assertEquals(List.of(), journal.entries());
    }

    @Test
    void aRootThatStandsThereAlreadyIsLeftAloneAndNotNotedAsOurs() {
        firefox.content.add(ROOT);
        List<TrustOutcome> outcomes = service().install(List.of("firefox"), steps -> {
            throw new AssertionError("there is nothing to ask about");
        });
        assertEquals("It is trusted already.", outcomes.getFirst().message());
        assertEquals(List.of(ROOT), firefox.content);
        assertEquals(List.of(), journal.entries());
    }

    @Test
    void whatIsServedOtherwiseIsToldAndFailsOnlyWhenItWasNamed() {
        system.servedBy = "Tell it by the environment.";
        TrustOutcome among = service().install(List.of(), YES).getLast();
        assertEquals("system", among.store());
        assertEquals(null, among.failure());
        assertEquals("Tell it by the environment.", among.hint());
        assertEquals(
                ErrorCode.NOT_PERMITTED,
                service().install(List.of("system"), YES).get(0).failure());
        assertEquals(List.of(), system.content);
    }

    @Test
    void whatFollowsAnotherStoreIsLookedAtOnceThatIsWritten() {
        InMemoryTrustStore java = new InMemoryTrustStore("java:distribution");
        java.servedBy = "It reads the system's store.";
        java.afterwards = "Start programs anew.";
        system.beforeInstall = () -> java.content.add(ROOT);
        List<TrustOutcome> outcomes =
                service(InMemoryTrustStore.machine(List.of(java, system))).install(List.of(), YES);
        assertEquals(
                List.of(
                        TrustOutcome.done("system", "It trusts the root now.", ""),
                        TrustOutcome.done("java:distribution", "It trusts the root now.", "Start programs anew.")),
                outcomes);
    }

    @Test
    void aFileThatIsAsItWasIsProvenAndOneThatIsNotIsTold() throws IOException {
        Path bundle = Files.writeString(temp.resolve("bundle"), "before");
        system.file = bundle;
        system.beforeInstall = () -> write(bundle, "with ours");
        system.beforeRemove = () -> write(bundle, "before");
        service().install(List.of("system"), YES);
        assertTrue(
                service().uninstall(YES).getFirst().message().contains(bundle + " is byte for byte as it was before"));
        system.beforeRemove = () -> write(bundle, "and an update");
        service().install(List.of("system"), YES);
        assertTrue(service().uninstall(YES).getFirst().message().contains(bundle + " is not as it was before"));
        assertEquals(List.of(), journal.entries());
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whatAnUninstallationWouldDoIsToldWithoutDoingIt() {
        firefox.creates = List.of(temp.resolve("made"));
        service().install(List.of(), YES);
        service().environment();
        List<Entry> before = journal.entries();
        List<String> steps =
                service().toUninstall().stream().map(TrustStep::store).toList();
        assertEquals(List.of("system", "firefox:a", "environment"), steps);
        firefox.content.clear();
        assertEquals(
                "forget what is noted of the memory of firefox:a",
                service().toUninstall().get(1).what());
        assertEquals(before, journal.entries());
    }

    @Test
    void theRootInUseIsOursInASharedStoreWhoeverPutItThereAndWhateverTheJournalKnows() {
        system.shared = true;
        system.content.add(ROOT);
        system.content.add(earlierRoot());
        assertEquals(1, service().toUninstall().size());
        assertEquals(List.of(), journal.entries(), "looking notes nothing");
        service().uninstall(YES);
        assertEquals(1, system.content.size(), "another user's root stays");
        assertFalse(system.content.contains(ROOT));
    }

    @Test
    void theFilesOfTheEnvironmentAreJournalledAndGoWithTheRest() {
        Map<String, String> variables = service().environment();
        assertTrue(Files.exists(Path.of(variables.get("NODE_EXTRA_CA_CERTS"))));
        assertEquals(List.of(new Entry("trust-files", temp.resolve("trust").toString(), "")), journal.entries());
        TrustOutcome outcome = service().uninstall(YES).getFirst();
        assertEquals("The files of gotunnel env are deleted.", outcome.message());
        assertTrue(outcome.hint().startsWith("Close the shells"), outcome.hint());
        assertFalse(Files.exists(temp.resolve("trust")));
        assertEquals(List.of(), journal.entries());
    }

    @Test
    void javaIsToldByAVariableOnlyWhenOneNeedsIt() {
        InMemoryTrustStore java = new InMemoryTrustStore("java:x");
        TrustService service = service(InMemoryTrustStore.machine(List.of(java)));
        assertTrue(service.environment().containsKey("JAVA_TOOL_OPTIONS"));
        java.unreadable = new GotunnelException(ErrorCode.IO, "It is damaged.", null);
        assertTrue(service.environment().containsKey("JAVA_TOOL_OPTIONS"));
        java.unreadable = null;
        java.content.add(ROOT);
        assertFalse(service.environment().containsKey("JAVA_TOOL_OPTIONS"));
    }
}
