package dev.gotunnel.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names, ports and trust of an unprivileged user, through the installed helper and a real polkitd. */
@Tag("system")
class MachineSystemTest {
    private static final int LIMIT_MINUTES = 10;

    /** What the script ends with where something that it needs is not there (EX_UNAVAILABLE of sysexits.h). */
    private static final int MISSING = 69;

    @TempDir
    Path folder;

    @Test
    void changesTheMachineAsPolkitAllowsAndPutsItBack() throws Exception {
        Path output = folder.resolve("output.txt");
        ProcessBuilder builder = new ProcessBuilder("src/test/system/machine-polkit.sh", "target/gotunnel")
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process script = builder.start();
        if (!script.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES)) {
            script.destroy();
            throw new AssertionError("did not end: " + Files.readString(output));
        }
        assumeFalse(script.exitValue() == MISSING, "NOT TESTED: " + Files.readString(output));
        assertEquals(0, script.exitValue(), Files.readString(output));
    }
}
