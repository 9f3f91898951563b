package dev.gotunnel.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.cli.FakeSurroundings.Printed;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.privilege.Outlook;
import dev.gotunnel.tunnel.Limitation;
import dev.gotunnel.tunnel.TunnelId;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code gotunnel hosts}, and what {@code start} offers. */
class HostsCommandTest {
    private static final TunnelId SHOP = new TunnelId("session", "shop");

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

    private Printed start() {
        return around.run("start", "-p", "3000", "-d", "shop.test", "--detach");
    }

    /** The tunnel's name does not resolve until somebody looks again. */
    private void unresolved(Outlook outlook) {
        around.hosts.with(outlook);
        around.tunnels.limit(SHOP, new Limitation("name-unresolved", "shop.test does not lead here.", "mend it"));
        around.tunnels.whenLookingAgain(() -> around.tunnels.limit(SHOP));
        around.owned();
    }

    private List<String> names() {
        return around.hosts.names();
    }

    @Test
    void theStatusIsATableOfNames() {
        around.owned().tunnels.running("shop", "3000");
        around.hosts.with(Outlook.GRANTED);
        around.run("hosts", "apply");
        around.tunnels.running("api", "4000");
        around.hosts.edit(around.hosts.text() + "10.0.0.5 api.local\n");
        assertEquals("""
                NAME            IN /etc/hosts  NOTE
                shop.localhost  yes
                shop.local      yes
                api.localhost   no
                api.local       no
                Line 8 leads api.local to 10.0.0.5 instead.
                  Take api.local out of line 8 of /etc/hosts, or use another name.
                """, around.run("hosts", "status").out());
    }

    @Test
    void withNothingToTellTheStatusSaysSo() {
        Printed printed = around.run("hosts");
        assertEquals("No running tunnel has a name, and /etc/hosts holds none of gotunnel's.\n", printed.out());
        assertEquals(0, printed.exit());
    }

    @Test
    void programsReadTheStatusAsJsonAndYaml() {
        around.owned().tunnels.running("shop", "3000");
        assertEquals("""
                {
                  "file" : "/etc/hosts",
                  "owner" : "1000",
                  "permission" : "unavailable",
                  "names" : [ ],
                  "missing" : [ "shop.localhost", "shop.local" ],
                  "shadows" : [ ],
                  "damage" : "",
                  "fix" : "sudo sh -c \\"printf '\\\\n127.0.0.1 shop.localhost shop.local\\\\n::1 shop.localhost shop.local\\\\n' >> /etc/hosts\\""
                }
                """, around.run("hosts", "status", "--format", "json").out());
        String yaml = around.run("hosts", "status", "--format", "yaml").out();
        assertTrue(yaml.startsWith("file: /etc/hosts\n"), yaml);
    }

    @Test
    void applyShowsTheLinesAsksWritesAndTellsTheOwner() {
        around.owned().tunnels.running("shop", "3000");
        around.hosts.with(Outlook.ASKS);
        around.answer = "";
        Printed printed = around.run("hosts", "apply");
        assertEquals("""
                This will change:
                  + # BEGIN gotunnel 1000
                  + 127.0.0.1 shop.localhost
                  + ::1 shop.localhost
                  + 127.0.0.1 shop.local
                  + ::1 shop.local
                  + # END gotunnel 1000
                shop.localhost leads to this machine now.
                shop.local leads to this machine now.
                """, printed.out());
        assertEquals(List.of("Go on? [Y/n] "), around.asked);
        assertEquals(List.of("shop.localhost", "shop.local"), names());
        assertTrue(around.tunnels.calls().contains("lookAgain"));
        assertEquals(
                "/etc/hosts holds what is needed already.\n",
                around.run("hosts", "apply").out());
    }

    @Test
    void aNameThatTheHelperDoesNotTakeIsLeftOutWithTheLineToType() {
        around.owned().tunnels.running("shop", "3000");
        around.hosts.with(Outlook.ASKS).knowingNothingOf(".local");
        Printed printed = around.run("hosts", "apply", "--yes");
        assertEquals(0, printed.exit(), printed.err());
        assertEquals(List.of("shop.localhost"), names());
        assertTrue(printed.out().startsWith("shop.local stands below no suffix"), printed.out());
        assertTrue(printed.out().contains("127.0.0.1 shop.local\\n"), printed.out());
        Printed again = around.run("hosts", "apply");
        assertTrue(again.out().endsWith("/etc/hosts holds what is needed otherwise.\n"), again.out());
    }

