package dev.gotunnel.policy;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A text with placeholders, such as {@code {remote_ip}}, that are filled in for each request. Two opening braces stand
 * for one.
 *
 * @param text as the user wrote it
 * @param parts the same, taken apart
 */
public record Template(String text, List<Part> parts) {
    /** A piece of a template. */
    public sealed interface Part {
        /** Stands as it is. */
        record Literal(String text) implements Part {}

        /** Is filled in. */
        record Filled(Placeholder placeholder) implements Part {}
    }

    /** What can be filled in. */
    public enum Placeholder {
        /** The name that the client asked for, without the port. */
        HOST,
        /** The request's method. */
        METHOD,
        /** {@code http} or {@code https}, as the client came. */
        SCHEME,
        /** The path without the query, as the client sent it. */
        PATH,
        /** The query without its question mark; may be empty. */
        QUERY,
        /** The client's address. */
        REMOTE_IP,
        /** The request's id, as in {@code X-Request-Id}. */
        REQUEST_ID,
        /** The tunnel's id. */
        TUNNEL,
        /** The backend's host and port. */
        BACKEND;

        /** As it stands between the braces. */
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Copies the parts. */
    public Template {
        parts = List.copyOf(parts);
    }

    /**
     * Takes a text apart.
     *
     * @throws GotunnelException with {@code USAGE} for an unknown placeholder, an open brace or a control character
     */
    public static Template parse(String text) {
        if (text.chars().anyMatch(c -> (c < ' ' && c != '\t') || c == 0x7f || c > 0xff)) {
            throw new GotunnelException(
                    ErrorCode.USAGE,
                    "A header's value has a character that headers cannot carry.",
                    "Keep to Latin letters, digits and signs on one line.");
        }
        List<Part> parts = new ArrayList<>();
        StringBuilder literal = new StringBuilder();
        int at = 0;
        while (at < text.length()) {
            if (text.startsWith("{{", at)) {
                literal.append('{');
                at += 2;
            } else if (text.charAt(at) == '{') {
                int end = text.indexOf('}', at);
                Placeholder placeholder = placeholder(end < 0 ? text.substring(at) : text.substring(at + 1, end));
                if (!literal.isEmpty()) {
                    parts.add(new Part.Literal(literal.toString()));
                    literal.setLength(0);
                }
                parts.add(new Part.Filled(placeholder));
                at = end + 1;
            } else {
                literal.append(text.charAt(at++));
            }
        }
        if (!literal.isEmpty()) {
            parts.add(new Part.Literal(literal.toString()));
        }
        return new Template(text, parts);
    }

    private static Placeholder placeholder(String word) {
        return Stream.of(Placeholder.values())
                .filter(placeholder -> placeholder.id().equals(word))
                .findFirst()
                .orElseThrow(() -> new GotunnelException(
                        ErrorCode.USAGE,
                        "\"" + word + "\" is not a placeholder.",
                        "These are: "
                                + Stream.of(Placeholder.values())
                                        .map(placeholder -> "{" + placeholder.id() + "}")
                                        .collect(Collectors.joining(", "))
                                + "; {{ is a brace."));
    }

    /** The text with everything filled in. */
    public String fill(Function<Placeholder, String> values) {
        if (parts.size() == 1 && parts.getFirst() instanceof Part.Literal(String only)) {
            return only;
        }
        StringBuilder filled = new StringBuilder();
        for (Part part : parts) {
            filled.append(
                    switch (part) {
                        case Part.Literal(String literal) -> literal;
                        case Part.Filled(Placeholder placeholder) -> values.apply(placeholder);
                    });
        }
        return filled.toString();
    }
}
