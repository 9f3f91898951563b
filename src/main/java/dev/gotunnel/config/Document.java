package dev.gotunnel.config;

import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;

/** A document's tree as it is read: in today's format, with its variables put in. */
final class Document {
    private Document() {}

    /**
     * Prepares a tree.
     *
     * @return null when nothing of it can be read, which the reader was told
     */
    static @Nullable Node prepared(Node root, YamlReader reader, Variables variables) {
        if (!Version.isReadable(reader, root)) {
            return null;
        }
        int before = reader.problems().size();
        Node expanded = variables.expanded(inPlace(root, reader), reader);
        // What stands where a variable should is no value that could be told more of.
        return reader.problems().size() > before ? null : expanded;
    }

    /** With a top-level {@code logging} in its place below {@code observability}. */
    private static Node inPlace(Node root, YamlReader reader) {
        Node logging = YamlTree.entries(root).get("logging");
        if (!(root instanceof MappingNode mapping) || logging == null) {
            return root;
        }
        Node observability = YamlTree.entries(root).get("observability");
        if (YamlTree.get(observability, "logging") != null) {
            reader.problem(logging, "logging", "is short for observability.logging, which stands here too; leave one out.");
        }
        MappingNode home = observability instanceof MappingNode known ? known : YamlTree.mapping();
        YamlTree.put(home, "logging", logging);
        mapping.getValue().remove(YamlTree.indexOf(mapping, "logging"));
        YamlTree.put(mapping, "observability", home);
        return mapping;
    }
}
