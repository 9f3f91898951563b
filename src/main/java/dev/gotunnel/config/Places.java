package dev.gotunnel.config;

import dev.gotunnel.platform.AppDirectories;
import dev.gotunnel.platform.OperatingSystem;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where configuration is looked for.
 *
 * @param system the machine's file, which its administrator writes
 * @param user the user's file
 * @param named the one file that was asked for, in the place of the user's and the project's; null when none was
 * @param folder where the command was given: a project's file is looked for from here on
 * @param allowed which projects' files the user has allowed
 */
public record Places(Path system, Path user, @Nullable Path named, Path folder, AllowedProjects allowed) {
    /**
     * The places of this system.
     *
     * @param flag what {@code --config} says; null when it says nothing
     */
    public static Places ofSystem(AppDirectories directories, Map<String, String> environment, @Nullable Path flag) {
        String variable = environment.getOrDefault("GOTUNNEL_CONFIG", "");
        Path named = flag == null && !variable.isBlank() ? Path.of(variable) : flag;
        return new Places(
                system(OperatingSystem.current(), environment),
                directories.configFile(),
                named,
                Path.of("").toAbsolutePath(),
                new AllowedProjects(directories.state().resolve("projects")));
    }

    /** Where only an administrator can write. */
    static Path system(OperatingSystem system, Map<String, String> environment) {
        return switch (system) {
            case LINUX -> Path.of("/etc/gotunnel/gotunnel.yaml");
            case MACOS -> Path.of("/Library/Application Support/gotunnel/gotunnel.yaml");
            case WINDOWS ->
                Path.of(environment.getOrDefault("ProgramFiles", "C:\\Program Files"), "gotunnel", "gotunnel.yaml");
        };
    }

    /** The file that commands change. */
    public Path own() {
        return named == null ? user : named;
    }
}
