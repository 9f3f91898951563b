package dev.gotunnel.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The real program and its authority: killed at every change of a file, and on a disk that is full. */
@Tag("system")
@Timeout(900)
class AuthorityFaultsSystemTest {
    /** Every call that makes, moves or removes a name; the launcher and Java make some of their own before. */
    private static final List<String> CALLS = List.of("rename", "mkdir", "unlink", "rmdir");

    @TempDir
    Path temp;

    private Program program;

    @BeforeEach
    void program() {
        program = new Program(temp);
    }

    @AfterEach
    void end() throws Exception {
        program.close();
    }

    private static void require(String tool, String what) throws Exception {
        boolean available =
                new ProcessBuilder("sh", "-c", "command -v " + tool).start().waitFor() == 0;
        if (!available) {
            System.err.println("SKIPPED: " + what + ", because there is no " + tool);
        }
        assumeTrue(available, "no " + tool);
    }

    private int run(List<String> command, Path output) throws Exception {
        Process process = program.launch(temp, command, output, Map.of());
        assertTrue(process.waitFor(120, TimeUnit.SECONDS), () -> "does not end: " + command);
        return process.exitValue();
    }

    private TreeSet<String> folders() throws IOException {
        TreeSet<String> names = new TreeSet<>();
        try (Stream<Path> files = Files.list(temp.resolve("DATA"))) {
            files.filter(Files::isDirectory).forEach(file -> names.add(String.valueOf(file.getFileName())));
        }
        return names;
    }

    @Test
    void killedAtAnyChangeOfAFileTheAuthorityIsTheOldOrTheNewOneAndTheNextRunCompletesIt() throws Exception {
        require("strace", "a renewal that is killed at every change of a file");
        Path output = temp.resolve("output.txt");
        List<String> table = new ArrayList<>();
        for (String call : CALLS) {
            boolean killed = true;
            for (int n = 1; killed && n < 40; n++) {
                String before = program.run("trust", "export");
                List<String> command = List.of(
                        "strace",
                        "-f",
                        "-qq",
                        "-o",
                        "/dev/null",
                        "-e",
                        "trace=" + call,
                        "-e",
                        "inject=" + call + ":signal=KILL:when=" + n,
                        Program.LAUNCHER.toString(),
                        "trust",
                        "renew",
                        "--yes");
                killed = run(command, output) != 0;
                String left = folders().toString();
                String after = program.run("trust", "export");
                assertTrue(after.startsWith("-----BEGIN CERTIFICATE-----"), call + " " + n + " " + left + ": " + after);
                String completed = program.run("trust", "renew", "--yes");
                assertTrue(completed.contains(" is in use; it signs below"), call + " " + n + " " + left + completed);
                assertNotEquals(before, program.run("trust", "export"));
                TreeSet<String> now = folders();
                now.removeIf(name -> name.contains(".new-"));
                assertEquals(new TreeSet<>(List.of("ca")), now, call + " " + n + " " + left);
                table.add(call + " " + n + (killed ? " killed, left " + left : " not reached"));
            }
        }
        System.out.println(String.join("\n", table));
        assertTrue(table.stream().filter(line -> line.contains(" killed")).count() >= 10, table.toString());
    }

    @Test
    void aFullDiskLeavesTheOldKeysWholeAndSaysSo() throws Exception {
        require("bwrap", "an authority on a full disk");
        Path script = Files.writeString(temp.resolve("full.sh"), """
                set -e
                export GOTUNNEL_DATA_DIR=$1/small/data
                $2 trust export >$1/before.pem
                dd if=/dev/zero of=$1/small/fill bs=1k count=1000 2>/dev/null && exit 9
                $2 trust renew --yes 2>&1 && exit 8
                ls $1/small/data
                rm $1/small/fill
                $2 trust export | cmp - $1/before.pem
                $2 trust renew --yes
                """);
        Files.createDirectories(temp.resolve("small"));
        Path output = temp.resolve("output.txt");
        int exit = run(
                List.of(
                        "bwrap",
                        "--dev-bind",
                        "/",
                        "/",
                        "--size",
                        "131072",
                        "--tmpfs",
                        temp.resolve("small").toString(),
                        "bash",
                        script.toString(),
                        temp.toString(),
                        Program.LAUNCHER.toString()),
                output);
        String said = Files.readString(output);
        assertEquals(0, exit, said);
        assertTrue(said.contains("no space left on device"), said);
        assertTrue(said.contains("Nothing was changed. Make room on that disk"), said);
        assertTrue(said.contains(" is in use; it signs below"), said);
    }
}
