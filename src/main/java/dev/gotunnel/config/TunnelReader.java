package dev.gotunnel.config;

import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.names.DomainName;
import dev.gotunnel.names.Suffixes;
import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.policy.PathRoute;
import dev.gotunnel.policy.TlsVersion;
import dev.gotunnel.policy.TrafficPolicy;
import dev.gotunnel.tunnel.OwnCertificate;
import dev.gotunnel.tunnel.TunnelId;
import dev.gotunnel.tunnel.TunnelSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads one tunnel, as it stands in {@code gotunnel.yaml}. */
final class TunnelReader {
    private static final List<String> TUNNEL_KEYS = Stream.concat(
                    Stream.of("name", "domain", "port", "backends", "https", "https_port", "routes"),
                    PolicyReader.KEYS.stream())
            .toList();

    private static final List<String> ROUTE_KEYS = Stream.concat(
                    Stream.of("path", "strip_prefix", "rewrite", "backend", "backends"), PolicyReader.KEYS.stream())
            .toList();

    /** What {@code strip_prefix} leaves in the prefix's place. */
    static final String ROOT = "/";

    private final YamlReader reader;
    private final Names names;
    private final PolicyReader policies;

    /** How the name of a domain is to be read. */
    interface Names {
        /** Names as they are written by a program: complete. */
        Names COMPLETE = (written, _) -> new DomainName(written);

        /**
         * Reads one.
         *
         * @param proven whether the tunnel has a certificate of its own
         */
        DomainName read(String written, boolean proven);

        /** Names as a user types them. */
        static Names below(Suffixes suffixes) {
            return (typed, proven) -> proven ? suffixes.parseProven(typed) : suffixes.parse(typed);
        }
    }

    /**
     * A reader.
     *
     * @param folder what a relative path is relative to; null where there is no such place
     */
    TunnelReader(YamlReader reader, Names names, @Nullable Path folder) {
        this.reader = reader;
        this.names = names;
        this.policies = new PolicyReader(reader, folder);
    }

    /**
     * Reads a tunnel.
     *
     * @return null when it has a problem, which the reader was told
     */
    @Nullable
    TunnelSpec read(Node node, String path, String profile) {
        Map<String, Node> keys = reader.mapping(node, path, TUNNEL_KEYS);
        return node instanceof MappingNode ? read(node, keys, path, profile) : null;
    }

    /**
     * Reads a tunnel that says its profile itself, as those of the control API do.
     *
     * @return null when it has a problem, which the reader was told
     */
    @Nullable
    TunnelSpec readWithProfile(Node node) {
        List<String> allowed =
                Stream.concat(Stream.of("profile"), TUNNEL_KEYS.stream()).toList();
        Map<String, Node> keys = reader.mapping(node, "", allowed);
        if (!(node instanceof MappingNode)) {
            return null;
        }
        String profile = reader.text(keys.get("profile"), "profile");
        if (!keys.containsKey("profile")) {
            reader.problem(node, "", "a tunnel needs a \"profile\" here.");
        }
        return read(node, keys, "", profile == null ? TunnelId.DEFAULT : profile);
    }

    private @Nullable TunnelSpec read(Node node, Map<String, Node> keys, String path, String profile) {
        int before = reader.problems().size();
        boolean proven = YamlTree.get(keys.get("tls"), "certificate") != null;
        DomainName domain =
                reader.parsed(keys.get("domain"), at(path, "domain"), written -> names.read(written, proven));
        String name = reader.text(keys.get("name"), at(path, "name"));
        if (domain == null && !keys.containsKey("domain")) {
            reader.problem(node, path, "a tunnel needs a \"domain\".");
        }
        List<BackendAddress> backends = new ArrayList<>();
        Integer port = reader.integer(keys.get("port"), at(path, "port"), 1, 65535);
        if (port != null) {
            backends.add(new BackendAddress("localhost", port));
        }
        backends.addAll(Backends.readAll(reader, keys.get("backends"), at(path, "backends")));
        if (!keys.containsKey("port")
                && reader.sequence(keys.get("backends"), at(path, "backends")).isEmpty()) {
            reader.problem(node, path, "a tunnel needs a \"port\" or \"backends\".");
        }
        Boolean https = reader.bool(keys.get("https"), at(path, "https"));
        boolean secure = https == null || https;
        Integer httpsPort = reader.integer(keys.get("https_port"), at(path, "https_port"), 0, 65535);
        if (!secure && httpsPort != null) {
            reader.problem(keys.get("https_port"), at(path, "https_port"), "has no meaning with \"https: false\".");
        }
        TlsVersion minTls = minTls(keys.get("tls"), at(path, "tls"), secure);
        OwnCertificate certificate = certificate(keys.get("tls"), at(path, "tls"), secure);
        TrafficPolicy policy = policies.read(keys, path, null);
        List<PathRoute> routes = routes(keys.get("routes"), at(path, "routes"), policy);
        if (domain == null || reader.problems().size() > before) {
            return null;
        }
        try {
            TunnelId id = new TunnelId(profile, name == null ? domain.stem() : name);
            return new TunnelSpec(id, domain, backends, secure, httpsPort, policy, routes, minTls, certificate);
        } catch (GotunnelException e) {
            reader.problem(keys.getOrDefault("name", node), at(path, "name"), e.getMessage() + " " + e.hint());
            return null;
        }
    }

