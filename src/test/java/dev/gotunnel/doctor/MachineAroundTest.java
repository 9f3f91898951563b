package dev.gotunnel.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.platform.OperatingSystem;
import dev.gotunnel.privilege.InstalledHelper;
import dev.gotunnel.privilege.Outlook;
import dev.gotunnel.privilege.Permission;
import dev.gotunnel.testing.EngineFixture;
import dev.gotunnel.testing.InMemoryCertificates;
import dev.gotunnel.testing.InMemoryElevation;
import dev.gotunnel.testing.InMemoryHosts;
import dev.gotunnel.testing.InMemoryJournal;
import dev.gotunnel.testing.InMemoryPrivileges;
import dev.gotunnel.testing.InMemoryTrustStore;
import dev.gotunnel.trust.CommandRunner;
import dev.gotunnel.trust.EnvironmentFiles;
import dev.gotunnel.trust.SystemCommands;
import dev.gotunnel.trust.SystemTrustStores;
import dev.gotunnel.trust.TrustPlaces;
import dev.gotunnel.tunnel.Backend;
import dev.gotunnel.tunnel.EngineInfo;
import dev.gotunnel.tunnel.FileJournal;
import dev.gotunnel.tunnel.Finding;
import dev.gotunnel.tunnel.Finding.Level;
import dev.gotunnel.tunnel.HostsService;
import dev.gotunnel.tunnel.Limitation;
import dev.gotunnel.tunnel.PortsService;
import dev.gotunnel.tunnel.Refusals;
import dev.gotunnel.tunnel.TrustService;
import dev.gotunnel.tunnel.Tunnel;
import dev.gotunnel.tunnel.TunnelState;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The checks of what is around gotunnel: engine, helper, ports, trust, names, mDNS, backends. */
@Timeout(60)
class MachineAroundTest {
    private static final String PAGE = "https://shop.localhost";

    private final InMemoryPrivileges privileges = new InMemoryPrivileges();
    private final InMemoryElevation elevation = new InMemoryElevation();
    private final InMemoryHosts hosts = new InMemoryHosts();
    private final AtomicInteger looks = new AtomicInteger();

    @TempDir
    Path temp;

    private static Tunnel tunnel(String domain, TunnelState state, String backend, Limitation... limitations) {
        return new Tunnel(
                "session/shop",
                "session",
                "shop",
                domain,
                state,
                List.of(PAGE),
                List.of(new Backend(backend, true)),
                List.of(limitations));
    }

    private static EngineInfo engine(String version, int http, int https) {
        return new EngineInfo(version, 42, http, https, false, List.of("local", "test", "localhost"));
    }

    @Test
    void anEngineOfAnotherVersionIsTold() throws IOException {
        Path socket = temp.resolve("control.sock");
        assertEquals(
                "Nothing runs.",
                Findings.one(Level.OK, new EngineCheck("1.0", socket, Optional::empty))
                        .what());
        Files.createFile(socket);
        assertTrue(Findings.one(Level.OK, new EngineCheck("1.0", socket, Optional::empty))
                .what()
                .contains("one that has crashed"));
        EngineInfo running = engine("0.9", 8880, 8443);
        Finding old = Findings.one(Level.WARNING, new EngineCheck("1.0", socket, () -> Optional.of(running)));
        assertEquals("The running gotunnel is 0.9 (pid 42), this program is 1.0.", old.what());
        Findings.one(Level.OK, new EngineCheck("0.9", socket, () -> Optional.of(running)));
    }

    private PortsCheck ports(Optional<EngineInfo> engine, Map<Integer, String> held, Permission... permissions) {
        privileges.holds(permissions);
        return new PortsCheck(
                () -> engine,
                new PortsService(privileges, elevation, new InMemoryJournal(), new Refusals(temp.resolve("refusals"))),
                port -> Optional.ofNullable(held.get(port)),
                looks::incrementAndGet);
    }

