package dev.gotunnel.config;

import dev.gotunnel.config.Source.Layer;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.platform.OperatingSystem;
import dev.gotunnel.platform.PrivateFiles;
import dev.gotunnel.tunnel.TunnelSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * The configuration in its layers. Each says only what it says, and stands above those before it: the machine's file, the
 * user's, a project's, or the one that was named; then the environment; then flags. Any thread.
 */
public final class Layers {
    private final Places places;
    private final Map<String, String> environment;
    private final List<Assignment> flags;

    /**
     * The layers of one process.
     *
     * @param environment its variables
     * @param flags what its flags say, a later one above an earlier one
     */
    public Layers(Places places, Map<String, String> environment, List<Assignment> flags) {
        this.places = places;
        this.environment = Map.copyOf(environment);
        this.flags = List.copyOf(flags);
    }

    /** The words that a key may be; none where it is something else. */
    public static List<String> words(String key) {
        return KeyPath.parse(key).type() instanceof Type.Words(List<String> words) ? words : List.of();
    }

    /** Whether an environment asks for the causes of failures: {@code DEBUG}. */
    public static boolean asksForCauses(Map<String, String> environment) {
        return EnvironmentKeys.isYes(environment.getOrDefault("DEBUG", ""));
    }

    /** The variables that say what the flags do, for a process that is to go by the same; what no variable can say is left out. */
    public Map<String, String> flagsAsEnvironment() {
        Map<String, String> variables = new LinkedHashMap<>();
        flags.forEach(flag -> EnvironmentKeys.nameOf(flag.key()).ifPresent(name -> variables.put(name, flag.value())));
        return variables;
    }

    /** The flags that no variable can say. */
    public List<Assignment> flagsBeyondEnvironment() {
        return flags.stream()
                .filter(flag -> EnvironmentKeys.nameOf(flag.key()).isEmpty())
                .toList();
    }

    /** One file in its layer. */
    private record LayerFile(Source source, Path path) {}

    /** Where files are looked for. */
    public Places places() {
        return places;
    }

    /**
     * Reads all of them.
     *
     * @throws GotunnelException {@code CONFIG} with all problems of all layers, {@code NOT_PERMITTED} or {@code IO}
     */
    public Settings load() {
        return load(files(), project());
    }

    /**
     * Reads the environment and the flags alone.
     *
     * @throws GotunnelException {@code CONFIG} with their problems
     */
    public Settings loadWithoutFiles() {
        return load(List.of(), Optional.empty());
    }

    private List<LayerFile> files() {
        List<LayerFile> files = new ArrayList<>();
        add(files, Layer.SYSTEM, places.system());
        if (places.named() == null) {
            add(files, Layer.USER, places.user());
        } else {
            add(files, Layer.CONFIG, places.named());
        }
        return files;
    }

    private void add(List<LayerFile> files, Layer layer, Path path) {
        if (Files.exists(path)) {
            if (layer == Layer.SYSTEM) {
                requireAdministrators(path);
            }
            files.add(new LayerFile(
                    new Source(layer, label(path), path.toAbsolutePath().getParent()), path));
        }
    }

    /** As short as it can be found by: relative where it stands below the folder of the command. */
    private String label(Path path) {
        Path absolute = path.toAbsolutePath();
        return absolute.startsWith(places.folder())
                ? places.folder().relativize(absolute).toString()
                : absolute.toString();
    }

    /** What anybody could write is not the administrator's word. */
    private static void requireAdministrators(Path path) {
        try {
            if (!Files.getFileStore(path).supportsFileAttributeView("posix")) {
                return;
            }
            String owner = Files.getOwner(path).getName();
            Set<PosixFilePermission> open = Files.getPosixFilePermissions(path);
            boolean others = open.contains(PosixFilePermission.GROUP_WRITE)
                    || open.contains(PosixFilePermission.OTHERS_WRITE);
            if (others || !(owner.equals("root") || owner.equals(System.getProperty("user.name")))) {
                throw new GotunnelException(
                        ErrorCode.NOT_PERMITTED,
                        path + " could have been written by another user, so it is not used.",
                        "Give it to root: sudo chown root '" + path + "' && sudo chmod go-w '" + path + "'");
            }
        } catch (IOException e) {
            throw PrivateFiles.unusable("read " + path, path, e);
        }
    }

    private Settings load(List<LayerFile> files, Optional<ProjectFile> project) {
        EnvironmentKeys.Said said = EnvironmentKeys.read(environment);
        List<Assignment> assignments = new ArrayList<>(said.assignments());
        assignments.addAll(flags);
        List<Source> sources = new ArrayList<>(files.stream().map(LayerFile::source).toList());
        assignments.forEach(assignment -> sources.add(assignment.source()));
        project.ifPresent(file -> sources.add(file.source(label(file.path()))));
        YamlReader reader = new YamlReader(sources);
        List<String> notes = new ArrayList<>();
        Node root = merged(files, reader, notes);
        for (Assignment assignment : assignments) {
            root = with(root, assignment, reader);
        }
        Configuration own =
                root == null ? Configuration.DEFAULT : ConfigLoader.configuration(reader, root);
        ProjectFile.Content content = project.map(file -> allowed(file, reader, own, notes))
                .orElse(null);
        ConfigLoader.refuse(reader.problems());
        Node all = root;
        return new Settings(
                content == null ? own : with(own, content),
                () -> settings(sources, all, content),
                List.copyOf(notes),
                said.unknown(),
                paths(files, content == null ? null : project.orElse(null)),
                content == null ? null : content.profile());
    }

