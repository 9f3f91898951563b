package dev.gotunnel.config;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the value of a key may be. The readers check by it, the schema and the manual are written from it. */
sealed interface Type {
    /** A whole number within a range. */
    record Whole(int min, int max) implements Type {}

    /** A number from 0, which is never, to 1, which is always. */
    record Share() implements Type {}

    /** A length of time within a range. */
    record Time(Duration min, Duration max) implements Type {}

    /** A number of bytes, at least 1. */
    record Size() implements Type {}

    /** {@code true} or {@code false}. */
    record Truth() implements Type {}

    /** One of a few words. */
    record Words(List<String> words) implements Type {
        static <E extends Enum<E>> Words of(Class<E> type, Function<E, String> wordOf) {
            return new Words(
                    Arrays.stream(type.getEnumConstants()).map(wordOf).toList());
        }
    }

    /**
     * A text.
     *
     * @param form what the manual calls it
     * @param pattern what all of it must match; null where a type of the domain says what is wrong
     * @param allowed what is allowed, as a problem tells it: "a path such as /healthz"; null where the reader tells it
     */
    record Text(
            String form, @Nullable Pattern pattern, @Nullable String allowed) implements Type {
        static Text of(String form) {
            return new Text(form, null, null);
        }
    }

    /** A file, relative to the folder of the document. */
    record FileName() implements Type {}

    /** A list. */
    record ItemsOf(Type item) implements Type {}

    /** A mapping whose keys are known. */
    record MappingOf(Keys keys) implements Type {}

    /**
     * A mapping whose keys are names that the user gives.
     *
     * @param form how the manual writes such a name
     */
    record ByName(String form, Type value) implements Type {}

    /** A short form, or a long one. */
    record Either(Type brief, Type full) implements Type {}
}
