package dev.gotunnel.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The privileged helper as root, by the scripts in {@code src/test/system}: each makes namespaces with copies of all that is
 * touched. The tables of the sweep stand in docs/HELPER.md, where {@code mvn -Psystem verify -Dit.test=HelperSystemTest
 * -Dgotunnel.helper.write=true} writes them anew; how many calls there are depends on Go and the kernel.
 */
@Tag("system")
class HelperSystemTest {
    private static final Path HELPER = Path.of("target/gotunnel/libexec/gotunnel-helper");
    private static final Path DESCRIPTION = Path.of("docs/HELPER.md");
    private static final String BEGIN = "<!-- sweep: written by HelperSystemTest -->\n";
    private static final String END = "<!-- end of sweep -->\n";

    /** The status by which a script says that something is missing on this machine. */
    private static final int MISSING = 69;

    @TempDir
    Path folder;

    @Test
    void isKilledAtEverySystemCallAndDamagesNothing() throws Exception {
        String tables = run("helper-sweep.py")
                .lines()
                .filter(line -> line.startsWith("|") || line.isEmpty())
                .map(line -> line + "\n")
                .collect(Collectors.joining());
        String text = Files.readString(DESCRIPTION);
        int begin = text.indexOf(BEGIN) + BEGIN.length();
        int end = text.indexOf(END);
        if (Boolean.getBoolean("gotunnel.helper.write")) {
            Files.writeString(DESCRIPTION, text.substring(0, begin) + tables + "\n" + text.substring(end));
        } else {
            assertEquals(withoutCounts(text.substring(begin, end)), withoutCounts(tables));
        }
    }

    @Test
    void withstandsFullDisksHostileCallersAndEditorsAtTheSameTime() throws Exception {
        run("helper-faults.py");
    }

    @Test
    void isStartedByPolkitOnlyForWhoHasItsConsent() throws Exception {
        run("helper-polkit.sh");
    }

    /** What must not differ: the verbs, and how often something was damaged, not recovered from or left unsaid. */
    private static List<List<String>> withoutCounts(String tables) {
        List<List<String>> rows = new ArrayList<>();
        for (String line : tables.lines().filter(line -> line.startsWith("|")).toList()) {
            List<String> cells = List.of(line.split("\\|"));
            List<String> kept = new ArrayList<>(cells.subList(0, 2));
            kept.addAll(cells.subList(6, cells.size()));
            rows.add(kept);
        }
        return rows;
    }

    /** Runs a script to its end, shows what it printed, and skips the test where the script says what is missing. */
    private String run(String script) throws IOException, InterruptedException {
        assumeTrue(Files.exists(HELPER), "SKIPPED: no helper was built, which needs Go");
        Path output = folder.resolve("output.txt");
        Path problems = folder.resolve("problems.txt");
        Process process = new ProcessBuilder("src/test/system/" + script, HELPER.toString())
                .redirectOutput(output.toFile())
                .redirectError(problems.toFile())
                .start();
        try {
            if (!process.waitFor(5, TimeUnit.MINUTES)) {
                throw new AssertionError(script + " does not end: " + Files.readString(output));
            }
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        String said = Files.readString(problems);
        System.out.printf("%s:%n%s%s", script, Files.readString(output), said);
        assumeTrue(process.exitValue() != MISSING, "SKIPPED: " + said);
        assertEquals(0, process.exitValue(), said);
        return Files.readString(output);
    }
}