    private static List<Path> paths(List<LayerFile> files, @Nullable ProjectFile project) {
        List<Path> paths = new ArrayList<>(files.stream().map(LayerFile::path).toList());
        if (project != null) {
            paths.add(project.path());
        }
        return List.copyOf(paths);
    }

    private static List<Setting> settings(
            List<Source> sources, @Nullable Node root, ProjectFile.@Nullable Content project) {
        Origins origins = new Origins(OperatingSystem.current(), sources);
        List<Setting> own = origins.of(root);
        return project == null ? own : origins.ofTunnels(project.node(), project.profile());
    }

    private static Configuration with(Configuration own, ProjectFile.Content project) {
        Map<String, List<TunnelSpec>> profiles = new LinkedHashMap<>(own.profiles());
        profiles.put(project.profile(), project.tunnels());
        return new Configuration(own.server(), own.security(), own.observability(), profiles);
    }

    private @Nullable Node merged(List<LayerFile> files, YamlReader reader, List<String> notes) {
        Variables variables = new Variables(environment);
        Node merged = null;
        for (LayerFile file : files) {
            String label = file.source().label();
            Node root = YamlText.compose(YamlText.read(file.path()), label, false)
                    .orElse(null);
            if (root instanceof MappingNode mapping && Migration.isNeeded(root)) {
                int changes = Migration.apply(mapping).size();
                notes.add(label + " was written for the original gotunnel; it is read with " + changes
                        + " changes. See and keep them: gotunnel config migrate");
            }
            Node prepared = root == null ? null : Document.prepared(root, reader, variables);
            if (prepared != null) {
                merged = merged == null ? prepared : Merge.join(merged, prepared);
            }
        }
        return merged;
    }

    private static @Nullable Node with(@Nullable Node root, Assignment assignment, YamlReader reader) {
        try {
            KeyPath path = KeyPath.parse(assignment.key());
            Node value = Values.node(path.type(), assignment.value(), assignment.label());
            Node put = Merge.put(root, path.steps(), value);
            if (put == null) {
                reader.problem(
                        value, assignment.key(), "there is no such item. See what there is: gotunnel config show");
            }
            return put == null ? root : put;
        } catch (GotunnelException e) {
            reader.problem(
                    Values.node(new Type.Truth(), "", assignment.label()),
                    "",
                    e.getMessage() + (e.hint() == null ? "" : " " + e.hint()));
            return root;
        }
    }

    // ---- the project's file

    private Optional<ProjectFile> project() {
        return places.named() == null
                ? ProjectFile.find(places.folder(), List.of(places.user(), places.system()))
                : Optional.empty();
    }

    /**
     * Says whether the project's file may be used, as it is now. One that may is read first.
     *
     * @return the file
     * @throws GotunnelException {@code CONFIG} when there is none, or when it is to be allowed and has problems
     */
    public Path answer(boolean allow) {
        ProjectFile file = project()
                .orElseThrow(() -> new GotunnelException(
                        ErrorCode.CONFIG,
                        "There is no gotunnel.yaml here, up to the root of the repository.",
                        "Go to the project's folder first."));
        if (allow) {
            content(file);
        }
        file.remember(places.allowed(), allow);
        return file.path();
    }

    /**
     * The tunnels that the project's file would define, whether it is allowed or not.
     *
     * @throws GotunnelException {@code CONFIG} when there is none, or when it has problems
     */
    public List<TunnelSpec> ofProject() {
        return project().map(file -> content(file).tunnels()).orElse(List.of());
    }

    private ProjectFile.Content content(ProjectFile file) {
        String label = label(file.path());
        YamlReader reader = new YamlReader(List.of(file.source(label)));
        Configuration own = load(files(), Optional.empty()).configuration();
        ProjectFile.Content content = file.read(reader, label, own);
        ConfigLoader.refuse(reader.problems());
        return content;
    }

    private ProjectFile.@Nullable Content allowed(
            ProjectFile file, YamlReader reader, Configuration own, List<String> notes) {
        String label = label(file.path());
        return switch (file.word(places.allowed())) {
            case ALLOWED -> file.read(reader, label, own);
            case DENIED -> null;
            case NOTHING -> {
                notes.add(label + " is of a project and not used until you allow it: gotunnel config allow");
                yield null;
            }
            case CHANGED -> {
                notes.add(label + " has changed since you were asked, and is not used until you allow it again:"
                        + " gotunnel config allow");
                yield null;
            }
        };
    }
}
