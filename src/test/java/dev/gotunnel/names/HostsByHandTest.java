package dev.gotunnel.names;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.platform.OperatingSystem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The printed commands, run as they are, but for sudo and on a file of the test's own. */
@Timeout(60)
class HostsByHandTest {
    @TempDir
    Path temp;

    /** What a file becomes when somebody types a command for it. */
    private String typed(String command, String before) throws IOException, InterruptedException {
        Path file = temp.resolve("hosts");
        Files.writeString(file, before, StandardCharsets.ISO_8859_1);
        Process shell = new ProcessBuilder("sh", "-c", command.replaceFirst("^sudo ", ""))
                .inheritIO()
                .start();
        assertEquals(0, shell.waitFor(), command);
        return Files.readString(file, StandardCharsets.ISO_8859_1);
    }

    private HostsByHand here() {
        return new HostsByHand(
                OperatingSystem.current(), temp.resolve("hosts").toString());
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void namesComeAfterALineThatHasNoEnd() throws Exception {
        assertEquals(
                "10.0.0.5 nas\n127.0.0.1 a.test b.test\n::1 a.test b.test\n",
                typed(here().adding(List.of("a.test", "b.test")), "10.0.0.5 nas"));
    }

    @ParameterizedTest
    @EnabledOnOs({OS.LINUX, OS.MAC})
    @ValueSource(strings = {"\n", "\r\n"})
    void aBlockGoesAndWhatOthersWroteStays(String end) throws Exception {
        String above = "127.0.0.1 localhost" + end + "# BEGIN gotunnel 10001" + end + "::1 b.test" + end
                + "# END gotunnel 10001" + end;
        String ours = "# BEGIN gotunnel 1000 (ended the line above)" + end + "127.0.0.1 a.test" + end + "::1 a.test"
                + end + "# END gotunnel 1000" + end;
        String below = "10.0.0.5 nas \u00e4" + end + "10.0.0.6 last";
        assertEquals(above + below, typed(here().removing("1000"), above + ours + below));
        String theirs = "10.0.0.7 theirs # in ours" + end;
        String within = ours.replace("::1 a.test", theirs + "::1 a.test");
        assertEquals(above + theirs + below, typed(here().removing("1000"), above + within + below));
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void aBlockWithoutAnEndTakesNoLineOfOthersWithIt() throws Exception {
        String below = "10.0.0.5 nas\n# a note\n127.0.0.1 two names\n# BEGIN gotunnel 1001\n# END gotunnel 1001\n";
        assertEquals(
                below, typed(here().removing("1000"), "# BEGIN gotunnel 1000\n127.0.0.1 a.test\n" + below));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {"LINUX | sed -E -i '/", "MACOS | sed -E -i '' '/"})
    void eachSedGetsWhatItUnderstands(OperatingSystem system, String command) {
        String line = new HostsByHand(system, "/etc/hosts").removing("1000");
        assertTrue(line.contains(command), line);
    }

    @Test
    void windowsHasNoShellForIt() {
        HostsByHand hosts = new HostsByHand(OperatingSystem.WINDOWS, "C:\\hosts");
        assertEquals(
                "As administrator, add the line \"127.0.0.1 a.test\" to C:\\hosts", hosts.adding(List.of("a.test")));
        String removing = hosts.removing("S-1-5-21");
        assertTrue(removing.startsWith("As administrator"), removing);
        assertFalse(removing.contains("sudo"), removing);
    }
}
