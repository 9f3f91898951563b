package dev.gotunnel.trust;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate databases that browsers of Chromium's family read on Linux, which ignore the system's: one for all of a
 * user's browsers, and one for each from Snap or Flatpak.
 */
final class ChromiumDatabases {
    private static final Logger LOG = LoggerFactory.getLogger(ChromiumDatabases.class);

    /** Since version 146 the second where there is no first; older ones know the first alone. */
    private static final List<String> PLACES = List.of(".pki/nssdb", ".local/share/pki/nssdb");

    /** Flatpak keeps {@code .pki} and what stands in {@code XDG_DATA_HOME} for each application. */
    private static final List<String> PLACES_IN_FLATPAK = List.of(".pki/nssdb", "data/pki/nssdb");

    private static final List<String> PROGRAMS = List.of(
            "chromium",
            "chromium-browser",
            "google-chrome",
            "google-chrome-stable",
            "google-chrome-beta",
            "google-chrome-unstable",
            "brave-browser",
            "microsoft-edge",
            "microsoft-edge-stable",
            "vivaldi",
            "vivaldi-stable",
            "opera");

    private static final List<String> SETTINGS = List.of(
            ".config/chromium",
            ".config/google-chrome",
            ".config/BraveSoftware",
            ".config/microsoft-edge",
            ".config/vivaldi",
            ".config/opera");

    private static final List<String> SANDBOXED = List.of(
            "chromium",
            "brave",
            "opera",
            "org.chromium.Chromium",
            "com.google.Chrome",
            "com.brave.Browser",
            "com.microsoft.Edge",
            "com.vivaldi.Vivaldi",
            "com.opera.Opera");

    private ChromiumDatabases() {}

    /**
     * The folders of all databases by the name of the sandbox, that of the user's own by an empty name. One that does not
     * exist is there for a browser that would read it.
     *
     * @param program whether a program is installed
     */
    static Map<Path, String> find(Path home, Predicate<String> program) {
        Map<Path, String> found = new LinkedHashMap<>();
        boolean installed = PROGRAMS.stream().anyMatch(program)
                || SETTINGS.stream().anyMatch(folder -> Files.isDirectory(home.resolve(folder)));
        add(found, "", home, PLACES, installed);
        for (Path folder : children(home.resolve("snap"))) {
            add(found, nameOf(folder), folder.resolve("current"), PLACES, isBrowser(folder));
        }
        for (Path folder : children(home.resolve(".var/app"))) {
            add(found, nameOf(folder), folder, PLACES_IN_FLATPAK, isBrowser(folder));
        }
        return found;
    }

    private static boolean isBrowser(Path folder) {
        return SANDBOXED.contains(nameOf(folder));
    }

    private static String nameOf(Path folder) {
        return String.valueOf(folder.getFileName());
    }

    /** A first place that was made beside a second one would take it from the browser's sight. */
    private static void add(
            Map<Path, String> found, String sandbox, Path base, List<String> places, boolean installed) {
        List<Path> existing = places.stream()
                .map(base::resolve)
                .filter(folder -> Files.isDirectory(folder))
                .toList();
        if (!existing.isEmpty()) {
            existing.forEach(folder -> found.put(folder, sandbox));
        } else if (installed && Files.isDirectory(base)) {
            found.put(base.resolve(places.getFirst()), sandbox);
        }
    }

    private static List<Path> children(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, Files::isDirectory)) {
            List<Path> found = new ArrayList<>();
            entries.forEach(found::add);
            found.sort(null);
            return found;
        } catch (IOException e) {
            LOG.warn("{} cannot be searched for browsers: {}", folder, e.toString());
            return List.of();
        }
    }
}
