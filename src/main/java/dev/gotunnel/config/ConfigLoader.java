package dev.gotunnel.config;

import dev.gotunnel.config.Configuration.Logging;
import dev.gotunnel.config.Configuration.Security;
import dev.gotunnel.config.Configuration.Server;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.names.Suffixes;
import dev.gotunnel.platform.PrivateFiles;
import dev.gotunnel.policy.Network;
import dev.gotunnel.tunnel.TunnelId;
import dev.gotunnel.tunnel.TunnelSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * Reads {@code gotunnel.yaml} (YAML 1.2, of which JSON is a part). Every key that it accepts does something; any other
 * is an error. All problems are told at once, each with line, column and key path.
 */
public final class ConfigLoader {
    /** The version of the format that this gotunnel writes and reads. */
    static final int VERSION = 1;

    /** A file of a thousand tunnels has some 100 KB. */
    private static final int MAX_BYTES = 512 * 1024;

    /** The list of a path's origins stands on the tenth level. */
    private static final int MAX_DEPTH = 50;

    private static final int MAX_ALIASES = 50;

    private ConfigLoader() {}

    /**
     * Reads a file.
     *
     * @param file need not exist: then the defaults apply
     * @throws GotunnelException {@code CONFIG} with all problems, {@code NOT_PERMITTED} or {@code IO}
     */
    public static Configuration load(Path file) {
        return parse(read(file), file);
    }

    static String read(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new GotunnelException(
                        ErrorCode.CONFIG, file + " is larger than 512 KB.", "Check that it is the file you mean.");
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (NoSuchFileException e) {
            return "";
        } catch (CharacterCodingException e) {
            throw new GotunnelException(
                    ErrorCode.CONFIG, file + " is not UTF-8 text.", "Save it as UTF-8 in your editor.", e);
        } catch (IOException e) {
            throw PrivateFiles.unusable("read " + file, file, e);
        }
    }

    /**
     * Parses a document; an empty one is {@link Configuration#DEFAULT}.
     *
     * @param file where it stands: relative paths in it are relative to its folder
     */
    static Configuration parse(String text, Path file) {
        String fileName = String.valueOf(file.getFileName());
        Optional<Node> root = compose(text, fileName, false);
        if (root.isEmpty()) {
            return Configuration.DEFAULT;
        }
        YamlReader reader = new YamlReader(fileName);
        Configuration configuration =
                configuration(reader, root.get(), file.toAbsolutePath().getParent());
        List<String> problems = reader.problems();
        if (!problems.isEmpty()) {
            String count = problems.size() == 1 ? "a problem" : problems.size() + " problems";
            throw new GotunnelException(
                    ErrorCode.CONFIG,
                    "The configuration has " + count + ":\n  " + String.join("\n  ", problems),
                    "Mend the file, then run the command again. Its keys: docs/CONFIGURATION.md");
        }
        return configuration;
    }

    static Optional<Node> compose(String text, String fileName, boolean withComments) {
        LoadSettings settings = LoadSettings.builder()
                .setLabel(fileName)
                .setParseComments(withComments)
                .setAllowRecursiveKeys(false)
                .setMaxAliasesForCollections(MAX_ALIASES)
                .setCodePointLimit(MAX_BYTES)
                .build();
        try {
            requireShallow(new Parse(settings).parseString(text));
            return new Compose(settings).composeString(text);
        } catch (MarkedYamlEngineException e) {
            String where = e.getProblemMark()
                    .map(mark -> fileName + ":" + (mark.getLine() + 1) + ":" + (mark.getColumn() + 1))
                    .orElse(fileName);
            throw notYaml(where, String.valueOf(e.getProblem()), e);
        } catch (YamlEngineException | IllegalArgumentException e) {
            // The engine throws the latter for some malformed tags.
            throw notYaml(fileName, String.valueOf(e.getMessage()), e);
        }
    }

    /** Nodes are composed by recursion: a file made to be deep would end in a stack overflow. */
    private static void requireShallow(Iterable<Event> events) {
        int depth = 0;
        for (Event event : events) {
            depth += event instanceof CollectionStartEvent ? 1 : event instanceof CollectionEndEvent ? -1 : 0;
            if (depth > MAX_DEPTH) {
                throw new YamlEngineException("nested more than " + MAX_DEPTH + " levels deep");
            }
        }
    }

