package dev.gotunnel.trust;

import dev.gotunnel.cert.CertificateAuthority;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The root authorities of Windows, which Edge, Chrome, curl and, since version 120, Firefox go by: those of the machine
 * where the helper can write them, else those of the user, for which Windows asks in a dialog.
 */
final class WindowsRoots implements TrustStore {
    /** What curl says of a certificate that Windows does not accept, in old and new versions. */
    private static final Set<Integer> CURL_REFUSES = Set.of(35, 51, 60);

    private final CommandRunner commands;
    private final Path programs;
    private final Optional<SystemTrustInstaller> helper;

    /**
     * The list of the machine with a helper, that of the user without.
     *
     * @param windows the folder of Windows
     */
    WindowsRoots(Path windows, CommandRunner commands, Optional<SystemTrustInstaller> helper) {
        this.programs = windows.resolve("System32");
        this.commands = commands;
        this.helper = helper;
    }

    private String scope() {
        return helper.isPresent() ? "LocalMachine" : "CurrentUser";
    }

    @Override
    public String id() {
        return "system:" + scope();
    }

    @Override
    public String name() {
        return "system";
    }

    @Override
    public String place() {
        return scope() + "\\Root";
    }

    @Override
    public boolean isFound() {
        return true;
    }

    @Override
    public boolean isShared() {
        return helper.isPresent();
    }

    @Override
    public boolean needsPrivilege() {
        return false;
    }

    @Override
    public boolean asksAdministrator() {
        return helper.isPresent();
    }

    @Override
    public @Nullable String servedBy() {
        return null;
    }

    @Override
    public List<X509Certificate> roots() {
        String script = "Get-ChildItem Cert:\\" + place() + " | Where-Object Subject -like 'CN="
                + CertificateAuthority.ROOT_NAME + "*'"
                + " | ForEach-Object { [Convert]::ToBase64String($_.RawData) }";
        CommandRunner.Answer answer = run(List.of(
                programs.resolve("WindowsPowerShell/v1.0/powershell.exe").toString(),
                "-NoProfile",
                "-NonInteractive",
                "-Command",
                script));
        require("list", answer);
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            List<X509Certificate> roots = new ArrayList<>();
            for (String line : answer.output()
                    .lines()
                    .map(String::strip)
                    .filter(s -> !s.isEmpty())
                    .toList()) {
                byte[] der = Base64.getDecoder().decode(line);
                roots.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der)));
            }
            return roots;
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw failure("list", e);
        }
    }

    /** By the curl that is part of Windows and asks Windows itself. */
    @Override
    public Verdict verify(TrustProbe probe) {
        try {
            int port = probe.port();
            CommandRunner.Answer answer = run(List.of(
                    programs.resolve("curl.exe").toString(),
                    "--silent",
                    "--ssl-no-revoke",
                    "--noproxy",
                    "*",
                    "--output",
                    "NUL",
                    "--resolve",
                    TrustProbe.NAME + ":" + port + ":127.0.0.1",
                    "https://" + TrustProbe.NAME + ":" + port + "/"));
            if (answer.isSuccess()) {
                return Verdict.YES;
            }
            return CURL_REFUSES.contains(answer.exit()) ? Verdict.NO : Verdict.UNKNOWN;
        } catch (IOException | GeneralSecurityException e) {
            throw failure("verify", e);
        }
    }

    @Override
    public String change(X509Certificate root) {
        return "add " + CertificateAuthority.nameOf(root) + " to " + place() + " (Windows asks you)";
    }

    @Override
    public List<Path> creates() {
        return List.of();
    }

    @Override
    public void install(X509Certificate root) {
        if (helper.isPresent()) {
            helper.get().install(root);
            return;
        }
        try (TemporaryPem pem = TemporaryPem.of(root)) {
            require("change", run(certutil("-addstore", "-f", "Root", pem.toString())));
        } catch (IOException e) {
            throw failure("change", e);
        }
    }

    @Override
    public void remove(X509Certificate root) {
        if (!roots().contains(root)) {
            return;
        }
        if (helper.isPresent()) {
            helper.get().remove(root);
            return;
        }
        try {
            byte[] thumbprint = MessageDigest.getInstance("SHA-1").digest(root.getEncoded());
            require("change", run(certutil("-delstore", "Root", HexFormat.of().formatHex(thumbprint))));
        } catch (GeneralSecurityException e) {
            throw failure("change", e);
        }
    }

    private List<String> certutil(String... arguments) {
        List<String> command =
                new ArrayList<>(List.of(programs.resolve("certutil.exe").toString(), "-user"));
        command.addAll(List.of(arguments));
        return command;
    }

    private CommandRunner.Answer run(List<String> command) {
        try {
            return commands.run(command);
        } catch (IOException e) {
            throw failure("use", e);
        }
    }

    private void require(String what, CommandRunner.Answer answer) {
        if (!answer.isSuccess()) {
            throw failure(what, new IOException(answer.output().strip()));
        }
    }

    private GotunnelException failure(String what, Exception cause) {
        return new GotunnelException(
                ErrorCode.IO,
                "Windows does not let gotunnel " + what + " the root authorities in " + place() + ".",
                "Run the command again and answer its dialog with yes.",
                cause);
    }

    @Override
    public void tidy(List<Path> created) {}

    @Override
    public String byHand(X509Certificate root) {
        return "gotunnel trust install --store system";
    }

    @Override
    public String afterwards() {
        return "";
    }
}
