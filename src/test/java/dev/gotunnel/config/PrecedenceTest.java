package dev.gotunnel.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.config.Type.ByName;
import dev.gotunnel.config.Type.Either;
import dev.gotunnel.config.Type.ItemsOf;
import dev.gotunnel.config.Type.MappingOf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

/**
 * Every key of the catalogue can be said in each layer, means the same in each, and a higher layer stands above a lower one.
 * The keys are taken from the catalogue itself, so that none is forgotten.
 */
class PrecedenceTest {
    private static final String HASH = "$2b$10$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ0123";

    @TempDir
    Path temp;

    private Path system = Path.of("");
    private Path user = Path.of("");
    private Path named = Path.of("");

    @BeforeEach
    void places() throws IOException {
        system = temp.resolve("system.yaml");
        user = temp.resolve("user.yaml");
        named = temp.resolve("named.yaml");
        Files.createDirectories(temp.resolve("empty"));
    }

    /** One key with the type of its value. */
    record Leaf(String path, String name, Type type) {
        @Override
        public String toString() {
            return path;
        }

        /** The value number i; it is never that of the number before. */
        Object sample(int i) {
            return sampleOf(type, name, i);
        }

        /** As it is typed in a flag or a variable. */
        String typed(int i) {
            return sample(i) instanceof List<?> list ? String.valueOf(list.getFirst()) : String.valueOf(sample(i));
        }
    }

    private static Object sampleOf(Type type, String name, int i) {
        return switch (type) {
            case Type.Whole(int min, int max) -> min == max ? min : min + i;
            case Type.Share _ -> (i + 1) / 10.0;
            case Type.Time _ -> (i + 1) + "s";
            case Type.Size _ -> (i + 1) + "KB";
            case Type.Truth _ -> i % 2 == 0;
            case Type.Words(List<String> words) -> words.get(i % words.size());
            case Type.FileName _ -> "/etc/ssl/" + i + ".pem";
            case ItemsOf(Type item) -> List.of(sampleOf(item, name, i));
            case Either(Type brief, Type _) -> sampleOf(brief, name, i);
            default -> text(name, i);
        };
    }

    private static String text(String name, int i) {
        return switch (name) {
            case "url", "backend", "backends" -> "http://localhost:400" + i;
            case "password_hash" -> HASH + i;
            case "status" -> "20" + i;
            case "path", "rewrite" -> "/p" + i;
            case "rate_limit" -> (i + 1) + "/s";
            case "allowed_suffixes" -> "dev" + i + ".example.com";
            case "trusted_proxies", "allow", "deny" -> "10.0.0." + i + "/32";
            case "origins" -> "https://a" + i + ".test";
            default -> "x" + i;
        };
    }

    static List<Leaf> leaves() {
        List<Leaf> leaves = new ArrayList<>();
        collect(new MappingOf(Catalogue.ROOT), "", "", leaves);
        return leaves;
    }

    private static void collect(Type type, String path, String name, List<Leaf> leaves) {
        switch (type) {
            case MappingOf(Keys keys) ->
                keys.all().forEach(key -> {
                    // Below a path and in a profile stands what stands in a tunnel: its own keys, and one of those, will do.
                    boolean known = path.endsWith("routes[0]") && TunnelCatalogue.POLICY.find(key.name()) != null
                            || path.startsWith("profiles") && TunnelCatalogue.ROUTE.find(key.name()) != null;
                    if (!known || key.name().equals("retries")) {
                        collect(key.type(), YamlReader.join(path, key.name()), key.name(), leaves);
                    }
                });
            case ItemsOf(Type item) when item instanceof MappingOf -> {
                if (!path.equals("profiles.work.tunnels[0].routes")) {
                    collect(item, path + "[0]", name, leaves);
                }
            }
            case ItemsOf(Either(Type brief, MappingOf full)) -> {
                leaves.add(new Leaf(path, name, new ItemsOf(brief)));
                collect(full, path + "[0]", name, leaves);
            }
            case ByName(String form, Type value) -> {
                String given = form.equals("NAME") ? "work" : "x-env";
                collect(value, YamlReader.join(path, given), given, leaves);
            }
            case Either(Type brief, Type full) -> {
                leaves.add(new Leaf(path, name, brief));
                if (full instanceof MappingOf) {
                    collect(full, path, name, leaves);
                }
            }
            default -> leaves.add(new Leaf(path, name, type));
        }
    }

    /** What must stand beside a key so that the whole is valid. */
    private static Map<String, Object> around(String path) {
        Map<String, Object> root = new LinkedHashMap<>();
        if (path.startsWith("tunnels")) {
            root.put("tunnels", List.of(tunnel(path)));
        } else if (path.startsWith("profiles")) {
            root.put("profiles", map("work", map("tunnels", List.of(tunnel(path)))));
        }
        return root;
    }

