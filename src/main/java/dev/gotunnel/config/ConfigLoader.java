package dev.gotunnel.config;

import dev.gotunnel.config.Configuration.Logging;
import dev.gotunnel.config.Configuration.Observability;
import dev.gotunnel.config.Configuration.Security;
import dev.gotunnel.config.Configuration.Server;
import dev.gotunnel.config.Source.Layer;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.names.Suffixes;
import dev.gotunnel.policy.Network;
import dev.gotunnel.tunnel.TunnelId;
import dev.gotunnel.tunnel.TunnelSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * Makes a {@link Configuration} of what {@code gotunnel.yaml} says (YAML 1.2, of which JSON is a part). Every key that it
 * accepts does something; any other is an error. All problems are told at once, each with line, column and key path.
 */
public final class ConfigLoader {
    private ConfigLoader() {}

    /**
     * Reads one file by itself; {@link Layers} reads all that there are.
     *
     * @param file need not exist: then the defaults apply
     * @throws GotunnelException {@code CONFIG} with all problems, {@code NOT_PERMITTED} or {@code IO}
     */
    public static Configuration load(Path file) {
        return parse(YamlText.read(file), file);
    }

    /**
     * Parses a document; an empty one is {@link Configuration#DEFAULT}.
     *
     * @param file where it stands: relative paths in it are relative to its folder
     */
    static Configuration parse(String text, Path file) {
        Source source = new Source(
                Layer.CONFIG,
                String.valueOf(file.getFileName()),
                file.toAbsolutePath().getParent());
        Optional<Node> root = YamlText.compose(text, source.label(), false);
        YamlReader reader = new YamlReader(List.of(source));
        Configuration configuration = root.map(
                        node -> Document.prepared(migrated(node), reader, new Variables(System.getenv())))
                .map(node -> configuration(reader, node))
                .orElse(Configuration.DEFAULT);
        refuse(reader.problems());
        return configuration;
    }

    private static Node migrated(Node root) {
        if (root instanceof MappingNode mapping && Migration.isNeeded(root)) {
            var _ = Migration.apply(mapping);
        }
        return root;
    }

    /** Refuses what has problems. */
    static void refuse(List<String> problems) {
        if (!problems.isEmpty()) {
            String count = problems.size() == 1 ? "a problem" : problems.size() + " problems";
            throw new GotunnelException(
                    ErrorCode.CONFIG,
                    "The configuration has " + count + ":\n  " + String.join("\n  ", problems),
                    "Mend the file, then run the command again. Its keys: docs/CONFIGURATION.md");
        }
    }

    /** What a tree says; its problems are told to the reader. */
    static Configuration configuration(YamlReader reader, Node root) {
        Section top = reader.section(root, "", Catalogue.ROOT);
        top.integer("version");
        Section server = top.section("server");
        Section observability = top.section("observability");
        Section logging = observability.section("logging");
        Security security = security(reader, top.section("security"));
        return new Configuration(
                new Server(
                        server.integer("http_port"),
                        server.integer("https_port"),
                        server.parsedItems("trusted_proxies", Network::parse)),
                security,
                new Observability(
                        observability.word("environment"), new Logging(logging.word("level"), logging.word("format"))),
                profiles(reader, new TunnelReader(reader, TunnelReader.Names.below(security.suffixes())), top));
    }

    private static Security security(YamlReader reader, Section keys) {
        List<Suffixes> each = keys.parsedItems("allowed_suffixes", Suffixes.BUILT_IN::with);
        Suffixes all = reader.made(
                keys.node("allowed_suffixes"),
                keys.at("allowed_suffixes"),
                () -> new Suffixes(each.stream()
                        .flatMap(suffixes -> suffixes.added().stream())
                        .toList()));
        return new Security(
                all == null ? Suffixes.BUILT_IN : all,
                keys.wordOrDefault("ca_key"),
                keys.boolOrDefault("privilege_check"));
    }

    private static Map<String, List<TunnelSpec>> profiles(YamlReader reader, TunnelReader tunnels, Section top) {
        Map<String, List<TunnelSpec>> profiles = new LinkedHashMap<>();
        if (top.has("tunnels")) {
            profiles.put(TunnelId.DEFAULT, tunnels(reader, tunnels, top, TunnelId.DEFAULT, _ -> {}));
        }
        reader.mapping(top.node("profiles"), "profiles").forEach((name, node) -> {
            String path = YamlReader.join("profiles", name);
            Section profile = reader.section(node, path, Catalogue.PROFILE);
            if (!TunnelId.isWord(name) || name.equals(TunnelId.SESSION)) {
                profile.problem("is not a profile name; use lower-case letters, digits and dashes"
                        + " (\"session\" is taken by the command line).");
            } else if (profiles.containsKey(name)) {
                profile.problem("the top-level list \"tunnels\" is this profile already.");
            } else {
                profiles.put(name, tunnels(reader, tunnels, profile, name, _ -> {}));
            }
        });
        return profiles;
    }

    /**
     * The tunnels of a section that has a list of them.
     *
     * @param profile whose they are
     * @param where is given the node of each
     */
    static List<TunnelSpec> tunnels(
            YamlReader reader, TunnelReader format, Section section, String profile, Consumer<Node> where) {
        Set<String> names = new HashSet<>();
        List<TunnelSpec> tunnels = new ArrayList<>();
        section.items("tunnels", (item, path) -> {
            @Nullable TunnelSpec tunnel = format.read(item, path, profile);
            if (tunnel != null && !names.add(tunnel.id().name())) {
                reader.problem(item, path, "the name \"" + tunnel.id().name() + "\" stands here twice.");
            } else if (tunnel != null) {
                tunnels.add(tunnel);
                where.accept(item);
            }
            return tunnel;
        });
        return List.copyOf(tunnels);
    }
}
