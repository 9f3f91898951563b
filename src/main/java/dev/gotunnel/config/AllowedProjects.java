package dev.gotunnel.config;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.platform.EditLock;
import dev.gotunnel.platform.PrivateFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * What the user said of projects' files, by path and content: a file that has changed is asked for again. Kept in the state
 * folder, readable by the user alone. Any thread.
 */
public final class AllowedProjects {
    private static final String ALLOW = "allow";
    private static final String DENY = "deny";

    private final Path file;

    /** @param file need not exist */
    public AllowedProjects(Path file) {
        this.file = file;
    }

    /** What was said of a file. */
    public enum Word {
        ALLOWED,
        DENIED,
        /** It was allowed or denied with another content. */
        CHANGED,
        /** Nothing yet. */
        NOTHING
    }

    /** One line: {@code allow SHA256 PATH}. */
    private record Entry(String word, String sum, String path) {
        String line() {
            return word + " " + sum + " " + path + "\n";
        }
    }

    /** What was said of a file with this content. */
    Word word(Path project, byte[] content) {
        String path = real(project);
        for (Entry entry : entries()) {
            if (entry.path.equals(path)) {
                if (!entry.sum.equals(sum(content))) {
                    return Word.CHANGED;
                }
                return entry.word.equals(ALLOW) ? Word.ALLOWED : Word.DENIED;
            }
        }
        return Word.NOTHING;
    }

    void remember(Path project, byte[] content, boolean allowed) {
        String path = real(project);
        try (EditLock _ = EditLock.on(file)) {
            StringBuilder text = new StringBuilder();
            entries().stream().filter(entry -> !entry.path.equals(path)).forEach(entry -> text.append(entry.line()));
            text.append(new Entry(allowed ? ALLOW : DENY, sum(content), path).line());
            PrivateFiles.write(file, text.toString().getBytes(StandardCharsets.UTF_8));
        }
    }

    private List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(file)) {
                String[] parts = line.split(" ", 3);
                // A line that cannot be read allows nothing: the user is asked again.
                if (parts.length == 3) {
                    entries.add(new Entry(parts[0], parts[1], parts[2]));
                }
            }
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw PrivateFiles.unusable("read " + file, file, e);
        }
        return entries;
    }

    private static String real(Path project) {
        try {
            String path = project.toRealPath().toString();
            if (path.contains("\n")) {
                throw new GotunnelException(
                        ErrorCode.CONFIG, "The path of the project's file has a line break.", "Rename that folder.");
            }
            return path;
        } catch (IOException e) {
            throw PrivateFiles.unusable("read " + project, project, e);
        }
    }

    private static String sum(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
