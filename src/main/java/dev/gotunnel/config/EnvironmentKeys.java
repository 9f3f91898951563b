package dev.gotunnel.config;

import dev.gotunnel.config.Source.Layer;
import dev.gotunnel.config.Type.ByName;
import dev.gotunnel.config.Type.Either;
import dev.gotunnel.config.Type.ItemsOf;
import dev.gotunnel.config.Type.MappingOf;
import dev.gotunnel.config.Type.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The variables that say keys. {@code GOTUNNEL_} and the key's path in capitals, with {@code _} for each dot and bracket,
 * says any key: {@code GOTUNNEL_SERVER_HTTPS_PORT}, {@code GOTUNNEL_TUNNELS_0_PORT}. Some have a shorter name as well.
 */
final class EnvironmentKeys {
    private static final String PREFIX = "GOTUNNEL_";

    /** The shorter names. */
    private static final Map<String, String> SHORT = Map.of(
            "GOTUNNEL_LOG_LEVEL", "observability.logging.level",
            "GOTUNNEL_LOG_FORMAT", "observability.logging.format",
            "GOTUNNEL_ENVIRONMENT", "observability.environment",
            "GOTUNNEL_PROXY_HTTP_PORT", "server.http_port",
            "GOTUNNEL_PROXY_HTTPS_PORT", "server.https_port");

    private static final String NO_PRIVILEGE_CHECK = "GOTUNNEL_NO_PRIVILEGE_CHECK";
    private static final String PRIVILEGE_CHECK = "security.privilege_check";

    /** Variables of ours that say no key. */
    private static final Set<String> OTHERS = Set.of(
            "GOTUNNEL_CONFIG",
            "GOTUNNEL_CONFIG_DIR",
            "GOTUNNEL_DATA_DIR",
            "GOTUNNEL_STATE_DIR",
            "GOTUNNEL_RUNTIME_DIR",
            "GOTUNNEL_HOSTS_FILE",
            "GOTUNNEL_TRUST_ROOT",
            "GOTUNNEL_JAVA_HOME",
            "GOTUNNEL_JAVA_OPTS",
            "GOTUNNEL_URL");

    private static final Set<String> YES = Set.of("1", "true", "yes", "on");

    /**
     * What the environment says.
     *
     * @param assignments the keys, a later one above an earlier one
     * @param unknown the variables that look like ours and mean nothing
     */
    record Said(List<Assignment> assignments, List<String> unknown) {}

    private EnvironmentKeys() {}

    /** Whether a variable that is yes or no says yes. */
    static boolean isYes(String value) {
        return YES.contains(value.strip().toLowerCase(Locale.ROOT));
    }

    /** The variable that says a key; empty where a name in its path cannot be told from capitals. */
    static Optional<String> nameOf(String key) {
        String name = key.replaceAll("[.\\[\\]-]+", "_").replaceAll("_$", "").toUpperCase(Locale.ROOT);
        return path(new MappingOf(Catalogue.ROOT), name, "").filter(key::equals).map(_ -> PREFIX + name);
    }

    static Said read(Map<String, String> environment) {
        List<Assignment> said = new ArrayList<>(foreign(environment));
        List<Assignment> whole = new ArrayList<>();
        List<String> unknown = new ArrayList<>();
        new TreeMap<>(environment).forEach((name, value) -> {
            if (!name.startsWith(PREFIX) || OTHERS.contains(name)) {
                return;
            }
            String key = SHORT.get(name);
            if (key != null) {
                said.add(new Assignment(Layer.ENVIRONMENT, name, key, value));
            } else if (name.equals(NO_PRIVILEGE_CHECK)) {
                said.add(new Assignment(Layer.ENVIRONMENT, name, PRIVILEGE_CHECK, String.valueOf(!isYes(value))));
            } else {
                path(new MappingOf(Catalogue.ROOT), name.substring(PREFIX.length()), "")
                        .ifPresentOrElse(
                                path -> whole.add(new Assignment(Layer.ENVIRONMENT, name, path, value)),
                                () -> unknown.add(name));
            }
        });
        said.addAll(whole);
        return new Said(List.copyOf(said), List.copyOf(unknown));
    }

    /** Variables that belong to many programs: what gotunnel does not understand in them is not meant for it. */
    private static List<Assignment> foreign(Map<String, String> environment) {
        List<Assignment> said = new ArrayList<>();
        String debug = environment.get("DEBUG");
        if (debug != null && isYes(debug)) {
            said.add(new Assignment(Layer.ENVIRONMENT, "DEBUG", "observability.logging.level", "debug"));
        }
        String where = environment.getOrDefault("ENVIRONMENT", "").strip().toLowerCase(Locale.ROOT);
        boolean known = Catalogue.OBSERVABILITY.get("environment").type() instanceof Words(List<String> words)
                && words.contains(where);
        if (known) {
            said.add(new Assignment(Layer.ENVIRONMENT, "ENVIRONMENT", "observability.environment", where));
        }
        return said;
    }

    /** The path that the rest of a variable's name means, below some type. */
    private static Optional<String> path(Type type, String rest, String path) {
        if (rest.isEmpty()) {
            return path.isEmpty() ? Optional.empty() : Optional.of(path);
        }
        return switch (type) {
            case MappingOf(Keys keys) -> ofKeys(keys, rest, path);
            case ItemsOf(Type item) -> ofItem(item, rest, path);
            case ByName(String _, Type value) -> ofName(value, rest, path);
            case Either(Type _, Type full) -> path(full, rest, path);
            default -> Optional.empty();
        };
    }

    private static Optional<String> ofKeys(Keys keys, String rest, String path) {
        for (String name : keys.names()) {
            String capitals = name.toUpperCase(Locale.ROOT);
            if (rest.equals(capitals) || rest.startsWith(capitals + "_")) {
                String after = rest.equals(capitals) ? "" : rest.substring(capitals.length() + 1);
                Optional<String> found = path(keys.get(name).type(), after, YamlReader.join(path, name));
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<String> ofItem(Type item, String rest, String path) {
        int end = rest.indexOf('_');
        String number = end < 0 ? rest : rest.substring(0, end);
        return number.matches("\\d{1,6}")
                ? path(item, end < 0 ? "" : rest.substring(end + 1), path + "[" + number + "]")
                : Optional.empty();
    }

    /** A name of the user's, of which the shortest beginning is taken that leaves a key, with dashes for its underscores. */
    private static Optional<String> ofName(Type value, String rest, String path) {
        for (int end = rest.indexOf('_'); end >= 0; end = rest.indexOf('_', end + 1)) {
            Optional<String> found = path(value, rest.substring(end + 1), named(path, rest.substring(0, end)));
            if (found.isPresent()) {
                return found;
            }
        }
        return path(value, "", named(path, rest));
    }

    private static String named(String path, String capitals) {
        return YamlReader.join(path, capitals.toLowerCase(Locale.ROOT).replace('_', '-'));
    }
}
