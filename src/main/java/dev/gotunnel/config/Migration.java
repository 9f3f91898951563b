package dev.gotunnel.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * Makes a document of today's format of one that the original gotunnel would have read, which had no version. What has
 * another name moves there; what nothing goes by any more is left out; both are told.
 */
final class Migration {
    /** Keys that only the original had, by the mapping that they stand in. */
    private static final Map<String, Set<String>> SIGNS = Map.of(
            "", Set.of("service", "network", "development"),
            "proxy", Set.of("http_port", "https_port", "auto_install"),
            "security",
                    Set.of(
                            "allow_non_root",
                            "cert_validation",
                            "auto_cert_install",
                            "hosts_backup",
                            "hosts_restore_on_exit"),
            "logging", Set.of("output", "add_source", "time_format"),
            "tunnels", Set.of("default_https", "default_https_port", "cert_dir"));

    /** What has another name today. One whose new name is taken already is left out. */
    private static final List<List<String>> MOVED = List.of(
            List.of("service.name", "observability.service_name"),
            List.of("service.version", "observability.service_version"),
            List.of("service.environment", "observability.environment"),
            List.of("proxy.http_port", "server.http_port"),
            List.of("proxy.https_port", "server.https_port"),
            List.of("tunnels.default_https_port", "server.https_port"),
            List.of("logging", "observability.logging"));

    /** Where to look today for what is left out. */
    private static final Map<String, String> REASONS = Map.ofEntries(
            Map.entry("proxy.mode", "gotunnel has a proxy of its own"),
            Map.entry("proxy.auto_install", "gotunnel has a proxy of its own"),
            Map.entry("tunnels.default_https", "HTTPS is the default; a tunnel goes without by \"https: false\""),
            Map.entry("tunnels.cert_dir", "certificates are kept in the data folder"),
            Map.entry("security.auto_cert_install", "gotunnel trust install does it when you ask for it"),
            Map.entry("security.cert_validation", "it belongs to a tunnel: tls.upstream_verify"),
            Map.entry("security.allow_non_root", "gotunnel needs no root"),
            Map.entry("security.hosts_backup", "a copy of the hosts file is always kept"),
            Map.entry("security.hosts_restore_on_exit", "what gotunnel wrote is always taken out"),
            Map.entry("network.connect_timeout", "it belongs to a tunnel: timeouts.connect"),
            Map.entry("network.read_timeout", "it belongs to a tunnel: timeouts.first_byte"),
            Map.entry("network.write_timeout", "it belongs to a tunnel: timeouts.idle"),
            Map.entry("network.idle_timeout", "it belongs to a tunnel: timeouts.idle"),
            Map.entry("network.proxy_timeout", "it belongs to a tunnel: timeouts.first_byte"),
            Map.entry("development.debug_proxy", "say --debug"));

    private final MappingNode root;
    private final List<String> changes = new ArrayList<>();

    private Migration(MappingNode root) {
        this.root = root;
    }

    /** Whether a document is one of the original's. */
    static boolean isNeeded(@Nullable Node root) {
        if (!(root instanceof MappingNode) || YamlTree.get(root, "version") != null) {
            return false;
        }
        boolean signed = SIGNS.entrySet().stream().anyMatch(sign -> {
            Node place = sign.getKey().isEmpty() ? root : YamlTree.get(root, sign.getKey());
            return sign.getValue().stream().anyMatch(key -> YamlTree.get(place, key) != null);
        });
        return signed
                || (YamlTree.get(root, "tunnels") instanceof SequenceNode tunnels
                        && tunnels.getValue().stream()
                                .anyMatch(tunnel -> YamlTree.get(tunnel, "auto_start") != null
                                        || isFlat(YamlTree.get(tunnel, "headers"))));
    }

    /**
     * Changes a document.
     *
     * @return what was changed, a clause each
     */
    static List<String> apply(MappingNode root) {
        Migration migration = new Migration(root);
        migration.run();
        return List.copyOf(migration.changes);
    }

