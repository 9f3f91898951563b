package dev.gotunnel.tunnel;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.platform.EditLock;
import dev.gotunnel.platform.PrivateFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A journal in a file: a line for each entry, its three parts between tabs. It goes when it is empty. */
public final class FileJournal implements Journal {
    private static final int PARTS = 3;

    private final Path file;

    /** A journal that is made by its first entry. */
    public FileJournal(Path file) {
        this.file = file;
    }

    @Override
    public void note(Entry entry) {
        change(entries -> {
            if (!entries.contains(entry)) {
                entries.add(entry);
            }
        });
    }

    @Override
    public void forget(Entry entry) {
        if (entries().contains(entry)) {
            change(entries -> entries.remove(entry));
        }
    }

    private void change(Consumer<List<Entry>> change) {
        try (EditLock lock = EditLock.on(file)) {
            List<Entry> entries = new ArrayList<>(entries());
            change.accept(entries);
            if (entries.isEmpty()) {
                Files.deleteIfExists(file);
            } else {
                String text = entries.stream().map(FileJournal::line).collect(Collectors.joining());
                PrivateFiles.write(file, text.getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            throw PrivateFiles.unusable("write the journal " + file, file, e);
        }
    }

    @Override
    public List<Entry> entries() {
        List<String> damaged = damaged();
        if (!damaged.isEmpty()) {
            throw new GotunnelException(
                    ErrorCode.IO,
                    "The journal " + file + " is damaged: \"" + damaged.getFirst() + "\".",
                    "Keep what can be read of it: gotunnel doctor --fix");
        }
        return lines().stream().map(FileJournal::parse).toList();
    }

    /** The file, which need not exist. */
    public Path file() {
        return file;
    }

    /** The lines that are no entries. */
    public List<String> damaged() {
        return lines().stream().filter(line -> !isEntry(line)).toList();
    }

    /** Where {@link #mend} keeps a damaged file. */
    public Path aside() {
        return file.resolveSibling(file.getFileName() + ".damaged");
    }

    /** Keeps the entries that can be read, and the whole file as {@link #aside()}. No effect on one that is sound. */
    public void mend() {
        if (damaged().isEmpty()) {
            return;
        }
        try (EditLock lock = EditLock.on(file)) {
            List<String> lines = lines();
            List<String> good = lines.stream().filter(FileJournal::isEntry).toList();
            if (good.size() < lines.size()) {
                PrivateFiles.write(aside(), text(lines));
                if (good.isEmpty()) {
                    Files.deleteIfExists(file);
                } else {
                    PrivateFiles.write(file, text(good));
                }
            }
        } catch (IOException e) {
            throw PrivateFiles.unusable("write the journal " + file, file, e);
        }
    }

    private static byte[] text(List<String> lines) {
        return (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /** What is no UTF-8 is damage as well, and not to be lost in reading. */
    private List<String> lines() {
        if (!Files.exists(file)) {
            return List.of();
        }
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        } catch (IOException e) {
            throw PrivateFiles.unusable("read the journal " + file, file, e);
        }
    }

    private static boolean isEntry(String line) {
        return line.split("\t", -1).length == PARTS && line.indexOf('\uFFFD') < 0 && line.indexOf('\0') < 0;
    }

    private static String line(Entry entry) {
        return Stream.of(entry.kind(), entry.where(), entry.what())
                        .map(FileJournal::escape)
                        .collect(Collectors.joining("\t"))
                + "\n";
    }

    /** Paths may hold what separates here. */
    private static String escape(String part) {
        return part.replace("\\", "\\\\")
                .replace("\t", "\\t")
                .replace("\n", "\\n")
                .replace("\r", "\\r");
    }

    private static Entry parse(String line) {
        String[] parts = line.split("\t", -1);
        return new Entry(unescape(parts[0]), unescape(parts[1]), unescape(parts[2]));
    }

    private static String unescape(String part) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < part.length(); i++) {
            char c = part.charAt(i);
            if (c == '\\' && i + 1 < part.length()) {
                char escaped = part.charAt(++i);
                text.append(
                        switch (escaped) {
                            case 't' -> '\t';
                            case 'n' -> '\n';
                            case 'r' -> '\r';
                            default -> escaped;
                        });
            } else {
                text.append(c);
            }
        }
        return text.toString();
    }
}
