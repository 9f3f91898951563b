package dev.gotunnel.cli;

import dev.gotunnel.config.Assignment;
import dev.gotunnel.config.Layers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The flags that every command takes, before or after its name. */
public final class GlobalOptions {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "Configuration file instead of yours and the project's.")
    private @Nullable Path config;

    @Option(
            names = "--profile",
            paramLabel = "NAME",
            completionCandidates = LiveNames.Profiles.class,
            scope = ScopeType.INHERIT,
            description = "Profile to list and save tunnels in, beside \"default\".")
    private @Nullable String profile;

    @Option(
            names = "--log-level",
            paramLabel = "LEVEL",
            completionCandidates = LogLevels.class,
            scope = ScopeType.INHERIT,
            description = "trace, debug, info, warn or error (default: warn).")
    private @Nullable String logLevel;

    @Option(
            names = "--log-format",
            paramLabel = "FORMAT",
            completionCandidates = LogFormats.class,
            scope = ScopeType.INHERIT,
            description = "text or json (default: text; json in staging and production).")
    private @Nullable String logFormat;

    @Option(
            names = "--debug",
            scope = ScopeType.INHERIT,
            description = "Log at level debug, with the causes of errors.")
    private boolean debug;

    private boolean causes;

    @Option(
            names = "--proxy-http-port",
            paramLabel = "N",
            scope = ScopeType.INHERIT,
            description = "Port for plain HTTP; 0 takes a free one (default: 80 when allowed, else 8880).")
    private @Nullable Integer httpPort;

    @Option(
            names = "--proxy-https-port",
            paramLabel = "N",
            scope = ScopeType.INHERIT,
            description = "Port for HTTPS; 0 takes a free one (default: 443 when allowed, else 8443).")
    private @Nullable Integer httpsPort;

    @Option(
            names = "--environment",
            paramLabel = "NAME",
            completionCandidates = Environments.class,
            scope = ScopeType.INHERIT,
            description = "Where this gotunnel runs: development, staging or production. Logs say it.")
    private @Nullable String environment;

    @Option(
            names = "--no-privilege-check",
            scope = ScopeType.INHERIT,
            description = "Try ports 80 and 443 without looking first whether they are permitted.")
    private boolean unchecked;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            scope = ScopeType.INHERIT,
            description = "Any key of the configuration, above every file. May be repeated. See: gotunnel config show")
    private List<String> set = new ArrayList<>();

    @Option(names = "--headless", scope = ScopeType.INHERIT, description = "No tray and no window.")
    private boolean headless;

    /** For completion. */
    static final class LogLevels extends ArrayList<String> {
        LogLevels() {
            super(Layers.words("observability.logging.level"));
        }
    }

    /** For completion. */
    static final class LogFormats extends ArrayList<String> {
        LogFormats() {
            super(Layers.words("observability.logging.format"));
        }
    }

    /** For completion. */
    static final class Environments extends ArrayList<String> {
        Environments() {
            super(Layers.words("observability.environment"));
        }
    }

    /** What the flags say of the configuration, a later one above an earlier one. */
    public List<Assignment> assignments() {
        List<Assignment> said = new ArrayList<>();
        set.forEach(typed -> said.add(Assignment.ofSet(typed)));
        add(said, "--environment", "observability.environment", environment);
        add(said, "--log-level", "observability.logging.level", logLevel);
        add(said, "--debug", "observability.logging.level", debug ? "debug" : null);
        add(said, "--log-format", "observability.logging.format", logFormat);
        add(said, "--proxy-http-port", "server.http_port", httpPort);
        add(said, "--proxy-https-port", "server.https_port", httpsPort);
        add(said, "--no-privilege-check", "security.privilege_check", unchecked ? "false" : null);
        return said;
    }

    private static void add(List<Assignment> said, String flag, String key, @Nullable Object value) {
        if (value != null) {
            said.add(Assignment.ofFlag(flag, key, value.toString()));
        }
    }

    /** The configuration file that was asked for. */
    public @Nullable Path config() {
        return config;
    }

    /** The profile that was asked for. */
    public @Nullable String profile() {
        return profile;
    }

    /** The log level that was asked for, {@code --debug} included. */
    public @Nullable String logLevel() {
        return debug ? "debug" : logLevel;
    }

    /** The log format that was asked for. */
    public @Nullable String logFormat() {
        return logFormat;
    }

    /** Whether errors show their causes. */
    public boolean isDebug() {
        return debug || causes;
    }

    /** Lets errors show their causes, as when the environment asks for it. */
    public void showCauses() {
        causes = true;
    }

    /** The port of plain HTTP that was asked for. */
    public @Nullable Integer httpPort() {
        return httpPort;
    }

    /** The port of HTTPS that was asked for. */
    public @Nullable Integer httpsPort() {
        return httpsPort;
    }

    /** Whether no window may open. */
    public boolean isHeadless() {
        return headless;
    }
}