    @Test
    void applyThatIsDeclinedChangesNothing() {
        around.owned().tunnels.running("shop", "3000");
        around.hosts.with(Outlook.ASKS);
        around.answer = "n";
        Printed printed = around.run("hosts", "apply");
        assertEquals(1, printed.exit());
        assertTrue(printed.out().endsWith("Nothing was changed.\n"), printed.out());
        assertEquals(List.of(), names());
    }

    @Test
    void withoutAHelperApplySaysTheCommandForAnAdministrator() {
        around.owned().tunnels.running("shop", "3000");
        Printed printed = around.run("hosts", "apply");
        assertEquals(3, printed.exit());
        assertEquals("", printed.out(), "nothing to agree to");
        assertTrue(printed.err().contains("sudo sh -c"), printed.err());
    }

    @Test
    void cleanTakesEverythingOut() {
        around.owned().tunnels.running("shop", "3000");
        around.hosts.with(Outlook.GRANTED);
        around.run("hosts", "apply");
        Printed printed = around.run("hosts", "clean", "--yes");
        assertTrue(printed.out().endsWith("shop.localhost is taken out.\nshop.local is taken out.\n"), printed.out());
        assertEquals("127.0.0.1 localhost\n", around.hosts.text());
        assertEquals(
                "/etc/hosts holds none of your names.\n",
                around.run("hosts", "clean").out());
    }

    // ---- what start offers

    @Test
    void aStartShowsTheLinesBeforeAnyPromptAndTheLimitationIsLifted() {
        unresolved(Outlook.ASKS);
        around.answer = "y";
        Printed printed = start();
        assertEquals("""
                So that shop.localhost and shop.test lead here in every program, gotunnel would change /etc/hosts:
                  + # BEGIN gotunnel 1000
                  + 127.0.0.1 shop.localhost
                  + ::1 shop.localhost
                  + 127.0.0.1 shop.test
                  + ::1 shop.test
                  + # END gotunnel 1000
                shop is running in the background
                  https://shop.localhost:8443  ->  http://localhost:3000
                  https://shop.test:8443  ->  http://localhost:3000

                  Stop it: gotunnel stop session/shop
                """, printed.out());
        assertEquals(List.of("Write that? [Y/n/never] "), around.asked);
        assertEquals(List.of("shop.localhost", "shop.test"), names());
    }

    @Test
    void aDeclinedOfferLeavesTheTunnelRunningAndIsNotMadeAgain() {
        unresolved(Outlook.ASKS);
        around.answer = "n";
        Printed printed = start();
        assertEquals(0, printed.exit());
        assertTrue(printed.out().contains("You are not asked again. To do it later: gotunnel hosts apply"));
        assertTrue(printed.out().contains("shop.test does not lead here."), printed.out());
        start();
        assertEquals(1, around.asked.size());
        assertEquals(List.of(), names());
        around.run("hosts", "apply", "--yes");
        assertEquals(List.of("shop.localhost", "shop.test"), names());
        around.run("hosts", "clean", "--yes");
        around.tunnels.limit(SHOP, new Limitation("name-unresolved", "shop.test does not lead here.", "mend it"));
        start();
        assertEquals(2, around.asked.size(), "the user has asked for it by himself meanwhile");
    }

    @Test
    void aPromptOfTheSystemsThatIsDeclinedCountsAsNo() {
        unresolved(Outlook.ASKS);
        around.answer = "";
        around.hosts.failing(new GotunnelException(ErrorCode.NOT_PERMITTED, "You did not allow it.", "Again."));
        Printed printed = start();
        assertEquals(0, printed.exit());
        assertTrue(printed.err().contains("You did not allow it."), printed.err());
        start();
        assertEquals(1, around.asked.size());
    }

    @Test
    void withoutATerminalNobodyIsAskedAndTheLimitationStays() {
        unresolved(Outlook.ASKS);
        Printed printed = start();
        assertEquals(List.of(), around.asked);
        assertEquals(List.of(), around.hosts.reasons());
        assertTrue(printed.out().contains("shop.test does not lead here."), printed.out());
    }

    @Test
    void whereARuleForbidsItOrThereIsNoHelperNothingIsOffered() {
        for (Outlook outlook : List.of(Outlook.REFUSED, Outlook.UNAVAILABLE)) {
            unresolved(outlook);
            around.answer = "y";
            start();
            around.close();
            around = new FakeSurroundings(folder);
        }
        assertEquals(List.of(), around.asked);
    }

    @Test
    void anAnswerThatTheSystemStillKeepsIsUsedWithoutAQuestion() {
        unresolved(Outlook.GRANTED);
        around.answer = "n";
        Printed printed = start();
        assertEquals(List.of(), around.asked);
        assertEquals(List.of("shop.localhost", "shop.test"), names());
        assertTrue(!printed.out().contains("does not lead here"), printed.out());
    }
}
