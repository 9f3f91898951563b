package dev.gotunnel.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.cert.CertificateAuthority;
import dev.gotunnel.cert.Pem;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.testing.EngineFixture;
import dev.gotunnel.testing.Failures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code security} is asked for on macOS. */
class MacKeychainTest {
    private static final X509Certificate ROOT = EngineFixture.root();

    @TempDir
    Path home;

    private final ScriptedCommands commands = new ScriptedCommands();
    private String keychain = "";
    private MacKeychain store = new MacKeychain(Path.of("/"), commands);

    @BeforeEach
    void open() {
        keychain = home.resolve("Library/Keychains/login.keychain-db").toString();
        store = new MacKeychain(home, commands);
    }

    @Test
    void isThereWithTheKeychain() throws IOException {
        assertFalse(store.isFound());
        Files.createDirectories(Path.of(keychain));
        assertTrue(store.isFound());
        assertFalse(store.needsPrivilege());
    }

    @Test
    void listsTheRootsOfOursByName() {
        String foreign =
                Pem.encode(EngineFixture.issue(List.of("foreign.localhost")).certificate());
        commands.answers = command -> new CommandRunner.Answer(0, foreign + Pem.encode(ROOT));
        assertEquals(List.of(ROOT), store.roots());
        assertEquals(
                List.of("/usr/bin/security", "find-certificate", "-a", "-c", "gotunnel CA", "-p", keychain),
                commands.call());
        commands.answers = command -> new CommandRunner.Answer(44, "The specified item could not be found.");
        assertEquals(List.of(), store.roots());
    }

    @Test
    void trustsTheRootForTlsInTheLoginKeychain() {
        List<String> content = new ArrayList<>();
        commands.answers = command -> {
            content.add(read(command.getLast()));
            return new CommandRunner.Answer(0, "");
        };
        store.install(ROOT);
        List<String> call = commands.call();
        assertEquals(
                List.of("/usr/bin/security", "add-trusted-cert", "-r", "trustRoot", "-p", "ssl", "-k", keychain),
                call.subList(0, 8));
        assertEquals(9, call.size());
        assertEquals(List.of(Pem.encode(ROOT)), content);
        assertFalse(Files.exists(Path.of(call.getLast())), "the file is gone");
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void deletesTheCertificateWithItsTrust() {
        commands.answers = command -> new CommandRunner.Answer(0, Pem.encode(ROOT));
        store.remove(ROOT);
        String hash = CertificateAuthority.fingerprint(ROOT).replace(":", "");
        assertEquals(64, hash.length());
        assertEquals(
                List.of("/usr/bin/security", "delete-certificate", "-Z", hash, "-t", keychain),
                commands.calls.getLast());
        commands.calls.clear();
        commands.answers = command -> new CommandRunner.Answer(44, "");
        store.remove(ROOT);
        assertEquals(1, commands.calls.size(), "nothing to delete");
    }

    @Test
    void letsMacosItselfVerify() {
        TrustProbe probe = new TrustProbe(EngineFixture::issue);
        assertEquals(Verdict.YES, store.verify(probe));
        List<String> call = commands.call();
        assertEquals("verify-cert", call.get(1));
        assertEquals(
                List.of("-p", "ssl", "-n", "trust-check.localhost", "-L"), call.subList(call.size() - 5, call.size()));
        assertEquals(List.of("-c", "-c"), List.of(call.get(2), call.get(4)), "leaf, then intermediate");
        commands.answers = command -> new CommandRunner.Answer(1, "CSSMERR_TP_NOT_TRUSTED");
        assertEquals(Verdict.NO, store.verify(probe));
    }

    @Test
    void aRefusalOrAMissingProgramIsTold() {
        commands.answers = command -> new CommandRunner.Answer(1, "User interaction is not allowed.");
        Failures.of(ErrorCode.IO, () -> store.install(ROOT));
        commands.missing = true;
        Failures.of(ErrorCode.IO, store::roots);
    }
}
