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

    static @Nullable BackendAddress read(YamlReader reader, @Nullable Node node, String path) {
        if (!(node instanceof MappingNode)) {
            return reader.parsed(node, path, BackendAddress::parse);
        }
        Section keys = reader.section(node, path, TunnelCatalogue.BACKEND);
        keys.hasNeeded("a backend needs a \"url\".");
        BackendAddress address = keys.parsed("url", BackendAddress::parse);
        Integer weight = keys.integer("weight");
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
