package dev.gotunnel.config;

import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.policy.BackendAddress.Scheme;
import dev.gotunnel.policy.PathRoute;
import dev.gotunnel.policy.TrafficPolicy;
import dev.gotunnel.tunnel.TunnelSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes one tunnel as {@link TunnelReader} reads it: maps, lists, texts, numbers and truth values. */
final class TunnelWriter {
    private TunnelWriter() {}

    static Map<String, Object> written(TunnelSpec spec) {
        Map<String, Object> keys = new LinkedHashMap<>();
        keys.put("name", spec.id().name());
        keys.put("domain", spec.domain().ascii());
        BackendAddress first = spec.backends().getFirst();
        boolean plain = first.scheme() == Scheme.HTTP && first.host().equals("localhost") && first.weight() == 1;
        if (spec.backends().size() == 1 && plain) {
            keys.put("port", first.port());
        } else {
            keys.put("backends", Backends.written(spec.backends()));
        }
        if (!spec.https()) {
            keys.put("https", false);
        }
        if (spec.httpsPort() != null) {
            keys.put("https_port", spec.httpsPort());
        }
        keys.putAll(PolicyWriter.written(spec.policy(), null));
        if (spec.minTls() != null || spec.certificate() != null) {
            Map<String, Object> tls = new LinkedHashMap<>();
            if (spec.minTls() != null) {
                tls.put("min_version", spec.minTls().id());
            }
            if (spec.certificate() != null) {
                tls.put("certificate", spec.certificate().certificate().toString());
                tls.put("key", spec.certificate().key().toString());
            }
            if (keys.get("tls") instanceof Map<?, ?> upstream) {
                upstream.forEach((key, value) -> tls.put(String.valueOf(key), value));
            }
            keys.put("tls", tls);
        }
        if (!spec.routes().isEmpty()) {
            keys.put(
                    "routes",
                    spec.routes().stream()
                            .map(route -> written(route, spec.policy()))
                            .toList());
        }
        return keys;
    }

    private static Map<String, Object> written(PathRoute route, TrafficPolicy tunnels) {
        Map<String, Object> keys = new LinkedHashMap<>();
        keys.put("path", route.prefix());
        if (TunnelReader.ROOT.equals(route.replacement())) {
            keys.put("strip_prefix", true);
        } else if (route.replacement() != null) {
            keys.put("rewrite", route.replacement());
        }
        List<BackendAddress> backends = route.backends();
        if (backends.size() == 1) {
            keys.put("backend", Backends.written(backends.getFirst()));
        } else if (!backends.isEmpty()) {
            keys.put("backends", Backends.written(backends));
        }
        keys.putAll(PolicyWriter.written(route.policy(), tunnels));
        return keys;
    }
}
