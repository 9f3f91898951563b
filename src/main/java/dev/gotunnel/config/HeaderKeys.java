package dev.gotunnel.config;

import dev.gotunnel.policy.HeaderRule;
import dev.gotunnel.policy.HeaderRule.Action;
import dev.gotunnel.policy.HeaderRules;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * The key {@code headers}: changes by the field's name, which {@code +} before it adds and {@code -} removes. A field
 * may be added several times: then its value is a list.
 */
final class HeaderKeys {
    private HeaderKeys() {}

    static @Nullable HeaderRules read(YamlReader reader, @Nullable Node node, String path) {
        if (node == null || YamlReader.isAbsent(node)) {
            return null;
        }
        Section keys = reader.section(node, path, TunnelCatalogue.HEADERS);
        return new HeaderRules(
                rules(reader, keys.node("request"), keys.at("request")),
                rules(reader, keys.node("response"), keys.at("response")));
    }

    private static List<HeaderRule> rules(YamlReader reader, @Nullable Node node, String path) {
        List<HeaderRule> rules = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        reader.mapping(node, path).forEach((key, value) -> {
            String rulePath = YamlReader.join(path, key);
            if (!seen.add(key.toLowerCase(Locale.ROOT))) {
                reader.problem(value, rulePath, "stands here twice, in other letters.");
            } else if (key.startsWith(Action.REMOVE.sign()) && YamlReader.isAbsent(value)) {
                add(rules, reader.made(value, rulePath, () -> HeaderRule.parse(key, "")));
            } else if (key.startsWith(Action.ADD.sign()) && value instanceof SequenceNode) {
                rules.addAll(reader.parsedItems(value, rulePath, text -> HeaderRule.parse(key, text)));
            } else {
                add(rules, reader.parsed(value, rulePath, text -> HeaderRule.parse(key, text)));
            }
        });
        return rules;
    }

    private static void add(List<HeaderRule> rules, @Nullable HeaderRule rule) {
        if (rule != null) {
            rules.add(rule);
        }
    }

    static Map<String, Object> written(HeaderRules headers) {
        Map<String, Object> keys = new LinkedHashMap<>();
        if (!headers.request().isEmpty()) {
            keys.put("request", written(headers.request()));
        }
        if (!headers.response().isEmpty()) {
            keys.put("response", written(headers.response()));
        }
        return keys;
    }

    private static Map<String, Object> written(List<HeaderRule> rules) {
        Map<String, Object> keys = new LinkedHashMap<>();
        for (HeaderRule rule : rules) {
            List<String> values = rules.stream()
                    .filter(other -> other.key().equals(rule.key()))
                    .map(other -> other.value().text())
                    .toList();
            keys.put(rule.key(), values.size() == 1 ? values.getFirst() : values);
        }
        return keys;
    }
}
