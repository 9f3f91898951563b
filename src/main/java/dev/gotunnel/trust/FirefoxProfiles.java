package dev.gotunnel.trust;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The profiles of every Firefox of a user: from packages of the distribution or of Mozilla, from Snap and Flatpak. */
final class FirefoxProfiles {
    private static final Logger LOG = LoggerFactory.getLogger(FirefoxProfiles.class);

    /** Folders with a {@code profiles.ini}, below the home folder. Newer versions go by XDG and keep the old place. */
    private static final List<String> PLACES = List.of(
            ".mozilla/firefox",
            ".config/mozilla/firefox",
            "snap/firefox/common/.mozilla/firefox",
            "snap/firefox/common/.config/mozilla/firefox",
            ".var/app/org.mozilla.firefox/.mozilla/firefox",
            ".var/app/org.mozilla.firefox/config/mozilla/firefox");

    private FirefoxProfiles() {}

    /** The folders of all profiles, which may be missing. */
    static List<Path> find(Path home, Map<String, String> environment) {
        Set<Path> roots = new LinkedHashSet<>();
        String config = environment.get("XDG_CONFIG_HOME");
        if (config != null && config.startsWith("/")) {
            roots.add(Path.of(config, "mozilla/firefox"));
        }
        PLACES.forEach(place -> roots.add(home.resolve(place)));
        Set<Path> profiles = new LinkedHashSet<>();
        for (Path root : roots) {
            Path list = root.resolve("profiles.ini");
            if (Files.exists(list)) {
                try {
                    profiles.addAll(parse(root, Files.readAllLines(list, StandardCharsets.UTF_8)));
                } catch (IOException e) {
                    LOG.warn("The list of Firefox profiles {} cannot be read: {}", list, e.toString());
                }
            }
        }
        return new ArrayList<>(profiles);
    }

    /** Sections {@code [Profile0]} with {@code Path=}, below the list's own folder when {@code IsRelative=1}. */
    static List<Path> parse(Path root, List<String> lines) {
        List<Path> profiles = new ArrayList<>();
        boolean inProfile = false;
        for (String raw : lines) {
            String line = raw.strip();
            if (line.startsWith("[")) {
                inProfile = line.startsWith("[Profile");
            } else if (inProfile && line.startsWith("Path=")) {
                try {
                    // A relative path stays below the folder, an absolute one replaces it: as resolve has it.
                    profiles.add(root.resolve(line.substring("Path=".length())).normalize());
                } catch (InvalidPathException e) {
                    LOG.warn("{} names a profile that cannot be: {}", root.resolve("profiles.ini"), line);
                }
            }
        }
        return profiles;
    }

    /** Whether a Firefox has a profile open: it holds a lock of the operating system's on {@code .parentlock}. */
    static boolean isRunning(Path profile) {
        Path marker = profile.resolve(".parentlock");
        if (!Files.isWritable(marker)) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(marker, StandardOpenOption.WRITE);
                FileLock free = channel.tryLock()) {
            return free == null;
        } catch (OverlappingFileLockException e) {
            return false;
        } catch (IOException e) {
            LOG.debug("{} does not tell whether Firefox runs", marker, e);
            return false;
        }
    }
}
