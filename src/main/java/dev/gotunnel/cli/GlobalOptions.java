package dev.gotunnel.cli;

import dev.gotunnel.config.Configuration;
import java.nio.file.Path;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The flags that every command takes, before or after its name. */
public final class GlobalOptions {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "Configuration file instead of the user's gotunnel.yaml.")
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
            description = "text or json (default: text).")
    private @Nullable String logFormat;

    @Option(
            names = "--debug",
            scope = ScopeType.INHERIT,
            description = "Log at level debug, with the causes of errors.")
    private boolean debug;

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

    @Option(names = "--headless", scope = ScopeType.INHERIT, description = "No tray and no window.")
    private boolean headless;

    /** For completion. */
    static final class LogLevels extends ArrayList<String> {
        LogLevels() {
            super(Configuration.Logging.LEVELS);
        }
    }

    /** For completion. */
    static final class LogFormats extends ArrayList<String> {
        LogFormats() {
            super(Configuration.Logging.FORMATS);
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
        return debug;
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
