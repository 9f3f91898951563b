package dev.gotunnel.config;

import dev.gotunnel.config.Key.Projects;
import dev.gotunnel.config.Source.Layer;
import dev.gotunnel.config.Type.Either;
import dev.gotunnel.config.Type.ItemsOf;
import dev.gotunnel.config.Type.MappingOf;
import dev.gotunnel.platform.PrivateFiles;
import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.policy.BackendAddress.Scheme;
import dev.gotunnel.policy.PathRoute;
import dev.gotunnel.policy.UpstreamTls;
import dev.gotunnel.tunnel.TunnelId;
import dev.gotunnel.tunnel.TunnelSpec;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * The {@code gotunnel.yaml} of a project, which came with a repository: whoever wrote it may mean harm. It is read only
 * once the user has allowed just this content, and may then define tunnels to services on this machine, nothing else: no
 * other keys, no variables, no sockets, no files outside of its folder, no name that another tunnel has.
 */
final class ProjectFile {
    private static final String NAME = "gotunnel.yaml";

    private final Path path;
    private final byte[] content;

    private ProjectFile(Path path, byte[] content) {
        this.path = path;
        this.content = content;
    }

    /**
     * What a project's file says.
     *
     * @param profile the profile that its tunnels belong to, named after its folder
     * @param tunnels its tunnels
     * @param node the list of them
     */
    record Content(String profile, List<TunnelSpec> tunnels, @Nullable Node node) {}

