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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** With scripts that answer as polkit's programs do (version 122). */
@EnabledOnOs(value = OS.LINUX, disabledReason = "polkit is Linux's")
class PkexecTest {
    private static final String REASON = "shop.test is to lead here";

    @TempDir
    Path folder;

    /** Tells that it is registered, and stays. */
    private String[] agent() {
        return new String[] {"echo \"$*\" >\"" + folder + "/agent-arguments\"", "exec >&- 2>&-", "exec sleep 60"};
    }

    private Pkexec pkexec(String pkcheck, String... pkexec) throws IOException {
        return pkexec(agent(), pkcheck, pkexec);
    }

    private Pkexec pkexec(String[] agent, String pkcheck, String... pkexec) throws IOException {
        return new Pkexec(
                Path.of("/usr/libexec/gotunnel/gotunnel-helper"),
                new Pkexec.Tools(
                        Scripts.write(folder.resolve("pkexec"), pkexec).toString(),
                        Scripts.write(folder.resolve("pkcheck"), "echo \"$*\" >\"" + folder + "/checked\"", pkcheck)
                                .toString(),
                        Scripts.write(folder.resolve("agent"), agent).toString()));
    }

    private FinishedProgram run(Pkexec pkexec) {
        return pkexec.run(Verb.HOSTS_APPLY, Scripts.bytes("{}"), REASON);
    }

    private String written(String name) throws IOException {
        return Files.readString(folder.resolve(name));
    }

    @ParameterizedTest
    @CsvSource({"0, GRANTED", "1, REFUSED", "2, ASKS", "3, UNAVAILABLE", "127, UNAVAILABLE"})
    void polkitTellsWhatWouldHappen(int exit, Outlook outlook) throws IOException {
        assertEquals(outlook, pkexec("exit " + exit, "true").outlook(Verb.PORTS_ENABLE));
        assertTrue(
                written("checked")
                        .matches("--action-id dev.gotunnel.ports-enable --process "
                                + ProcessHandle.current().pid() + ",[0-9]+,[0-9]+\n"),
                "it is asked about this process, and asks nobody");
    }

    @Test
    void withoutPolkitNothingCanBeHad() throws IOException {
        Pkexec.Tools none = new Pkexec.Tools(folder + "/a", folder + "/b", folder + "/c");
        Pkexec pkexec = new Pkexec(folder.resolve("helper"), none);
        assertEquals(Outlook.UNAVAILABLE, pkexec.outlook(Verb.HOSTS_APPLY));
        GotunnelException failure = Failures.of(ErrorCode.NOT_PERMITTED, () -> run(pkexec));
        assertTrue(failure.getMessage().contains(REASON), failure.getMessage());
        assertTrue(String.valueOf(failure.hint()).contains("Install polkit"), failure.hint());
    }

    @Test
    void theHelperIsCalledByItsOwnPathWithTheVerbAlone() throws IOException {
        FinishedProgram ended = run(pkexec("exit 0", "echo \"$*\"; cat; echo \"${SHELL-none}\"; exit 1"));
        assertEquals(
                "--disable-internal-agent /usr/libexec/gotunnel/gotunnel-helper hosts-apply\n{}none\n",
                ended.output(),
                "pkexec refuses to work with a shell that it does not know");
        assertEquals(1, ended.exit(), "what the helper says is for others to read");
        assertFalse(Files.exists(folder.resolve("agent-arguments")), "nobody is asked, so nobody needs to ask");
    }

    @Test
    void whereNobodyOnTheDesktopAsksAnAgentForTheTerminalDoes() throws IOException {
        FinishedProgram ended = run(pkexec(
                "exit 2",
                "echo call >>\"" + folder + "/calls\"",
                "[ -e \"" + folder + "/agent-arguments\" ] && { echo '{\"ok\":true}'; exit 0; }",
                "echo 'Error executing command as another user: No authentication agent found.' >&2",
                "exit 127"));
        assertEquals(0, ended.exit());
        assertEquals("call\ncall\n", written("calls"));
        assertEquals("--process " + ProcessHandle.current().pid() + " --notify-fd 1\n", written("agent-arguments"));
    }

    @Test
    void aDismissedDialogIsADeclinedPermission() throws IOException {
        Pkexec pkexec =
                pkexec("exit 2", "echo 'Error executing command as another user: Request dismissed' >&2", "exit 126");
        GotunnelException failure = Failures.of(ErrorCode.NOT_PERMITTED, () -> run(pkexec));
        assertEquals("You did not allow gotunnel to change the hosts file (" + REASON + ").", failure.getMessage());
    }

    @Test
    void aRuleThatForbidsIsToldAsSuch() throws IOException {
        Pkexec pkexec =
                pkexec("exit 1", "echo 'Error executing command as another user: Not authorized' >&2", "exit 127");
        GotunnelException failure = Failures.of(ErrorCode.NOT_PERMITTED, () -> run(pkexec));
        assertTrue(failure.getMessage().contains("does not let you change the hosts file (" + REASON + ")"));
        assertTrue(String.valueOf(failure.hint()).contains("hosts-apply"), failure.hint());
    }

    @Test
    void withoutAnAgentItSaysThatNobodyCanBeAsked() throws IOException {
        String[] withoutTerminal = {"echo 'Error creating textual authentication agent' >&2", "exit 127"};
        Pkexec pkexec = pkexec(
                withoutTerminal,
                "exit 2",
                "echo 'Error executing command as another user: No authentication agent found.' >&2",
                "exit 127");
        GotunnelException failure = Failures.of(ErrorCode.NOT_PERMITTED, () -> run(pkexec));
        assertTrue(failure.getMessage().contains("nobody to ask"), failure.getMessage());
        assertTrue(String.valueOf(failure.hint()).contains("terminal"), failure.hint());
    }

    @Test
    void anyOtherTroubleOfPkexecIsQuoted() throws IOException {
        Pkexec pkexec = pkexec("exit 0", "echo 'pkexec must be setuid root' >&2", "exit 127");
        GotunnelException failure = Failures.of(ErrorCode.NOT_PERMITTED, () -> run(pkexec));
        assertTrue(failure.getMessage().endsWith(": pkexec must be setuid root."), failure.getMessage());
    }
}
