package dev.gotunnel.platform;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where gotunnel keeps its files. {@code GOTUNNEL_CONFIG_DIR}, {@code GOTUNNEL_DATA_DIR}, {@code GOTUNNEL_STATE_DIR} and
 * {@code GOTUNNEL_RUNTIME_DIR} override the system's convention.
 *
 * @param config what the user writes: {@code gotunnel.yaml}
 * @param data what must not be lost: the certificate authority
 * @param state what a restart picks up: journal, logs
 * @param runtime what a reboot may delete: the socket and the owner's lock
 */
public record AppDirectories(Path config, Path data, Path state, Path runtime) {
    /** The directories of this user on this system. */
    public static AppDirectories ofSystem() {
        return of(OperatingSystem.current(), System.getenv(), home());
    }

    /** The user's folder: {@code HOME} as every Unix program takes it; Java's own {@code user.home} looks past it. */
    public static Path home() {
        String home = System.getenv("HOME");
        boolean usable = OperatingSystem.current() != OperatingSystem.WINDOWS && home != null && home.startsWith("/");
        return Path.of(usable ? String.valueOf(home) : System.getProperty("user.home", "."));
    }

    static AppDirectories of(OperatingSystem system, Map<String, String> env, Path home) {
        AppDirectories standard = switch (system) {
            case LINUX -> linux(env, home);
            case MACOS -> macos(home);
            case WINDOWS -> windows(env, home);
        };
        return new AppDirectories(
                absolute(env.get("GOTUNNEL_CONFIG_DIR"), standard.config),
                absolute(env.get("GOTUNNEL_DATA_DIR"), standard.data),
                absolute(env.get("GOTUNNEL_STATE_DIR"), standard.state),
                absolute(env.get("GOTUNNEL_RUNTIME_DIR"), standard.runtime));
    }

    /** The XDG Base Directory Specification: a relative value of an XDG variable is invalid and ignored. */
    private static AppDirectories linux(Map<String, String> env, Path home) {
        Path state = xdg(env, "XDG_STATE_HOME", home.resolve(".local/state"));
        String runtime = env.get("XDG_RUNTIME_DIR");
        boolean hasRuntime = runtime != null && runtime.startsWith("/") && Files.isDirectory(Path.of(runtime));
        return new AppDirectories(
                xdg(env, "XDG_CONFIG_HOME", home.resolve(".config")),
                xdg(env, "XDG_DATA_HOME", home.resolve(".local/share")),
                state,
                hasRuntime ? Path.of(String.valueOf(runtime), "gotunnel") : state.resolve("run"));
    }

    private static Path xdg(Map<String, String> env, String variable, Path fallback) {
        String value = env.get(variable);
        return (value != null && value.startsWith("/") ? Path.of(value) : fallback).resolve("gotunnel");
    }

    private static AppDirectories macos(Path home) {
        Path base = home.resolve("Library/Application Support/gotunnel");
        return new AppDirectories(base, base.resolve("data"), base.resolve("state"), base.resolve("run"));
    }

    private static AppDirectories windows(Map<String, String> env, Path home) {
        Path roaming =
                absolute(env.get("APPDATA"), home.resolve("AppData/Roaming")).resolve("gotunnel");
        Path local =
                absolute(env.get("LOCALAPPDATA"), home.resolve("AppData/Local")).resolve("gotunnel");
        return new AppDirectories(roaming, local.resolve("data"), local.resolve("state"), local.resolve("run"));
    }

    private static Path absolute(@Nullable String value, Path fallback) {
        return value == null || value.isBlank() ? fallback : Path.of(value).toAbsolutePath();
    }

    /** The variables that give another process, in another working directory, the same directories. */
    public Map<String, String> asEnvironment() {
        return Map.of(
                "GOTUNNEL_CONFIG_DIR", config.toString(),
                "GOTUNNEL_DATA_DIR", data.toString(),
                "GOTUNNEL_STATE_DIR", state.toString(),
                "GOTUNNEL_RUNTIME_DIR", runtime.toString());
    }

    /** The user's configuration file; it need not exist. */
    public Path configFile() {
        return config.resolve("gotunnel.yaml");
    }

    /** What gotunnel has written to the machine outside of these folders. */
    public Path journal() {
        return state.resolve("journal");
    }

    /** Files with certificates for programs that are told of them by environment variables. */
    public Path trustFiles() {
        return data.resolve("trust");
    }

    /** The socket on which the owner of the engine answers. */
    public Path controlSocket() {
        return runtime.resolve("control.sock");
    }
}
