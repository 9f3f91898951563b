package dev.gotunnel.trust;

import dev.gotunnel.platform.OperatingSystem;
import java.nio.file.Path;
import java.util.Map;

/**
 * Where trust stores are looked for.
 *
 * @param system what machine it is
 * @param root what stands for the root folder; another than {@code /} in tests, and then nothing outside of it and of
 *     the home folder is touched
 * @param home the user's folder
 * @param environment the variables of this process
 */
public record TrustPlaces(OperatingSystem system, Path root, Path home, Map<String, String> environment) {
    /** Copies the variables. */
    public TrustPlaces {
        environment = Map.copyOf(environment);
    }

    /** Those of this machine, or below {@code GOTUNNEL_TRUST_ROOT} when that is set. */
    public static TrustPlaces of(OperatingSystem system, Path home, Map<String, String> environment) {
        String root = environment.getOrDefault("GOTUNNEL_TRUST_ROOT", "");
        return new TrustPlaces(system, Path.of(root.isBlank() ? "/" : root).toAbsolutePath(), home, environment);
    }

    /** A place of the system. */
    Path system(String absolute) {
        return root.resolve(absolute.substring(1));
    }

    /** Whether a path may be read and written. */
    boolean contains(Path path) {
        return path.startsWith(root) || path.startsWith(home);
    }
}
