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
import dev.gotunnel.policy.Amounts;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What the catalogue says, in the words of the manual. */
final class Forms {
    private static final Map<OperatingSystem, String> SYSTEMS =
            Map.of(OperatingSystem.LINUX, "Linux", OperatingSystem.MACOS, "macOS", OperatingSystem.WINDOWS, "Windows");

    private Forms() {}

    /** What a value may be. */
    static String of(Type type) {
        return switch (type) {
            case Whole(int min, int max) -> min == max ? "`" + min + "`" : min + " to " + max;
            case Share() -> "0 to 1";
            case Time(var min, var max) -> Amounts.text(min) + " to " + Amounts.text(max);
            case Size() -> "size";
            case Truth() -> "`true`, `false`";
            case Words(List<String> words) ->
                words.stream().map(word -> "`" + quoted(word) + "`").collect(Collectors.joining(", "));
            case Text text -> text.form();
            case FileName() -> "file";
            case ItemsOf(Type item) -> of(item);
            case MappingOf(Keys _) -> "mapping";
            case ByName(String form, Type value) -> "`" + form + ": `" + of(value);
            case Either(Type brief, Type full) ->
                full instanceof MappingOf ? of(brief) + ", or a mapping" : of(brief) + ", or a list";
        };
    }

    /** A word that YAML would read as a number needs quotes. */
    private static String quoted(String word) {
        return word.chars().allMatch(c -> Character.isDigit(c) || c == '.') ? "\"" + word + "\"" : word;
    }

    /** What applies without a key, on each system. */
    static String without(Key key) {
        if (key.needed()) {
            return "required";
        }
        if (key.fallback() != null) {
            return "`" + key.fallback() + "`";
        }
        if (!key.differsBySystem()) {
            return key.without(OperatingSystem.LINUX);
        }
        Map<String, String> systems = new LinkedHashMap<>();
        for (OperatingSystem system : OperatingSystem.values()) {
            systems.merge(key.without(system), SYSTEMS.getOrDefault(system, ""), (one, other) -> one + ", " + other);
        }
        return systems.entrySet().stream()
                .map(entry -> entry.getValue() + ": " + entry.getKey())
                .collect(Collectors.joining("; "));
    }
}
