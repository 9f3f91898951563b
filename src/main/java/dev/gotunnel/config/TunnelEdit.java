package dev.gotunnel.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * Changes a tunnel in a document by the difference of two of its written forms. What is the same in both keeps its
 * nodes, and with them the user's order, comments, quotes and ways of saying it.
 */
final class TunnelEdit {
    /** Keys that say the same thing in different words: when one of them changes, all are written anew. */
    private static final List<Set<String>> SYNONYMS =
            List.of(Set.of("port", "backend", "backends"), Set.of("strip_prefix", "rewrite"));

    private TunnelEdit() {}

    /** Makes a mapping say what is new, where that differs from what it says now. */
    static void apply(MappingNode mapping, Map<?, ?> before, Map<?, ?> after) {
        Set<Object> keys = new LinkedHashSet<>(after.keySet());
        keys.addAll(before.keySet());
        for (Object key : keys) {
            String name = String.valueOf(key);
            Object was = before.get(key);
            Object is = after.get(key);
            if (!Objects.equals(was, is)) {
                removeSynonyms(mapping, name, after);
                set(mapping, name, was, is);
            }
        }
    }

    private static void set(MappingNode mapping, String name, @Nullable Object was, @Nullable Object is) {
        int place = YamlTree.indexOf(mapping, name);
        if (is == null) {
            if (place >= 0) {
                mapping.getValue().remove(place);
            }
            return;
        }
        Node node = place < 0 ? null : mapping.getValue().get(place).getValueNode();
        Node changed = changed(node, was, is);
        if (!changed.equals(node)) {
            YamlTree.put(mapping, name, changed);
        }
    }

    /** What now stands for others of its kind takes their place; what is written elsewhere is not touched. */
    private static void removeSynonyms(MappingNode mapping, String name, Map<?, ?> after) {
        for (Set<String> group : SYNONYMS) {
            if (group.contains(name)) {
                group.stream()
                        .filter(other -> !after.containsKey(other))
                        .mapToInt(other -> YamlTree.indexOf(mapping, other))
                        .filter(place -> place >= 0)
                        .boxed()
                        .sorted(Comparator.reverseOrder())
                        .forEach(place -> mapping.getValue().remove(place.intValue()));
            }
        }
    }

    private static Node changed(@Nullable Node node, @Nullable Object was, Object is) {
        // A node with an anchor may stand elsewhere too, where nothing is to change.
        boolean own = node != null && node.getAnchor().isEmpty();
        if (own && node instanceof MappingNode mapping && was instanceof Map<?, ?> w && is instanceof Map<?, ?> i) {
            apply(mapping, w, i);
            return node;
        }
        if (own && node instanceof SequenceNode list && was instanceof List<?> w && is instanceof List<?> i) {
            return changed(list, w, i) ? node : YamlTree.of(is);
        }
        return YamlTree.of(is);
    }

    /** Changes a list item by item; not when it does not have those that it should have. */
    private static boolean changed(SequenceNode list, List<?> was, List<?> is) {
        List<Node> nodes = list.getValue();
        if (nodes.size() != was.size()) {
            return false;
        }
        List<Node> items = new ArrayList<>();
        Set<Integer> used = new LinkedHashSet<>();
        for (int i = 0; i < is.size(); i++) {
            Object item = is.get(i);
            int same = was.indexOf(item);
            if (same >= 0 && used.add(same)) {
                items.add(nodes.get(same));
            } else if (i < was.size() && !is.contains(was.get(i)) && used.add(i)) {
                items.add(changed(nodes.get(i), was.get(i), item));
            } else {
                items.add(YamlTree.of(item));
            }
        }
        nodes.clear();
        nodes.addAll(items);
        return true;
    }
}