    /**
     * Looks for one, from a folder up to the root of its repository; in that folder alone where there is none.
     *
     * @param others files that are no project's
     */
    static Optional<ProjectFile> find(Path folder, List<Path> others) {
        @Nullable Path root = folder;
        while (root != null && !Files.exists(root.resolve(".git"))) {
            root = root.getParent();
        }
        for (Path at = folder; at != null; at = at.getParent()) {
            Path file = at.resolve(NAME);
            if (Files.isRegularFile(file) && others.stream().noneMatch(other -> isSame(file, other))) {
                return Optional.of(new ProjectFile(file, YamlText.bytes(file)));
            }
            if (root == null || at.equals(root)) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    private static boolean isSame(Path file, Path other) {
        try {
            return Files.exists(other) && Files.isSameFile(file, other);
        } catch (IOException e) {
            throw PrivateFiles.unusable("read " + other, other, e);
        }
    }

    Path path() {
        return path;
    }

    AllowedProjects.Word word(AllowedProjects allowed) {
        return allowed.word(path, content);
    }

    void remember(AllowedProjects allowed, boolean isAllowed) {
        allowed.remember(path, content, isAllowed);
    }

    Source source(String label) {
        return new Source(Layer.PROJECT, label, path.toAbsolutePath().getParent());
    }

    /**
     * Reads it; what is wrong is told to the reader.
     *
     * @param configuration what the user's own files say
     */
    Content read(YamlReader reader, String label, Configuration configuration) {
        String profile = profile(configuration);
        Node root = YamlText.compose(YamlText.decode(content, path), label, false).orElse(null);
        if (root == null || !Version.isReadable(reader, root)) {
            return new Content(profile, List.of(), null);
        }
        int before = reader.problems().size();
        refuseOthers(reader, Catalogue.ROOT, root, "");
        if (reader.problems().size() > before) {
            return new Content(profile, List.of(), null);
        }
        Section top = reader.section(root, "", Catalogue.ROOT);
        top.integer("version");
        TunnelReader format = new TunnelReader(
                reader, TunnelReader.Names.below(configuration.security().suffixes()));
        List<Node> nodes = new ArrayList<>();
        List<TunnelSpec> tunnels = ConfigLoader.tunnels(reader, format, top, profile, nodes::add);
        for (int i = 0; i < tunnels.size(); i++) {
            check(reader, nodes.get(i), tunnels.get(i), configuration);
        }
        return new Content(profile, tunnels, top.node("tunnels"));
    }

    /** Named after the folder; by another name where the user has a profile of that one. */
    private String profile(Configuration configuration) {
        Path folder = path.toAbsolutePath().getParent();
        String name = folder == null || folder.getFileName() == null
                ? ""
                : folder.getFileName().toString();
        String word = name.toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9-]+", "-")
                .replaceAll("^-+|-+$", "");
        String plain = word.isEmpty() ? "project" : word.substring(0, Math.min(word.length(), 50));
        boolean taken = plain.equals(TunnelId.DEFAULT)
                || plain.equals(TunnelId.SESSION)
                || configuration.profiles().containsKey(plain);
        return taken ? plain + "-project" : plain;
    }

    private static void refuseOthers(YamlReader reader, Keys keys, Node node, String path) {
        YamlTree.entries(node).forEach((name, value) -> {
            Key key = keys.find(name);
            String at = YamlReader.join(path, name);
            // One that nobody knows is told of by the reader.
            if (key != null && key.projects() == Projects.NOTHING) {
                reader.problem(
                        value,
                        at,
                        "has no place in a project's file, which may define tunnels to services on this machine and"
                                + " nothing else.");
            } else if (key != null && key.projects() == Projects.BELOW) {
                below(reader, key.type(), value, at);
            }
        });
    }

    private static void below(YamlReader reader, Type type, Node value, String path) {
        switch (type) {
            case MappingOf(Keys keys) -> refuseOthers(reader, keys, value, path);
            case ItemsOf(Type item) when value instanceof SequenceNode list -> {
                for (int i = 0; i < list.getValue().size(); i++) {
                    below(reader, item, list.getValue().get(i), path + "[" + i + "]");
                }
            }
            case Either(Type _, Type full) when value instanceof MappingNode -> below(reader, full, value, path);
            default -> {
                // A value of a key that may stand here.
            }
        }
    }

    private void check(YamlReader reader, Node node, TunnelSpec tunnel, Configuration configuration) {
        String name = "the tunnel \"" + tunnel.id().name() + "\" ";
        Stream.concat(
                        tunnel.backends().stream(),
                        tunnel.routes().stream().map(PathRoute::backends).flatMap(List::stream))
                .filter(backend -> !isOnThisMachine(backend))
                .forEach(backend -> reader.problem(
                        node, "", name + "leads to " + backend.url() + "; a project's may lead to localhost alone."));
        Stream.concat(
                        Stream.ofNullable(tunnel.policy().tls()),
                        tunnel.routes().stream()
                                .map(route -> route.policy().tls())
                                .flatMap(Stream::ofNullable))
                .map(UpstreamTls::caFile)
                .flatMap(Stream::ofNullable)
                .filter(file -> !isInside(file))
                .forEach(file -> reader.problem(
                        node, "", name + "names " + file + ", which is not in the folder of the project."));
        for (Map.Entry<String, List<TunnelSpec>> profile :
                configuration.profiles().entrySet()) {
            for (TunnelSpec other : profile.getValue()) {
                if (other.domain().equals(tunnel.domain())) {
                    reader.problem(
                            node,
                            "",
                            name + "wants the name " + tunnel.domain() + ", which your tunnel " + other.id() + " has.");
                }
            }
        }
    }

    private static boolean isOnThisMachine(BackendAddress backend) {
        if (backend.scheme() == Scheme.UNIX) {
            return false;
        }
        if (backend.host().equals("localhost")) {
            return true;
        }
        try {
            return InetAddress.ofLiteral(backend.host()).isLoopbackAddress();
        } catch (IllegalArgumentException e) {
            // A name other than localhost may lead anywhere.
            return false;
        }
    }

    /** Links are followed: they came with the repository as well. */
    private boolean isInside(Path file) {
        try {
            Path folder = path.toRealPath().getParent();
            return folder != null && file.toRealPath().startsWith(folder);
        } catch (IOException e) {
            // What is not there cannot be shown to be inside.
            return false;
        }
    }
}
