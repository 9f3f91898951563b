package dev.gotunnel.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One key as it applies, and where that was said.
 *
 * @param key its path
 * @param steps the path, step by step: names, and numbers of items
 * @param value a text, a number, a truth value or a list of texts; null when {@code words} say what applies
 * @param words what applies without a value, in words; empty when there is one
 * @param layer {@code default}, {@code default (linux)}, {@code system}, {@code user}, {@code project}, {@code config},
 *     {@code environment} or {@code flag}
 * @param place the file, variable or flag; empty for a default
 * @param line the line of the file, from 1; null where there is none
 */
public record Setting(
        String key,
        List<Object> steps,
        @Nullable Object value,
        String words,
        String layer,
        String place,
        @Nullable Integer line) {
    /** What is shown in the place of a secret. */
    public static final String MASK = "********";

    /** The value or the words, as a person reads them. */
    public String text() {
        return switch (value) {
            case null -> words;
            case List<?> list -> "[" + String.join(", ", list.stream().map(String::valueOf).toList()) + "]";
            default -> value.toString();
        };
    }

    /** Where it was said, in a few words: {@code user /home/me/.config/gotunnel/gotunnel.yaml:4}. */
    public String origin() {
        return layer + (place.isEmpty() ? "" : " " + place) + (line == null ? "" : ":" + line);
    }
}
