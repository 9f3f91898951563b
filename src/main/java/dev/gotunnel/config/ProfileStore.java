package dev.gotunnel.config;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.names.Suffixes;
import dev.gotunnel.platform.EditLock;
import dev.gotunnel.platform.PrivateFiles;
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
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Present;
import org.snakeyaml.engine.v2.api.lowlevel.Serialize;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The tunnels in the user's configuration file. Changes edit the document's own tree, so that the user's comments and
 * order stay; the result is read back before it replaces the file. Any thread.
 */
public final class ProfileStore implements TunnelStore {
    private final Path file;
    private final Set<String> active;

    /** What all layers say, of which the file is one. */
    private final Supplier<Settings> layers;

    /**
     * A store on a file.
     *
     * @param file need not exist yet
     * @param profile a profile that is active beside {@code default}; null for none
     */
    public ProfileStore(Path file, @Nullable String profile) {
        this(file, profile, () -> alone(file));
    }

    /**
     * A store on the file that is changed, among others that are read too.
     *
     * @param layers reads all of them
     */
    public ProfileStore(Path file, @Nullable String profile, Supplier<Settings> layers) {
        this.file = file;
        this.layers = layers;
        this.active = new LinkedHashSet<>(List.of(TunnelId.DEFAULT));
        if (profile != null) {
            active.add(profile);
        }
    }

    private static Settings alone(Path file) {
        return new Settings(ConfigLoader.load(file), List::of, List.of(), List.of(), List.of(), null);
    }

    @Override
    public List<TunnelSpec> load() {
        Settings settings = layers.get();
        Configuration configuration = settings.configuration();
        return Stream.concat(active.stream(), Stream.ofNullable(settings.projectProfile()))
                .distinct()
                .flatMap(profile -> configuration.profile(profile).stream())
                .toList();
    }

    @Override
    public Suffixes suffixes() {
        return layers.get().configuration().security().suffixes();
    }

    @Override
    public synchronized void allow(Suffixes allowed) {
        edit((root, _) -> {
            List<Node> items = new ArrayList<>();
            allowed.all().forEach(suffix -> items.add(YamlTree.of(suffix)));
            YamlTree.put(child(root, "security"), "allowed_suffixes", YamlTree.sequence(items));
        });
    }

    @Override
    public synchronized void put(TunnelSpec spec) {
        if (spec.id().profile().equals(TunnelId.SESSION)) {
            throw new GotunnelException(
                    ErrorCode.USAGE,
                    "Tunnels of the session are not saved.",
                    "Save it in a profile: --profile default");
        }
        refuseOfProject(spec.id());
        edit(spec.id().profile(), (tunnels, before) -> {
            int place = indexOf(tunnels, spec.id(), before);
            TunnelSpec written = before.profile(spec.id().profile()).stream()
                    .filter(known -> known.id().equals(spec.id()))
                    .findFirst()
                    .orElse(null);
            if (place < 0 || written == null) {
                tunnels.add(YamlTree.of(TunnelWriter.written(spec)));
            } else if (tunnels.get(place) instanceof MappingNode tunnel) {
                TunnelEdit.apply(tunnel, TunnelWriter.written(written), TunnelWriter.written(spec));
            }
        });
    }

    @Override
    public synchronized void remove(TunnelId id) {
        if (ConfigLoader.load(file).profile(id.profile()).stream()
                .noneMatch(spec -> spec.id().equals(id))) {
            refuseOfOthers(id);
            return;
        }
        edit(id.profile(), (tunnels, before) -> {
            int place = indexOf(tunnels, id, before);
            if (place >= 0) {
                tunnels.remove(place);
            }
        });
    }

    private void refuseOfProject(TunnelId id) {
        if (id.profile().equals(layers.get().projectProfile())) {
            throw new GotunnelException(
                    ErrorCode.USAGE,
                    "The profile \"" + id.profile() + "\" is the project's, whose file gotunnel does not change.",
                    "Edit the project's gotunnel.yaml, or save it in a profile of yours: --profile default");
        }
    }

