package dev.gotunnel.config;

import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** The version of the format of a document: one that is newer than this gotunnel is not read at all. */
final class Version {
    private Version() {}

    /** Whether the rest can be read; tells when it cannot. */
    static boolean isReadable(YamlReader reader, Node root) {
        Node version = YamlTree.get(root, "version");
        if (!(version instanceof ScalarNode scalar) || !scalar.getValue().matches("\\d{1,9}")) {
            return true;
        }
        int said = Integer.parseInt(scalar.getValue());
        if (said > Catalogue.VERSION) {
            reader.problem(
                    version,
                    "version",
                    "is " + said + "; this gotunnel reads up to version " + Catalogue.VERSION
                            + ". The file needs a newer gotunnel: update it, or use another file with --config.");
            return false;
        }
        return true;
    }
}
