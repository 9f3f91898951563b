package dev.gotunnel.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.testing.Failures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What is said of files that are wrong in many ways. Beside each file lies its message, as it was approved;
 * {@code -Dgotunnel.configuration.write=true} writes those anew, to be read one by one before they are committed.
 */
class BrokenFilesTest {
    private static final Path FOLDER = Path.of("src/test/resources/dev/gotunnel/config/broken");

    static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
        }
    }

    private static Path approved(Path file) {
        return Path.of(file.toString().replace(".yaml", ".txt"));
    }

    @ParameterizedTest
    @MethodSource("files")
    void itsMessageIsTheApprovedOne(Path file) throws IOException {
        GotunnelException failure = Failures.of(ErrorCode.CONFIG, () -> ConfigLoader.load(file));
        String said = failure.getMessage() + "\n" + failure.hint() + "\n";
        if (Boolean.getBoolean("gotunnel.configuration.write")) {
            Files.writeString(approved(file), said);
        }
        assertEquals(Files.readString(approved(file)), said);
        assertFalse(said.contains("Exception") || said.contains("\tat "), said);
    }

    @Test
    void thereAreFiftyAndEachIsApproved() throws IOException {
        assertTrue(files().size() >= 50);
        for (Path file : files()) {
            assertTrue(Files.exists(approved(file)), file.toString());
        }
    }
}
