package dev.gotunnel.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.names.DomainName;
import dev.gotunnel.privilege.Outlook;
import dev.gotunnel.testing.Failures;
import dev.gotunnel.testing.InMemoryHosts;
import dev.gotunnel.testing.InMemoryJournal;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostsServiceTest {
    private static final String PLAIN = "127.0.0.1 localhost\n";

    private final InMemoryHosts hosts = new InMemoryHosts(PLAIN);
    private final InMemoryJournal journal = new InMemoryJournal();

    @TempDir
    Path folder;

    private HostsService service() {
        return new HostsService(hosts, journal, new Refusals(folder.resolve("refusals")));
    }

    private List<String> noted() {
        return journal.entries("hosts").stream().map(Journal.Entry::what).toList();
    }

    @Test
    void aTunnelWantsItsNameAndTheOneThatBrowsersKnow() {
        assertEquals(List.of("shop.localhost", "shop.test"), HostsService.namesOf(DomainName.parse("shop.test")));
        assertEquals(List.of("shop.localhost"), HostsService.namesOf(DomainName.parse("shop.localhost")));
        assertEquals(List.of(), HostsService.namesOf(DomainName.parse("*.shop")), "a hosts file holds no wildcards");
    }

    @Test
    void namesComeAndGoWithTheTunnelsAndTheJournalWithThem() {
        HostsService service = service();
        service.apply(() -> List.of("a.test", "b.test"));
        assertEquals(List.of("a.test", "b.test"), hosts.names());
        assertEquals(List.of("a.test", "b.test"), noted());
        assertTrue(hosts.hasCopy());
        HostsChange change = service.apply(() -> List.of("b.test", "c.test"));
        assertEquals(List.of("c.test"), change.added());
        assertEquals(List.of("a.test"), change.removed());
        assertEquals(List.of("b.test", "c.test"), hosts.names());
        assertEquals(List.of("b.test", "c.test"), noted());
        service.apply(List::of);
        assertEquals(PLAIN, hosts.text());
        assertEquals(List.of(), journal.entries());
        assertFalse(hosts.hasCopy());
    }

    @Test
    void theUserIsToldTheExactLinesAndWhatFor() {
        HostsChange change = service().plan(List.of("a.test", "b.test", "c.test"));
        assertEquals("+ # BEGIN gotunnel 1000", change.difference().getFirst());
        assertEquals("+ 127.0.0.1 a.test", change.difference().get(1));
        assertEquals("a.test and 2 other names are to lead to this machine", change.reason());
        service().apply(() -> List.of("a.test"));
        service().apply(List::of);
        assertEquals(List.of("a.test is to lead to this machine", "a.test is no longer needed"), hosts.reasons());
    }

    @Test
    void whatAnotherGotunnelOfTheSameUserWroteStays() {
        hosts.edit(PLAIN + "# BEGIN gotunnel 1000\n127.0.0.1 theirs.test\n::1 theirs.test\n# END gotunnel 1000\n");
        service().apply(() -> List.of("a.test"));
        assertEquals(List.of("theirs.test", "a.test"), hosts.names());
        service().apply(List::of);
        assertEquals(List.of("theirs.test"), hosts.names());
        service().clean();
        assertEquals(PLAIN, hosts.text());
    }

    @Test
    void aNameThatTheHelperDoesNotTakeKeepsNoOtherOut() {
        hosts.knowingNothingOf(".example.com");
        List<String> wanted = List.of("shop.test", "own.example.com");
        assertEquals(List.of("shop.test"), service().apply(() -> wanted).added());
        service().applyQuietly(() -> wanted);
        assertEquals(List.of("shop.test"), hosts.names());
        assertEquals(1, hosts.reasons().size(), "what cannot be written is not tried again and again");
        HostsStatus status = service().status(wanted);
        assertEquals(List.of("own.example.com"), status.missing());
        assertTrue(status.fix().contains("127.0.0.1 own.example.com"), status.fix());
        Limitation limitation =
                NameLimitation.of(new DomainName("own.example.com"), "https://own.example.localhost", null, service());
        assertTrue(limitation.fix().contains("127.0.0.1 own.example.com"), limitation.fix());
        service().apply(List::of);
        assertEquals(PLAIN, hosts.text());
    }

    @Test
    void aNameWhoseSuffixTheHelperNoLongerKnowsGoesWithTheNextChange() {
        service().apply(() -> List.of("own.example.com"));
        hosts.knowingNothingOf(".example.com");
        service().apply(() -> List.of("own.example.com", "shop.test"));
        assertEquals(List.of("shop.test"), hosts.names());
        assertEquals(List.of("shop.test"), noted());
    }

    @Test
    void afterACrashTheNextChangeCleansUpWhatIsNotedAndForgetsWhatWasNeverWritten() {
        service().apply(() -> List.of("left.test"));
        journal.note(new Journal.Entry("hosts", "/etc/hosts", "never-written.test"));
        service().applyQuietly(() -> List.of("a.test"));
        assertEquals(List.of("a.test"), hosts.names());
        assertEquals(List.of("a.test"), noted());
    }

    @Test
    void aDeclinedPromptChangesNothingAndLeavesNoNote() {
        GotunnelException declined = new GotunnelException(ErrorCode.NOT_PERMITTED, "You did not allow it.", "Again.");
        hosts.with(Outlook.ASKS).failing(declined);
        Failures.of(ErrorCode.NOT_PERMITTED, () -> service().apply(() -> List.of("a.test")));
        assertEquals(PLAIN, hosts.text());
        assertEquals(List.of(), journal.entries());
        assertFalse(hosts.hasCopy());
    }

    @Test
    void aRemovalThatIsDeclinedStaysNoted() {
        service().apply(() -> List.of("a.test"));
        hosts.failing(new GotunnelException(ErrorCode.NOT_PERMITTED, "You did not allow it.", "Again."));
        Failures.of(ErrorCode.NOT_PERMITTED, () -> service().apply(List::of));
        assertEquals(List.of("a.test"), noted());
    }

    @Test
    void quietlyNothingIsWrittenThatWouldAskAndNothingFails() {
        for (Outlook outlook : List.of(Outlook.ASKS, Outlook.REFUSED, Outlook.UNAVAILABLE)) {
            hosts.with(outlook);
            service().applyQuietly(() -> List.of("a.test"));
        }
        assertEquals(List.of(), hosts.reasons());
        hosts.with(Outlook.GRANTED).failing(new GotunnelException(ErrorCode.IO, "The disk is full.", "Free some."));
        service().applyQuietly(() -> List.of("a.test"));
        assertEquals(PLAIN, hosts.text());
    }

    @Test
    void tunnelsThatCameWhileTheUserAnsweredAreWrittenAsWell() {
        ArrayDeque<List<String>> wanted = new ArrayDeque<>(List.of(List.of("a.test"), List.of("a.test", "late.test")));
        service().apply(wanted::remove);
        assertEquals(List.of("a.test", "late.test"), hosts.names());
    }

    @Test
    void theStatusTellsWhatIsThereMissingLeftAndShadowed() {
        service().apply(() -> List.of("a.test", "old.test"));
        hosts.edit(hosts.text() + "10.0.0.5 b.test\n");
        HostsStatus status = service().status(List.of("a.test", "b.test"));
        assertEquals(
                List.of(new HostsStatus.Name("a.test", "needed"), new HostsStatus.Name("old.test", "left")),
                status.names());
        assertEquals(List.of("b.test"), status.missing());
        assertEquals(List.of(new HostsStatus.Shadow(8, "10.0.0.5", "b.test")), status.shadows());
        assertEquals("Take b.test out of line 8 of /etc/hosts, or use another name.", status.fix());
        assertEquals("granted", status.permission());
    }

    @Test
    void theStatusNamesTheCommandOrTheLineForAnAdministrator() {
        assertEquals("", service().status(List.of()).fix());
        assertEquals("gotunnel hosts apply", service().status(List.of("a.test")).fix());
        hosts.with(Outlook.UNAVAILABLE);
        assertTrue(service().status(List.of("a.test")).fix().contains("127.0.0.1 a.test"));
        hosts.edit("# BEGIN gotunnel 1000\n");
        HostsStatus damaged = service().status(List.of("a.test"));
        assertTrue(damaged.damage().startsWith("Line 1 "), damaged.damage());
        assertTrue(damaged.fix().contains("editor"), damaged.fix());
    }

    @Test
    void aRefusalIsRememberedUntilTheUserAsksByHimself() {
        HostsService service = service();
        assertFalse(service.isRefused());
        service.refuse(Refusals.Word.NEVER);
        assertTrue(service().isRefused());
        service.allow();
        assertFalse(service.isRefused());
    }
}
