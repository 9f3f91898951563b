package dev.gotunnel.project;

import dev.gotunnel.policy.DevServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The table of frameworks, {@code frameworks.txt}, whose head tells what its columns mean. */
final class Frameworks {
    private static final String NONE = "-";
    private static final int COLUMNS = 8;

    private final List<Framework> rows;

    private Frameworks(List<Framework> rows) {
        this.rows = rows;
    }

    /** Reads the table. */
    static Frameworks read() {
        try (InputStream in = Objects.requireNonNull(Frameworks.class.getResourceAsStream("frameworks.txt"))) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return new Frameworks(text.lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(Frameworks::row)
                    .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Framework row(String line) {
        String[] column = line.strip().split("\\s{2,}");
        if (column.length != COLUMNS) {
            throw new IllegalStateException("not " + COLUMNS + " columns: " + line);
        }
        return new Framework(
                column[0],
                preset(column[1]),
                list(column[2], ","),
                Pattern.compile(column[3].equals(NONE) ? "" : column[3]),
                list(column[4], " "),
                list(column[5], ","),
                variables(column[6]),
                list(column[7], ",").stream().map(Frameworks::mark).toList());
    }

    private static @Nullable DevServer preset(String word) {
        return word.equals(NONE) ? null : DevServer.valueOf(word.toUpperCase(Locale.ROOT));
    }

    private static List<String> list(String text, String separator) {
        return text.equals(NONE) ? List.of() : Arrays.asList(text.split(separator));
    }

    private static Map<String, String> variables(String text) {
        Map<String, String> variables = new LinkedHashMap<>();
        list(text, " ")
                .forEach(pair ->
                        variables.put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1)));
        return variables;
    }

    private static Framework.Mark mark(String text) {
        int colon = text.indexOf(':');
        return colon < 0
                ? new Framework.Mark(text, null)
                : new Framework.Mark(text.substring(0, colon), text.substring(colon + 1));
    }

    List<Framework> rows() {
        return rows;
    }

    /** What a program with these arguments serves with. */
    Optional<Framework> servedBy(String program, List<String> arguments) {
        return rows.stream().filter(row -> row.isServedBy(program, arguments)).findFirst();
    }

    /** What a project's files show. */
    Optional<Framework> of(ProjectFolder project) {
        return rows.stream()
                .filter(row -> row.marks().stream().anyMatch(project::has))
                .findFirst();
    }
}
