package dev.gotunnel.trust;

import dev.gotunnel.cert.CertificateAuthority;
import dev.gotunnel.cert.Pem;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The user's login keychain on macOS, which Safari, Chrome, curl and, since version 120, Firefox go by. Needs no
 * administrator, but the user's own consent in a dialog of the system's.
 */
final class MacKeychain implements TrustStore {
    private static final String SECURITY = "/usr/bin/security";

    private final Path keychain;
    private final CommandRunner commands;

    MacKeychain(Path home, CommandRunner commands) {
        this.keychain = home.resolve("Library/Keychains/login.keychain-db");
        this.commands = commands;
    }

    @Override
    public String id() {
        return "system:keychain";
    }

    @Override
    public String name() {
        return "system";
    }

    @Override
    public String place() {
        return keychain.toString();
    }

    @Override
    public boolean isFound() {
        return Files.exists(keychain);
    }

    @Override
    public boolean isShared() {
        return false;
    }

    @Override
    public boolean needsPrivilege() {
        return false;
    }

    @Override
    public @Nullable String servedBy() {
        return null;
    }

    /** It fails when it finds none. */
    @Override
    public List<X509Certificate> roots() {
        CommandRunner.Answer answer =
                run("find-certificate", "-a", "-c", CertificateAuthority.ROOT_NAME.strip(), "-p", place());
        try {
            return Pem.certificates(answer.output()).stream()
                    .filter(CertificateAuthority::isRoot)
                    .toList();
        } catch (GeneralSecurityException e) {
            throw failure("list", e);
        }
    }

    @Override
    public Verdict verify(TrustProbe probe) {
        try (TemporaryPem leaf = TemporaryPem.of(probe.leaf().certificate());
                TemporaryPem intermediate = TemporaryPem.of(probe.leaf().chain().getLast())) {
            return Verdict.of(run(
                            "verify-cert",
                            "-c",
                            leaf.toString(),
                            "-c",
                            intermediate.toString(),
                            "-p",
                            "ssl",
                            "-n",
                            TrustProbe.NAME,
                            "-L")
                    .isSuccess());
        } catch (IOException e) {
            throw failure("verify", e);
        }
    }

    @Override
    public String change(X509Certificate root) {
        return "trust " + CertificateAuthority.nameOf(root) + " for web sites in the login keychain (macOS asks you)";
    }

    @Override
    public List<Path> creates() {
        return List.of();
    }

    @Override
    public void install(X509Certificate root) {
        try (TemporaryPem pem = TemporaryPem.of(root)) {
            require("change", run("add-trusted-cert", "-r", "trustRoot", "-p", "ssl", "-k", place(), pem.toString()));
        } catch (IOException e) {
            throw failure("change", e);
        }
    }

    @Override
    public void remove(X509Certificate root) {
        if (roots().contains(root)) {
            String hash = CertificateAuthority.fingerprint(root).replace(":", "");
            require("change", run("delete-certificate", "-Z", hash, "-t", place()));
        }
    }

    private CommandRunner.Answer run(String... arguments) {
        try {
            return commands.run(
                    Stream.concat(Stream.of(SECURITY), Arrays.stream(arguments)).toList());
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
                "macOS does not let gotunnel " + what + " the login keychain.",
                "Run the command in a terminal of your own session, not over SSH, and allow it in the dialog.",
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
