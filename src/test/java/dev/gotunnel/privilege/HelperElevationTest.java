package dev.gotunnel.privilege;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.testing.Failures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Through real processes; the helper is a script. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the helper of these tests is a shell script")
class HelperElevationTest {
    private static final Map<String, ?> SHOP = Map.of("names", List.of("shop.test"));

    @TempDir
    Path temp;

    private Path folder;

    @BeforeEach
    void makeFolder() throws IOException {
        folder = Files.createDirectory(
                temp.resolve("libexec"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    }

    private HelperElevation helper(String... lines) throws IOException {
        Path program = Scripts.helper(folder, lines);
        return new HelperElevation(Scripts.installed(program), new OwnRights(program));
    }

    private HelperAnswer ask(HelperElevation elevation) {
        return elevation.ask(Verb.HOSTS_APPLY, SHOP, "shop.test is to lead here");
    }

    private String written(String name) throws IOException {
        return Files.readString(folder.resolve(name));
    }

    @Test
    void theVerbIsTheOnlyArgumentAndTheDataComeByStandardInput() throws IOException {
        HelperAnswer answer = ask(helper("echo '{\"ok\":true,\"changed\":true,\"method\":\"rename\"}'"));
        assertEquals("hosts-apply\n", written("arguments"));
        assertEquals("{\"names\":[\"shop.test\"]}", written("input"));
        assertTrue(answer.changed());
        assertEquals("", answer.note());
    }

    @Test
    void whatTheHelperTellsIsHandedOn() throws IOException {
        HelperAnswer answer = ask(helper("echo '{\"ok\":true,\"changed\":false,\"note\":\"N.\",\"fingerprint\":\"ab\","
                + "\"store\":\"Debian\",\"suffixes\":[\"local\",\"dev.example.com\"],\"later\":1}'"));
        assertEquals(new HelperAnswer(false, "N.", "ab", "Debian", List.of("local", "dev.example.com")), answer);
    }

    @ParameterizedTest
    @CsvSource({
        "not-permitted, NOT_PERMITTED",
        "installation, NOT_PERMITTED",
        "name, USAGE",
        "suffix, USAGE",
        "certificate, CERTIFICATE",
        "input, INTERNAL",
        "usage, INTERNAL",
        "malformed, IO",
        "no-space, IO",
        "something-new, IO"
    })
    void aFailureBecomesOneOfOursWithMessageReasonAndFix(String code, ErrorCode ours) throws IOException {
        HelperElevation elevation = helper(
                "echo '{\"ok\":false,\"code\":\"" + code + "\",\"message\":\"Line 3 is wrong.\",\"fix\":\"Mend it.\"}'",
                "exit 1");
        GotunnelException failure = Failures.of(ours, () -> ask(elevation));
        assertEquals(
                "gotunnel could not change the hosts file (shop.test is to lead here): Line 3 is wrong.",
                failure.getMessage());
        assertEquals("Mend it.", failure.hint());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "true",
                "echo nonsense",
                "echo null",
                "echo '[]'",
                "echo '{\"ok\":true}{\"ok\":true}'",
                "echo '{\"ok\":true}'; exit 1",
                "echo '{\"ok\":false}'",
                "kill -9 $$",
                "head -c 200000 /dev/zero",
            })
    void anAnswerThatIsNoneIsAFailureAndNeverSuccess(String does) throws IOException {
        HelperElevation elevation = helper(does);
        GotunnelException failure = Failures.of(ErrorCode.IO, () -> ask(elevation));
        assertTrue(failure.getMessage().contains("did not say what came of it"), failure.getMessage());
    }

    @Test
    void whatTheHelperComplainsOfIsTold() throws IOException {
        HelperElevation elevation = helper("echo 'panic: out of memory' >&2", "exit 2");
        GotunnelException failure = Failures.of(ErrorCode.IO, () -> ask(elevation));
        assertTrue(failure.getMessage().endsWith("(exit code 2): panic: out of memory."), failure.getMessage());
    }

    @Test
    void aHelperOfAnotherVersionIsNotAsked() throws IOException {
        Path program = Scripts.write(
                folder.resolve("gotunnel-helper"),
                "echo '{\"ok\":true,\"protocol\":2,\"verbs\":[\"hosts-apply\"]}'",
                "[ \"$1\" = version ] || touch \"" + folder + "/asked\"");
        HelperElevation elevation = new HelperElevation(Scripts.installed(program), new OwnRights(program));
        GotunnelException failure = Failures.of(ErrorCode.IO, () -> ask(elevation));
        assertTrue(failure.getMessage().contains("another version"), failure.getMessage());
        assertFalse(Files.exists(folder.resolve("asked")));
    }

    @Test
    void aVerbThatTheHelperDoesNotHaveIsNotAskedFor() throws IOException {
        HelperElevation elevation = helper("touch \"" + folder + "/asked\"");
        Failures.of(ErrorCode.IO, () -> elevation.ask(Verb.PORTS_ENABLE, Map.of(), "for 443"));
        assertFalse(Files.exists(folder.resolve("arguments")));
    }

    @Test
    void withoutAHelperTheRefusalSaysWhatForAndTheWayOut() {
        Path nowhere = folder.resolve("gotunnel-helper");
        HelperElevation elevation = new HelperElevation(new InstalledHelper(nowhere, 0, null), new OwnRights(nowhere));
        assertFalse(elevation.isInstalled());
        assertEquals(Outlook.UNAVAILABLE, elevation.outlook(Verb.HOSTS_APPLY));
        GotunnelException failure = Failures.of(ErrorCode.NOT_PERMITTED, () -> ask(elevation));
        assertTrue(failure.getMessage().contains("shop.test is to lead here"), failure.getMessage());
        assertTrue(String.valueOf(failure.hint()).contains("package"), failure.hint());
    }

    @Test
    void aHelperThatOthersCouldChangeIsNone() throws IOException {
        HelperElevation elevation = helper("true");
        assertTrue(elevation.isInstalled());
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxr-x"));
        assertFalse(elevation.isInstalled(), "the group may write the folder");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(folder.resolve("gotunnel-helper"), PosixFilePermissions.fromString("rwxr-xrwx"));
        assertFalse(elevation.isInstalled(), "others may write the file");
    }

    @Test
    void aHelperOfSomebodyElseIsNone() throws IOException {
        Path program = Scripts.helper(folder, "true");
        InstalledHelper mine = Scripts.installed(program);
        assertTrue(mine.isThere());
        assertFalse(new InstalledHelper(program, mine.owner() + 1, mine.base()).isThere());
    }

    @Test
    void aLinkToAHelperIsNone() throws IOException {
        Path link = Files.createSymbolicLink(temp.resolve("link"), Scripts.helper(folder, "true"));
        assertFalse(new InstalledHelper(link, Scripts.installed(link).owner(), temp.getParent()).isThere());
    }
}