    private void run() {
        MOVED.forEach(pair -> move(pair.getFirst(), pair.getLast()));
        if (YamlTree.get(root, "tunnels") instanceof MappingNode defaults) {
            YamlTree.entries(defaults).keySet().forEach(key -> leftOut("tunnels." + key));
            remove(root, "tunnels");
        }
        if (YamlTree.get(root, "tunnels") instanceof SequenceNode tunnels) {
            for (int i = 0; i < tunnels.getValue().size(); i++) {
                if (tunnels.getValue().get(i) instanceof MappingNode tunnel) {
                    tunnel(tunnel, "tunnels[" + i + "]");
                }
            }
        }
        prune(root, Catalogue.ROOT, "");
        root.getValue().addFirst(new NodeTuple(YamlTree.of("version"), YamlTree.of(Catalogue.VERSION)));
    }

    private void tunnel(MappingNode tunnel, String path) {
        if (YamlTree.get(tunnel, "host") instanceof ScalarNode host
                && YamlTree.get(tunnel, "port") instanceof ScalarNode port) {
            remove(tunnel, "host");
            if (!host.getValue().equals("localhost")) {
                remove(tunnel, "port");
                String address = host.getValue().contains(":") ? "[" + host.getValue() + "]" : host.getValue();
                YamlTree.put(tunnel, "backends", YamlTree.of(List.of("http://" + address + ":" + port.getValue())));
                changes.add(path + ".host and port are backends");
            }
        }
        Node headers = YamlTree.get(tunnel, "headers");
        if (headers != null && isFlat(headers)) {
            MappingNode inside = YamlTree.mapping();
            YamlTree.put(inside, "request", headers);
            YamlTree.put(tunnel, "headers", inside);
            changes.add(path + ".headers is headers.request");
        }
        Node start = YamlTree.get(tunnel, "auto_start");
        if (start != null && TunnelCatalogue.TUNNEL.find("autostart") != null) {
            remove(tunnel, "auto_start");
            YamlTree.put(tunnel, "autostart", start);
            changes.add(path + ".auto_start is autostart");
        }
        prune(tunnel, TunnelCatalogue.TUNNEL, path);
    }

    /** Whether headers stand by their names, without saying of what. */
    private static boolean isFlat(@Nullable Node headers) {
        Set<String> names = YamlTree.entries(headers).keySet();
        return !names.isEmpty()
                && !names.contains("request")
                && !names.contains("response")
                && YamlTree.entries(headers).values().stream().allMatch(ScalarNode.class::isInstance);
    }

    private void move(String from, String to) {
        int dot = from.indexOf('.');
        Node parent = dot < 0 ? root : YamlTree.get(root, from.substring(0, dot));
        String name = from.substring(dot + 1);
        if (!(parent instanceof MappingNode mapping) || YamlTree.get(mapping, name) == null) {
            return;
        }
        Node value = YamlTree.get(mapping, name);
        int last = to.lastIndexOf('.');
        Keys place = to.startsWith("server.") ? Catalogue.SERVER : Catalogue.OBSERVABILITY;
        Node target = YamlTree.get(root, to.substring(0, last));
        boolean free = YamlTree.get(target, to.substring(last + 1)) == null;
        if (value == null || place.find(to.substring(last + 1)) == null || !free) {
            leftOut(from);
            remove(mapping, name);
            return;
        }
        remove(mapping, name);
        MappingNode home = target instanceof MappingNode known ? known : YamlTree.mapping();
        YamlTree.put(home, to.substring(last + 1), value);
        YamlTree.put(root, to.substring(0, last), home);
        changes.add(from + " is " + to);
    }

    /** Takes out what no key of today's has. */
    private void prune(MappingNode mapping, Keys keys, String path) {
        for (Map.Entry<String, Node> entry : YamlTree.entries(mapping).entrySet()) {
            String at = YamlReader.join(path, entry.getKey());
            Key key = keys.find(entry.getKey());
            if (key == null) {
                List<String> below = entry.getValue() instanceof MappingNode
                        ? YamlTree.entries(entry.getValue()).keySet().stream()
                                .map(name -> at + "." + name)
                                .toList()
                        : List.of(at);
                below.forEach(this::leftOut);
                remove(mapping, entry.getKey());
            } else if (key.type() instanceof Type.MappingOf(Keys inside) && entry.getValue() instanceof MappingNode node) {
                prune(node, inside, at);
            }
        }
    }

    private void leftOut(String path) {
        String reason = REASONS.get(path);
        changes.add(path + " is left out: " + (reason == null ? "nothing goes by it" : reason));
    }

    private static void remove(MappingNode mapping, String name) {
        int place = YamlTree.indexOf(mapping, name);
        if (place >= 0) {
            mapping.getValue().remove(place);
        }
    }
}
