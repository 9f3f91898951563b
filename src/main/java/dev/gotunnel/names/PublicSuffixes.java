package dev.gotunnel.names;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Domains below which strangers have names, by the same list as the privileged helper's, which has the last word. A
 * compact check, not the Public Suffix List: docs/HELPER.md tells its limits.
 */
final class PublicSuffixes {
    private static final String LIST = "public_suffixes.txt";

    /**
     * Single labels that the internet's root will not delegate: RFC 2606, RFC 6762 appendix G, and {@code internal}, which
     * ICANN reserved in 2024.
     */
    private static final Set<String> PRIVATE_TOP_LEVEL =
            Set.of("corp", "example", "home", "internal", "intranet", "lan", "private");

    private final Set<String> domains = new LinkedHashSet<>();
    private final Set<String> secondLevel = new HashSet<>();
    private final Set<String> whole = new LinkedHashSet<>();
    private final Set<String> wildcard = new HashSet<>();

    private PublicSuffixes(List<String> rules) {
        for (String rule : rules) {
            if (rule.endsWith(".??")) {
                secondLevel.add(rule.substring(0, rule.length() - ".??".length()));
            } else if (rule.startsWith("**.")) {
                whole.add(rule.substring("**.".length()));
            } else if (rule.startsWith("*.")) {
                wildcard.add(rule.substring("*.".length()));
            } else {
                domains.add(rule);
            }
        }
    }

    /** Why others may have names below a domain, as the rest of a sentence; empty when they may not. */
    static Optional<String> whyPublic(String domain) {
        List<String> labels = List.of(domain.split("\\."));
        String top = labels.getLast();
        if (top.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Optional.of("ends like an address");
        }
        if (Suffixes.isBuiltIn(domain)) {
            return Optional.empty();
        }
        if (labels.size() == 1) {
            return PRIVATE_TOP_LEVEL.contains(top) ? Optional.empty() : Optional.of("is a top-level domain");
        }
        return read().why(domain, labels);
    }

    private Optional<String> why(String domain, List<String> labels) {
        if (domains.contains(domain)) {
            return Optional.of("is a public suffix");
        }
        Optional<String> below =
                domains.stream().filter(known -> known.endsWith("." + domain)).findFirst();
        if (below.isPresent()) {
            return Optional.of("has the public suffix " + below.get() + " below it");
        }
        Optional<String> operator = whole.stream()
                .filter(known -> domain.equals(known) || domain.endsWith("." + known))
                .findFirst();
        if (operator.isPresent()) {
            return Optional.of("belongs to " + operator.get() + ", whose customers have names at many levels");
        }
        String top = labels.getLast();
        if (labels.size() == 2 && top.length() == 2 && secondLevel.contains(labels.getFirst())) {
            return Optional.of("looks like a public suffix of the country " + top);
        }
        if (labels.size() == 2 && wildcard.contains(top)) {
            return Optional.of("is a public suffix, as every name of two labels below " + top + " is");
        }
        return Optional.empty();
    }

    /** Read when a user names a suffix, which is once in a while. */
    private static PublicSuffixes read() {
        try (InputStream in = PublicSuffixes.class.getResourceAsStream(LIST)) {
            String text = new String(
                    Objects.requireNonNull(in, LIST + " is not in the program").readAllBytes(), StandardCharsets.UTF_8);
            return new PublicSuffixes(text.lines()
                    .map(line -> line.replaceFirst("#.*", ""))
                    .flatMap(line -> List.of(line.strip().split("\\s+")).stream())
                    .filter(rule -> !rule.isEmpty())
                    .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