    private void refuseOfOthers(TunnelId id) {
        refuseOfProject(id);
        if (layers.get().configuration().profile(id.profile()).stream().anyMatch(spec -> spec.id().equals(id))) {
            throw new GotunnelException(
                    ErrorCode.USAGE,
                    "The tunnel " + id + " does not stand in " + file + ".",
                    "Where it does: gotunnel config show --origin");
        }
    }

    private interface Edit {
        void apply(List<Node> tunnels, Configuration before);
    }

    private void edit(String profile, Edit change) {
        edit((root, before) -> change.apply(tunnelsOf(root, profile), before));
    }

    /** Other commands, each with a store of its own, may edit the same file: they wait for each other. */
    private void edit(BiConsumer<MappingNode, Configuration> change) {
        try (EditLock _ = EditLock.on(file)) {
            editAlone(change);
        }
    }

    private void editAlone(BiConsumer<MappingNode, Configuration> change) {
        String before = YamlText.read(file);
        Configuration configuration = ConfigLoader.parse(before, file);
        if (new ConfigFile(file).isOriginal()) {
            throw ConfigFile.original(file);
        }
        String after = edited(before, file, root -> change.accept(root, configuration));
        ConfigLoader.parse(after, file);
        PrivateFiles.write(file, after.getBytes(StandardCharsets.UTF_8));
    }

    /** A document with a change, in the form that it has: JSON stays JSON, and the ends of lines are what they are. */
    static String edited(String before, Path file, Consumer<MappingNode> change) {
        Optional<Node> parsed = YamlText.compose(before, String.valueOf(file.getFileName()), true);
        MappingNode root = parsed.filter(MappingNode.class::isInstance)
                .map(MappingNode.class::cast)
                .orElseGet(ProfileStore::newDocument);
        change.accept(root);
        String text = isJson(before) ? json(emit(root)) : emit(root);
        return before.contains("\r\n") ? text.replace("\n", "\r\n") : text;
    }

    private static MappingNode newDocument() {
        MappingNode root = YamlTree.mapping();
        YamlTree.put(root, "version", YamlTree.of(Catalogue.VERSION));
        return root;
    }

    /** The list of a profile's tunnels, made where there is none; the default profile's may stand at the top. */
    private static List<Node> tunnelsOf(MappingNode root, String profile) {
        Node profiles = YamlTree.get(root, "profiles");
        boolean inProfiles = profiles instanceof MappingNode known && YamlTree.get(known, profile) != null;
        if (profile.equals(TunnelId.DEFAULT) && !inProfiles) {
            return list(root, "tunnels");
        }
        return list(child(child(root, "profiles"), profile), "tunnels");
    }

    private static MappingNode child(MappingNode parent, String key) {
        if (YamlTree.get(parent, key) instanceof MappingNode existing) {
            return existing;
        }
        MappingNode made = YamlTree.mapping();
        YamlTree.put(parent, key, made);
        return made;
    }

    private static List<Node> list(MappingNode parent, String key) {
        if (YamlTree.get(parent, key) instanceof SequenceNode existing) {
            return existing.getValue();
        }
        List<Node> items = new ArrayList<>();
        YamlTree.put(parent, key, YamlTree.sequence(items));
        return items;
    }

    private static int indexOf(List<Node> tunnels, TunnelId id, Configuration before) {
        for (int i = 0; i < tunnels.size(); i++) {
            if (tunnels.get(i) instanceof MappingNode tunnel && id.name().equals(nameOf(tunnel, before))) {
                return i;
            }
        }
        return -1;
    }

    private static @Nullable String nameOf(MappingNode tunnel, Configuration before) {
        if (YamlTree.get(tunnel, "name") instanceof ScalarNode name) {
            return name.getValue();
        }
        boolean proven = YamlTree.get(YamlTree.get(tunnel, "tls"), "certificate") != null;
        return YamlTree.get(tunnel, "domain") instanceof ScalarNode domain
                ? TunnelReader.Names.below(before.security().suffixes())
                        .read(domain.getValue(), proven)
                        .stem()
                : null;
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
