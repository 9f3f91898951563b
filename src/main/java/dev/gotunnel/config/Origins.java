package dev.gotunnel.config;

import dev.gotunnel.config.Type.ByName;
import dev.gotunnel.config.Type.Either;
import dev.gotunnel.config.Type.ItemsOf;
import dev.gotunnel.config.Type.MappingOf;
import dev.gotunnel.platform.OperatingSystem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Lists the keys of a tree with where each stands, by the marks of its nodes, and the defaults of those it does not have. */
final class Origins {
    /** Headers that prove who somebody is. */
    private static final Pattern SECRET_HEADER =
            Pattern.compile("(?i)[+-]?(.*authorization|.*cookie|.*(token|key|secret|password).*)");

    private final OperatingSystem system;
    private final Map<String, Source> sources = new HashMap<>();
    private final List<Setting> settings = new ArrayList<>();

    Origins(OperatingSystem system, List<Source> sources) {
        this.system = system;
        sources.forEach(source -> this.sources.put(source.label(), source));
    }

    /** Lists what a whole document says. */
    List<Setting> of(@Nullable Node root) {
        mapping(Catalogue.ROOT, root, "", List.of(), true);
        return List.copyOf(settings);
    }

    /** Lists what a list of tunnels says that stands somewhere else than where its document has it. */
    List<Setting> ofTunnels(@Nullable Node tunnels, String profile) {
        String path = YamlReader.join(YamlReader.join("profiles", profile), "tunnels");
        value(Catalogue.PROFILE.get("tunnels"), tunnels, path, List.of("profiles", profile, "tunnels"));
        return List.copyOf(settings);
    }

    private void mapping(Keys keys, @Nullable Node node, String path, List<Object> steps, boolean withDefaults) {
        Map<String, Node> entries = YamlTree.entries(node);
        for (Key key : keys.all()) {
            Node said = entries.get(key.name());
            String at = YamlReader.join(path, key.name());
            List<Object> below = and(steps, key.name());
            if (withDefaults && key.type() instanceof MappingOf(Keys inside)) {
                mapping(inside, said, at, below, true);
            } else if (!YamlReader.isAbsent(said)) {
                value(key, said, at, below);
            } else if (withDefaults && !key.without(system).isEmpty()) {
                defaultOf(key, at, below);
            }
        }
    }

    private void defaultOf(Key key, String path, List<Object> steps) {
        String layer =
                key.differsBySystem() ? "default (" + system.name().toLowerCase(Locale.ROOT) + ")" : "default";
        Object value = key.fallback() == null
                ? null
                : typed(key.type(), Values.node(key.type(), key.fallback(), "default"), key.secret());
        String words = value == null ? key.without(system).replace("`", "") : "";
        settings.add(new Setting(path, steps, value, words, layer, "", null));
    }

    private void value(Key key, @Nullable Node node, String path, List<Object> steps) {
        value(key.type(), key.secret(), node, path, steps);
    }

    private void value(Type type, boolean secret, @Nullable Node node, String path, List<Object> steps) {
        switch (type) {
            case MappingOf(Keys keys) when node instanceof MappingNode -> mapping(keys, node, path, steps, false);
            case Either(Type _, Type full) when !(node instanceof ScalarNode) -> value(full, secret, node, path, steps);
            case ItemsOf(Type item) when node instanceof SequenceNode list && hasMappings(list) -> {
                for (int i = 0; i < list.getValue().size(); i++) {
                    value(item, secret, list.getValue().get(i), path + "[" + i + "]", and(steps, i));
                }
            }
            case ByName(String _, Type inside) when node instanceof MappingNode ->
                YamlTree.entries(node).forEach((name, entry) -> {
                    boolean hidden = secret
                            || (inside.equals(TunnelCatalogue.HEADER_VALUE)
                                    && SECRET_HEADER.matcher(name).matches());
                    String at = name.contains(".") ? path + "[" + name + "]" : YamlReader.join(path, name);
                    value(inside, hidden, entry, at, and(steps, name));
                });
            default -> leaf(type, secret, node, path, steps);
        }
    }

    private static boolean hasMappings(SequenceNode list) {
        return list.getValue().stream().anyMatch(MappingNode.class::isInstance);
    }

    private void leaf(Type type, boolean secret, @Nullable Node node, String path, List<Object> steps) {
        Optional<Mark> mark = Optional.ofNullable(node).flatMap(Node::getStartMark);
        Source source = mark.map(Mark::getName).map(sources::get).orElse(null);
        settings.add(new Setting(
                path,
                steps,
                typed(type, node, secret),
                "",
                source == null ? "default" : source.layer().name().toLowerCase(Locale.ROOT),
                source == null ? "" : source.label(),
                source != null && source.layer().isFile() ? Integer.valueOf(mark.get().getLine() + 1) : null));
    }

    private static Object typed(Type type, @Nullable Node node, boolean secret) {
        if (secret) {
            return Setting.MASK;
        }
        if (node instanceof SequenceNode list) {
            return list.getValue().stream().map(Origins::scalar).toList();
        }
        String text = scalar(node);
        Type plain = type instanceof Either(Type brief, Type _) ? brief : type;
        return switch (plain) {
            case Type.Whole _ when text.matches("\\d{1,9}") -> Integer.valueOf(text);
            case Type.Share _ when text.matches("[0-9.]{1,12}") -> Double.valueOf(text);
            case Type.Truth _ -> Boolean.valueOf(text);
            default -> text;
        };
    }

    private static String scalar(@Nullable Node node) {
        return node instanceof ScalarNode scalar ? scalar.getValue() : "";
    }

    private static List<Object> and(List<Object> steps, Object step) {
        List<Object> more = new ArrayList<>(steps);
        more.add(step);
        return List.copyOf(more);
    }
}
