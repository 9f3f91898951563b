package dev.gotunnel.config;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.names.DomainName;
import dev.gotunnel.platform.EditLock;
import dev.gotunnel.platform.PrivateFiles;
import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.tunnel.TunnelId;
import dev.gotunnel.tunnel.TunnelSpec;
import dev.gotunnel.tunnel.TunnelStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Present;
import org.snakeyaml.engine.v2.api.lowlevel.Serialize;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The tunnels in the user's configuration file. Changes edit the document's own tree, so that the user's comments and
 * order stay; the result is read back before it replaces the file. Any thread.
 */
public final class ProfileStore implements TunnelStore {
    private static final Set<String> RESERVED = Set.of("true", "false", "null");

    private final Path file;
    private final Set<String> active;

    /**
     * A store on a file.
     *
     * @param file need not exist yet
     * @param profile a profile that is active beside {@code default}; null for none
     */
    public ProfileStore(Path file, @Nullable String profile) {
        this.file = file;
        this.active = new LinkedHashSet<>(List.of(TunnelId.DEFAULT));
        if (profile != null) {
            active.add(profile);
        }
    }

    @Override
    public List<TunnelSpec> load() {
        Configuration configuration = ConfigLoader.load(file);
        return active.stream()
                .flatMap(profile -> configuration.profile(profile).stream())
                .toList();
    }

    @Override
    public synchronized void put(TunnelSpec spec) {
        if (spec.id().profile().equals(TunnelId.SESSION)) {
            throw new GotunnelException(
                    ErrorCode.USAGE,
                    "Tunnels of the session are not saved.",
                    "Save it in a profile: --profile default");
        }
        edit(spec.id().profile(), tunnels -> {
            int place = indexOf(tunnels, spec.id());
            if (place < 0) {
                tunnels.add(nodeOf(spec));
            } else {
                Node before = tunnels.get(place);
                Node after = nodeOf(spec);
                after.setBlockComments(before.getBlockComments());
                after.setEndComments(before.getEndComments());
                tunnels.set(place, after);
            }
        });
    }

    @Override
    public synchronized void remove(TunnelId id) {
        if (ConfigLoader.load(file).profile(id.profile()).stream()
                .noneMatch(spec -> spec.id().equals(id))) {
            return;
        }
        edit(id.profile(), tunnels -> {
            int place = indexOf(tunnels, id);
            if (place >= 0) {
                tunnels.remove(place);
            }
        });
    }

    private interface Edit {
        void apply(List<Node> tunnels);
    }

    /** Other commands, each with a store of its own, may edit the same file: they wait for each other. */
    private void edit(String profile, Edit change) {
        try (EditLock _ = EditLock.on(file)) {
            editAlone(profile, change);
        }
    }

    private void editAlone(String profile, Edit change) {
        String name = String.valueOf(file.getFileName());
        String before = ConfigLoader.read(file);
        ConfigLoader.parse(before, name);
        Optional<Node> parsed = ConfigLoader.compose(before, name, true);
        MappingNode root = parsed.filter(MappingNode.class::isInstance)
                .map(MappingNode.class::cast)
                .orElseGet(ProfileStore::newDocument);
        change.apply(tunnelsOf(root, profile));
        String text = isJson(before) ? json(emit(root)) : emit(root);
        String after = before.contains("\r\n") ? text.replace("\n", "\r\n") : text;
        ConfigLoader.parse(after, name);
        PrivateFiles.write(file, after.getBytes(StandardCharsets.UTF_8));
    }

    private static MappingNode newDocument() {
        MappingNode root = mapping();
        put(root, "version", scalar(String.valueOf(ConfigLoader.VERSION), Tag.INT));
        return root;
    }

    /** The list of a profile's tunnels, made where there is none; the default profile's may stand at the top. */
    private static List<Node> tunnelsOf(MappingNode root, String profile) {
        Node profiles = get(root, "profiles");
        boolean inProfiles = profiles instanceof MappingNode known && get(known, profile) != null;
        if (profile.equals(TunnelId.DEFAULT) && !inProfiles) {
            return list(root, "tunnels");
        }
        return list(child(child(root, "profiles"), profile), "tunnels");
    }

