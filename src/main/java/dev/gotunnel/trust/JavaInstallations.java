package dev.gotunnel.trust;

import dev.gotunnel.platform.OperatingSystem;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The Java installations of a machine and the file with certificate authorities of each. */
final class JavaInstallations {
    private static final Logger LOG = LoggerFactory.getLogger(JavaInstallations.class);

    /** Folders with one installation in each folder, of all users. */
    private static final List<String> OF_ALL = List.of(
            "/usr/lib/jvm",
            "/usr/lib64/jvm",
            "/usr/local/lib/jvm",
            "/usr/java",
            "/opt",
            "/opt/java",
            "/Library/Java/JavaVirtualMachines",
            "/Program Files/Java",
            "/Program Files/Eclipse Adoptium",
            "/Program Files/Microsoft",
            "/Program Files/Zulu",
            "/Program Files/Amazon Corretto");

    /** The same, below the home folder: what SDKMAN, IntelliJ IDEA, Gradle, asdf, mise and jbang install. */
    private static final List<String> OF_USER = List.of(
            ".sdkman/candidates/java",
            ".jdks",
            ".gradle/jdks",
            ".asdf/installs/java",
            ".local/share/mise/installs/java",
            ".jbang/cache/jdks",
            ".local/share/JetBrains/Toolbox/apps",
            "Library/Java/JavaVirtualMachines");

    /** Where an installation may lie in its folder: on macOS inside a bundle. */
    private static final List<String> INSIDE = List.of("", "Contents/Home");

    /** Where the file may lie in an installation: since Java 9, before it, before it without compiler. */
    private static final List<String> AUTHORITIES = List.of("lib/security/cacerts", "jre/lib/security/cacerts");

    private JavaInstallations() {}

    /** The files with authorities as they really lie, each with the homes of the installations that read it. */
    static Map<Path, List<Path>> find(TrustPlaces places) {
        Set<Path> homes = new LinkedHashSet<>();
        String javaHome = places.environment().getOrDefault("JAVA_HOME", "");
        path(javaHome).ifPresent(homes::add);
        onPath(places).ifPresent(homes::add);
        List<Path> folders = new ArrayList<>();
        OF_USER.forEach(folder -> folders.add(places.home().resolve(folder)));
        OF_ALL.forEach(folder -> folders.add(places.system(folder)));
        for (Path folder : folders) {
            for (Path entry : children(folder)) {
                INSIDE.forEach(inside -> homes.add(entry.resolve(inside)));
            }
        }
        Map<Path, List<Path>> found = new LinkedHashMap<>();
        for (Path home : homes) {
            Optional<Path> file = authorities(home).filter(places::contains);
            file.ifPresent(path ->
                    found.computeIfAbsent(path, ignored -> new ArrayList<>()).add(home));
        }
        return found;
    }

    private static Optional<Path> authorities(Path home) {
        return AUTHORITIES.stream()
                .map(home::resolve)
                .filter(Files::isRegularFile)
                .findFirst()
                .flatMap(JavaInstallations::real);
    }

    private static Optional<Path> real(Path file) {
        try {
            return Optional.of(file.toRealPath());
        } catch (IOException e) {
            LOG.debug("{} leads nowhere", file, e);
            return Optional.empty();
        }
    }

    /** The home of the {@code java} that commands find, mostly behind a chain of links. */
    private static Optional<Path> onPath(TrustPlaces places) {
        String program = places.system() == OperatingSystem.WINDOWS ? "java.exe" : "java";
        return new SystemCommands(places.environment())
                .find(program)
                .flatMap(JavaInstallations::real)
                .map(java -> java.resolveSibling("").resolveSibling(""));
    }

    private static Optional<Path> path(String text) {
        try {
            return text.isBlank() ? Optional.empty() : Optional.of(Path.of(text));
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    private static List<Path> children(Path folder) {
        List<Path> found = new ArrayList<>();
        if (Files.isDirectory(folder)) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, Files::isDirectory)) {
                entries.forEach(found::add);
            } catch (IOException e) {
                LOG.debug("{} cannot be searched for Java installations", folder, e);
            }
        }
        found.sort(null);
        return found;
    }
}
