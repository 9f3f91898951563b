package dev.gotunnel.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.names.DomainName;
import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.tunnel.TunnelId;
import dev.gotunnel.tunnel.TunnelSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What the shells offer, and the manual page. */
class CompletionTest {
    @TempDir
    Path temp;

    private FakeSurroundings around;

    @BeforeEach
    void open() {
        around = new FakeSurroundings(temp);
    }

    @AfterEach
    void close() {
        around.close();
    }

    private List<String> lines(String... words) {
        return around.run(words).out().lines().toList();
    }

    /** Without descriptions. */
    private List<String> offered(String... words) {
        List<String> all = new ArrayList<>(List.of("complete", "--"));
        all.addAll(Arrays.asList(words));
        return lines(all.toArray(String[]::new)).stream()
                .map(line -> line.replaceFirst("\t.*", ""))
                .toList();
    }

    private void save(String id, String domain) {
        around.saved()
                .put(new TunnelSpec(
                        TunnelId.parse(id),
                        DomainName.parse(domain),
                        List.of(new BackendAddress("localhost", 3000)),
                        true,
                        null));
    }

    @Test
    void offersCommandsButNoneThatIsHidden() {
        List<String> offered = offered("");
        assertTrue(offered.containsAll(List.of("start", "stop", "list", "trust", "completion")), offered.toString());
        assertFalse(offered.contains("engine") || offered.contains("complete"), offered.toString());
        assertEquals(List.of("start", "stop", "stop-all", "status"), offered("st"));
        assertEquals(List.of("install"), offered("trust", "i"));
    }

    @Test
    void offersTheTunnelsOfThisMoment() {
        assertEquals(List.of(), offered("stop", ""));
        save("default/web", "shop");
        save("default/api", "api.shop");
        save("work/api", "api.work");
        assertEquals(List.of("default/api", "web", "work/api"), offered("stop", ""));
        assertEquals(List.of("web"), offered("start", "--detach", "we"));
        assertEquals(List.of(), offered("stop", "web", ""), "it takes one");
        assertEquals(List.of("default", "work"), offered("list", "--profile", ""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "start --log-level d           | debug",
                "--log-format j                | json",
                "list --format=y               | --format=yaml",
                "list --format = y             | yaml",
                "start --port 80 --https=f     | --https=false",
                "trust export --format mob     | mobileconfig",
                "start --det                   | --detach",
                "stop --no-such-flag=          | ''",
                "--config g                    | :files",
                "start --cert ''               | ''",
            })
    void offersValues(String words, String expected) {
        String[] typed = words.replace("''", "\"\"").split(" +");
        List<String> wanted = expected.isEmpty() ? List.of() : List.of(expected);
        List<String> offered = offered(typed);
        assertEquals(words.contains("--cert") ? List.of(":files") : wanted, offered);
    }

    @ParameterizedTest
    @EnumSource(CompletionCommand.Script.class)
    void hasAScriptForEachShell(CompletionCommand.Script shell) {
        String script = around.run("completion", shell.toString()).out();
        assertTrue(script.contains("gotunnel complete -- "), script);
    }

    @Test
    void saysWhichShellsThereAre() {
        FakeSurroundings.Printed printed = around.run("completion", "tcsh");
        assertEquals(2, printed.exit());
        assertTrue(printed.err().contains("bash, zsh, fish, powershell"), printed.err());
    }

    @Test
    void theManualHasEveryCommandAndFlagOnce() {
        List<String> page = lines("man");
        assertTrue(page.getFirst().startsWith(".TH GOTUNNEL 1 "), page.getFirst());
        assertEquals(
                1, page.stream().filter(".SS gotunnel start [NAME]"::equals).count());
        assertEquals(
                1,
                page.stream()
                        .filter(".SS gotunnel trust suffix add SUFFIX"::equals)
                        .count());
        assertEquals(
                1,
                page.stream().filter(line -> line.contains("\\-\\-log\\-level")).count());
        assertTrue(page.stream().noneMatch(line -> line.contains("complete [")), "it is hidden");
        assertTrue(page.contains("  gotunnel fault shop off"), "examples keep their columns");
    }
}
