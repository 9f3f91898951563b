package dev.gotunnel.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.cli.FakeSurroundings.Printed;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.testing.InMemoryRemoval;
import dev.gotunnel.tunnel.Removal.Trace;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code gotunnel uninstall}, with things that nobody has. */
@Timeout(60)
class UninstallCommandTest {
    @TempDir
    Path temp;

    private FakeSurroundings around;
    private final InMemoryRemoval removal = new InMemoryRemoval();

    @BeforeEach
    void open() {
        around = new FakeSurroundings(temp);
        around.removal = removal;
        removal.there.add(new Trace("trust", "a root in firefox"));
        removal.there.add(new Trace("state", "/state/journal"));
        removal.kept.add("Your configuration stays.");
    }

    @AfterEach
    void close() {
        around.close();
    }

    @Test
    void showsWhatItFoundAndAsksAndProvesThatNothingIsLeft() {
        around.answer = "y";
        Printed printed = around.run("uninstall");
        assertEquals(0, printed.exit());
        assertEquals("""
                This will be taken back:
                  trust  a root in firefox
                  state  /state/journal
                Your configuration stays.

                Deleted a root in firefox.
                Deleted /state/journal.
                A new search finds nothing of gotunnel any more.
                """, printed.out());
        assertEquals(List.of("Take all of it back? [y/N] "), around.asked);
        assertEquals(1, around.ended);
        assertEquals(List.of(false), around.removals);
    }

    @Test
    void silenceIsNoConsent() {
        around.answer = "";
        Printed printed = around.run("uninstall", "--purge");
        assertEquals(1, printed.exit());
        assertTrue(printed.out().endsWith("Nothing was changed.\n"));
        assertEquals(2, removal.there.size());
        assertEquals(0, around.ended);
        assertEquals(List.of(true), around.removals);
        around.answer = null;
        Printed nobody = around.run("uninstall");
        assertEquals(2, nobody.exit());
        assertEquals("gotunnel: There is nobody to ask.\n  To go on without: gotunnel uninstall --yes\n", nobody.err());
        assertEquals(2, removal.there.size());
    }

    @Test
    void whatStaysIsToldWithTheCommandThatTakesIt() {
        removal.stubborn.add(removal.there.getFirst());
        removal.failures.add(
                new GotunnelException(ErrorCode.NOT_PERMITTED, "Only an administrator may.", "sudo rm it"));
        Printed printed = around.run("uninstall", "--yes");
        assertEquals(3, printed.exit());
        assertTrue(printed.out().endsWith("""
                        Deleted /state/journal.
                        A new search still finds:
                          trust  a root in firefox
                        Do what is said above, then run this command again.
                        """), printed.out());
        assertEquals("gotunnel: Only an administrator may.\n  sudo rm it\n", printed.err());
        removal.failures.add(new GotunnelException(ErrorCode.IO, "It is locked.", null));
        assertEquals(1, around.run("uninstall", "--yes").exit());
    }

    @Test
    void aMachineWithoutGotunnelIsSaidToBeOne() {
        removal.there.clear();
        Printed printed = around.run("uninstall");
        assertEquals(0, printed.exit());
        assertEquals("There is nothing of gotunnel on this machine.\nYour configuration stays.\n", printed.out());
        assertEquals(List.of(), around.asked);
    }

    @Test
    void aRunningEngineIsAnnounced() {
        around.owned();
        around.answer = "yes";
        assertTrue(around.run("uninstall").out().contains("The running gotunnel ends, with all its tunnels.\n"));
    }
}
