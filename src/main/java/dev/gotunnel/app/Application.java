package dev.gotunnel.app;

import dev.gotunnel.cert.CertificateStore;
import dev.gotunnel.cert.KeyProtection;
import dev.gotunnel.cli.GlobalOptions;
import dev.gotunnel.cli.Surroundings;
import dev.gotunnel.config.ConfigLoader;
import dev.gotunnel.config.Configuration;
import dev.gotunnel.config.ProfileStore;
import dev.gotunnel.control.ControlClient;
import dev.gotunnel.control.ControlServer;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.keychain.Keychains;
import dev.gotunnel.names.SystemHosts;
import dev.gotunnel.names.SystemResolution;
import dev.gotunnel.observability.Logging;
import dev.gotunnel.observability.Telemetry;
import dev.gotunnel.platform.AppDirectories;
import dev.gotunnel.platform.OperatingSystem;
import dev.gotunnel.privilege.Caller;
import dev.gotunnel.privilege.Elevation;
import dev.gotunnel.privilege.HelperElevation;
import dev.gotunnel.privilege.Outlook;
import dev.gotunnel.privilege.SystemPrivileges;
import dev.gotunnel.privilege.Verb;
import dev.gotunnel.trust.EnvironmentFiles;
import dev.gotunnel.trust.HelperTrust;
import dev.gotunnel.trust.SystemCommands;
import dev.gotunnel.trust.SystemTrustInstaller;
import dev.gotunnel.trust.SystemTrustStores;
import dev.gotunnel.trust.TrustPlaces;
import dev.gotunnel.tunnel.AuthorityRenewal;
import dev.gotunnel.tunnel.FileJournal;
import dev.gotunnel.tunnel.HostsService;
import dev.gotunnel.tunnel.Journal;
import dev.gotunnel.tunnel.MachineService;
import dev.gotunnel.tunnel.PortPlan;
import dev.gotunnel.tunnel.PortsService;
import dev.gotunnel.tunnel.Refusals;
import dev.gotunnel.tunnel.TrustService;
import dev.gotunnel.tunnel.TunnelManager;
import dev.gotunnel.tunnel.TunnelStore;
import java.io.Console;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Wires the parts together; the only place that knows them all. */
final class Application implements Surroundings {
    private final String version;
    private final AppDirectories directories;
    private final Caller caller = Caller.current();
    private final Elevation elevation = HelperElevation.ofSystem(caller);
    private CertificateStore certificates;
    private final DesktopRole desktop;
    private GlobalOptions options = new GlobalOptions();
    private Configuration configuration = Configuration.DEFAULT;
    private @Nullable GotunnelException broken;

    Application(String version, AppDirectories directories) {
        this.version = version;
        this.directories = directories;
        this.certificates = certificates();
        this.desktop = new DesktopRole(this, directories);
    }

    private CertificateStore certificates() {
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
        require("--log-level", given.logLevel(), Configuration.Logging.LEVELS);
        require("--log-format", given.logFormat(), Configuration.Logging.FORMATS);
        if (given.config() != null && !Files.exists(given.config())) {
            throw new GotunnelException(
                    ErrorCode.CONFIG, "There is no file " + given.config() + ".", "Check the path after --config.");
        }
        try {
            configuration = ConfigLoader.load(configFile());
        } catch (GotunnelException e) {
            // A file that is being edited must not keep anybody from stopping a tunnel: told by what needs the file.
            broken = e;
        }
        certificates = certificates();
        String level = firstOf(given.logLevel(), configuration.logging().level(), "warn");
        String format = firstOf(given.logFormat(), configuration.logging().format(), "text");
        Logging.configure(level, format.equals("json"));
    }

    private static void require(String flag, @Nullable String value, List<String> allowed) {
        if (value != null && !allowed.contains(value.toLowerCase(Locale.ROOT))) {
            throw new GotunnelException(
                    ErrorCode.USAGE,
                    flag + " cannot be \"" + value + "\".",
                    "It is one of: " + String.join(", ", allowed) + ".");
        }
    }

    private static String firstOf(@Nullable String flag, @Nullable String file, String fallback) {
        String given = flag == null ? file : flag;
        return given == null ? fallback : given.toLowerCase(Locale.ROOT);
    }

    private Path configFile() {
        return options.config() == null ? directories.configFile() : options.config();
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
                    new SystemPrivileges(elevation),
                    saved(),
                    Telemetry.off(),
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
        Integer http = options.httpPort() == null ? configuration.server().httpPort() : options.httpPort();
        Integer https = options.httpsPort() == null ? configuration.server().httpsPort() : options.httpsPort();
        return new PortPlan(http, https, lowPorts);
    }

    private static void noWindow() {
        throw new GotunnelException(ErrorCode.NO_DESKTOP, "The running gotunnel has no window.", "Open one: gotunnel");
    }

    @Override
    public ControlClient runningOrSpawned() {
        return running().orElseGet(() -> new BackgroundOwner(directories, options).spawn(this::running));
    }

    @Override
    public TunnelStore saved() {
        return saved(options.profile());
    }

    @Override
    public TunnelStore saved(@Nullable String profile) {
        return new ProfileStore(configFile(), profile);
    }

    @Override
    public MachineService machine() {
        TrustPlaces places = TrustPlaces.of(OperatingSystem.current(), AppDirectories.home(), System.getenv());
        Optional<SystemTrustInstaller> installer = Optional.<SystemTrustInstaller>of(new HelperTrust(elevation))
                .filter(_ -> elevation.outlook(Verb.TRUST_INSTALL) != Outlook.UNAVAILABLE);
        SystemTrustStores stores = new SystemTrustStores(places, new SystemCommands(places.environment()), installer);
        EnvironmentFiles files = new EnvironmentFiles(directories.trustFiles(), places, stores);
        TrustService trust = new TrustService(certificates, stores, files, journal());
        AuthorityRenewal renewal = new AuthorityRenewal(
                suffixes -> certificates.change(suffixes.all()), trust, saved(), elevation, this::useNewAuthority);
        PortsService ports = new PortsService(new SystemPrivileges(elevation), elevation, journal(), refusals());
        return new Machine(certificates, trust, hosts(), ports, renewal);
    }

    private HostsService hosts() {
        Path copy = directories.state().resolve("hosts.backup");
        return new HostsService(
                SystemHosts.of(OperatingSystem.current(), System.getenv(), caller, elevation, copy),
                journal(),
                refusals());
    }

    private Journal journal() {
        return new FileJournal(directories.journal());
    }

    private Refusals refusals() {
        return new Refusals(directories.state().resolve("refusals"));
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

    private record Machine(
            CertificateStore certificates,
            TrustService trust,
            HostsService hosts,
            PortsService ports,
            AuthorityRenewal renewal)
            implements MachineService {
        @Override
        public String keyPlace() {
            return certificates.keyPlace();
        }

        @Override
        public X509Certificate rootCertificate() {
            return certificates.installCA();
        }
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
