package dev.gotunnel.config;

import dev.gotunnel.config.TunnelReader.Names;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.names.Suffixes;
import dev.gotunnel.policy.Fault;
import dev.gotunnel.tunnel.TunnelSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * The shape of one tunnel, for those who pass it on in other ways than the configuration file: the keys and their
 * meaning are the same everywhere. Any thread.
 */
public final class TunnelFormat {
    private static final String HINT = "Its keys: docs/CONFIGURATION.md";

    private TunnelFormat() {}

    /**
     * Reads a tunnel that says its profile.
     *
     * @param text JSON, or YAML
     * @param label what problems call the text
     * @param suffixes what its name may stand below
     * @throws GotunnelException with {@code USAGE} and all problems, each with line, column and key path
     */
    public static TunnelSpec parse(String text, String label, Suffixes suffixes) {
        return parse(text, label, Names.below(suffixes));
    }

    /**
     * Reads a tunnel that a gotunnel has {@linkplain #written(TunnelSpec) written}, whose name is complete.
     *
     * @throws GotunnelException with {@code USAGE}, as {@link #parse}
     */
    public static TunnelSpec parseWritten(String text, String label) {
        return parse(text, label, Names.COMPLETE);
    }

    private static TunnelSpec parse(String text, String label, Names names) {
        return read(text, label, (reader, node) -> new TunnelReader(reader, names).readWithProfile(node));
    }

    /**
     * Reads trouble on purpose, as the key {@code fault} has it.
     *
     * @throws GotunnelException with {@code USAGE}, as {@link #parse}
     */
    public static Fault parseFault(String text, String label) {
        return read(text, label, (reader, node) ->
                YamlReader.isAbsent(node) ? null : PolicyReader.fault(reader.section(node, "", TunnelCatalogue.FAULT)));
    }

    /**
     * A tunnel with some of its keys changed, as by flags. Mappings join, but for {@code fault}; everything else is
     * replaced.
     *
     * @param changes as {@link #written(TunnelSpec)} has them; numbers may be texts
     * @param names what problems call keys instead of by their path, such as {@code --max-body} for {@code limits.body}
     * @throws GotunnelException with {@code USAGE} and all problems
     */
    public static TunnelSpec changed(TunnelSpec spec, Map<String, Object> changes, Map<String, String> names) {
        Map<String, Object> keys = joined(written(spec), changes);
        YamlReader reader = new YamlReader();
        TunnelSpec changed = new TunnelReader(reader, Names.COMPLETE).readWithProfile(YamlTree.of(keys));
        refuse(reader.problems().stream().map(problem -> named(problem, names)).toList());
        return Objects.requireNonNull(changed);
    }

    /**
     * Trouble on purpose, by its keys.
     *
     * @throws GotunnelException with {@code USAGE} and all problems
     */
    public static Fault fault(Map<String, Object> keys) {
        YamlReader reader = new YamlReader();
        Fault fault = PolicyReader.fault(reader.section(YamlTree.of(keys), "", TunnelCatalogue.FAULT));
        refuse(reader.problems());
        return Objects.requireNonNull(fault);
    }

    private static Map<String, Object> joined(Map<?, ?> base, Map<?, ?> changes) {
        Map<String, Object> keys = new LinkedHashMap<>();
        base.forEach((key, value) -> keys.put(String.valueOf(key), value));
        changes.forEach((key, value) -> {
            Object known = keys.get(String.valueOf(key));
            boolean whole = key.equals("fault");
            keys.put(
                    String.valueOf(key),
                    !whole && known instanceof Map<?, ?> its && value instanceof Map<?, ?> added
                            ? joined(its, added)
                            : value);
        });
        return keys;
    }

    private static String named(String problem, Map<String, String> names) {
        for (Map.Entry<String, String> name : names.entrySet()) {
            String path = name.getKey();
            if (problem.startsWith(path + ":") || problem.startsWith(path + ".") || problem.startsWith(path + "[")) {
                String rest = problem.substring(path.length());
                return name.getValue() + (rest.startsWith(".") ? " " + rest.substring(1) : rest);
            }
        }
        return problem;
    }

    private interface Reading<T> {
        @Nullable
        T read(YamlReader reader, Node node);
    }

    private static <T> T read(String text, String label, Reading<T> reading) {
        Optional<Node> root;
        try {
            root = YamlText.compose(text, label, false);
        } catch (GotunnelException e) {
            throw new GotunnelException(
                    ErrorCode.USAGE, "The " + label + " is not valid JSON: " + lastLine(e.getMessage()) + ".", HINT, e);
        }
        YamlReader reader = new YamlReader(label);
        T value = root.map(node -> reading.read(reader, node)).orElse(null);
        if (value == null && reader.problems().isEmpty()) {
            reader.problem(null, "", "there is nothing in it.");
        }
        refuse(reader.problems());
        return Objects.requireNonNull(value);
    }

    private static String lastLine(@Nullable String message) {
        return Objects.requireNonNullElse(message, "")
                .lines()
                .reduce("", (_, line) -> line)
                .strip();
    }

    private static void refuse(List<String> problems) {
        if (!problems.isEmpty()) {
            throw new GotunnelException(ErrorCode.USAGE, String.join("\n  ", problems), HINT);
        }
    }

    /** A tunnel with its profile, as {@link #parse} reads it: maps, lists, texts, numbers and truth values. */
    public static Map<String, Object> written(TunnelSpec spec) {
        Map<String, Object> keys = new LinkedHashMap<>();
        keys.put("profile", spec.id().profile());
        keys.putAll(TunnelWriter.written(spec));
        return keys;
    }

    /** Trouble on purpose, as {@link #parseFault} reads it. */
    public static Map<String, Object> written(Fault fault) {
        return PolicyWriter.fault(fault);
    }
}