    private static String at(String path, String key) {
        return YamlReader.join(path, key);
    }

    /** The rest of {@code tls} is a path's as well, and its problems are told there. */
    private @Nullable TlsVersion minTls(@Nullable Node node, String path, boolean https) {
        if (!(node instanceof MappingNode)) {
            return null;
        }
        Node version = YamlTree.get(node, "min_version");
        if (version != null && !https) {
            reader.problem(version, at(path, "min_version"), "has no meaning with \"https: false\".");
        }
        return reader.constant(version, at(path, "min_version"), TlsVersion.class, TlsVersion::id);
    }

    private @Nullable OwnCertificate certificate(@Nullable Node node, String path, boolean https) {
        Node certificate = YamlTree.get(node, "certificate");
        Node key = YamlTree.get(node, "key");
        if (certificate == null && key == null) {
            return null;
        }
        if (certificate == null || key == null) {
            reader.problem(node, path, "\"certificate\" and \"key\" belong together; one of them is missing.");
            return null;
        }
        if (!https) {
            reader.problem(certificate, at(path, "certificate"), "has no meaning with \"https: false\".");
        }
        Path chain = policies.file(certificate, at(path, "certificate"));
        Path secret = policies.file(key, at(path, "key"));
        return chain == null || secret == null || !chain.isAbsolute() || !secret.isAbsolute()
                ? null
                : new OwnCertificate(chain, secret);
    }

    private List<PathRoute> routes(@Nullable Node node, String path, TrafficPolicy tunnels) {
        Set<String> seen = new HashSet<>();
        return reader.items(node, path, (item, itemPath) -> {
            PathRoute route = route(item, itemPath, tunnels);
            if (route != null && !seen.add(route.prefix())) {
                reader.problem(item, itemPath, "the path \"" + route.prefix() + "\" stands here twice.");
            }
            return route;
        });
    }

    private @Nullable PathRoute route(Node node, String path, TrafficPolicy tunnels) {
        Map<String, Node> keys = reader.mapping(node, path, ROUTE_KEYS);
        if (!(node instanceof MappingNode)) {
            return null;
        }
        String prefix = reader.text(keys.get("path"), at(path, "path"));
        if (!keys.containsKey("path")) {
            reader.problem(node, path, "a route needs a \"path\".");
        }
        Boolean strip = reader.bool(keys.get("strip_prefix"), at(path, "strip_prefix"));
        String rewrite = reader.text(keys.get("rewrite"), at(path, "rewrite"));
        if (strip != null && rewrite != null) {
            reader.problem(
                    keys.get("rewrite"),
                    at(path, "rewrite"),
                    "stands in the place of \"strip_prefix\"; leave one of the two out.");
        }
        List<BackendAddress> backends = new ArrayList<>();
        BackendAddress only = Backends.read(reader, keys.get("backend"), at(path, "backend"));
        if (only != null) {
            backends.add(only);
        }
        if (keys.containsKey("backend") && keys.containsKey("backends")) {
            reader.problem(
                    keys.get("backend"), at(path, "backend"), "is short for one of \"backends\"; leave one out.");
        }
        backends.addAll(Backends.readAll(reader, keys.get("backends"), at(path, "backends")));
        TrafficPolicy policy = policies.read(keys, path, tunnels);
        if (prefix == null) {
            return null;
        }
        requirePath(keys.get("path"), at(path, "path"), prefix);
        if (rewrite != null) {
            requirePath(keys.get("rewrite"), at(path, "rewrite"), rewrite);
        }
        String replacement = strip != null && strip ? ROOT : rewrite;
        try {
            return new PathRoute(prefix, replacement, backends, policy);
        } catch (GotunnelException e) {
            // Told above, with the key that it is about.
            return null;
        }
    }

    private void requirePath(@Nullable Node node, String path, String value) {
        reader.made(node, path, () -> new PathRoute(value, null, List.of(), TrafficPolicy.NONE));
    }
}
