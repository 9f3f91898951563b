package dev.gotunnel.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.privilege.Outlook;
import dev.gotunnel.testing.Await;
import dev.gotunnel.testing.TestBackend;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The names of running tunnels in the hosts file, and what tunnels say of theirs. */
class TunnelNamesTest {
    private static final String PLAIN = "127.0.0.1 localhost\n";

    private final ManagerFixture fixture = new ManagerFixture();
    private final TestBackend backend = ManagerFixture.backend("shop");

    @BeforeEach
    void resolveByTheFile() {
        fixture.names.reads(fixture.hosts);
    }

    @AfterEach
    void close() {
        fixture.close();
        backend.close();
    }

    private Tunnel start(String name, String domain) {
        TunnelSpec spec = ManagerFixture.spec("session/" + name, backend.port());
        return fixture.manager.start(ManagerFixture.withDomain(spec, domain));
    }

    private Tunnel shop() {
        return fixture.tunnel("session/shop");
    }

    private void stop(String name) {
        fixture.manager.stop(new TunnelId("session", name));
    }

    /** What a command of the same user does. */
    private HostsService command() {
        return new HostsService(fixture.hosts, fixture.journal, new Refusals(Path.of("nowhere/refusals")));
    }

    @Test
    void whereNobodyHasToBeAskedNamesComeAndGoWithTheTunnel() {
        fixture.hosts.with(Outlook.GRANTED);
        Tunnel tunnel = start("shop", "shop.test");
        assertEquals(List.of("shop.localhost", "shop.test"), fixture.hosts.names());
        assertEquals(List.of(), tunnel.limitations());
        assertEquals(2, tunnel.urls().size());
        start("api", "api.local");
        stop("shop");
        assertEquals(List.of("api.localhost", "api.local"), fixture.hosts.names());
        stop("api");
        assertEquals(PLAIN, fixture.hosts.text());
        assertEquals(List.of(), fixture.journal.entries());
    }

    @Test
    void theEndOfTheOwnerTakesAllOut() {
        fixture.hosts.with(Outlook.GRANTED);
        start("shop", "shop.test");
        start("api", "api.localhost");
        assertEquals(3, fixture.hosts.names().size());
        fixture.manager.close();
        assertEquals(PLAIN, fixture.hosts.text());
    }

    @Test
    void wherePermissionIsNeededNothingIsWrittenAndTheWayOutIsACommand() {
        fixture.hosts.with(Outlook.ASKS);
        Tunnel tunnel = start("shop", "shop.test");
        assertEquals(PLAIN, fixture.hosts.text());
        assertEquals("gotunnel hosts apply", tunnel.limitations().getFirst().fix());
        assertEquals(TunnelState.RUNNING, tunnel.state());
    }

    @Test
    void withoutAHelperTheWayOutIsALineForAnAdministrator() {
        String fix = start("shop", "shop.test").limitations().getFirst().fix();
        assertTrue(fix.contains("127.0.0.1 shop.test shop.localhost"), fix);
    }

    @Test
    void aNameThatACommandHasWrittenIsNoticedWithoutARestart() {
        fixture.hosts.with(Outlook.ASKS);
        start("shop", "shop.test");
        command().apply(() -> HostsService.namesOf(fixture.manager.list()));
        List<Tunnel> after = fixture.manager.lookAgain();
        assertEquals(List.of(), after.getFirst().limitations());
        Await.until(
                "the change is told",
                () -> fixture.events.stream()
                        .anyMatch(event -> event instanceof TunnelEvent.Changed changed
                                && changed.tunnel().equals(shop())));
    }

    @Test
    void whatMayNotBeTakenOutAnyMoreStaysNotedUntilTheNextChangeThatMay() {
        fixture.hosts.with(Outlook.GRANTED);
        start("shop", "shop.test");
        fixture.hosts.with(Outlook.ASKS);
        stop("shop");
        assertEquals(List.of("shop.localhost", "shop.test"), fixture.hosts.names());
        assertEquals(2, fixture.journal.entries("hosts").size());
        fixture.hosts.with(Outlook.GRANTED);
        start("api", "api.test");
        assertEquals(List.of("api.localhost", "api.test"), fixture.hosts.names());
    }

    @Test
    void aPermissionGivenMeanwhileIsUsedWhenItIsLookedAtAgain() {
        fixture.hosts.with(Outlook.ASKS);
        start("shop", "shop.test");
        fixture.hosts.with(Outlook.GRANTED);
        fixture.manager.lookAgain();
        assertEquals(List.of("shop.localhost", "shop.test"), fixture.hosts.names());
        assertEquals(List.of(), shop().limitations());
    }

    @Test
    void aLineOfSomebodyElsesThatLeadsTheNameAwayIsNamed() {
        fixture.hosts.edit("10.0.0.5 shop.test\n");
        Limitation limitation = start("shop", "shop.test").limitations().getFirst();
        assertTrue(
                limitation.message().startsWith("shop.test leads to 10.0.0.5 by line 1 of /etc/hosts; "),
                limitation.message());
        assertEquals("Take the name out of that line, or use another --domain.", limitation.fix());
        fixture.hosts.edit("");
        fixture.names.knows("shop.test");
        fixture.manager.look();
        assertEquals(List.of(), shop().limitations());
    }

    @Test
    void aWildcardIsNotWritten() {
        fixture.hosts.with(Outlook.GRANTED);
        Tunnel tunnel = start("shop", "*.shop.test");
        assertEquals(PLAIN, fixture.hosts.text());
        assertEquals("name-unresolved", tunnel.limitations().getFirst().code());
    }

    @Test
    void aDamagedFileKeepsNoTunnelFromStarting() {
        fixture.hosts.with(Outlook.GRANTED).edit("# BEGIN gotunnel 1000\n");
        assertEquals(TunnelState.RUNNING, start("shop", "shop.test").state());
        assertEquals("# BEGIN gotunnel 1000\n", fixture.hosts.text());
    }
}
