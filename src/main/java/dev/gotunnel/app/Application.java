package dev.gotunnel.app;

import dev.gotunnel.cert.CertificateStore;
import dev.gotunnel.cert.KeyProtection;
import dev.gotunnel.cli.GlobalOptions;
import dev.gotunnel.cli.Surroundings;
import dev.gotunnel.config.Configuration;
import dev.gotunnel.config.Layers;
import dev.gotunnel.config.Places;
import dev.gotunnel.config.ProfileStore;
import dev.gotunnel.config.Settings;
import dev.gotunnel.control.ControlClient;
import dev.gotunnel.control.ControlServer;
import dev.gotunnel.doctor.ExaminedMachine;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.keychain.Keychains;
import dev.gotunnel.names.SuffixFile;
import dev.gotunnel.names.SystemHosts;
import dev.gotunnel.names.SystemResolution;
import dev.gotunnel.observability.Logging;
import dev.gotunnel.observability.Telemetry;
import dev.gotunnel.platform.AppDirectories;
import dev.gotunnel.platform.OperatingSystem;
import dev.gotunnel.platform.Patience;
import dev.gotunnel.privilege.Caller;
import dev.gotunnel.privilege.Elevation;
import dev.gotunnel.privilege.HelperElevation;
import dev.gotunnel.privilege.InstalledHelper;
import dev.gotunnel.privilege.Outlook;
import dev.gotunnel.privilege.SystemPrivileges;
import dev.gotunnel.privilege.UncheckedPrivileges;
import dev.gotunnel.privilege.Verb;
import dev.gotunnel.trust.EnvironmentFiles;
import dev.gotunnel.trust.HelperTrustInstaller;
import dev.gotunnel.trust.SystemCommands;
import dev.gotunnel.trust.SystemTrustInstaller;
import dev.gotunnel.trust.SystemTrustStores;
import dev.gotunnel.trust.TrustPlaces;
import dev.gotunnel.tunnel.AuthorityRenewal;
import dev.gotunnel.tunnel.EngineInfo;
import dev.gotunnel.tunnel.FileJournal;
import dev.gotunnel.tunnel.HelperSuffixes;
import dev.gotunnel.tunnel.HostsService;
import dev.gotunnel.tunnel.Journal;
import dev.gotunnel.tunnel.MachineService;
import dev.gotunnel.tunnel.PortPlan;
import dev.gotunnel.tunnel.PortsService;
import dev.gotunnel.tunnel.Refusals;
import dev.gotunnel.tunnel.TrustService;
import dev.gotunnel.tunnel.Tunnel;
import dev.gotunnel.tunnel.TunnelManager;
import dev.gotunnel.tunnel.TunnelStore;
import java.io.Console;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Wires the parts together; the only place that knows them all. */
final class Application implements Surroundings {
    /** Requests under way get 10 s. */
    private static final Duration OTHERS_END = Duration.ofSeconds(20);

    private final String version;
    private final AppDirectories directories;
    private final Supplier<Telemetry> telemetry;
    private final Caller caller = Caller.current();
    private final Elevation elevation = HelperElevation.ofSystem(caller);
    private CertificateStore certificates;
    private final DesktopRole desktop;
    private GlobalOptions options = new GlobalOptions();
    private Layers layers;
    private List<String> notes = List.of();
    private Configuration configuration = Configuration.DEFAULT;
    private @Nullable GotunnelException broken;

    Application(String version, AppDirectories directories, Supplier<Telemetry> telemetry) {
        this.version = version;
        this.telemetry = telemetry;
        this.directories = directories;
        this.layers = new Layers(Places.ofSystem(directories, Map.of(), null), Map.of(), List.of());
        this.certificates = certificateStore();
        this.desktop = new DesktopRole(this, directories);
    }

    private CertificateStore certificateStore() {
        Journal journal = journal();
        return new CertificateStore(
                directories.data(),
                configuration.security().suffixes().all(),
                new KeyProtection(
                        choice(configuration.security().caKey()),
                        Keychains.find(OperatingSystem.current(), System.getenv(), directories.data())
                                .orElse(null)),
                () -> TrustService.isTrusted(journal),
                Clock.systemUTC());
    }

    private static KeyProtection.Choice choice(String caKey) {
        return KeyProtection.Choice.valueOf(caKey.toUpperCase(Locale.ROOT));
    }

