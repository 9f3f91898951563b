package dev.gotunnel.config;

import dev.gotunnel.config.KeyPath.Step;
import dev.gotunnel.config.Type.ByName;
import dev.gotunnel.config.Type.MappingOf;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * Puts layers above each other: mappings join key by key, anything else of the higher layer takes the place of what the
 * lower one says. Every value keeps the mark of where it stands. Trees are never changed, but made anew.
 */
final class Merge {
    /** By what an item of a list is called. */
    private static final List<String> NAMES = List.of("name", "domain", "path", "user", "url");

    private Merge() {}

    /** A document above another one. */
    static Node join(@Nullable Node lower, Node upper) {
        return join(new MappingOf(Catalogue.ROOT), lower, upper);
    }

    private static Node join(Type type, @Nullable Node lower, Node upper) {
        if (YamlReader.isAbsent(upper) && lower != null) {
            return lower;
        }
        boolean joins = type instanceof MappingOf || type instanceof ByName;
        if (!joins || !(lower instanceof MappingNode low) || !(upper instanceof MappingNode high)) {
            return upper;
        }
        Map<String, Node> above = YamlTree.entries(high);
        List<NodeTuple> entries = new ArrayList<>();
        Set<String> joined = new HashSet<>();
        for (NodeTuple entry : low.getValue()) {
            String name = entry.getKeyNode() instanceof ScalarNode key ? key.getValue() : "";
            Node other = above.get(name);
            if (other != null && joined.add(name)) {
                entries.add(new NodeTuple(entry.getKeyNode(), join(below(type, name), entry.getValueNode(), other)));
            } else {
                entries.add(entry);
            }
        }
        for (NodeTuple entry : high.getValue()) {
            // What stands there twice in one file is to be told as that.
            if (!(entry.getKeyNode() instanceof ScalarNode key) || !joined.remove(key.getValue())) {
                entries.add(entry);
            }
        }
        Tag tag = Tag.MAP.equals(low.getTag()) ? high.getTag() : low.getTag();
        return new MappingNode(tag, true, entries, FlowStyle.BLOCK, high.getStartMark(), high.getEndMark());
    }

    private static Type below(Type type, String name) {
        if (type instanceof ByName(String _, Type value)) {
            return value;
        }
        Key key = type instanceof MappingOf(Keys keys) ? keys.find(name) : null;
        return key == null ? new Type.Truth() : key.type();
    }

    /**
     * A document with one value put in.
     *
     * @return null when the path leads through an item that there is not
     */
    static @Nullable Node put(@Nullable Node root, List<Step> steps, Node value) {
        if (steps.isEmpty()) {
            return value;
        }
        Step step = steps.getFirst();
        List<Step> rest = steps.subList(1, steps.size());
        return step.ofItem() ? putItem(root, step.name(), rest, value) : putEntry(root, step.name(), rest, value);
    }

    private static @Nullable Node putEntry(@Nullable Node node, String name, List<Step> rest, Node value) {
        List<NodeTuple> entries = new ArrayList<>();
        boolean placed = false;
        for (NodeTuple entry : node instanceof MappingNode known ? known.getValue() : List.<NodeTuple>of()) {
            if (!placed && entry.getKeyNode() instanceof ScalarNode key && key.getValue().equals(name)) {
                Node put = put(entry.getValueNode(), rest, value);
                if (put == null) {
                    return null;
                }
                entries.add(new NodeTuple(entry.getKeyNode(), put));
                placed = true;
            } else {
                entries.add(entry);
            }
        }
        if (!placed) {
            Node put = put(null, rest, value);
            if (put == null) {
                return null;
            }
            entries.add(new NodeTuple(YamlTree.of(name), put));
        }
        return node instanceof MappingNode known
                ? new MappingNode(
                        known.getTag(), true, entries, known.getFlowStyle(), known.getStartMark(), known.getEndMark())
                : new MappingNode(Tag.MAP, true, entries, FlowStyle.BLOCK, value.getStartMark(), value.getEndMark());
    }

    private static @Nullable Node putItem(@Nullable Node node, String which, List<Step> rest, Node value) {
        List<Node> items = new ArrayList<>(node instanceof SequenceNode known ? known.getValue() : List.of());
        int place = indexOf(items, which);
        if (place < 0) {
            return null;
        }
        Node put = put(place < items.size() ? items.get(place) : null, rest, value);
        if (put == null) {
            return null;
        }
        if (place < items.size()) {
            items.set(place, put);
        } else {
            items.add(put);
        }
        return node instanceof SequenceNode known
                ? new SequenceNode(
                        known.getTag(), true, items, known.getFlowStyle(), known.getStartMark(), known.getEndMark())
                : new SequenceNode(Tag.SEQ, true, items, FlowStyle.BLOCK, value.getStartMark(), value.getEndMark());
    }

    /** Where an item stands, by its number or its name; one past the end for the number that a new one has; else -1. */
    static int indexOf(List<Node> items, String which) {
        if (which.matches("\\d{1,6}")) {
            int number = Integer.parseInt(which);
            return number <= items.size() ? number : -1;
        }
        for (int i = 0; i < items.size(); i++) {
            Map<String, Node> entries = YamlTree.entries(items.get(i));
            boolean called = NAMES.stream()
                    .map(entries::get)
                    .anyMatch(name ->
                            name instanceof ScalarNode scalar && scalar.getValue().equals(which));
            if (called) {
                return i;
            }
        }
        return -1;
    }
}