    private static MappingNode child(MappingNode parent, String key) {
        if (get(parent, key) instanceof MappingNode existing) {
            return existing;
        }
        MappingNode made = mapping();
        put(parent, key, made);
        return made;
    }

    private static List<Node> list(MappingNode parent, String key) {
        if (get(parent, key) instanceof SequenceNode existing) {
            return existing.getValue();
        }
        List<Node> items = new ArrayList<>();
        put(parent, key, new SequenceNode(Tag.SEQ, items, FlowStyle.BLOCK));
        return items;
    }

    private static int indexOf(List<Node> tunnels, TunnelId id) {
        for (int i = 0; i < tunnels.size(); i++) {
            if (tunnels.get(i) instanceof MappingNode tunnel && id.name().equals(nameOf(tunnel))) {
                return i;
            }
        }
        return -1;
    }

    private static @Nullable String nameOf(MappingNode tunnel) {
        if (get(tunnel, "name") instanceof ScalarNode name) {
            return name.getValue();
        }
        return get(tunnel, "domain") instanceof ScalarNode domain
                ? DomainName.parse(domain.getValue()).stem()
                : null;
    }

    private static Node nodeOf(TunnelSpec spec) {
        MappingNode tunnel = mapping();
        put(tunnel, "name", text(spec.id().name()));
        put(tunnel, "domain", text(spec.domain().ascii()));
        BackendAddress first = spec.backends().getFirst();
        if (spec.backends().size() == 1 && first.host().equals("localhost")) {
            put(tunnel, "port", scalar(String.valueOf(first.port()), Tag.INT));
        } else {
            List<Node> urls = new ArrayList<>();
            spec.backends().forEach(backend -> urls.add(text(backend.url())));
            put(tunnel, "backends", new SequenceNode(Tag.SEQ, urls, FlowStyle.BLOCK));
        }
        if (!spec.https()) {
            put(tunnel, "https", scalar("false", Tag.BOOL));
        }
        if (spec.httpsPort() != null) {
            put(tunnel, "https_port", scalar(String.valueOf(spec.httpsPort()), Tag.INT));
        }
        return tunnel;
    }

    private static @Nullable Node get(MappingNode mapping, String key) {
        return mapping.getValue().stream()
                .filter(tuple -> tuple.getKeyNode() instanceof ScalarNode k
                        && k.getValue().equals(key))
                .map(NodeTuple::getValueNode)
                .findFirst()
                .orElse(null);
    }

    private static void put(MappingNode mapping, String key, Node value) {
        mapping.getValue()
                .removeIf(tuple -> tuple.getKeyNode() instanceof ScalarNode k
                        && k.getValue().equals(key));
        mapping.getValue().add(new NodeTuple(scalar(key, Tag.STR), value));
    }

    private static MappingNode mapping() {
        return new MappingNode(Tag.MAP, new ArrayList<>(), FlowStyle.BLOCK);
    }

    /** A text that YAML would read as something else, such as a name of digits, is quoted. */
    private static ScalarNode text(String value) {
        boolean word = value.chars().anyMatch(Character::isLetter) && !RESERVED.contains(value);
        return new ScalarNode(Tag.STR, value, word ? ScalarStyle.PLAIN : ScalarStyle.DOUBLE_QUOTED);
    }

    private static ScalarNode scalar(String value, Tag tag) {
        return new ScalarNode(tag, value, ScalarStyle.PLAIN);
    }

    private static String emit(Node root) {
        DumpSettings settings = DumpSettings.builder()
                .setDumpComments(true)
                .setIndent(2)
                .setIndicatorIndent(2)
                .setIndentWithIndicator(true)
                .setWidth(200)
                .build();
        return new Present(settings)
                .emitToString(new Serialize(settings).serializeOne(root).iterator());
    }

    /** Whether a document is JSON, and is to stay it: YAML's flow style looks like it, and no JSON parser reads it. */
    private static boolean isJson(String document) {
        if (!document.stripLeading().startsWith("{")) {
            return false;
        }
        try {
            return JsonMapper.shared().readTree(document).isObject();
        } catch (JacksonException e) {
            return false;
        }
    }

    private static String json(String yaml) {
        Object content = new Load(LoadSettings.builder().build()).loadFromString(yaml);
        return JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(content) + "\n";
    }
}
