package dev.gotunnel.config;

import dev.gotunnel.config.KeyPath.Step;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.platform.EditLock;
import dev.gotunnel.platform.PrivateFiles;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * A configuration file that commands change. The user's comments and order stay, and what would not be valid is not written.
 * Any thread.
 */
public final class ConfigFile {
    private final Path file;

    /** @param file need not exist */
    public ConfigFile(Path file) {
        this.file = file;
    }

    /**
     * Writes the commented file.
     *
     * @throws GotunnelException {@code CONFIG} when there is one already
     */
    public void init() {
        try (EditLock _ = EditLock.on(file)) {
            if (Files.exists(file)) {
                throw new GotunnelException(
                        ErrorCode.CONFIG, file + " is there already.", "What applies: gotunnel config show --origin");
            }
            PrivateFiles.write(file, CommentedFile.text().getBytes(StandardCharsets.UTF_8));
        }
    }

    /**
     * Says a key.
     *
     * @param value as it is typed; a list is {@code a,b} or {@code [a, b]}
     * @throws GotunnelException {@code USAGE} when there is no such key, or it cannot be that
     */
    public void set(String key, String value) {
        KeyPath path = KeyPath.parse(key);
        Node node = Values.written(path.type(), value);
        try {
            edit(root -> put(root, path, node));
        } catch (GotunnelException e) {
            String problem = problemWith(path.text(), e);
            if (problem == null) {
                throw e;
            }
            throw new GotunnelException(
                    ErrorCode.USAGE, path.text() + " " + problem, "Nothing was changed. " + file + " is as it was.", e);
        }
    }

    /** What a failure says of one key; null when it is about something else. */
    private static @Nullable String problemWith(String key, GotunnelException e) {
        return e.getMessage()
                .lines()
                .skip(1)
                .filter(line -> line.contains(": " + key))
                .map(line -> line.substring(line.indexOf(": " + key) + 2 + key.length()))
                .map(rest -> rest.substring(rest.indexOf(": ") + 2))
                .map(what -> what.startsWith("\"") ? "cannot be that: " + what : what)
                .findFirst()
                .orElse(null);
    }

    /**
     * Says a key no more.
     *
     * @return whether it was said
     */
    public boolean unset(String key) {
        KeyPath path = KeyPath.parse(key);
        boolean[] found = new boolean[1];
        edit(root -> found[0] = remove(root, path.steps()));
        return found[0];
    }

    /** Whether it was written for the original gotunnel. */
    public boolean isOriginal() {
        return Migration.isNeeded(
                YamlText.compose(YamlText.read(file), name(), false).orElse(null));
    }

    /** What {@link #migrate()} would change, a clause each. */
    public List<String> changesOfMigration() {
        return isOriginal()
                        && YamlText.compose(YamlText.read(file), name(), false).orElse(null) instanceof MappingNode root
                ? Migration.apply(root)
                : List.of();
    }

    /**
     * Writes a file of the original gotunnel anew, in today's format.
     *
     * @return where the file lies as it was
     */
    public Path migrate() {
        try (EditLock _ = EditLock.on(file)) {
            String before = YamlText.read(file);
            Path backup = backup(before);
            String after = ProfileStore.edited(before, file, root -> {
                var _ = Migration.apply(root);
            });
            ConfigLoader.parse(after, file);
            PrivateFiles.write(file, after.getBytes(StandardCharsets.UTF_8));
            return backup;
        }
    }

    private Path backup(String before) {
        for (int i = 0; ; i++) {
            Path backup = file.resolveSibling(name() + ".before-" + Catalogue.VERSION + (i == 0 ? "" : "." + i));
            if (!Files.exists(backup)) {
                PrivateFiles.write(backup, before.getBytes(StandardCharsets.UTF_8));
                return backup;
            }
        }
    }

    private String name() {
        return String.valueOf(file.getFileName());
    }

    private void edit(Consumer<MappingNode> change) {
        try (EditLock _ = EditLock.on(file)) {
            String before = YamlText.read(file);
            ConfigLoader.parse(before, file);
            if (isOriginal()) {
                throw original(file);
            }
            String after = ProfileStore.edited(before, file, change);
            ConfigLoader.parse(after, file);
            PrivateFiles.write(file, after.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Keys of today's among those of the original's would be neither. */
    static GotunnelException original(Path file) {
        return new GotunnelException(
                ErrorCode.CONFIG,
                file + " was written for the original gotunnel, and cannot be changed as it is.",
                "Write it anew first, a copy is kept: gotunnel config migrate");
    }

    private void put(MappingNode root, KeyPath path, Node value) {
        Node at = root;
        for (int i = 0; i < path.steps().size(); i++) {
            Step step = path.steps().get(i);
            boolean last = i == path.steps().size() - 1;
            boolean listNext = !last && path.steps().get(i + 1).ofItem();
            Node next = last ? value : listNext ? YamlTree.sequence(new ArrayList<>()) : YamlTree.mapping();
            if (step.ofItem() && at instanceof SequenceNode list) {
                int place = Merge.indexOf(list.getValue(), step.name());
                if (place < 0) {
                    throw new GotunnelException(
                            ErrorCode.USAGE,
                            "There is no item \"" + step.name() + "\" in " + file + ".",
                            "See what there is: gotunnel config show");
                }
                if (place == list.getValue().size()) {
                    list.getValue().add(next);
                } else if (last) {
                    list.getValue().set(place, next);
                }
                at = list.getValue().get(place);
            } else if (at instanceof MappingNode mapping) {
                if (last || YamlReader.isAbsent(YamlTree.get(mapping, step.name()))) {
                    YamlTree.put(mapping, step.name(), next);
                }
                at = Objects.requireNonNull(YamlTree.get(mapping, step.name()));
            } else {
                throw new GotunnelException(
                        ErrorCode.USAGE,
                        "In " + file + ", what stands above " + path.text() + " has a short form.",
                        "Write it out in the file first.");
            }
        }
    }

    private static boolean remove(@Nullable Node at, List<Step> steps) {
        Step step = steps.getFirst();
        if (at instanceof MappingNode mapping && !step.ofItem()) {
            int place = YamlTree.indexOf(mapping, step.name());
            if (place < 0) {
                return false;
            }
            if (steps.size() == 1) {
                mapping.getValue().remove(place);
                return true;
            }
            return remove(mapping.getValue().get(place).getValueNode(), steps.subList(1, steps.size()));
        }
        if (at instanceof SequenceNode list && step.ofItem()) {
            int place = Merge.indexOf(list.getValue(), step.name());
            if (place < 0 || place == list.getValue().size()) {
                return false;
            }
            if (steps.size() == 1) {
                list.getValue().remove(place);
                return true;
            }
            return remove(list.getValue().get(place), steps.subList(1, steps.size()));
        }
        return false;
    }
}
