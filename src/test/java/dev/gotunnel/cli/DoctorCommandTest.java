package dev.gotunnel.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.cli.FakeSurroundings.Printed;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.tunnel.Finding;
import dev.gotunnel.tunnel.Repair;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code gotunnel doctor}, with findings of the test's own. */
@Timeout(60)
class DoctorCommandTest {
    @TempDir
    Path temp;

    private FakeSurroundings around;
    private final List<String> mended = new ArrayList<>();

    @BeforeEach
    void open() {
        around = new FakeSurroundings(temp);
    }

    @AfterEach
    void close() {
        around.close();
    }

    /** What goes when it is mended. */
    private Finding mendable(Finding finding, String change, boolean elevated) {
        Finding[] whole = new Finding[1];
        whole[0] = finding.mendedBy(new Repair(change, elevated, () -> {
            mended.add(change);
            around.findings.remove(whole[0]);
        }));
        around.findings.add(whole[0]);
        return whole[0];
    }

    @Test
    void aTableTellsWhatAndWhyAndHowToMendIt() {
        around.findings.add(Finding.ok("ports", "443 and 80 are free."));
        around.findings.add(Finding.note("helper", "It is not installed.", "Commands are shown instead.", ""));
        around.findings.add(Finding.ok("trust", "1 of 2 trust stores accept it."));
        mendable(
                Finding.warning("trust", "firefox:a does not.", "It lies in a.", "gotunnel trust install"), "x", false);
        around.findings.add(Finding.broken("mdns", "It is broken.", "First line.\nSecond line.", "sudo mend"));
        Printed printed = around.run("doctor");
        assertEquals(1, printed.exit());
        assertEquals("""
                [✓] Ports   443 and 80 are free.
                [·] Helper  It is not installed.
                      Commands are shown instead.
                [!] Trust   1 of 2 trust stores accept it.
                      [!] firefox:a does not.
                          It lies in a.
                          → gotunnel trust install   (or: gotunnel doctor --fix)
                [✗] mDNS    It is broken.
                      First line.
                      Second line.
                      → sudo mend

                1 thing is broken; 1 warning.
                1 of them is mended by: gotunnel doctor --fix
                """, printed.out());
        assertEquals(List.of(), mended);
    }

    @Test
    void warningsAreNoFailure() {
        around.findings.add(Finding.warning("ports", "A port is needed.", "", ""));
        Printed printed = around.run("doctor");
        assertEquals(0, printed.exit());
        assertTrue(printed.out().endsWith("\nNothing is broken; 1 warning.\n"), printed.out());
        around.findings.clear();
        around.findings.add(Finding.ok("ports", "Fine."));
        assertTrue(around.run("doctor").out().endsWith("\nEverything is in order.\n"));
    }

    @Test
    void programsReadTheFindings() {
        mendable(Finding.broken("folders", "It is open.", "Others read it.", "chmod"), "close it", false);
        Printed printed = around.run("doctor", "--format", "json");
        assertEquals(1, printed.exit());
        assertEquals("""
                [ {
                  "check" : "folders",
                  "level" : "broken",
                  "what" : "It is open.",
                  "why" : "Others read it.",
                  "fix" : "chmod",
                  "repairable" : true
                } ]
                """, printed.out());
        assertTrue(around.run("doctor", "--format", "yaml").out().contains("level: broken\n"));
    }

    @Test
    void mendsAfterShowingWhatAndAskingAndTellsWhatIsLeft() {
        mendable(Finding.broken("folders", "It is open.", "", "chmod"), "close it", false);
        around.findings.add(Finding.broken("clock", "It is wrong.", "", "set it"));
        around.answer = "n";
        Printed declined = around.run("doctor", "--fix");
        assertEquals("This will be mended:\n  close it\nNothing was changed.\n", declined.err());
        assertEquals(List.of(), mended);
        around.answer = "";
        Printed printed = around.run("doctor", "--fix");
        assertEquals(List.of("close it"), mended);
        assertEquals(1, printed.exit());
        assertEquals("[✗] Clock  It is wrong.\n      → set it\n\n1 thing is broken.\n", printed.out());
        around.findings.clear();
        assertEquals(0, around.run("doctor", "--fix", "--yes").exit());
        assertEquals(2, around.asked.size());
    }

    @Test
    void aPasswordIsAskedForOnceAndLast() {
        mendable(Finding.warning("names", "a", "", "x"), "write names", true);
        mendable(Finding.warning("ports", "b", "", "x"), "enable ports", true);
        mendable(Finding.broken("folders", "c", "", "x"), "close it", false);
        Printed printed = around.run("doctor", "--fix", "--yes");
        assertEquals(List.of("close it", "write names"), mended);
        assertEquals("""
                The rest needs an administrator's password once more: run gotunnel doctor --fix again.
                This will be mended:
                  close it
                  write names (asks for an administrator's password)
                """, printed.err());
    }

    @Test
    void aRepairThatFailsKeepsNoneOfTheOthersAndIsTold() {
        around.findings.add(Finding.broken("trust", "a", "", "x").mendedBy(Repair.of("write it", () -> {
            throw new GotunnelException(ErrorCode.IO, "It is locked.", "Close Firefox.");
        })));
        mendable(Finding.broken("folders", "b", "", "x"), "close it", false);
        Printed printed = around.run("doctor", "--fix", "--yes");
        assertEquals(1, printed.exit());
        assertEquals(List.of("close it"), mended);
        assertTrue(printed.err().endsWith("Not mended: It is locked.\n  Close Firefox.\n"), printed.err());
    }
}
