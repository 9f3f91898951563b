package dev.gotunnel.config;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * Puts variables of the environment into values: <code>${VAR}</code>, or <code>${VAR:-VALUE}</code> where it may be unset
 * or empty; <code>$${</code> is a <code>${</code> that stays. Keys are left as they are.
 */
final class Variables {
    private static final Pattern REFERENCE =
            Pattern.compile("(\\$?)\\$\\{(?:([A-Za-z_][A-Za-z0-9_]*)(?:(:-)([^}]*))?\\}|([^}]*\\}?))");

    private final Map<String, String> environment;

    Variables(Map<String, String> environment) {
        this.environment = environment;
    }

    /** A tree with its variables put in; one that is not set is a problem. The tree that it was stays as it is. */
    Node expanded(Node root, YamlReader reader) {
        return expanded(root, "", reader, new IdentityHashMap<>());
    }

    /** Each node once: by aliases it may stand in many places, even below itself. */
    private Node expanded(Node node, String path, YamlReader reader, IdentityHashMap<Node, Node> done) {
        Node known = done.get(node);
        if (known != null) {
            return known;
        }
        return switch (node) {
            case ScalarNode scalar -> expanded(scalar, path, reader);
            case MappingNode mapping -> expanded(mapping, path, reader, done);
            case SequenceNode sequence -> expanded(sequence, path, reader, done);
            default -> node;
        };
    }

    private Node expanded(MappingNode mapping, String path, YamlReader reader, IdentityHashMap<Node, Node> done) {
        List<NodeTuple> entries = new ArrayList<>();
        MappingNode copy = new MappingNode(
                mapping.getTag(), true, entries, mapping.getFlowStyle(), mapping.getStartMark(), mapping.getEndMark());
        done.put(mapping, copy);
        for (NodeTuple entry : mapping.getValue()) {
            String key = entry.getKeyNode() instanceof ScalarNode word ? word.getValue() : "?";
            Node value = expanded(entry.getValueNode(), YamlReader.join(path, key), reader, done);
            entries.add(new NodeTuple(entry.getKeyNode(), value));
        }
        return copy;
    }

    private Node expanded(SequenceNode sequence, String path, YamlReader reader, IdentityHashMap<Node, Node> done) {
        List<Node> items = new ArrayList<>();
        SequenceNode copy = new SequenceNode(
                sequence.getTag(),
                true,
                items,
                sequence.getFlowStyle(),
                sequence.getStartMark(),
                sequence.getEndMark());
        done.put(sequence, copy);
        for (Node item : sequence.getValue()) {
            items.add(expanded(item, path + "[" + items.size() + "]", reader, done));
        }
        return copy;
    }

    private Node expanded(ScalarNode scalar, String path, YamlReader reader) {
        if (!scalar.getValue().contains("${")) {
            return scalar;
        }
        StringBuilder text = new StringBuilder();
        Matcher reference = REFERENCE.matcher(scalar.getValue());
        while (reference.find()) {
            reference.appendReplacement(text, Matcher.quoteReplacement(value(reference, scalar, path, reader)));
        }
        reference.appendTail(text);
        // One that stands alone has a tag of its own, which says that nobody has put it in yet.
        Tag tag = Tag.ENV_TAG.equals(scalar.getTag()) ? Tag.STR : scalar.getTag();
        return new ScalarNode(
                tag, true, text.toString(), scalar.getScalarStyle(), scalar.getStartMark(), scalar.getEndMark());
    }

    private String value(Matcher reference, ScalarNode scalar, String path, YamlReader reader) {
        if (!reference.group(1).isEmpty()) {
            return reference.group().substring(1);
        }
        String name = reference.group(2);
        if (name == null) {
            reader.problem(
                    scalar,
                    path,
                    "\"" + reference.group() + "\" is not a variable; write ${NAME} or ${NAME:-VALUE}, or $${ for a ${"
                            + " that stays.");
            return "";
        }
        Optional<String> said = Optional.ofNullable(environment.get(name));
        if (reference.group(3) != null) {
            return said.filter(value -> !value.isEmpty()).orElse(reference.group(4));
        }
        if (said.isEmpty()) {
            reader.problem(
                    scalar,
                    path,
                    "the variable " + name + " is not set; set it, or say what applies without: ${" + name
                            + ":-VALUE}.");
        }
        return said.orElse("");
    }
}
