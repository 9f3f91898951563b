package dev.gotunnel.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.testing.EngineFixture;
import dev.gotunnel.testing.Failures;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What {@code certutil.exe}, PowerShell and {@code curl.exe} are asked for on Windows. */
class WindowsRootsTest {
    private static final X509Certificate ROOT = EngineFixture.root();
    private static final Path WINDOWS = Path.of("/windows");
    private static final String CERTUTIL =
            WINDOWS.resolve("System32/certutil.exe").toString();

    private final ScriptedCommands commands = new ScriptedCommands();
    private final WindowsRoots user = new WindowsRoots(WINDOWS, commands, Optional.empty());

    private static CommandRunner.Answer listing() {
        try {
            return new CommandRunner.Answer(0, Base64.getEncoder().encodeToString(ROOT.getEncoded()) + "\r\n\r\n");
        } catch (CertificateEncodingException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void listsTheRootsOfOursOfTheUser() {
        commands.answers = command -> listing();
        assertEquals(List.of(ROOT), user.roots());
        assertEquals(
                List.of(
                        WINDOWS.resolve("System32/WindowsPowerShell/v1.0/powershell.exe")
                                .toString(),
                        "-NoProfile",
                        "-NonInteractive",
                        "-Command",
                        "Get-ChildItem Cert:\\CurrentUser\\Root | Where-Object Subject -like 'CN=gotunnel CA *'"
                                + " | ForEach-Object { [Convert]::ToBase64String($_.RawData) }"),
                commands.call());
        commands.answers = command -> new CommandRunner.Answer(0, "\r\n");
        assertEquals(List.of(), user.roots());
        commands.answers = command -> new CommandRunner.Answer(0, "no certificate");
        Failures.of(ErrorCode.IO, user::roots);
    }

    @Test
    void addsToTheUsersOwnRoots() {
        user.install(ROOT);
        List<String> call = commands.call();
        assertEquals(List.of(CERTUTIL, "-user", "-addstore", "-f", "Root"), call.subList(0, 5));
        assertTrue(call.get(5).endsWith(".pem"), call.get(5));
        assertEquals(6, call.size());
        commands.answers = command -> new CommandRunner.Answer(0x800704c7, "The operation was canceled by the user.");
        Failures.of(ErrorCode.IO, () -> user.install(ROOT));
    }

    @Test
    void deletesByThumbprint() throws GeneralSecurityException {
        commands.answers = command -> listing();
        user.remove(ROOT);
        byte[] thumbprint = MessageDigest.getInstance("SHA-1").digest(ROOT.getEncoded());
        assertEquals(
                List.of(CERTUTIL, "-user", "-delstore", "Root", HexFormat.of().formatHex(thumbprint)),
                commands.calls.getLast());
    }

    @Test
    void anElevatedHelperWritesTheRootsOfTheMachine() {
        List<String> done = new ArrayList<>();
        WindowsRoots machine = new WindowsRoots(WINDOWS, commands, Optional.of(new RememberingInstaller(done)));
        commands.answers = command -> listing();
        machine.install(ROOT);
        machine.remove(ROOT);
        assertEquals(List.of("install", "remove"), done);
        assertTrue(commands.call().getLast().contains("Cert:\\LocalMachine\\Root"), "only listed");
        assertTrue(machine.isShared());
        assertFalse(user.isShared());
    }

    @Test
    void aRealHandshakeByTheCurlOfWindowsDecides() throws IOException, GeneralSecurityException {
        try (TrustProbe probe = new TrustProbe(EngineFixture::issue)) {
            assertEquals(Verdict.YES, user.verify(probe));
            String port = String.valueOf(probe.port());
            assertEquals(
                    List.of(
                            WINDOWS.resolve("System32/curl.exe").toString(),
                            "--silent",
                            "--ssl-no-revoke",
                            "--noproxy",
                            "*",
                            "--output",
                            "NUL",
                            "--resolve",
                            "trust-check.localhost:" + port + ":127.0.0.1",
                            "https://trust-check.localhost:" + port + "/"),
                    commands.call());
            commands.answers = command -> new CommandRunner.Answer(60, "");
            assertEquals(Verdict.NO, user.verify(probe));
            commands.answers = command -> new CommandRunner.Answer(7, "");
            assertEquals(Verdict.UNKNOWN, user.verify(probe));
        }
    }
}
