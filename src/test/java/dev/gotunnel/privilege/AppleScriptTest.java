package dev.gotunnel.privilege;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.testing.Failures;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The script that macOS is given, and what is made of its answers. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "osascript is a shell script here")
class AppleScriptTest {
    @TempDir
    Path folder;

    private AppleScript answering(String... lines) throws IOException {
        Path osascript = Scripts.write(folder.resolve("osascript"), lines);
        return new AppleScript(Path.of("/Library/helper"), new Caller("501", false), osascript.toString());
    }

    private FinishedProgram run(AppleScript script) {
        return script.run(Verb.HOSTS_APPLY, Scripts.bytes("{}"), "shop.test is to lead here");
    }

    @Test
    void dataCannotBecomePartOfTheScript() throws IOException {
        String evil = "{\"names\":[\"'; rm -rf / #\\\"\"]}";
        String script = answering("true").script(Verb.HOSTS_APPLY, Scripts.bytes(evil));
        String data = Base64.getEncoder().encodeToString(Scripts.bytes(evil));
        assertTrue(script.contains("/usr/bin/printf %s " + data + " |"), script);
        assertFalse(script.contains("rm -rf"), script);
        assertTrue(script.contains("SUDO_UID=501 '/Library/helper' hosts-apply;"), script);
        assertTrue(script.contains("with administrator privileges"), script);
    }

    @Test
    void theScriptComesByStandardInput() throws IOException {
        FinishedProgram ended = run(answering("echo \"$*\"; grep -c 'do shell script'"));
        assertEquals("-\n1\n", ended.output());
    }

    @Test
    void theHelpersAnswerIsReadWhateverItIs() throws IOException {
        assertEquals(0, run(answering("cat >/dev/null; echo '{\"ok\":true}'")).exit());
        assertEquals(1, run(answering("cat >/dev/null; echo '{\"ok\":false}'")).exit());
    }

    @Test
    void aCancelledDialogIsADeclinedPermission() throws IOException {
        AppleScript script = answering("echo 'execution error: User canceled. (-128)' >&2", "exit 1");
        GotunnelException failure = Failures.of(ErrorCode.NOT_PERMITTED, () -> run(script));
        assertEquals(
                "You did not allow gotunnel to change the hosts file (shop.test is to lead here).",
                failure.getMessage());
    }

    @Test
    void withoutADesktopItSaysWhy() throws IOException {
        AppleScript script = answering("echo 'No user interaction allowed. (-1713)' >&2", "exit 1");
        GotunnelException failure = Failures.of(ErrorCode.NOT_PERMITTED, () -> run(script));
        assertTrue(failure.getMessage().contains("No user interaction allowed"), failure.getMessage());
    }
}
