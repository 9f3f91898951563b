package dev.gotunnel.cli;

import dev.gotunnel.cert.CertificateStore;
import dev.gotunnel.config.AllowedProjects;
import dev.gotunnel.config.Layers;
import dev.gotunnel.config.Places;
import dev.gotunnel.control.ControlClient;
import dev.gotunnel.control.ControlServer;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.names.SuffixFile;
import dev.gotunnel.names.Suffixes;
import dev.gotunnel.platform.OperatingSystem;
import dev.gotunnel.privilege.Outlook;
import dev.gotunnel.testing.EngineFixture;
import dev.gotunnel.testing.FakeTunnelService;
import dev.gotunnel.testing.InMemoryCertificates;
import dev.gotunnel.testing.InMemoryElevation;
import dev.gotunnel.testing.InMemoryHosts;
import dev.gotunnel.testing.InMemoryPrivileges;
import dev.gotunnel.testing.InMemoryRemoval;
import dev.gotunnel.testing.InMemoryTrustStore;
import dev.gotunnel.testing.InMemoryTunnelStore;
import dev.gotunnel.trust.EnvironmentFiles;
import dev.gotunnel.trust.SystemCommands;
import dev.gotunnel.trust.SystemTrustStores;
import dev.gotunnel.trust.TrustPlaces;
import dev.gotunnel.trust.TrustStores;
import dev.gotunnel.tunnel.AuthorityRenewal;
import dev.gotunnel.tunnel.Doctor;
import dev.gotunnel.tunnel.FileJournal;
import dev.gotunnel.tunnel.Finding;
import dev.gotunnel.tunnel.HelperSuffixes;
import dev.gotunnel.tunnel.HostsService;
import dev.gotunnel.tunnel.Journal;
import dev.gotunnel.tunnel.MachineService;
import dev.gotunnel.tunnel.PortsService;
import dev.gotunnel.tunnel.Refusals;
import dev.gotunnel.tunnel.Removal;
import dev.gotunnel.tunnel.TrustService;
import dev.gotunnel.tunnel.TunnelService;
import dev.gotunnel.tunnel.TunnelStore;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An application around the commands, of which a test says who owns the engine. */
final class FakeSurroundings implements Surroundings, AutoCloseable {
    final FakeTunnelService tunnels = new FakeTunnelService();
    final InMemoryTunnelStore saved = new InMemoryTunnelStore();
    final List<InMemoryTrustStore> trustStores = new ArrayList<>();
    final List<Finding> findings = new ArrayList<>();
    final List<Boolean> removals = new ArrayList<>();
    volatile Removal removal = new InMemoryRemoval();
    volatile int ended;
    final List<String> asked = new ArrayList<>();
    final InMemoryHosts hosts = new InMemoryHosts().with(Outlook.UNAVAILABLE);
    final InMemoryElevation elevation = new InMemoryElevation();
    final InMemoryPrivileges privileges = new InMemoryPrivileges();
    private final Path temp;
    private final Path socket;
    private @Nullable ControlServer server;
    volatile @Nullable GlobalOptions begun;
    volatile List<String> notes = List.of();

    /** Where the commands are given. */
    volatile Path folder;

    volatile boolean free = true;
    volatile int desktops;
    volatile Map<String, String> environment = Map.of();
    volatile @Nullable String answer;
    volatile @Nullable RuntimeException beginFailure;
    private volatile StringWriter latest = new StringWriter();

    FakeSurroundings(Path folder) {
        temp = folder;
        this.folder = folder;
        socket = folder.resolve("control.sock");
    }

    /**
     * What a command printed.
     *
     * @param out its result
     * @param err what stands beside it
     */
    record Printed(int exit, String out, String err) {}

    /** What the latest command has printed so far. */
    String printed() {
        return latest.toString();
    }

    Printed run(String... args) {
        StringWriter out = new StringWriter();
        latest = out;
        StringWriter err = new StringWriter();
        int exit = new CommandLineApp(this, "1.2.3", new PrintWriter(out), new PrintWriter(err)).run(args);
        return new Printed(exit, out.toString(), err.toString());
    }

    /** Somebody else owns the engine from now on. */
    FakeSurroundings owned() {
        server = new ControlServer(socket, tunnels, machine(), () -> {});
        free = false;
        return this;
    }

