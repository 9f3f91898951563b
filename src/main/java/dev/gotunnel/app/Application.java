package dev.gotunnel.app;

import dev.gotunnel.cert.CertificateStore;
import dev.gotunnel.cli.GlobalOptions;
import dev.gotunnel.cli.Surroundings;
import dev.gotunnel.config.ConfigLoader;
import dev.gotunnel.config.Configuration;
import dev.gotunnel.config.ProfileStore;
import dev.gotunnel.control.ControlClient;
import dev.gotunnel.control.ControlServer;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.names.DomainName;
import dev.gotunnel.names.SystemResolution;
import dev.gotunnel.observability.Logging;
import dev.gotunnel.observability.Telemetry;
import dev.gotunnel.platform.AppDirectories;
import dev.gotunnel.platform.OperatingSystem;
import dev.gotunnel.privilege.SystemPrivileges;
import dev.gotunnel.trust.EnvironmentFiles;
import dev.gotunnel.trust.SystemCommands;
import dev.gotunnel.trust.SystemTrustStores;
import dev.gotunnel.trust.TrustPlaces;
import dev.gotunnel.tunnel.FileJournal;
import dev.gotunnel.tunnel.MachineService;
import dev.gotunnel.tunnel.PortPlan;
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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Wires the parts together; the only place that knows them all. */
final class Application implements Surroundings {
    private final String version;
    private final AppDirectories directories;
    private final Supplier<Telemetry> telemetry;
    private final CertificateStore certificates;
    private final DesktopRole desktop;
    private GlobalOptions options = new GlobalOptions();
    private Configuration configuration = Configuration.DEFAULT;
    private @Nullable GotunnelException broken;

    Application(String version, AppDirectories directories, Supplier<Telemetry> telemetry) {
        this.version = version;
        this.telemetry = telemetry;
        this.directories = directories;
        this.certificates = new CertificateStore(directories.data(), DomainName.SUFFIXES, Clock.systemUTC());
        this.desktop = new DesktopRole(this, directories);
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
                    new SystemPrivileges(),
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
        SystemTrustStores stores =
                new SystemTrustStores(places, new SystemCommands(places.environment()), Optional.empty());
        EnvironmentFiles files = new EnvironmentFiles(directories.trustFiles(), places, stores);
        return new Machine(
                certificates, new TrustService(certificates, stores, files, new FileJournal(directories.journal())));
    }

    private record Machine(CertificateStore certificates, TrustService trust) implements MachineService {
        @Override
        public X509Certificate rootCertificate() {
            return certificates.installCA();
        }
    }

    @Override
    public Optional<String> ask(String question) {
        // With some Java versions there is one without a terminal as well.
        return Optional.ofNullable(System.console())
                .filter(Console::isTerminal)
                .map(console -> Objects.requireNonNullElse(console.readLine("%s", question), "no"));
    }

    @Override
    public int desktop() {
        return desktop.run();
    }
}
