package dev.gotunnel.tunnel;

import dev.gotunnel.platform.EditLock;
import dev.gotunnel.platform.PrivateFiles;
import dev.gotunnel.privilege.Permission;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * What the user does not want to be asked any more, kept in a file: a line with the permission and his word for each. Any
 * thread, several processes.
 */
public final class Refusals {
    private final Path file;

    /** What was said. */
    public enum Word {
        /** Not now: until something else is allowed by hand. */
        NO,
        /** Not until the user asks for the same by a command. */
        NEVER
    }

    /** Refusals in a file that is made by the first. */
    public Refusals(Path file) {
        this.file = file;
    }

    /** Whether the user does not want to be asked for a permission. */
    public boolean has(Permission permission) {
        return read().containsKey(permission);
    }

    /** Remembers what the user said; {@code NEVER} outlasts a later {@code NO}. */
    public void remember(Permission permission, Word word) {
        change(words -> words.merge(permission, word, (old, next) -> old == Word.NEVER ? old : next));
    }

    /** Forgets, since the user allows by hand: what he said of this permission, and every plain "no". */
    public void forget(Permission allowed) {
        if (!read().isEmpty()) {
            change(words -> {
                words.remove(allowed);
                words.values().removeIf(word -> word == Word.NO);
            });
        }
    }

    private void change(Consumer<Map<Permission, Word>> change) {
        try (EditLock _ = EditLock.on(file)) {
            Map<Permission, Word> words = read();
            change.accept(words);
            if (words.isEmpty()) {
                Files.deleteIfExists(file);
            } else {
                String text = words.entrySet().stream()
                        .map(said -> id(said.getKey()) + " " + id(said.getValue()) + "\n")
                        .collect(Collectors.joining());
                PrivateFiles.write(file, text.getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            throw PrivateFiles.unusable("write " + file, file, e);
        }
    }

    private static String id(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** A line that is not understood is none: at worst the user is asked once more. */
    private Map<Permission, Word> read() {
        Map<Permission, Word> words = new EnumMap<>(Permission.class);
        if (!Files.exists(file)) {
            return words;
        }
        try {
            for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
                for (Permission permission : Permission.values()) {
                    for (Word word : Word.values()) {
                        if (line.equals(id(permission) + " " + id(word))) {
                            words.put(permission, word);
                        }
                    }
                }
            }
        } catch (IOException e) {
            throw PrivateFiles.unusable("read " + file, file, e);
        }
        return words;
    }
}
