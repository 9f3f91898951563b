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
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Reads one tunnel, as it stands in {@code gotunnel.yaml}. */
final class TunnelReader {
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

    TunnelReader(YamlReader reader, Names names) {
        this.reader = reader;
        this.names = names;
        this.policies = new PolicyReader(reader);
    }

    /**
     * Reads a tunnel.
     *
     * @return null when it has a problem, which the reader was told
     */
    @Nullable
    TunnelSpec read(Node node, String path, String profile) {
        Section keys = reader.section(node, path, TunnelCatalogue.TUNNEL);
        return node instanceof MappingNode ? read(keys, profile) : null;
    }

    /**
     * Reads a tunnel that says its profile itself, as those of the control API do.
     *
     * @return null when it has a problem, which the reader was told
     */
    @Nullable
    TunnelSpec readWithProfile(Node node) {
        Section keys = reader.section(node, "", TunnelCatalogue.TUNNEL_WITH_PROFILE);
        if (!(node instanceof MappingNode)) {
            return null;
        }
        String profile = keys.text("profile");
        if (!keys.has("profile")) {
            keys.problem("a tunnel needs a \"profile\" here.");
        }
        return read(keys, profile == null ? TunnelId.DEFAULT : profile);
    }

    private @Nullable TunnelSpec read(Section keys, String profile) {
        int before = reader.problems().size();
        boolean proven = YamlTree.get(keys.node("tls"), "certificate") != null;
        DomainName domain = keys.parsed("domain", written -> names.read(written, proven));
        String name = keys.text("name");
        if (domain == null && !keys.has("domain")) {
            keys.problem("a tunnel needs a \"domain\".");
        }
        List<BackendAddress> backends = new ArrayList<>();
        Integer port = keys.integer("port");
        if (port != null) {
            backends.add(new BackendAddress("localhost", port));
        }
        backends.addAll(backends(keys));
        if (!keys.has("port") && isEmptyList(keys, "backends")) {
            keys.problem("a tunnel needs a \"port\" or \"backends\".");
        }
        boolean secure = keys.boolOrDefault("https");
        Integer httpsPort = keys.integer("https_port");
        if (!secure && httpsPort != null) {
            keys.problem("https_port", "has no meaning with \"https: false\".");
        }
        TlsVersion minTls = minTls(keys, secure);
        OwnCertificate certificate = certificate(keys, secure);
        TrafficPolicy policy = policies.read(keys, null);
        List<PathRoute> routes = routes(keys, policy);
        if (domain == null || reader.problems().size() > before) {
            return null;
        }
        try {
            TunnelId id = new TunnelId(profile, name == null ? domain.stem() : name);
            return new TunnelSpec(id, domain, backends, secure, httpsPort, policy, routes, minTls, certificate);
        } catch (GotunnelException e) {
            String what = e.getMessage() + " " + e.hint();
            reader.problem(keys.has("name") ? keys.node("name") : keys.node(), keys.at("name"), what);
            return null;
        }
    }

    private List<BackendAddress> backends(Section keys) {
        return keys.items("backends", (item, path) -> Backends.read(reader, item, path));
    }

    private static boolean isEmptyList(Section keys, String name) {
        return !(keys.node(name) instanceof SequenceNode list) || list.getValue().isEmpty();
    }

    /** The rest of {@code tls} is a path's as well, and its problems are told there. */
    private static @Nullable TlsVersion minTls(Section tunnel, boolean https) {
        if (!(tunnel.node("tls") instanceof MappingNode tls) || YamlTree.get(tls, "min_version") == null) {
            return null;
        }
        Section keys = tunnel.quietSection("tls");
        if (!https) {
            keys.problem("min_version", "has no meaning with \"https: false\".");
        }
        return keys.constant("min_version", TlsVersion.class, TlsVersion::id);
    }

    private @Nullable OwnCertificate certificate(Section tunnel, boolean https) {
        Node certificate = YamlTree.get(tunnel.node("tls"), "certificate");
        Node key = YamlTree.get(tunnel.node("tls"), "key");
        if (certificate == null && key == null) {
            return null;
        }
        if (certificate == null || key == null) {
            tunnel.problem("tls", "\"certificate\" and \"key\" belong together; one of them is missing.");
            return null;
        }
        Section keys = tunnel.quietSection("tls");
        if (!https) {
            keys.problem("certificate", "has no meaning with \"https: false\".");
        }
        Path chain = keys.file("certificate");
        Path secret = keys.file("key");
        return chain == null || secret == null || !chain.isAbsolute() || !secret.isAbsolute()
                ? null
                : new OwnCertificate(chain, secret);
    }

    private List<PathRoute> routes(Section tunnel, TrafficPolicy tunnels) {
        Set<String> seen = new HashSet<>();
        return tunnel.items("routes", (item, path) -> {
            PathRoute route = route(item, path, tunnels);
            if (route != null && !seen.add(route.prefix())) {
                reader.problem(item, path, "the path \"" + route.prefix() + "\" stands here twice.");
            }
            return route;
        });
    }

    private @Nullable PathRoute route(Node node, String path, TrafficPolicy tunnels) {
        Section keys = reader.section(node, path, TunnelCatalogue.ROUTE);
        if (!(node instanceof MappingNode)) {
            return null;
        }
        String prefix = keys.text("path");
        keys.hasNeeded("a route needs a \"path\".");
        Boolean strip = keys.bool("strip_prefix");
        String rewrite = keys.text("rewrite");
        if (strip != null && rewrite != null) {
            keys.problem("rewrite", "stands in the place of \"strip_prefix\"; leave one of the two out.");
        }
        List<BackendAddress> backends = new ArrayList<>();
        BackendAddress only = Backends.read(reader, keys.node("backend"), keys.at("backend"));
        if (only != null) {
            backends.add(only);
        }
        if (keys.has("backend") && keys.has("backends")) {
            keys.problem("backend", "is short for one of \"backends\"; leave one out.");
        }
        backends.addAll(backends(keys));
        TrafficPolicy policy = policies.read(keys, tunnels);
        if (prefix == null) {
            return null;
        }
        requirePath(keys, "path", prefix);
        if (rewrite != null) {
            requirePath(keys, "rewrite", rewrite);
        }
        String replacement = strip != null && strip ? ROOT : rewrite;
        try {
            return new PathRoute(prefix, replacement, backends, policy);
        } catch (GotunnelException e) {
            // Told above, with the key that it is about.
            return null;
        }
    }

    private void requirePath(Section keys, String name, String value) {
        reader.made(keys.node(name), keys.at(name), () -> new PathRoute(value, null, List.of(), TrafficPolicy.NONE));
    }
}