    @Override
    public void begin(GlobalOptions given) {
        options = given;
        Map<String, String> environment = System.getenv();
        if (Layers.asksForCauses(environment)) {
            given.showCauses();
        }
        layers = new Layers(
                Places.ofSystem(directories, environment, given.config()), environment, given.assignments());
        Path named = layers.places().named();
        if (named != null && !Files.exists(named)) {
            throw new GotunnelException(
                    ErrorCode.CONFIG,
                    "There is no file " + named + ".",
                    given.config() == null
                            ? "Check the variable GOTUNNEL_CONFIG."
                            : "Check the path after --config.");
        }
        Settings settings;
        try {
            settings = layers.load();
        } catch (GotunnelException e) {
            // A file that is being edited must not keep anybody from stopping a tunnel: told by what needs the file.
            settings = layers.loadWithoutFiles();
            broken = e;
        }
        notes = settings.notes();
        configuration = settings.configuration();
        if (!configuration.security().equals(Configuration.DEFAULT.security())) {
            // Else the one that may have been prepared meanwhile is right.
            certificates = certificateStore();
        }
        String level = configuration.logging().level();
        String format = configuration.logging().format();
        String where = configuration.observability().environment();
        boolean served = where != null && !where.equals("development");
        Logging.configure(
                level == null ? "warn" : level, format == null ? served : format.equals("json"), where);
    }

    @Override
    public List<String> notes() {
        return notes;
    }

    @Override
    public Layers configuration() {
        return layers;
    }

    private Path configFile() {
        return layers.places().own();
    }

    CertificateStore certificates() {
        return certificates;
    }

    GlobalOptions options() {
        return options;
    }

    @Override
    public Optional<ControlClient> running() {
        Path socket = directories.controlSocket();
        return ControlClient.isAlive(socket) ? Optional.of(new ControlClient(socket)) : Optional.empty();
    }

    @Override
    public Optional<Owner> own(boolean lowPorts) {
        return own(lowPorts, null).map(owner -> owner);
    }

    /** Becomes the owner, with a window to show when there is one. */
    Optional<EngineOwner> own(boolean lowPorts, @Nullable Runnable window) {
        if (broken != null) {
            throw broken;
        }
        Optional<SingleInstance> role =
                SingleInstance.take(directories.runtime().resolve("owner.lock"));
        if (role.isEmpty()) {
            return Optional.empty();
        }
        TunnelManager manager = null;
        try {
            manager = new TunnelManager(new TunnelManager.Parts(
                    version,
                    portPlan(lowPorts),
                    System.getProperty("gotunnel.transport"),
                    configuration.server().trustedProxies(),
                    certificates,
                    new SystemResolution(),
                    hosts(),
                    configuration.security().privilegeCheck()
                            ? new SystemPrivileges(elevation)
                            : new UncheckedPrivileges(),
                    saved(),
                    telemetry.get(),
                    window != null));
            ControlServer server = new ControlServer(
                    directories.controlSocket(), manager, manager, window == null ? Application::noWindow : window);
            return Optional.of(new EngineOwner(role.get(), manager, server));
        } catch (RuntimeException e) {
            if (manager != null) {
                manager.close();
            }
            role.get().close();
            throw e;
        }
    }

    private PortPlan portPlan(boolean lowPorts) {
        return new PortPlan(configuration.server().httpPort(), configuration.server().httpsPort(), lowPorts);
    }

    private static void noWindow() {
        throw new GotunnelException(ErrorCode.NO_DESKTOP, "The running gotunnel has no window.", "Open one: gotunnel");
    }

    @Override
    public ControlClient runningOrSpawned() {
        return running().orElseGet(() -> new BackgroundOwner(directories, options, layers).spawn(this::running));
    }

    @Override
    public TunnelStore saved() {
        return saved(options.profile());
    }

    @Override
    public TunnelStore saved(@Nullable String profile) {
        return new ProfileStore(configFile(), profile, layers::load);
    }

    @Override
    public Set<String> profiles() {
        return configuration.profiles().keySet();
    }

