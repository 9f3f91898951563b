package dev.gotunnel.config;

import dev.gotunnel.config.Type.FileName;
import dev.gotunnel.config.Type.ItemsOf;
import dev.gotunnel.config.Type.MappingOf;
import dev.gotunnel.config.Type.Text;
import dev.gotunnel.config.Type.Time;
import dev.gotunnel.config.Type.Whole;
import dev.gotunnel.config.Type.Words;
import dev.gotunnel.policy.Amounts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * The entries of one mapping of a document, each read as the catalogue says that its value may be. What is wrong is told
 * to the reader, and reads as absent.
 */
final class Section {
    private final YamlReader reader;
    private final Keys keys;
    private final @Nullable Node node;
    private final String path;
    private final Map<String, Node> entries;

    Section(YamlReader reader, Keys keys, @Nullable Node node, String path) {
        this(reader, keys, node, path, reader.mapping(node, path, keys.names()));
    }

    private Section(YamlReader reader, Keys keys, @Nullable Node node, String path, Map<String, Node> entries) {
        this.reader = reader;
        this.keys = keys;
        this.node = node;
        this.path = path;
        this.entries = entries;
    }

    /** One without entries: what its values are without anybody saying so. */
    static Section empty(Keys keys) {
        return new Section(new YamlReader(), keys, null, "");
    }

    boolean has(String name) {
        return entries.containsKey(keys.get(name).name());
    }

    @Nullable
    Node node(String name) {
        return entries.get(keys.get(name).name());
    }

    /** The key's whole path. */
    String at(String name) {
        return YamlReader.join(path, name);
    }

    /** Tells a problem with the mapping itself. */
    void problem(String what) {
        reader.problem(node, path, what);
    }

    /** Tells a problem with one of its entries. */
    void problem(String name, String what) {
        reader.problem(node(name), at(name), what);
    }

    /** Tells of each required key that is missing. */
    boolean hasNeeded(String what) {
        for (Key key : keys.all()) {
            if (key.needed() && !has(key.name())) {
                problem(what);
                return false;
            }
        }
        return true;
    }

    /** The mapping itself. */
    @Nullable
    Node node() {
        return node;
    }

    /** The mapping below one of its keys, of which another part is read elsewhere: that tells of its unknown keys. */
    Section quietSection(String name) {
        Keys inside = type(name, MappingOf.class).keys();
        return new Section(reader, inside, node(name), at(name), YamlTree.entries(node(name)));
    }

    /** The mapping below one of its keys. */
    Section section(String name) {
        return new Section(reader, type(name, MappingOf.class).keys(), node(name), at(name));
    }

    @Nullable
    Integer integer(String name) {
        Whole range = type(name, Whole.class);
        return reader.integer(node(name), at(name), range.min(), range.max());
    }

    int integerOrDefault(String name) {
        return or(integer(name), name, Integer::valueOf);
    }

    @Nullable
    Duration duration(String name) {
        Time range = type(name, Time.class);
        return reader.duration(node(name), at(name), range.min(), range.max());
    }

    Duration durationOrDefault(String name) {
        return or(duration(name), name, Amounts::duration);
    }

    double shareOrDefault(String name) {
        type(name, Type.Share.class);
        return or(reader.share(node(name), at(name)), name, Double::valueOf);
    }

    @Nullable
    Long size(String name) {
        type(name, Type.Size.class);
        return reader.size(node(name), at(name));
    }

    @Nullable
    Boolean bool(String name) {
        type(name, Type.Truth.class);
        return reader.bool(node(name), at(name));
    }

    boolean boolOrDefault(String name) {
        return or(bool(name), name, Boolean::valueOf);
    }

    @Nullable
    String word(String name) {
        return reader.word(node(name), at(name), type(name, Words.class).words());
    }

    String wordOrDefault(String name) {
        return or(word(name), name, Function.identity());
    }

    <E extends Enum<E>> @Nullable E constant(String name, Class<E> constants, Function<E, String> wordOf) {
        type(name, Words.class);
        return reader.constant(node(name), at(name), constants, wordOf);
    }

    Text textType(String name) {
        return type(name, Text.class);
    }

    @Nullable
    String text(String name) {
        return text(textType(name), node(name), at(name));
    }

    String textOrDefault(String name) {
        return or(text(name), name, Function.identity());
    }

    private @Nullable String text(Text type, @Nullable Node value, String where) {
        String text = reader.text(value, where);
        if (text != null
                && type.pattern() != null
                && type.allowed() != null
                && !type.pattern().matcher(text).matches()) {
            reader.problem(value, where, "\"" + text + "\" is not allowed; " + type.allowed() + " is.");
            return null;
        }
        return text;
    }

    /** The texts of a list. */
    List<String> texts(String name) {
        Text item = item(name);
        return items(name, (value, where) -> text(item, value, where));
    }

    /** A text that a type of the domain understands. */
    <T> @Nullable T parsed(String name, Function<String, T> parser) {
        return reader.parsed(node(name), at(name), parser);
    }

    /** The texts of a list, each as a type of the domain understands it. */
    <T> List<T> parsedItems(String name, Function<String, T> parser) {
        item(name);
        return reader.parsedItems(node(name), at(name), parser);
    }

    <T> List<T> items(String name, BiFunction<Node, String, @Nullable T> read) {
        type(name, ItemsOf.class);
        return reader.items(node(name), at(name), read);
    }

    /** A file, absolute; null when there is none, or it is wrong. */
    @Nullable
    Path file(String name) {
        type(name, FileName.class);
        return reader.file(node(name), at(name));
    }

    private Text item(String name) {
        if (type(name, ItemsOf.class).item() instanceof Text text) {
            return text;
        }
        throw new IllegalStateException("the items of " + at(name) + " are no texts");
    }

    private <T> T or(@Nullable T said, String name, Function<String, T> parser) {
        return said == null ? parser.apply(Objects.requireNonNull(keys.get(name).fallback(), name)) : said;
    }

    private <T extends Type> T type(String name, Class<T> expected) {
        return type(keys.get(name).type(), name, expected);
    }

    private <T extends Type> T type(Type type, String name, Class<T> expected) {
        if (type instanceof Type.Either(Type brief, Type full)) {
            return type(expected.isInstance(brief) ? brief : full, name, expected);
        }
        if (expected.isInstance(type)) {
            return expected.cast(type);
        }
        throw new IllegalStateException(at(name) + " is " + type + " in the catalogue");
    }
}
