package dev.gotunnel.privilege;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.testing.Failures;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the programs of these tests are shell scripts")
class FinishedProgramTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    private FinishedProgram run(Duration limit, byte[] input, String... lines) throws IOException {
        return FinishedProgram.of(
                List.of(Scripts.write(folder.resolve("program"), lines).toString()), input, limit);
    }

    @Test
    void outputAndErrorsAreKeptApart() throws IOException {
        FinishedProgram ended = run(LONG, Scripts.bytes("in"), "cat", "echo >&2", "echo ' why ' >&2", "exit 3");
        assertEquals(new FinishedProgram(3, "in", "\n why \n"), ended);
        assertEquals("why.", ended.complaint());
    }

    @Test
    void aProgramThatDoesNotEndIsGivenUpAndEnded() throws IOException {
        GotunnelException failure =
                Failures.of(ErrorCode.IO, () -> run(Duration.ofMillis(200), new byte[0], "exec sleep 600"));
        assertTrue(failure.getMessage().contains("did not end within"), failure.getMessage());
    }

    @Test
    void aChildThatKeepsThePipesOpenHoldsNobodyUp() throws IOException {
        assertEquals(
                "done\n",
                run(LONG, new byte[0], "echo done", "sleep 5 & exit 0").output());
    }

    @Test
    void aFloodIsReadToItsEndAndCutOff() throws IOException {
        FinishedProgram ended = run(LONG, new byte[0], "head -c 1000000 /dev/zero");
        assertEquals(64 << 10, ended.output().length());
    }

    @Test
    void aProgramNeedNotReadItsInput() throws IOException {
        assertEquals(0, run(LONG, new byte[1 << 20], "exit 0").exit());
    }

    @Test
    void aProgramThatIsNotThereIsAnIoFailure() {
        Path nothing = folder.resolve("nothing");
        assertThrows(IOException.class, () -> FinishedProgram.of(List.of(nothing.toString()), new byte[0], LONG));
    }
}
