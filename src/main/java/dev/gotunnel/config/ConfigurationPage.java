package dev.gotunnel.config;

import dev.gotunnel.config.Type.ByName;
import dev.gotunnel.config.Type.Either;
import dev.gotunnel.config.Type.ItemsOf;
import dev.gotunnel.config.Type.MappingOf;
import dev.gotunnel.platform.OperatingSystem;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The tables of {@code docs/CONFIGURATION.md}, which stand there between two marks. What stands around them is written by
 * hand.
 */
final class ConfigurationPage {
    private static final Pattern TABLE = Pattern.compile("(?s)<!-- keys: ([a-z]+) -->\n.*?<!-- end -->");

    /** The mappings that have a table of their own. */
    private static final Map<Keys, String> OWN_TABLES =
            Map.of(TunnelCatalogue.TUNNEL, "tunnel", TunnelCatalogue.ROUTE, "paths");

    private ConfigurationPage() {}

    /** The page with its tables as the catalogue has them now. */
    static String written(String page) {
        Map<String, String> tables = tables();
        StringBuilder written = new StringBuilder();
        Matcher place = TABLE.matcher(page);
        while (place.find()) {
            String name = place.group(1);
            String table = tables.remove(name);
            if (table == null) {
                throw new IllegalArgumentException("the page has a place for a table \"" + name + "\", of which "
                        + tables.keySet() + " are left");
            }
            place.appendReplacement(
                    written, Matcher.quoteReplacement("<!-- keys: " + name + " -->\n" + table + "<!-- end -->"));
        }
        place.appendTail(written);
        if (!tables.isEmpty()) {
            throw new IllegalArgumentException("the page has no place for " + tables.keySet());
        }
        return written.toString();
    }

    private static Map<String, String> tables() {
        Keys policy = TunnelCatalogue.POLICY;
        Map<String, String> tables = new LinkedHashMap<>();
        tables.put("file", table(Catalogue.ROOT));
        tables.put("tunnel", table(TunnelCatalogue.OF_TUNNELS));
        tables.put("backends", table(TunnelCatalogue.OF_BACKENDS));
        tables.put("requests", table(TunnelCatalogue.OF_REQUESTS.and(Keys.of(policy.get("headers")))));
        tables.put("access", table(TunnelCatalogue.OF_CLIENTS));
        tables.put("tls", table(Keys.of(policy.get("tls"))));
        tables.put("fault", table(Keys.of(policy.get("fault"))));
        tables.put("paths", table(TunnelCatalogue.OF_PATHS));
        return tables;
    }

    private static String table(Keys keys) {
        StringBuilder table = new StringBuilder("| key | type | default | meaning |\n| --- | --- | --- | --- |\n");
        rows(table, "", keys);
        return table.toString();
    }

    private static void rows(StringBuilder table, String prefix, Keys keys) {
        for (Key key : keys.all()) {
            String path = prefix + key.name();
            Type type = key.type();
            if (!(type instanceof MappingOf) || !key.without(OperatingSystem.LINUX).isEmpty()) {
                row(table, path(path, type), key);
            }
            below(table, path, type);
        }
    }

    private static void row(StringBuilder table, String path, Key key) {
        table.append("| `")
                .append(path)
                .append("` | ")
                .append(Forms.of(key.type()))
                .append(" | ")
                .append(Forms.without(key))
                .append(" | ")
                .append(key.meaning())
                .append(" |\n");
    }

    private static String path(String path, Type type) {
        return type instanceof ItemsOf ? path + "[]" : path;
    }

    private static void below(StringBuilder table, String path, Type type) {
        switch (type) {
            case MappingOf(Keys keys) when !OWN_TABLES.containsKey(keys) -> rows(table, path + ".", keys);
            case ItemsOf(Type item) -> below(table, path + "[]", item);
            case ByName(String form, Type value) -> below(table, path + "." + form, value);
            case Either(Type _, Type full) -> below(table, path, full);
            default -> {
                // Nothing stands below a value, and what has a table of its own stands there.
            }
        }
    }
}
