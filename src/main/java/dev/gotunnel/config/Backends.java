package dev.gotunnel.config;

import dev.gotunnel.policy.BackendAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;

/** The keys {@code port}, {@code backend} and {@code backends}: a URL, or one with a weight. */
final class Backends {
    private Backends() {}

    /** The items of a list, without those that are wrong. */
    static List<BackendAddress> readAll(YamlReader reader, @Nullable Node node, String path) {
        return reader.items(node, path, (item, itemPath) -> read(reader, item, itemPath));
    }

    static @Nullable BackendAddress read(YamlReader reader, @Nullable Node node, String path) {
        if (!(node instanceof MappingNode)) {
            return reader.parsed(node, path, BackendAddress::parse);
        }
        Map<String, Node> keys = reader.mapping(node, path, List.of("url", "weight"));
        if (!keys.containsKey("url")) {
            reader.problem(node, path, "a backend needs a \"url\".");
        }
        BackendAddress address = reader.parsed(keys.get("url"), path + ".url", BackendAddress::parse);
        Integer weight = reader.integer(keys.get("weight"), path + ".weight", 1, BackendAddress.MAX_WEIGHT);
        return address == null || weight == null ? address : address.withWeight(weight);
    }

    static List<Object> written(List<BackendAddress> backends) {
        List<Object> items = new ArrayList<>();
        for (BackendAddress backend : backends) {
            items.add(written(backend));
        }
        return items;
    }

    static Object written(BackendAddress backend) {
        if (backend.weight() == 1) {
            return backend.url();
        }
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("url", backend.url());
        entry.put("weight", backend.weight());
        return entry;
    }
}
