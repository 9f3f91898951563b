package dev.gotunnel.privilege;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.testing.Failures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** PowerShell is a script here, and the pipe a file that has its answer where the request ends. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "PowerShell is a shell script here")
class WindowsConsentTest {
    private static final byte[] REQUEST = Scripts.bytes("{\"names\":[\"shop.test\"]}");

    @TempDir
    Path folder;

    private Path pipe;

    private WindowsConsent consent(String... lines) throws IOException {
        pipe = folder.resolve("pipe");
        Path powershell = Scripts.write(folder.resolve("powershell"), lines);
        return new WindowsConsent(Path.of("C:\\helper.exe"), pipe, powershell.toString());
    }

    private FinishedProgram run(WindowsConsent consent) {
        return consent.run(Verb.HOSTS_APPLY, REQUEST, "shop.test is to lead here");
    }

    /** What makes the pipe, with an answer behind the request. */
    private String answering(String answer) {
        return "printf '%" + (REQUEST.length + 1) + "s%s\\n' '' '" + answer + "' >\"" + folder + "/pipe\"";
    }

    @Test
    void theRequestIsOneLineAndSoIsTheAnswer() throws IOException {
        FinishedProgram ended = run(consent(answering("{\"ok\":true,\"note\":\"\u00fc\"}")));
        assertEquals(new FinishedProgram(0, "{\"ok\":true,\"note\":\"\u00fc\"}", ""), ended);
        assertTrue(Files.readString(pipe).startsWith("{\"names\":[\"shop.test\"]}\n{"), Files.readString(pipe));
    }

    @Test
    void aRefusalOfTheHelpersIsReadAsSuch() throws IOException {
        assertEquals(1, run(consent(answering("{\"ok\":false}"))).exit());
    }

    @Test
    void theDialogStartsTheHelperWithTheVerbAlone() throws IOException {
        run(consent("echo \"$*\" >\"" + folder + "/arguments\"", answering("{\"ok\":true}")));
        String arguments = Files.readString(folder.resolve("arguments"));
        assertTrue(arguments.contains("-FilePath 'C:\\helper.exe' -ArgumentList 'hosts-apply' -Verb RunAs"), arguments);
        assertTrue(!arguments.contains("shop.test"), arguments);
    }

    @Test
    void aDialogThatIsDeclinedIsADeclinedPermission() throws IOException {
        WindowsConsent consent = consent("exit 126");
        GotunnelException failure = Failures.of(ErrorCode.NOT_PERMITTED, () -> run(consent));
        assertTrue(failure.getMessage().startsWith("You did not allow gotunnel to change the hosts file"));
    }
}
