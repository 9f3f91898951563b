package dev.gotunnel.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.cli.FakeSurroundings.Printed;
import dev.gotunnel.privilege.Outlook;
import dev.gotunnel.privilege.Permission;
import dev.gotunnel.privilege.Verb;
import dev.gotunnel.testing.InMemoryElevation.Asked;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the ports of this machine are in use for is not looked at: only what stands around it. */
class PortsCommandTest {
    @TempDir
    Path folder;

    private FakeSurroundings around;

    @BeforeEach
    void open() {
        around = new FakeSurroundings(folder);
    }

    @AfterEach
    void close() {
        around.close();
    }

    private void helperThatWorks() {
        around.elevation.with(Outlook.ASKS).doing(asked -> {
            if (asked.verb() == Verb.PORTS_ENABLE) {
                around.privileges.holds(Permission.BIND_PRIVILEGED_PORTS);
            } else {
                around.privileges.holds();
            }
        });
    }

    @Test
    void enableShowsWhatItChangesAndTellsTheOwner() {
        helperThatWorks();
        around.owned().tunnels.running("shop", "3000").whenLookingAgain(() -> around.tunnels.ports(80, 443));
        around.answer = "y";
        Printed printed = around.run("ports", "enable");
        assertEquals("""
                This will change:
                  let every user of this machine listen on the ports from 80 on (net.ipv4.ip_unprivileged_port_start=80, now and by %s)
                You may listen on 443 and 80 from now on.
                  Tunnels are served on 443 and 80.
                """.formatted(around.machine().ports().setting()), printed.out());
        assertEquals(List.of("Go on? [Y/n] "), around.asked);
        assertEquals(
                "You may listen on 443 and 80.\n  Tunnels are served on 443 and 80.\n",
                around.run("ports", "enable").out());
    }

    @Test
    void disableTakesItBack() {
        helperThatWorks();
        around.run("ports", "enable", "--yes");
        Printed printed = around.run("ports", "disable", "--yes");
        assertTrue(printed.out().endsWith("The ports 80 and 443 need a permission again.\n"), printed.out());
        assertEquals(
                List.of(Verb.PORTS_ENABLE, Verb.PORTS_DISABLE),
                around.elevation.asked().stream().map(Asked::verb).toList());
        assertEquals(
                "gotunnel has not opened the ports, so there is nothing to take back.\n",
                around.run("ports", "disable").out());
    }

    @Test
    void whatIsDeclinedIsNotAskedForAndExitsWithOne() {
        around.elevation.with(Outlook.ASKS);
        around.answer = "n";
        assertEquals(1, around.run("ports", "enable").exit());
        assertEquals(List.of(), around.elevation.asked());
    }

    @Test
    void aPromptThatIsDeclinedExitsWithThree() {
        around.elevation.with(Outlook.ASKS).declining();
        Printed printed = around.run("ports", "enable");
        assertEquals(3, printed.exit());
        assertTrue(printed.err().startsWith("gotunnel: You did not allow it."), printed.err());
    }

    @Test
    void theStatusIsATableWithTheWayOut() {
        around.elevation.with(Outlook.ASKS);
        Printed printed = around.run("ports");
        assertTrue(printed.out().startsWith("PORT  STATE"), printed.out());
        assertTrue(
                printed.out()
                        .endsWith(
                                "\nYou may not listen on them, so that addresses carry a port.\n  gotunnel ports enable\n"),
                printed.out());
    }

    @Test
    void programsReadTheStatusAsJson() {
        String json = around.run("ports", "status", "--format", "json").out();
        assertTrue(
                json.startsWith(
                        "{\n  \"permitted\" : false,\n  \"enabled\" : false,\n  \"ports\" : [ {\n    \"port\" : 443,"),
                json);
    }
}