    @Override
    public void begin(GlobalOptions options) {
        begun = options;
        if (beginFailure != null) {
            throw beginFailure;
        }
    }

    @Override
    public List<String> notes() {
        return notes;
    }

    @Override
    public Layers configuration() {
        GlobalOptions options = begun == null ? new GlobalOptions() : begun;
        Places places = new Places(
                temp.resolve("system/gotunnel.yaml"),
                temp.resolve("config/gotunnel.yaml"),
                options.config(),
                folder,
                new AllowedProjects(temp.resolve("projects")));
        return new Layers(places, environment, options.assignments());
    }

    @Override
    public Optional<ControlClient> running() {
        return server == null ? Optional.empty() : Optional.of(new ControlClient(socket));
    }

    @Override
    public Optional<Owner> own(boolean lowPorts) {
        if (!free) {
            return Optional.empty();
        }
        return Optional.of(new Owner() {
            @Override
            public TunnelService tunnels() {
                return tunnels;
            }

            @Override
            public void close() {
                free = true;
            }
        });
    }

    @Override
    public ControlClient runningOrSpawned() {
        return running()
                .orElseThrow(
                        () -> new GotunnelException(ErrorCode.OWNER_UNREACHABLE, "It does not come up.", "Its log: x"));
    }

    @Override
    public TunnelStore saved() {
        return saved;
    }

    @Override
    public Set<String> profiles() {
        return Set.of("work");
    }

    @Override
    public TunnelStore saved(@Nullable String profile) {
        return saved;
    }

    @Override
    public MachineService machine() {
        TrustPlaces places = new TrustPlaces(OperatingSystem.LINUX, temp.resolve("root"), temp, environment);
        SystemTrustStores none =
                new SystemTrustStores(places, new SystemCommands(places.environment()), Optional.empty());
        CertificateStore certificates =
                new CertificateStore(temp.resolve("data"), Suffixes.BUILT_IN.all(), Clock.systemUTC());
        EnvironmentFiles files = new EnvironmentFiles(temp.resolve("trust"), places, none);
        Journal journal = new FileJournal(temp.resolve("journal"));
        TrustStores stores = InMemoryTrustStore.machine(trustStores);
        AuthorityRenewal renewal = new AuthorityRenewal(
                suffixes -> certificates.change(suffixes.all()),
                new TrustService(certificates, stores, files, journal),
                saved,
                new HelperSuffixes(new SuffixFile(temp.resolve("suffixes")), elevation, journal),
                () -> {
                    var _ = certificates.refresh();
                    tunnels.renewCertificates();
                });
        Refusals refusals = new Refusals(temp.resolve("refusals"));
        return new Machine(
                new TrustService(new InMemoryCertificates(), stores, files, journal),
                new HostsService(hosts, journal, refusals),
                new PortsService(privileges, elevation, journal, refusals),
                renewal);
    }

    private final class Machine implements MachineService {
        private final TrustService trust;
        private final HostsService hosts;
        private final PortsService ports;
        private final AuthorityRenewal renewal;

        Machine(TrustService trust, HostsService hosts, PortsService ports, AuthorityRenewal renewal) {
            this.trust = trust;
            this.hosts = hosts;
            this.ports = ports;
            this.renewal = renewal;
        }

        @Override
        public TrustService trust() {
            return trust;
        }

        @Override
        public HostsService hosts() {
            return hosts;
        }

        @Override
        public PortsService ports() {
            return ports;
        }

        @Override
        public AuthorityRenewal renewal() {
            return renewal;
        }

        @Override
        public String keyPlace() {
            return "the memory";
        }

        @Override
        public X509Certificate rootCertificate() {
            return EngineFixture.root();
        }

        @Override
        public Doctor doctor() {
            return () -> List.copyOf(findings);
        }

        @Override
        public Removal removal(boolean purge) {
            removals.add(purge);
            return removal;
        }
    }

    @Override
    public void endAll() {
        ended++;
    }

    @Override
    public boolean hasTerminal() {
        return answer != null;
    }

    @Override
    public Optional<String> ask(String question) {
        asked.add(question);
        return Optional.ofNullable(answer);
    }

    @Override
    public int desktop() {
        desktops++;
        return 0;
    }

    @Override
    public void close() {
        if (server != null) {
            server.close();
        }
        tunnels.close();
    }
}
