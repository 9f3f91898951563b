package dev.gotunnel.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.platform.PortHolder;
import dev.gotunnel.privilege.Outlook;
import dev.gotunnel.privilege.Permission;
import dev.gotunnel.privilege.Verb;
import dev.gotunnel.testing.Failures;
import dev.gotunnel.testing.InMemoryElevation;
import dev.gotunnel.testing.InMemoryElevation.Asked;
import dev.gotunnel.testing.InMemoryJournal;
import dev.gotunnel.testing.InMemoryPrivileges;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PortsServiceTest {
    private final InMemoryPrivileges privileges = new InMemoryPrivileges();
    private final InMemoryElevation elevation = new InMemoryElevation();
    private final InMemoryJournal journal = new InMemoryJournal();
    private final Map<Integer, PortHolder> holders = new ConcurrentHashMap<>();

    private int hidden;

    @TempDir
    Path folder;

    private PortsService ports() {
        return new PortsService(
                folder,
                privileges,
                elevation,
                journal,
                new Refusals(folder.resolve("refusals")),
                port -> holders.containsKey(port) || port == hidden,
                port -> Optional.ofNullable(holders.get(port)));
    }

    private void helperThatWorks() {
        elevation.with(Outlook.ASKS).doing(asked -> {
            if (asked.verb() == Verb.PORTS_ENABLE) {
                privileges.holds(Permission.BIND_PRIVILEGED_PORTS);
            } else {
                privileges.holds();
            }
        });
    }

    private List<Verb> asked() {
        return elevation.asked().stream().map(Asked::verb).toList();
    }

    @Test
    void thePortsAreOpenedByTheHelperAndClosedAgain() {
        helperThatWorks();
        assertTrue(ports().enabling().orElseThrow().contains("every user of this machine"));
        assertEquals("You may listen on 443 and 80 from now on.", ports().enable());
        assertTrue(ports().isEnabled());
        assertEquals(Optional.empty(), ports().enabling());
        assertTrue(ports().disabling().isPresent());
        assertEquals("The ports 80 and 443 need a permission again.", ports().disable());
        assertEquals(List.of(), journal.entries());
        assertEquals(List.of(Verb.PORTS_ENABLE, Verb.PORTS_DISABLE), asked());
    }

    @Test
    void whatIsAllowedAlreadyIsNotAskedFor() {
        privileges.holds(Permission.BIND_PRIVILEGED_PORTS);
        elevation.with(Outlook.ASKS);
        assertEquals("You may listen on 443 and 80.", ports().enable());
        assertFalse(ports().isEnabled(), "somebody else has allowed it, and gotunnel does not take it back");
        assertTrue(ports().disable().contains("nothing to take back"));
        assertEquals(List.of(), asked());
    }

    private void openedByAnotherUser() throws IOException {
        privileges.holds(Permission.BIND_PRIVILEGED_PORTS);
        Path setting = ports().setting();
        Files.createDirectories(setting.resolveSibling(""));
        Files.createFile(setting);
    }

    @Test
    void portsThatAnotherUserOpenedAreKeptOpenForThisOneToo() throws IOException {
        openedByAnotherUser();
        assertEquals("You may listen on 443 and 80.", ports().enable(), "no helper is there to count");
        helperThatWorks();
        assertTrue(ports().enabling().orElseThrow().contains("for you, too"));
        ports().enable();
        assertTrue(ports().isEnabled());
        assertEquals(Optional.empty(), ports().enabling());
        ports().disable();
        assertEquals(List.of(Verb.PORTS_ENABLE, Verb.PORTS_DISABLE), asked());
    }

    @Test
    void whoDeclinesToBeCountedIsNotNoted() throws IOException {
        openedByAnotherUser();
        elevation.with(Outlook.ASKS).declining();
        Failures.of(ErrorCode.NOT_PERMITTED, () -> ports().enable());
        assertEquals(List.of(), journal.entries());
    }

    @Test
    void aLostJournalKeepsNobodyFromClosingThePorts() throws IOException {
        openedByAnotherUser();
        helperThatWorks();
        assertTrue(ports().disabling().isPresent());
        ports().disable();
        assertEquals(List.of(Verb.PORTS_DISABLE), asked());
    }

    @Test
    void aDeclinedPromptLeavesNoNote() {
        elevation.with(Outlook.ASKS).declining();
        Failures.of(ErrorCode.NOT_PERMITTED, () -> ports().enable());
        assertEquals(List.of(), journal.entries());
    }

    @Test
    void aDeclinedClosingStaysNoted() {
        helperThatWorks();
        ports().enable();
        elevation.declining();
        Failures.of(ErrorCode.NOT_PERMITTED, () -> ports().disable());
        assertTrue(ports().isEnabled());
    }

    @Test
    void withoutAHelperItSaysWhatToDoByHand() {
        GotunnelException failure = Failures.of(ErrorCode.NOT_PERMITTED, () -> ports().enable());
        assertTrue(failure.getMessage().contains("helper is not installed"), failure.getMessage());
        assertFalse(String.valueOf(failure.hint()).isEmpty());
    }

    @Test
    void theStatusTellsWhoHasThePorts() {
        holders.put(443, new PortHolder("nginx", 812));
        holders.put(80, new PortHolder("java", 9));
        privileges.holds(Permission.BIND_PRIVILEGED_PORTS);
        EngineInfo engine = new EngineInfo("1.0", 9, 80, 8443, false, List.of());
        assertEquals(
                new PortsStatus(
                        true,
                        false,
                        List.of(
                                new PortsStatus.Port(443, "taken", "nginx (pid 812)"),
                                new PortsStatus.Port(80, "gotunnel", "java (pid 9)")),
                        "Stop nginx (pid 812), then: gotunnel ports enable"),
                ports().status(engine));
    }

    @Test
    void aProcessThatThisUserMayNotLookAtHasAPortAllTheSame() {
        hidden = 443;
        PortsStatus.Port port = ports().status(null).ports().getFirst();
        assertEquals(new PortsStatus.Port(443, "taken", "another user's process"), port);
    }

    @Test
    void theStatusNamesTheCommandWhereThereIsAHelper() {
        assertEquals(PortsService.BY_HAND, ports().status(null).fix());
        elevation.with(Outlook.ASKS);
        PortsStatus status = ports().status(null);
        assertEquals("gotunnel ports enable", status.fix());
        assertEquals(new PortsStatus.Port(443, "free", null), status.ports().getFirst());
    }
}
