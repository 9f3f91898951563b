package dev.gotunnel.config;

import dev.gotunnel.config.Type.ByName;
import dev.gotunnel.config.Type.Either;
import dev.gotunnel.config.Type.FileName;
import dev.gotunnel.config.Type.ItemsOf;
import dev.gotunnel.config.Type.MappingOf;
import dev.gotunnel.config.Type.Share;
import dev.gotunnel.config.Type.Size;
import dev.gotunnel.config.Type.Text;
import dev.gotunnel.config.Type.Time;
import dev.gotunnel.config.Type.Truth;
import dev.gotunnel.config.Type.Whole;
import dev.gotunnel.config.Type.Words;
import dev.gotunnel.platform.OperatingSystem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * The catalogue as a JSON Schema (draft 2020-12), by which editors complete and check {@code gotunnel.yaml}. What depends on
 * more than one value is checked by gotunnel alone.
 */
public final class JsonSchema {
    /** In the place of any value that is no text. */
    private static final Map<String, Object> VARIABLE = ordered("type", "string", "pattern", "\\$\\{");

    /** The mappings that stand in more than one place. */
    private static final Map<Keys, String> SHARED = Map.of(
            TunnelCatalogue.TUNNEL, "tunnel", TunnelCatalogue.ROUTE, "path", TunnelCatalogue.BACKEND, "backend");

    private final Map<String, Object> definitions = new LinkedHashMap<>();

    private JsonSchema() {}

    /** The schema as JSON text. */
    public static String text() {
        return JsonMapper.shared()
                        .writerWithDefaultPrettyPrinter()
                        .writeValueAsString(new JsonSchema().whole())
                        .replace("\r\n", "\n")
                + "\n";
    }

    private Map<String, Object> whole() {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.put("$id", "urn:gotunnel:configuration:" + Catalogue.VERSION);
        schema.put("title", "gotunnel.yaml");
        Map<String, Object> root = mapping(Catalogue.ROOT);
        if (root.get("properties") instanceof Map<?, ?> properties) {
            Map<String, Object> all = new LinkedHashMap<>();
            properties.forEach((name, property) -> all.put(String.valueOf(name), property));
            all.put("logging", of(new MappingOf(Catalogue.LOGGING)));
            root.put("properties", all);
        }
        schema.putAll(root);
        schema.put("$defs", definitions);
        return schema;
    }

    private Map<String, Object> mapping(Keys keys) {
        Map<String, Object> properties = new LinkedHashMap<>();
        List<String> required = new ArrayList<>();
        for (Key key : keys.all()) {
            properties.put(key.name(), property(key));
            if (key.needed()) {
                required.add(key.name());
            }
        }
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", List.of("object", "null"));
        schema.put("properties", properties);
        if (!required.isEmpty()) {
            schema.put("required", required);
        }
        schema.put("additionalProperties", false);
        return schema;
    }

    private Map<String, Object> property(Key key) {
        Map<String, Object> schema = new LinkedHashMap<>();
        String without = key.without(OperatingSystem.LINUX).isEmpty() ? "" : " Default: " + Forms.without(key) + ".";
        schema.put("description", (sentence(key.meaning()) + without).replace("`", ""));
        schema.putAll(of(key.type()));
        Object fallback = key.fallback() == null ? null : literal(key.type(), key.fallback());
        if (fallback != null) {
            schema.put("default", fallback);
        }
        return schema;
    }

    /** Without the links of the manual. */
    private static String sentence(String meaning) {
        String plain = meaning.replaceAll("\\[([^\\]]+)\\]\\([^)]+\\)", "$1");
        return plain.substring(0, 1).toUpperCase(Locale.ROOT) + plain.substring(1) + ".";
    }

    private static @Nullable Object literal(Type type, String text) {
        return switch (type) {
            case Whole _ -> Integer.valueOf(text);
            case Share _ -> Double.valueOf(text);
            case Truth _ -> Boolean.valueOf(text);
            case ItemsOf _ -> null;
            default -> text;
        };
    }

    private Map<String, Object> of(Type type) {
        return switch (type) {
            case Whole(int min, int max) -> orVariable(range("integer", min, max));
            case Share() -> orVariable(range("number", 0, 1));
            case Truth() -> orVariable(Map.of("type", "boolean"));
            case Time _ -> orVariable(ordered("type", "string", "pattern", "^(0|\\d{1,9}(ms|s|m|h))$"), Map.of("const", 0));
            case Size() ->
                orVariable(
                        ordered("type", "string", "pattern", "^\\d{1,12}([Bb]|[KkMmGg][Bb])?$"),
                        ordered("type", "integer", "minimum", 1));
            case Words(List<String> words) -> orVariable(words(words));
            case Text text -> text(text);
            case FileName() -> Map.of("type", "string");
            case ItemsOf(Type item) -> ordered("type", List.of("array", "null"), "items", of(item));
            case MappingOf(Keys keys) -> shared(keys);
            case ByName(String _, Type value) ->
                ordered("type", List.of("object", "null"), "additionalProperties", of(value));
            case Either(Type brief, Type full) -> Map.of("anyOf", List.of(of(brief), of(full)));
        };
    }

    private Map<String, Object> shared(Keys keys) {
        String name = SHARED.get(keys);
        if (name == null) {
            return mapping(keys);
        }
        if (!definitions.containsKey(name)) {
            definitions.put(name, Map.of());
            definitions.put(name, mapping(keys));
        }
        return Map.of("$ref", "#/$defs/" + name);
    }

    /** A word that reads as a number, such as 1.2, may be written as one. */
    private static Map<String, Object> words(List<String> words) {
        List<Object> values = new ArrayList<>(words);
        words.stream().filter(word -> word.matches("\\d\\.\\d")).map(Double::valueOf).forEach(values::add);
        return Map.of("enum", values);
    }

    private static Map<String, Object> text(Text text) {
        if (text.pattern() == null) {
            return Map.of("type", List.of("string", "number", "boolean"));
        }
        String whole = "^(?:" + text.pattern().pattern() + ")$";
        return orVariable(ordered("type", "string", "pattern", whole), Map.of("type", "integer"));
    }

    private static Map<String, Object> orVariable(Map<String, Object> schema) {
        return Map.of("anyOf", List.of(schema, VARIABLE));
    }

    private static Map<String, Object> orVariable(Map<String, Object> text, Map<String, Object> number) {
        return Map.of("anyOf", List.of(text, number, VARIABLE));
    }

    private static Map<String, Object> range(String type, int min, int max) {
        Map<String, Object> schema = ordered("type", type, "minimum", min);
        schema.put("maximum", max);
        return schema;
    }

    private static Map<String, Object> ordered(String first, Object one, String second, Object two) {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put(first, one);
        schema.put(second, two);
        return schema;
    }
}
