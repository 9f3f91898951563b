package dev.gotunnel.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What this process holds open, as Linux tells it; elsewhere nothing is known and nothing is found. */
final class OpenDescriptors {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final String LISTEN = "0A";

    private OpenDescriptors() {}

    /** The ports that this process listens on. */
    static Set<String> listeningPorts() {
        Set<String> targets = targets();
        Set<String> ports = new HashSet<>();
        for (String table : List.of("/proc/self/net/tcp", "/proc/self/net/tcp6")) {
            for (String line : lines(Path.of(table))) {
                String[] column = line.strip().split("\\s+");
                if (column.length > 9 && column[3].equals(LISTEN) && targets.contains("socket:[" + column[9] + "]")) {
                    String hex = column[1].substring(column[1].lastIndexOf(':') + 1);
                    ports.add("the listening port " + Integer.parseInt(hex, 16) + " (socket " + column[9] + ")");
                }
            }
        }
        return ports;
    }

    /** The files below the temporary folder that this process has open. */
    static Set<String> temporaryFiles() {
        Set<String> files = new HashSet<>();
        String folder = System.getProperty("java.io.tmpdir") + "/";
        for (String target : targets()) {
            // What surefire and the coverage agent hold is theirs.
            if (target.startsWith(folder) && !target.contains("surefire") && !target.contains("jacoco")) {
                files.add("the open file " + target);
            }
        }
        return files;
    }

    private static Set<String> targets() {
        Set<String> targets = new HashSet<>();
        if (Files.isDirectory(DESCRIPTORS)) {
            try (DirectoryStream<Path> open = Files.newDirectoryStream(DESCRIPTORS)) {
                for (Path descriptor : open) {
                    try {
                        targets.add(Files.readSymbolicLink(descriptor).toString());
                    } catch (NoSuchFileException e) {
                        // Closed between the listing and the look.
                        continue;
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return targets;
    }

    private static List<String> lines(Path table) {
        try {
            return Files.isReadable(table) ? Files.readAllLines(table, StandardCharsets.US_ASCII) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
