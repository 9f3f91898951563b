package dev.gotunnel.names;

import dev.gotunnel.platform.OperatingSystem;
import dev.gotunnel.platform.PrivateFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * The privileged helper's list of further suffixes: root's file, which every user may read and the helper alone writes. It
 * holds for all users of the machine.
 *
 * @param place the file, which need not exist
 */
public record SuffixFile(Path place) {
    /**
     * The one of a machine.
     *
     * @param root what stands for the root folder of the system's own files
     */
    public static SuffixFile of(OperatingSystem system, Path root) {
        return new SuffixFile(
                system == OperatingSystem.WINDOWS
                        ? Path.of("C:\\Windows\\System32\\drivers\\etc\\gotunnel\\suffixes")
                        : root.resolve("etc/gotunnel/suffixes"));
    }

    /** The suffixes that stand in it: one on each line, a hash begins a comment. */
    public List<String> added() {
        try {
            return Files.readAllLines(place, StandardCharsets.ISO_8859_1).stream()
                    .map(line -> line.replaceFirst("#.*", "").strip())
                    .filter(line -> !line.isEmpty())
                    .toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw PrivateFiles.unusable("read " + place, place, e);
        }
    }

    /** Whether the helper takes a name: it stands below a built-in suffix or one of the list. */
    static boolean takes(String name, List<String> added) {
        return Suffixes.isBelow(name, Suffixes.BUILT_IN.all()) || Suffixes.isBelow(name, added);
    }
}