    private static Map<String, Object> tunnel(String path) {
        Map<String, Object> tunnel = map("domain", "shop");
        tunnel.put("port", 3000);
        if (path.contains(".routes[0]")) {
            Map<String, Object> route = map("path", "/a");
            if (path.contains("routes[0].backends[0]")) {
                route.put("backends", List.of(map("url", "4000")));
            } else if (path.contains("routes[0].backend.")) {
                route.put("backend", map("url", "4000"));
            }
            tunnel.put("routes", List.of(route));
        } else if (path.contains(".backends[0]")) {
            tunnel.put("backends", List.of(map("url", "4000")));
        } else if (path.contains(".rate_limit.")) {
            tunnel.put("rate_limit", map("requests", 5));
        } else if (path.contains(".auth.")) {
            Map<String, Object> person = map("user", "me");
            person.put("password_hash", HASH + "9");
            tunnel.put("auth", map("basic", List.of(person)));
        } else if (path.endsWith("tls.certificate")) {
            tunnel.put("tls", map("key", "/k.pem"));
        } else if (path.endsWith("tls.key")) {
            tunnel.put("tls", map("certificate", "/c.pem"));
        } else if (path.endsWith("cors.credentials")) {
            tunnel.put("cors", map("origins", List.of("https://a.test")));
        }
        return tunnel;
    }

    private static Map<String, Object> map(String key, Object value) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put(key, value);
        return map;
    }

    /** A document that says a key, and what must stand beside it. */
    private static String document(Leaf leaf, @Nullable Integer i) {
        Map<String, Object> root = around(leaf.path());
        String around = JsonMapper.shared().writeValueAsString(root);
        if (i == null) {
            return around;
        }
        Object tree = JsonMapper.shared().readValue(around, Object.class);
        put(tree, KeyPath.parse(leaf.path()).steps(), leaf.sample(i));
        return JsonMapper.shared().writeValueAsString(tree);
    }

    @SuppressWarnings("unchecked")
    private static void put(Object at, List<KeyPath.Step> steps, Object value) {
        KeyPath.Step step = steps.getFirst();
        if (step.ofItem()) {
            put(((List<Object>) at).get(Integer.parseInt(step.name())), steps.subList(1, steps.size()), value);
        } else if (steps.size() == 1) {
            ((Map<String, Object>) at).put(step.name(), value);
        } else {
            put(
                    ((Map<String, Object>) at).computeIfAbsent(step.name(), _ -> new LinkedHashMap<>()),
                    steps.subList(1, steps.size()),
                    value);
        }
    }

    private static String variable(String path) {
        return "GOTUNNEL_"
                + path.replace("[", "_")
                        .replace("]", "")
                        .replaceAll("[.-]", "_")
                        .toUpperCase(Locale.ROOT);
    }

    private Settings load(@Nullable Path config, Map<String, String> environment, List<Assignment> flags) {
        Places places = new Places(
                system, user, config, temp.resolve("empty"), new AllowedProjects(temp.resolve("projects")));
        return new Layers(places, environment, flags).load();
    }

    private static Setting setting(Settings settings, String key) {
        return settings.all().get().stream()
                .filter(one -> one.key().equals(key))
                .findFirst()
                .orElseThrow(() -> new AssertionError(key + " is not among " + settings.all().get()));
    }

    private static void assertSays(Settings settings, Leaf leaf, int i, String layer) {
        Setting said = setting(settings, leaf.path());
        boolean secret = leaf.name().equals("password_hash");
        assertEquals(secret ? Setting.MASK : leaf.sample(i), said.value());
        assertEquals(layer, said.layer());
    }

    @ParameterizedTest
    @MethodSource("leaves")
    void aHigherLayerStandsAboveALowerOne(Leaf leaf) throws IOException {
        Files.writeString(system, document(leaf, 0));
        assertSays(load(null, Map.of(), List.of()), leaf, 0, "system");
        Files.writeString(user, document(leaf, 1));
        assertSays(load(null, Map.of(), List.of()), leaf, 1, "user");
        Files.writeString(named, document(leaf, 2));
        assertSays(load(named, Map.of(), List.of()), leaf, 2, "config");
        Map<String, String> environment = Map.of(variable(leaf.path()), leaf.typed(3));
        assertSays(load(named, environment, List.of()), leaf, 3, "environment");
        Assignment flag = Assignment.ofSet(leaf.path() + "=" + leaf.typed(4));
        Settings all = load(named, environment, List.of(flag));
        assertSays(all, leaf, 4, "flag");
        assertEquals("--set " + leaf.path(), setting(all, leaf.path()).place());
    }

    @ParameterizedTest
    @MethodSource("leaves")
    void aKeyMeansTheSameWhereverItIsSaid(Leaf leaf) throws IOException {
        Files.writeString(user, document(leaf, 1));
        Configuration byFile = load(null, Map.of(), List.of()).configuration();
        Files.writeString(user, document(leaf, null));
        Map<String, String> environment = new HashMap<>(Map.of(variable(leaf.path()), leaf.typed(1)));
        assertEquals(byFile, load(null, environment, List.of()).configuration());
        Assignment flag = Assignment.ofSet(leaf.path() + "=" + leaf.typed(1));
        assertEquals(byFile, load(null, Map.of(), List.of(flag)).configuration());
    }

    @Test
    void noKeyIsForgotten() {
        List<String> paths = leaves().stream().map(Leaf::path).toList();
        assertTrue(paths.size() > 70, paths.toString());
        Stream.of(
                        "server.https_port",
                        "observability.logging.format",
                        "tunnels[0].health.interval",
                        "tunnels[0].sticky",
                        "tunnels[0].sticky.cookie",
                        "tunnels[0].backends[0].weight",
                        "tunnels[0].headers.request.x-env",
                        "tunnels[0].routes[0].rewrite",
                        "profiles.work.tunnels[0].retries")
                .forEach(path -> assertTrue(paths.contains(path), path + " is not among " + paths));
    }
}
