package dev.gotunnel.config;

import dev.gotunnel.error.GotunnelException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * Reads values out of a parsed document and collects every problem with its line, column and key path, so that the user
 * mends a file once. A value that is wrong reads as absent.
 */
final class YamlReader {
    private static final Set<Tag> PLAIN_TAGS =
            Set.of(Tag.STR, Tag.INT, Tag.FLOAT, Tag.BOOL, Tag.NULL, Tag.SEQ, Tag.MAP);

    private static final String TAGGED = "has a tag (!…), which nothing here takes.";

    private final String file;
    private final List<String> problems = new ArrayList<>();

    YamlReader(String file) {
        this.file = file;
    }

    List<String> problems() {
        return problems;
    }

    void problem(@Nullable Node node, String path, String what) {
        String where = node == null
                ? file
                : node.getStartMark()
                        .map(mark -> file + ":" + (mark.getLine() + 1) + ":" + (mark.getColumn() + 1))
                        .orElse(file);
        problems.add(where + ": " + (path.isEmpty() ? "" : path + ": ") + what);
    }

    /** A mapping's entries by key; a key that is not among the allowed ones is a problem. */
    Map<String, Node> mapping(@Nullable Node node, String path, List<String> allowed) {
        Map<String, Node> entries = mapping(node, path);
        if (node instanceof MappingNode mapping) {
            for (NodeTuple tuple : mapping.getValue()) {
                if (tuple.getKeyNode() instanceof ScalarNode key && !allowed.contains(key.getValue())) {
                    problem(
                            key,
                            join(path, key.getValue()),
                            "unknown key; known here: " + String.join(", ", allowed) + ".");
                }
            }
        }
        return entries;
    }

    /** A mapping's entries with any keys. */
    Map<String, Node> mapping(@Nullable Node node, String path) {
        Map<String, Node> entries = new LinkedHashMap<>();
        if (node == null || isNull(node)) {
            return entries;
        }
        if (isTagged(node)) {
            problem(node, path, TAGGED);
        }
        if (!(node instanceof MappingNode mapping)) {
            problem(node, path, "must be a mapping (key: value).");
            return entries;
        }
        for (NodeTuple tuple : mapping.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                problem(tuple.getKeyNode(), path, "a key must be a plain word.");
            } else if (entries.putIfAbsent(key.getValue(), tuple.getValueNode()) != null) {
                problem(key, join(path, key.getValue()), "stands here twice.");
            }
        }
        return entries;
    }

    List<Node> sequence(@Nullable Node node, String path) {
        if (node == null || isNull(node)) {
            return List.of();
        }
        if (node instanceof SequenceNode sequence && !isTagged(node)) {
            return sequence.getValue();
        }
        problem(node, path, isTagged(node) ? TAGGED : "must be a list (lines that begin with \"- \").");
        return List.of();
    }

    @Nullable
    String text(@Nullable Node node, String path) {
        if (node == null) {
            return null;
        }
        if (node instanceof ScalarNode scalar && !isNull(node) && !isTagged(node)) {
            return scalar.getValue();
        }
        problem(node, path, isNull(node) ? "has no value." : isTagged(node) ? TAGGED : "must be a single value.");
        return null;
    }

    @Nullable
    Integer integer(@Nullable Node node, String path, int min, int max) {
        String text = text(node, path);
        if (text == null) {
            return null;
        }
        try {
            int value = Integer.parseInt(text);
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Told below, with what is allowed.
        }
        problem(node, path, "\"" + text + "\" is not allowed; a whole number from " + min + " to " + max + " is.");
        return null;
    }

    @Nullable
    Boolean bool(@Nullable Node node, String path) {
        String text = word(node, path, List.of("true", "false"));
        return text == null ? null : Boolean.valueOf(text);
    }

    /** One of a few words. */
    @Nullable
    String word(@Nullable Node node, String path, List<String> allowed) {
        String text = text(node, path);
        if (text != null && !allowed.contains(text)) {
            problem(
                    node,
                    path,
                    "\"" + text + "\" is not allowed; one of these is: " + String.join(", ", allowed) + ".");
            return null;
        }
        return text;
    }

    /** A text that a type of the domain understands; what that type says of a wrong one is the problem. */
    <T> @Nullable T parsed(@Nullable Node node, String path, Function<String, T> parser) {
        String text = text(node, path);
        if (text == null) {
            return null;
        }
        try {
            return parser.apply(text);
        } catch (GotunnelException e) {
            problem(node, path, e.getMessage() + (e.hint() == null ? "" : " " + e.hint()));
            return null;
        }
    }

    static String join(String path, String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    /** Tags outside of YAML's own name types of programs; nothing of ours has one. */
    private static boolean isTagged(Node node) {
        return !PLAIN_TAGS.contains(node.getTag());
    }

    private static boolean isNull(Node node) {
        return Tag.NULL.equals(node.getTag());
    }
}
