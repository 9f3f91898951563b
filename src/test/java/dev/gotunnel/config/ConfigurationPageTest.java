package dev.gotunnel.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * The tables of the manual say what the catalogue does. {@code -Dgotunnel.configuration.write=true} writes them, and the
 * published schema, anew.
 */
class ConfigurationPageTest {
    private static final Path PAGE = Path.of("docs", "CONFIGURATION.md");

    @Test
    void theManualSaysWhatTheCatalogueDoes() throws IOException {
        String page = Files.readString(PAGE);
        String written = ConfigurationPage.written(page);
        if (Boolean.getBoolean("gotunnel.configuration.write")) {
            Files.writeString(PAGE, written);
        } else {
            assertEquals(written, page, "mvn test -Dtest=ConfigurationPageTest -Dgotunnel.configuration.write=true");
        }
    }
}
