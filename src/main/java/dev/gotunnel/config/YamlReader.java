package dev.gotunnel.config;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.policy.Amounts;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.Mark;
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

    private static final Pattern DECIMAL = Pattern.compile("\\d+(\\.\\d+)?([eE][+-]?\\d{1,3})?");

    private static final String TAGGED = "has a tag (!…), which nothing here takes.";

    /** A key this many letters away from a known one was meant to be that one. */
    private static final int NEAR = 2;

    private final @Nullable String file;

    /** Where the nodes stand, by the name in their marks. */
    private final Map<String, Source> sources = new HashMap<>();

    private final List<String> problems = new ArrayList<>();

    /** A reader of a document that has no lines, such as the command line. */
    YamlReader() {
        this.file = null;
    }

    /**
     * A reader of one document.
     *
     * @param file how problems call it
     */
    YamlReader(String file) {
        this.file = file;
    }

    /** A reader of what several sources say together. */
    YamlReader(List<Source> sources) {
        this.file = sources.size() == 1 ? sources.getFirst().label() : null;
        sources.forEach(source -> this.sources.put(source.label(), source));
    }

    List<String> problems() {
        return problems;
    }

    void problem(@Nullable Node node, String path, String what) {
        problems.add(where(node) + (path.isEmpty() ? "" : path + ": ") + what);
    }

    private String where(@Nullable Node node) {
        Optional<Mark> mark = Optional.ofNullable(node).flatMap(Node::getStartMark);
        if (mark.isEmpty()) {
            return file == null ? "" : file + ": ";
        }
        String name = mark.get().getName();
        Source source = sources.get(name);
        return source == null || source.layer().isFile()
                ? name + ":" + (mark.get().getLine() + 1) + ":" + (mark.get().getColumn() + 1) + ": "
                : name + ": ";
    }

    /** The folder of the document that a node stands in. */
    private @Nullable Path folder(@Nullable Node node) {
        return Optional.ofNullable(node)
                .flatMap(Node::getStartMark)
                .map(mark -> sources.get(mark.getName()))
                .map(Source::folder)
                .orElse(null);
    }

    /** A file; a relative path is relative to the folder of the document. */
    @Nullable
    Path file(@Nullable Node node, String path) {
        Path said = parsed(node, path, YamlReader::pathOf);
        Path folder = folder(node);
        if (said != null && !said.isAbsolute() && folder == null) {
            problem(node, path, "must be an absolute path here.");
        }
        return said == null || folder == null ? said : folder.resolve(said).normalize();
    }

    private static Path pathOf(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new GotunnelException(ErrorCode.USAGE, "is not the path of a file.", null, e);
        }
    }

    /** A mapping, each of whose entries is read as the catalogue has it. */
    Section section(@Nullable Node node, String path, Keys keys) {
        return new Section(this, keys, node, path);
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
                            "unknown key; known here: " + String.join(", ", allowed) + "."
                                    + suggestion(key.getValue(), allowed));
                }
            }
        }
        return entries;
    }

    static String suggestion(String wrong, List<String> allowed) {
        return allowed.stream()
                .filter(known -> Math.abs(known.length() - wrong.length()) <= NEAR)
                .min(Comparator.comparingInt(known -> distance(wrong, known)))
                .filter(known -> distance(wrong, known) <= Math.min(NEAR, known.length() / 2))
                .map(known -> " Did you mean \"" + known + "\"?")
                .orElse("");
    }

    /** How many letters are to be inserted, left out, changed or swapped with the next one (optimal string alignment). */
    private static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                d[i][j] = Math.min(Math.min(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + change);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
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
        return ranged(node, path, Integer::valueOf, min, max, min == max
                ? String.valueOf(min)
                : "a whole number from " + min + " to " + max);
    }

    /** A share: 0 is never, 1 is always. */
    @Nullable
    Double share(@Nullable Node node, String path) {
        return ranged(node, path, YamlReader::decimal, 0.0, 1.0, "a number from 0 to 1");
    }

    /** Without the letters that Java's literals may have. */
    private static Double decimal(String text) {
        if (!DECIMAL.matcher(text).matches()) {
            throw new NumberFormatException(text);
        }
        return Double.valueOf(text);
    }

    @Nullable
    Duration duration(@Nullable Node node, String path, Duration min, Duration max) {
        String allowed = "a time from " + Amounts.text(min) + " to " + Amounts.text(max) + ", such as 500ms, 2s or 5m,";
        return ranged(node, path, Amounts::duration, min, max, allowed);
    }

    /** A number of bytes, at least 1. */
    @Nullable
    Long size(@Nullable Node node, String path) {
        return ranged(node, path, Amounts::size, 1L, Long.MAX_VALUE, "a number of bytes, 64KB, 10MB or 1GB");
    }

    private <T extends Comparable<T>> @Nullable T ranged(
            @Nullable Node node, String path, Function<String, T> parser, T min, T max, String allowed) {
        String text = text(node, path);
        if (text == null) {
            return null;
        }
        try {
            T value = parser.apply(text);
            if (value.compareTo(min) >= 0 && value.compareTo(max) <= 0) {
                return value;
            }
        } catch (NumberFormatException | GotunnelException e) {
            // Told below, with what is allowed.
        }
        problem(node, path, "\"" + text + "\" is not allowed; " + allowed + " is.");
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

    /** One of the constants of a type, by its word in the configuration. */
    <E extends Enum<E>> @Nullable E constant(
            @Nullable Node node, String path, Class<E> type, Function<E, String> wordOf) {
        List<E> constants = List.of(type.getEnumConstants());
        String text = word(node, path, constants.stream().map(wordOf).toList());
        return constants.stream()
                .filter(constant -> wordOf.apply(constant).equals(text))
                .findFirst()
                .orElse(null);
    }

    /** A text that a type of the domain understands; what that type says of a wrong one is the problem. */
    <T> @Nullable T parsed(@Nullable Node node, String path, Function<String, T> parser) {
        String text = text(node, path);
        return text == null ? null : made(node, path, () -> parser.apply(text));
    }

    /** Something that a type of the domain makes; what that type says when it cannot is the problem. */
    <T> @Nullable T made(@Nullable Node node, String path, Supplier<T> maker) {
        try {
            return maker.get();
        } catch (GotunnelException e) {
            problem(node, path, e.getMessage() + (e.hint() == null ? "" : " " + e.hint()));
            return null;
        }
    }

    /** Each item of a list as a text that a type of the domain understands. */
    <T> List<T> parsedItems(@Nullable Node node, String path, Function<String, T> parser) {
        return items(node, path, (item, itemPath) -> parsed(item, itemPath, parser));
    }

    /** Each item of a list; those that are wrong are left out. */
    <T> List<T> items(@Nullable Node node, String path, BiFunction<Node, String, @Nullable T> read) {
        List<T> values = new ArrayList<>();
        List<Node> items = sequence(node, path);
        for (int i = 0; i < items.size(); i++) {
            T value = read.apply(items.get(i), path + "[" + i + "]");
            if (value != null) {
                values.add(value);
            }
        }
        return values;
    }

    static String join(String path, String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    /** Tags outside of YAML's own name types of programs; nothing of ours has one. */
    private static boolean isTagged(Node node) {
        return !PLAIN_TAGS.contains(node.getTag());
    }

    /** Whether a key is not there, or has no value. */
    static boolean isAbsent(@Nullable Node node) {
        return node == null || isNull(node);
    }

    private static boolean isNull(Node node) {
        return Tag.NULL.equals(node.getTag());
    }
}