    @Test
    void portsAreHeldOrForbiddenOrFree() {
        Finding held = Findings.one(Level.WARNING, ports(Optional.empty(), Map.of(443, "nginx (pid 7)")));
        assertEquals("Port 443 is held by nginx (pid 7).", held.what());
        Finding forbidden = Findings.one(Level.WARNING, ports(Optional.empty(), Map.of()));
        assertTrue(forbidden.fix().contains("ip_unprivileged_port_start=80"), forbidden.fix());
        Permission low = Permission.BIND_PRIVILEGED_PORTS;
        Findings.one(Level.OK, ports(Optional.empty(), Map.of(), low));
        EngineInfo ours = engine("1.0", 80, 443);
        Finding own = Findings.one(
                Level.OK, ports(Optional.of(ours), Map.of(443, "java (pid 42)", 80, "java (pid 42)"), low));
        assertEquals("Tunnels answer on 443 and 80.", own.what());
        assertEquals(
                2,
                ports(Optional.of(ours), Map.of(443, "java (pid 421)", 80, "a program of another user"))
                        .look()
                        .size());
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void portsAreOpenedWhereTheHelperMay() {
        elevation.with(Outlook.ASKS).doing(_ -> privileges.holds(Permission.BIND_PRIVILEGED_PORTS));
        PortsCheck check = ports(Optional.empty(), Map.of());
        Finding forbidden = Findings.one(Level.WARNING, check);
        assertEquals("gotunnel ports enable", forbidden.fix());
        assertTrue(Objects.requireNonNull(forbidden.repair()).elevated());
        Findings.mend(forbidden);
        assertEquals(1, looks.get(), "the running engine is told");
        Findings.one(Level.OK, check);
        elevation.with(Outlook.REFUSED);
        assertFalse(
                Findings.one(Level.WARNING, ports(Optional.empty(), Map.of())).repairable());
    }

    @Test
    void whoListensIsSeenEvenWhenTheSystemDoesNotTell() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertTrue(PortsCheck.holderOf(server.getLocalPort()).isPresent());
        }
    }

    private TrustService trust(InMemoryTrustStore... stores) {
        TrustPlaces places = new TrustPlaces(OperatingSystem.LINUX, temp.resolve("root"), temp, Map.of());
        SystemTrustStores none = new SystemTrustStores(places, new SystemCommands(Map.of()), Optional.empty());
        return new TrustService(
                new InMemoryCertificates(),
                InMemoryTrustStore.machine(List.of(stores)),
                new EnvironmentFiles(temp.resolve("trust"), places, none),
                new FileJournal(temp.resolve("state/journal")));
    }

    @Test
    void whatDoesNotTrustIsMendedWhereGotunnelMay() throws IOException {
        InMemoryTrustStore firefox = new InMemoryTrustStore("firefox:a");
        InMemoryTrustStore system = new InMemoryTrustStore("system");
        system.needsPrivilege = true;
        InMemoryTrustStore java = new InMemoryTrustStore("java:other");
        java.servedBy = "This Java belongs to another user; tell it by the environment: eval \"$(gotunnel env)\"";
        Path authority = temp.resolve("ca");
        TrustCheck check = new TrustCheck(trust(system, firefox, java), authority);
        Findings.one(Level.NOTE, check);
        Files.createDirectory(authority);
        List<Finding> found = check.look();
        assertEquals(
                List.of(Level.WARNING, Level.WARNING, Level.NOTE),
                found.stream().map(Finding::level).toList());
        assertFalse(found.get(0).repairable(), "only an administrator may");
        assertEquals("gotunnel trust export | sudo trust system", found.get(0).fix());
        assertFalse(Objects.requireNonNull(found.get(1).repair()).elevated(), "it is the user's own");
        Findings.mend(found.get(1));
        assertEquals(List.of(EngineFixture.root()), firefox.content);
        assertEquals(
                "1 of 3 trust stores accept this machine's certificates.",
                check.look().getFirst().what());
    }

    @Test
    void aStoreOfAllUsersIsMendedWithAPassword() throws IOException {
        InMemoryTrustStore system = new InMemoryTrustStore("system");
        system.asksAdministrator = true;
        Path authority = Files.createDirectory(temp.resolve("ca"));
        Finding finding = Findings.one(Level.WARNING, new TrustCheck(trust(system), authority));
        assertTrue(Objects.requireNonNull(finding.repair()).elevated());
    }

    @Test
    void aStoreThatCannotBeWrittenSaysSoWhenMended() throws IOException {
        InMemoryTrustStore firefox = new InMemoryTrustStore("firefox:a");
        firefox.unwritable = new GotunnelException(ErrorCode.IO, "It is locked.", "Close Firefox.");
        Path authority = Files.createDirectory(temp.resolve("ca"));
        Finding finding = Findings.one(Level.WARNING, new TrustCheck(trust(firefox), authority));
        try {
            Findings.mend(finding);
            throw new AssertionError("mended");
        } catch (GotunnelException e) {
            assertEquals("firefox:a: It is locked.", e.getMessage());
            assertEquals("Close Firefox.", e.hint());
        }
    }

    private NameService service(String hosts, String order) throws IOException {
        return new NameService(
                Files.writeString(temp.resolve("hosts"), hosts),
                Files.writeString(temp.resolve("nsswitch.conf"), order),
                OperatingSystem.LINUX);
    }

    private NamesCheck names(List<Tunnel> tunnels, Map<String, String> known, NameService service) {
        HostsService written = new HostsService(hosts, new InMemoryJournal(), new Refusals(temp.resolve("refusals")));
        return new NamesCheck(() -> tunnels, name -> addresses(name, known), service, written, looks::incrementAndGet);
    }

    private static InetAddress[] addresses(String name, Map<String, String> known) throws UnknownHostException {
        if (!known.containsKey(name)) {
            throw new UnknownHostException(name);
        }
        return new InetAddress[] {InetAddress.getByName(known.get(name))};
    }

    @Test
    void aNameIsToldWithItsMeans() throws IOException {
        NameService service = service("127.0.0.1 a.test # b.test\n", "hosts: files mdns4_minimal myhostname dns\n");
        assertEquals(temp.resolve("hosts").toString(), service.meansOf("a.test"));
        assertEquals("the system's resolver", service.meansOf("b.test"));
        assertEquals("nss-myhostname", service.meansOf("a.localhost"));
        assertEquals("mDNS", service.meansOf("a.local"));
        assertTrue(service.asksByMdns());
    }

    @Test
    void aNameLeadsHereOrElsewhereOrNowhere() throws IOException {
        NameService service = service("127.0.0.1 shop.test\n", "");
        Map<String, String> known = Map.of("shop.test", "127.0.0.1", "far.test", "10.0.0.5");
        List<Tunnel> here = List.of(tunnel("shop.test", TunnelState.RUNNING, "http://localhost:1"));
        assertEquals(
                "shop.test (by " + temp.resolve("hosts") + ") leads to this machine.",
                Findings.one(Level.OK, names(here, known, service)).what());
        List<Tunnel> far = List.of(tunnel("far.test", TunnelState.RUNNING, "http://localhost:1"));
        assertEquals(
                "far.test leads to 10.0.0.5, another machine.",
                Findings.one(Level.BROKEN, names(far, known, service)).what());
        List<Tunnel> unknown = List.of(tunnel(
                "new.local",
                TunnelState.RUNNING,
                "http://localhost:1",
                new Limitation("name-unresolved", "It does not lead here.", "sudo mend")));
        assertEquals(
                "sudo mend",
                Findings.one(Level.WARNING, names(unknown, known, service)).fix());
        List<Tunnel> localhost = List.of(tunnel("a.localhost", TunnelState.STOPPED, "http://localhost:1"));
        Finding browsers = Findings.one(Level.NOTE, names(localhost, known, service));
        assertTrue(browsers.fix().contains("127.0.0.1 a.localhost\\n::1 a.localhost\\n"), browsers.fix());
        Findings.one(Level.OK, names(List.of(), known, service));
    }

    @Test
    void namesOfRunningTunnelsAreWrittenAtOnceWhereGotunnelMay() throws IOException {
        hosts.with(Outlook.ASKS);
        List<Tunnel> tunnels = List.of(
                tunnel("shop.test", TunnelState.RUNNING, "http://localhost:1"),
                tunnel("api.test", TunnelState.RUNNING, "http://localhost:1"),
                tunnel("old.test", TunnelState.STOPPED, "http://localhost:1"));
        List<Finding> found = names(tunnels, Map.of(), service("", "")).look();
        assertEquals(
                List.of(true, true, false),
                found.stream().map(Finding::repairable).toList());
        assertEquals(found.get(0).repair(), found.get(1).repair(), "one change, and one password");
        assertTrue(Objects.requireNonNull(found.get(0).repair()).elevated());
        Findings.mend(found.get(0));
        assertEquals(List.of("shop.localhost", "shop.test", "api.localhost", "api.test"), hosts.names());
        assertEquals(1, looks.get(), "the running engine is told");
        assertFalse(Findings.one(Level.WARNING, names(tunnels.subList(2, 3), Map.of(), service("", "")))
                .repairable());
    }

    @Test
    void thePortOfMdnsIsSharedOrHeldAlone() throws IOException {
        try (DatagramChannel other = DatagramChannel.open(StandardProtocolFamily.INET)) {
            other.bind(new InetSocketAddress(0));
            int port = ((InetSocketAddress) other.getLocalAddress()).getPort();
            NameService service = service("", "hosts: files mdns4_minimal dns\n");
            Finding held = Findings.one(Level.NOTE, new MdnsCheck(service, port));
            assertTrue(held.what().contains("an unknown one takes 5 s"), held.what());
            Findings.one(Level.OK, new MdnsCheck(service, 0));
        }
    }

    @Test
    void aBackendAnswersByTcpOrUnixSocketOrNot() throws IOException {
        Path path = temp.resolve("b.sock");
        int port;
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                ServerSocketChannel unix = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            unix.bind(UnixDomainSocketAddress.of(path));
            port = server.getLocalPort();
            assertTrue(BackendsCheck.answers("http://localhost:" + port));
            assertTrue(BackendsCheck.answers("unix:" + path));
        }
        assertFalse(BackendsCheck.answers("http://localhost:" + port));
        assertFalse(BackendsCheck.answers("unix:" + path));
        assertFalse(BackendsCheck.answers("no url at all"));
    }

    @Test
    void silenceBehindARunningTunnelIsAWarningAndBehindAnotherANote() {
        Tunnel running = tunnel("shop.test", TunnelState.DEGRADED, "http://localhost:1");
        Finding silent = Findings.one(Level.WARNING, new BackendsCheck(() -> List.of(running), url -> false));
        assertEquals("Nothing answers on http://localhost:1, behind session/shop.", silent.what());
        Tunnel stopped = tunnel("shop.test", TunnelState.STOPPED, "http://localhost:1");
        Findings.one(Level.NOTE, new BackendsCheck(() -> List.of(stopped), url -> false));
        assertEquals(
                "One backend answers.",
                Findings.one(Level.OK, new BackendsCheck(() -> List.of(running), url -> true))
                        .what());
        Findings.one(Level.OK, new BackendsCheck(List::of, url -> false));
    }

    private int uid() {
        try {
            return (int) Files.getAttribute(temp, "unix:uid");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private HelperCheck helper(String answer) {
        return new HelperCheck(new InstalledHelper(temp.resolve("helper"), uid(), temp), "1.0", new CommandRunner() {
            @Override
            public Optional<Path> find(String program) {
                return Optional.empty();
            }

            @Override
            public Answer run(List<String> command) throws IOException {
                if (answer.isEmpty()) {
                    throw new IOException("it is no program");
                }
                return new Answer(0, answer);
            }
        });
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void theHelperIsMissingOrTooOldOrBrokenOrRight() throws IOException {
        Findings.one(Level.NOTE, helper("{}"));
        Files.createFile(temp.resolve("helper"));
        Finding unsafe = Findings.one(Level.BROKEN, helper("{}"));
        assertTrue(unsafe.what().endsWith("others than an administrator."), unsafe.what());
        Files.setPosixFilePermissions(temp.resolve("helper"), PosixFilePermissions.fromString("rwxr-xr-x"));
        Findings.one(Level.OK, helper("{\"ok\":true,\"version\":\"1.0\",\"protocol\":1}"));
        Findings.one(Level.NOTE, helper("{\"ok\":true,\"version\":\"0.9\",\"protocol\":1}"));
        Findings.one(Level.BROKEN, helper("{\"ok\":true,\"version\":\"0.1\",\"protocol\":0}"));
        Findings.one(Level.BROKEN, helper("no JSON"));
        Findings.one(Level.BROKEN, helper(""));
    }
}