    private static GotunnelException notYaml(String where, String problem, RuntimeException cause) {
        return new GotunnelException(
                ErrorCode.CONFIG,
                "The configuration is not valid YAML:\n  " + where + ": " + problem,
                "Mend the file, then run the command again.",
                cause);
    }

    private static Configuration configuration(YamlReader reader, Node root, @Nullable Path folder) {
        Map<String, Node> top = reader.mapping(
                root, "", List.of("version", "server", "security", "observability", "tunnels", "profiles"));
        Node version = top.get("version");
        if (version != null) {
            reader.integer(version, "version", VERSION, VERSION);
        }
        Map<String, Node> server =
                reader.mapping(top.get("server"), "server", List.of("http_port", "https_port", "trusted_proxies"));
        Map<String, Node> observability = reader.mapping(top.get("observability"), "observability", List.of("logging"));
        Map<String, Node> logging =
                reader.mapping(observability.get("logging"), "observability.logging", List.of("level", "format"));
        Security security = security(reader, top.get("security"));
        return new Configuration(
                new Server(
                        reader.integer(server.get("http_port"), "server.http_port", 0, 65535),
                        reader.integer(server.get("https_port"), "server.https_port", 0, 65535),
                        reader.parsedItems(server.get("trusted_proxies"), "server.trusted_proxies", Network::parse)),
                security,
                new Logging(
                        reader.word(logging.get("level"), "observability.logging.level", Logging.LEVELS),
                        reader.word(logging.get("format"), "observability.logging.format", Logging.FORMATS)),
                profiles(reader, new TunnelReader(reader, TunnelReader.Names.below(security.suffixes()), folder), top));
    }

    private static Security security(YamlReader reader, @Nullable Node node) {
        Map<String, Node> keys = reader.mapping(node, "security", List.of("allowed_suffixes", "ca_key"));
        List<Suffixes> each =
                reader.parsedItems(keys.get("allowed_suffixes"), "security.allowed_suffixes", Suffixes.BUILT_IN::with);
        Suffixes all = reader.made(
                keys.get("allowed_suffixes"),
                "security.allowed_suffixes",
                () -> new Suffixes(each.stream()
                        .flatMap(suffixes -> suffixes.added().stream())
                        .toList()));
        String caKey = reader.word(keys.get("ca_key"), "security.ca_key", Security.CA_KEYS);
        return new Security(all == null ? Suffixes.BUILT_IN : all, caKey == null ? Security.DEFAULT.caKey() : caKey);
    }

    private static Map<String, List<TunnelSpec>> profiles(
            YamlReader reader, TunnelReader tunnels, Map<String, Node> top) {
        Map<String, List<TunnelSpec>> profiles = new LinkedHashMap<>();
        if (top.containsKey("tunnels")) {
            profiles.put(TunnelId.DEFAULT, tunnels(reader, tunnels, top.get("tunnels"), "tunnels", TunnelId.DEFAULT));
        }
        reader.mapping(top.get("profiles"), "profiles").forEach((name, node) -> {
            String path = YamlReader.join("profiles", name);
            Map<String, Node> profile = reader.mapping(node, path, List.of("tunnels"));
            if (!TunnelId.isWord(name) || name.equals(TunnelId.SESSION)) {
                reader.problem(
                        node,
                        path,
                        "is not a profile name; use lower-case letters, digits and dashes"
                                + " (\"session\" is taken by the command line).");
            } else if (profiles.containsKey(name)) {
                reader.problem(node, path, "the top-level list \"tunnels\" is this profile already.");
            } else {
                profiles.put(name, tunnels(reader, tunnels, profile.get("tunnels"), path + ".tunnels", name));
            }
        });
        return profiles;
    }

    private static List<TunnelSpec> tunnels(
            YamlReader reader, TunnelReader format, @Nullable Node node, String path, String profile) {
        List<TunnelSpec> tunnels = new ArrayList<>();
        Set<String> names = new HashSet<>();
        List<Node> items = reader.sequence(node, path);
        for (int i = 0; i < items.size(); i++) {
            String itemPath = path + "[" + i + "]";
            TunnelSpec tunnel = format.read(items.get(i), itemPath, profile);
            if (tunnel != null && !names.add(tunnel.id().name())) {
                reader.problem(
                        items.get(i), itemPath, "the name \"" + tunnel.id().name() + "\" stands here twice.");
            } else if (tunnel != null) {
                tunnels.add(tunnel);
            }
        }
        return List.copyOf(tunnels);
    }
}
