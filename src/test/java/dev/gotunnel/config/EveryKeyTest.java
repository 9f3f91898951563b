package dev.gotunnel.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.error.GotunnelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * No key is forgotten: the reader itself tells which keys it knows, level by level, and each has a row in the tables of
 * what is said of a value that it cannot have, and stands in the manual.
 */
class EveryKeyTest {
    private static final Path FILE = Path.of("gotunnel.yaml");
    private static final String UNKNOWN = "zzqq";
    private static final String KNOWN_HERE = ": unknown key; known here: ";

    /** Where a mapping stands: how to write a document around it, and how problems call it. */
    private record Level(String before, String after, String path) {
        Level in(String key) {
            return new Level(before + "{" + key + ": ", "}" + after, path.isEmpty() ? key : path + "." + key);
        }

        Level ofList() {
            return new Level(before + "[", "]" + after, path + "[0]");
        }

        /** The keys that may stand here; empty where there is no mapping with keys of its own. */
        List<String> keys() {
            String prefix = (path.isEmpty() ? "" : path + ".") + UNKNOWN + KNOWN_HERE;
            return problems(before + "{" + UNKNOWN + ": 1}" + after).stream()
                    .map(problem -> problem.substring(problem.indexOf(": ") + 2))
                    .filter(problem -> problem.startsWith(prefix))
                    .map(problem -> problem.substring(prefix.length(), problem.indexOf('.', prefix.length())))
                    .flatMap(known -> Stream.of(known.split(", ")))
                    .toList();
        }
    }

    private static List<String> problems(String text) {
        try {
            ConfigLoader.parse(text, FILE);
            return List.of();
        } catch (GotunnelException e) {
            return e.getMessage().lines().skip(1).map(String::strip).toList();
        }
    }

    /** The paths of all values that are no mapping with keys of its own, without the numbers of lists. */
    private static Set<String> leaves() {
        Set<String> found = new TreeSet<>();
        ArrayDeque<Level> levels = new ArrayDeque<>(List.of(new Level("", "", "")));
        while (!levels.isEmpty()) {
            Level level = levels.remove();
            for (String key : level.keys()) {
                Level inside = level.in(key);
                List<Level> deeper = Stream.of(inside, inside.ofList(), inside.in("name"))
                        .filter(candidate -> !candidate.keys().isEmpty())
                        .toList();
                levels.addAll(deeper);
                if (deeper.isEmpty()) {
                    found.add(plain(inside.path()));
                }
            }
        }
        return found;
    }

    /** A path as the manual has it; what may stand in a route or a profile is what may stand in a tunnel. */
    private static String plain(String path) {
        return path.replaceAll("\\[\\d+]", "")
                .replaceFirst("^profiles\\.[^.]+\\.tunnels", "tunnels")
                .replaceFirst("^tunnels\\.routes\\.(?!path|strip_prefix|rewrite|backend\\b)", "tunnels.");
    }

    private static Set<String> covered() {
        Stream<String> ofTunnels = TunnelKeysTest.wrong().map(row -> "tunnels[0]." + row.split(" \\| ", 4)[2]);
        Stream<String> others = ConfigLoaderTest.wrong()
                .map(row -> (String) row.get()[1])
                .map(problem -> problem.substring(problem.indexOf(": ") + 2))
                .filter(problem -> !problem.contains("unknown key"))
                .map(problem -> problem.substring(0, Math.max(0, problem.indexOf(": "))));
        return Stream.concat(ofTunnels, others).map(EveryKeyTest::plain).collect(Collectors.toCollection(TreeSet::new));
    }

    /** Whether a row is about a key, or about what stands below it. */
    private static boolean isCovered(String key, Set<String> rows) {
        return rows.stream().anyMatch(row -> row.equals(key) || row.startsWith(key + "."));
    }

    @Test
    void theReaderTellsAllItsKeys() {
        Set<String> keys = leaves();
        for (String known : List.of(
                "version",
                "server.https_port",
                "observability.logging.level",
                "tunnels.port",
                "tunnels.backends.weight",
                "tunnels.health.path",
                "tunnels.auth.basic.password_hash",
                "tunnels.routes.strip_prefix",
                "tunnels.rate_limit.by")) {
            assertTrue(keys.contains(known), () -> known + " is not among " + keys);
        }
    }

    @Test
    void eachHasARowOfWhatIsSaidOfAWrongValue() {
        Set<String> rows = covered();
        assertEquals(
                List.of(),
                leaves().stream().filter(key -> !isCovered(key, rows)).toList());
    }

    @Test
    void eachStandsInTheManual() throws IOException {
        String manual = Files.readString(Path.of("docs", "CONFIGURATION.md"));
        List<String> missing = new ArrayList<>();
        for (String key : leaves()) {
            String name = key.substring(key.lastIndexOf('.') + 1);
            boolean told = Optional.of(manual)
                    .filter(text -> text.contains("`" + name + "`")
                            || text.contains("." + name + "`")
                            || text.contains(name + "[]`")
                            || text.contains("`" + name + ", ")
                            || text.contains(", " + name + "}`")
                            || text.contains("{" + name + ": ")
                            || text.contains("{" + name + ", "))
                    .isPresent();
            if (!told) {
                missing.add(key);
            }
        }
        assertEquals(List.of(), missing);
    }
}
