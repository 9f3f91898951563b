package dev.gotunnel.config;

import dev.gotunnel.config.Type.ByName;
import dev.gotunnel.config.Type.Either;
import dev.gotunnel.config.Type.ItemsOf;
import dev.gotunnel.config.Type.MappingOf;
import dev.gotunnel.config.Type.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** Values as they are typed in a command or a variable, as nodes: a list is {@code a,b} or {@code [a, b]}. */
final class Values {
    private Values() {}

    /**
     * A value.
     *
     * @param type what it may be
     * @param label what problems call the place where it was typed
     */
    static Node node(Type type, String typed, String label) {
        String text = typed.strip();
        boolean flow = text.startsWith("[") || text.startsWith("{");
        return switch (type) {
            case MappingOf _, ByName _ -> composed(typed, label);
            case ItemsOf(Type item) when !flow -> list(item, text, label);
            case ItemsOf _ -> composed(typed, label);
            case Either _ when flow -> composed(typed, label);
            case Words(List<String> words) when words.contains(text.toLowerCase(Locale.ROOT)) ->
                scalar(text.toLowerCase(Locale.ROOT), label);
            case Type.Text _ -> scalar(typed, label);
            default -> scalar(text, label);
        };
    }

    /** A value as it is to stand in a file: a number as a number, a list within brackets. */
    static Node written(Type type, String typed) {
        Node node = node(type, typed, "the value");
        Type plain = type instanceof Either(Type brief, Type _) ? brief : type;
        if (node instanceof SequenceNode list && list.getValue().stream().allMatch(ScalarNode.class::isInstance)) {
            Type item = type instanceof ItemsOf(Type of) ? of : plain;
            List<Node> items = new ArrayList<>();
            list.getValue().forEach(value -> items.add(written(item, ((ScalarNode) value).getValue())));
            return new SequenceNode(Tag.SEQ, items, FlowStyle.FLOW);
        }
        if (!(node instanceof ScalarNode scalar)) {
            return node;
        }
        String text = scalar.getValue();
        return switch (plain) {
            case Type.Whole _ when text.matches("\\d{1,9}") -> YamlTree.of(Integer.valueOf(text));
            case Type.Share _ when text.matches("\\d(\\.\\d{1,9})?") -> YamlTree.of(Double.valueOf(text));
            case Type.Truth _ when text.equals("true") || text.equals("false") -> YamlTree.of(Boolean.valueOf(text));
            default -> YamlTree.of(text);
        };
    }

    private static Node composed(String text, String label) {
        return YamlText.compose(text, label, false).orElseGet(() -> scalar("", label));
    }

    private static Node list(Type item, String text, String label) {
        List<Node> items = new ArrayList<>();
        if (!text.isEmpty()) {
            for (String part : text.split(",")) {
                items.add(node(item, part.strip(), label));
            }
        }
        return new SequenceNode(Tag.SEQ, true, items, FlowStyle.FLOW, mark(label), mark(label));
    }

    private static Node scalar(String text, String label) {
        return new ScalarNode(Tag.STR, true, text, ScalarStyle.PLAIN, mark(label), mark(label));
    }

    private static Optional<Mark> mark(String label) {
        return Optional.of(new Mark(label, 0, 0, 0, new int[0], 0));
    }
}
