package dev.gotunnel.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** The entries of a mapping in a document's tree, and new nodes for values. */
final class YamlTree {
    private static final Set<String> RESERVED = Set.of("true", "false", "null");

    private YamlTree() {}

    static @Nullable Node get(@Nullable Node mapping, String key) {
        if (!(mapping instanceof MappingNode known)) {
            return null;
        }
        int place = indexOf(known, key);
        return place < 0 ? null : known.getValue().get(place).getValueNode();
    }

    /** The entries of a mapping whose keys are words; none of anything else. */
    static Map<String, Node> entries(@Nullable Node mapping) {
        Map<String, Node> entries = new LinkedHashMap<>();
        if (mapping instanceof MappingNode known) {
            for (NodeTuple tuple : known.getValue()) {
                if (tuple.getKeyNode() instanceof ScalarNode key) {
                    entries.putIfAbsent(key.getValue(), tuple.getValueNode());
                }
            }
        }
        return entries;
    }

    /** Where a key stands, in whatever letters; -1 when it does not. */
    static int indexOf(MappingNode mapping, String key) {
        List<NodeTuple> entries = mapping.getValue();
        for (int i = 0; i < entries.size(); i++) {
            if (entries.get(i).getKeyNode() instanceof ScalarNode known
                    && known.getValue().equalsIgnoreCase(key)) {
                return i;
            }
        }
        return -1;
    }

    /** Sets a key; one that is there already keeps its place and its comments. */
    static void put(MappingNode mapping, String key, Node value) {
        int place = indexOf(mapping, key);
        if (place < 0) {
            mapping.getValue().add(new NodeTuple(text(key), value));
        } else {
            NodeTuple before = mapping.getValue().get(place);
            if (value.getInLineComments() == null && value instanceof ScalarNode) {
                value.setInLineComments(before.getValueNode().getInLineComments());
            }
            mapping.getValue().set(place, new NodeTuple(before.getKeyNode(), value));
        }
    }

    static MappingNode mapping() {
        return new MappingNode(Tag.MAP, new ArrayList<>(), FlowStyle.BLOCK);
    }

    static SequenceNode sequence(List<Node> items) {
        return new SequenceNode(Tag.SEQ, items, FlowStyle.BLOCK);
    }

    /** A value of maps, lists, texts, numbers and truth values as nodes. */
    static Node of(Object value) {
        return switch (value) {
            case Map<?, ?> map -> {
                MappingNode mapping = mapping();
                map.forEach((key, item) -> mapping.getValue().add(new NodeTuple(text(String.valueOf(key)), of(item))));
                yield mapping;
            }
            case List<?> list -> {
                List<Node> items = new ArrayList<>();
                list.forEach(item -> items.add(of(item)));
                yield sequence(items);
            }
            case Boolean bool -> new ScalarNode(Tag.BOOL, bool.toString(), ScalarStyle.PLAIN);
            case Double number -> new ScalarNode(Tag.FLOAT, number.toString(), ScalarStyle.PLAIN);
            case Number number -> new ScalarNode(Tag.INT, number.toString(), ScalarStyle.PLAIN);
            default -> text(value.toString());
        };
    }

    /** A text that YAML would read as something else, such as a name of digits, is quoted. */
    private static ScalarNode text(String value) {
        boolean word = value.chars().anyMatch(Character::isLetter) && !RESERVED.contains(value);
        return new ScalarNode(Tag.STR, value, word ? ScalarStyle.PLAIN : ScalarStyle.DOUBLE_QUOTED);
    }
}