    @Override
    public MachineService machine() {
        Map<String, String> environment = System.getenv();
        SystemCommands commands = new SystemCommands(environment);
        TrustPlaces places = TrustPlaces.of(OperatingSystem.current(), AppDirectories.home(), environment);
        Optional<SystemTrustInstaller> installer = Optional.<SystemTrustInstaller>of(
                        new HelperTrustInstaller(elevation))
                .filter(_ -> elevation.outlook(Verb.TRUST_INSTALL) != Outlook.UNAVAILABLE);
        SystemTrustStores stores = new SystemTrustStores(places, commands, installer);
        EnvironmentFiles files = new EnvironmentFiles(directories.trustFiles(), places, stores);
        FileJournal journal = journal();
        TrustService trust = new TrustService(certificates, stores, files, journal);
        HelperSuffixes suffixes = new HelperSuffixes(
                SuffixFile.of(OperatingSystem.current(), Path.of("/")), elevation, journal);
        AuthorityRenewal renewal = new AuthorityRenewal(
                wanted -> certificates.change(wanted.all()), trust, saved(), suffixes, this::useNewAuthority);
        return new Machine(
                directories,
                certificates,
                trust,
                hosts(),
                ports(journal),
                renewal,
                journal,
                elevation,
                () -> examined(trust, journal, commands));
    }

    private HostsService hosts() {
        Path copy = directories.state().resolve("hosts.backup");
        return new HostsService(
                SystemHosts.of(OperatingSystem.current(), System.getenv(), caller, elevation, copy),
                journal(),
                refusals());
    }

    private PortsService ports(FileJournal journal) {
        return new PortsService(new SystemPrivileges(elevation), elevation, journal, refusals());
    }

    private FileJournal journal() {
        return new FileJournal(directories.journal());
    }

    private Refusals refusals() {
        return new Refusals(directories.state().resolve("refusals"));
    }

    private ExaminedMachine examined(TrustService trust, FileJournal journal, SystemCommands commands) {
        return new ExaminedMachine(
                version,
                directories,
                configFile(),
                certificates::installCA,
                () -> TrustService.isTrusted(journal),
                trust,
                journal,
                hosts(),
                ports(journal),
                commands,
                this::engine,
                this::knownTunnels,
                this::lookAgain,
                InstalledHelper.ofSystem(),
                Clock.systemUTC());
    }

    private Optional<EngineInfo> engine() {
        return running().map(client -> {
            try (client) {
                return client.info();
            }
        });
    }

    private void lookAgain() {
        running().ifPresent(owner -> {
            try (owner) {
                var _ = owner.lookAgain();
            }
        });
    }

    /** Those that run, and those that are saved, as far as the file can be read. */
    private List<Tunnel> knownTunnels() {
        List<Tunnel> known = new ArrayList<>();
        running().ifPresent(client -> {
            try (client) {
                known.addAll(client.list());
            }
        });
        if (broken == null) {
            saved().load().stream()
                    .map(Tunnel::atRest)
                    .filter(saved -> known.stream().noneMatch(one -> one.id().equals(saved.id())))
                    .forEach(known::add);
        }
        return known;
    }

    @Override
    public void endAll() {
        Optional<EngineInfo> owner = engine();
        owner.flatMap(info -> ProcessHandle.of(info.pid())).ifPresent(ProcessHandle::destroy);
        Path desktopSocket = directories.runtime().resolve("desktop.sock");
        boolean ended = Patience.until(
                        OTHERS_END,
                        () -> running().isEmpty() && !ControlClient.isAlive(desktopSocket)
                                ? Optional.of(true)
                                : Optional.empty())
                .isPresent();
        if (!ended) {
            throw new GotunnelException(
                    ErrorCode.OWNER_UNREACHABLE,
                    running().isPresent()
                            ? "The running gotunnel does not end."
                            : "The tray or the window of gotunnel still runs.",
                    running().isPresent()
                            ? "End it: kill -9 " + owner.map(EngineInfo::pid).orElse(0L)
                                    + ", then run this command again."
                            : "Choose Quit in its menu, then run this command again.");
        }
    }

    /** This process, and the owner of the engine if there is one, take the authority that lies there by now. */
    private void useNewAuthority() {
        var _ = certificates.refresh();
        running().ifPresent(owner -> {
            try (owner) {
                owner.renewCertificates();
            }
        });
    }

    /** With some Java versions there is a console without a terminal as well. */
    private static Optional<Console> terminal() {
        return Optional.ofNullable(System.console()).filter(Console::isTerminal);
    }

    @Override
    public boolean hasTerminal() {
        return terminal().isPresent();
    }

    @Override
    public Optional<String> ask(String question) {
        return terminal().map(console -> Objects.requireNonNullElse(console.readLine("%s", question), "no"));
    }

    @Override
    public int desktop() {
        return desktop.run();
    }
}
