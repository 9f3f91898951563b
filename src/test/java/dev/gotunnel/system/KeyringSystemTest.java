package dev.gotunnel.system;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gotunnel.cert.CertificateStore;
import dev.gotunnel.cert.KeyProtection;
import dev.gotunnel.cert.KeyProtection.Choice;
import dev.gotunnel.cert.Keychain;
import dev.gotunnel.cert.Leaf;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.keychain.Keychains;
import dev.gotunnel.names.Suffixes;
import dev.gotunnel.platform.OperatingSystem;
import dev.gotunnel.testing.Await;
import dev.gotunnel.testing.Failures;
import dev.gotunnel.testing.PrivateBus;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The key of the authority and a real GNOME Keyring, on a session bus of the test's own. */
@Tag("system")
@Timeout(120)
class KeyringSystemTest {
    private static final Path DAEMON = Path.of("/usr/bin/gnome-keyring-daemon");
    private static final byte[] SECRET = "thirty-two bytes of a secret key".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    Path temp;

    private @Nullable PrivateBus bus;
    private @Nullable Process keyring;

    @BeforeEach
    void startBus() throws IOException {
        boolean available = Files.isExecutable(DAEMON) && PrivateBus.available();
        if (!available) {
            System.err.println("SKIPPED: the keychain of a real desktop, because there is no gnome-keyring-daemon");
        }
        assumeTrue(available, "no gnome-keyring-daemon");
        bus = new PrivateBus();
    }

    @AfterEach
    void end() throws Exception {
        endKeyring();
        if (bus != null) {
            bus.close();
        }
    }

    private void endKeyring() throws InterruptedException {
        if (keyring != null) {
            keyring.destroyForcibly().waitFor();
        }
    }

    private String address() {
        return bus == null ? "" : bus.address();
    }

    /** @param password unlocks the login keyring, and makes it where there is none; null leaves it locked */
    private void startKeyring(@Nullable String password) throws IOException {
        Path runtime = Files.createDirectories(temp.resolve("run"));
        Files.setPosixFilePermissions(runtime, PosixFilePermissions.fromString("rwx------"));
        ProcessBuilder builder = new ProcessBuilder(
                password == null
                        ? List.of(DAEMON.toString(), "--foreground", "--components=secrets")
                        : List.of(DAEMON.toString(), "--foreground", "--components=secrets", "--unlock"));
        builder.environment().keySet().removeIf(name -> name.startsWith("XDG_") || name.equals("DISPLAY"));
        builder.environment().put("HOME", temp.toString());
        builder.environment().put("XDG_RUNTIME_DIR", runtime.toString());
        builder.environment().put("DBUS_SESSION_BUS_ADDRESS", address());
        keyring = builder.redirectErrorStream(true)
                .redirectOutput(temp.resolve("keyring.log").toFile())
                .start();
        try (OutputStream in = keyring.getOutputStream()) {
            in.write((password == null ? "" : password).getBytes(StandardCharsets.US_ASCII));
        }
        Await.until("the keyring is on the bus", this::isOnTheBus);
    }

    private boolean isOnTheBus() {
        try {
            Process asked = new ProcessBuilder(
                            "dbus-send",
                            "--bus=" + address(),
                            "--print-reply",
                            "--dest=org.freedesktop.DBus",
                            "/",
                            "org.freedesktop.DBus.NameHasOwner",
                            "string:org.freedesktop.secrets")
                    .start();
            String answer = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return asked.waitFor(5, TimeUnit.SECONDS) && answer.contains("true");
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private Keychain keychain() {
        return Keychains.find(OperatingSystem.LINUX, Map.of("DBUS_SESSION_BUS_ADDRESS", address()), temp)
                .orElseThrow();
    }

    private CertificateStore store(Choice choice, @Nullable Keychain keychain) {
        return new CertificateStore(
                temp.resolve("data"),
                Suffixes.BUILT_IN.all(),
                new KeyProtection(choice, keychain),
                () -> false,
                Clock.systemUTC());
    }

    private String keyFile() throws IOException {
        return Files.readString(temp.resolve("data/ca/intermediate.key"));
    }

    @Test
    void keepsSecretsAndForgetsThem() throws Exception {
        startKeyring("letmein");
        Keychain keychain = keychain();
        assertEquals(Optional.empty(), keychain.get("gotunnel CA 1"));
        keychain.put("gotunnel CA 1", SECRET);
        keychain.put("gotunnel CA 2", new byte[] {1});
        assertArrayEquals(SECRET, keychain.get("gotunnel CA 1").orElseThrow());
        keychain.put("gotunnel CA 1", new byte[] {2});
        assertArrayEquals(new byte[] {2}, keychain.get("gotunnel CA 1").orElseThrow(), "put in its place");
        keychain.remove("gotunnel CA 1");
        keychain.remove("gotunnel CA 1");
        assertEquals(Optional.empty(), keychain.get("gotunnel CA 1"));
        assertArrayEquals(new byte[] {1}, keychain.get("gotunnel CA 2").orElseThrow());
    }

    @Test
    void theKeyMovesIntoTheKeyringAndOutOfItAndTheAuthorityStaysTheSame() throws Exception {
        startKeyring("letmein");
        CertificateStore inFile = store(Choice.FILE, keychain());
        X509Certificate root = inFile.installCA();
        assertTrue(keyFile().contains("BEGIN PRIVATE KEY"));

        CertificateStore moved = store(Choice.KEYCHAIN, keychain());
        Leaf leaf = moved.temporaryCert(List.of("shop.test"));
        assertTrue(keyFile().contains("BEGIN GOTUNNEL WRAPPED KEY"), keyFile());
        assertFalse(keyFile().contains("BEGIN PRIVATE KEY"));
        assertEquals(root, moved.installCA());
        leaf.certificate().verify(leaf.chain().getLast().getPublicKey());

        CertificateStore auto = store(Choice.AUTO, keychain());
        auto.temporaryCert(List.of("shop.test"))
                .certificate()
                .verify(leaf.chain().getLast().getPublicKey());
        assertTrue(keyFile().contains("BEGIN GOTUNNEL WRAPPED KEY"), "auto leaves it where it is");

        CertificateStore back = store(Choice.FILE, keychain());
        back.temporaryCert(List.of("shop.test"))
                .certificate()
                .verify(leaf.chain().getLast().getPublicKey());
        assertTrue(keyFile().contains("BEGIN PRIVATE KEY"));
        assertEquals(root, back.installCA());
    }

    @Test
    void theKeyIsThereAgainAfterTheNextLogin() throws Exception {
        startKeyring("letmein");
        store(Choice.AUTO, keychain()).installCA();
        assertTrue(keyFile().contains("BEGIN GOTUNNEL WRAPPED KEY"), "auto uses a keyring that works");
        endKeyring();
        startKeyring("letmein");
        store(Choice.AUTO, keychain()).temporaryCert(List.of("shop.test"));
    }

    @Test
    void aLockedKeyringThatNobodyUnlocksIsToldAndNotWaitedForWithoutEnd() throws Exception {
        startKeyring("letmein");
        store(Choice.AUTO, keychain()).installCA();
        endKeyring();
        startKeyring(null);
        GotunnelException failure = assertTimeoutPreemptively(
                Duration.ofSeconds(50),
                () -> Failures.of(
                        ErrorCode.CERTIFICATE,
                        () -> store(Choice.AUTO, keychain()).temporaryCert(List.of("shop.test"))));
        assertTrue(failure.getMessage().contains("is locked, and was not to be unlocked"), failure.getMessage());
        assertTrue(String.valueOf(failure.hint()).contains("gotunnel trust renew"));
    }

    @Test
    void withoutACollectionTheFileIsUsed() throws Exception {
        startKeyring(null);
        store(Choice.AUTO, keychain()).installCA();
        assertTrue(keyFile().contains("BEGIN PRIVATE KEY"), keyFile());
    }

    @Test
    void withoutADaemonTheFileIsUsedAtOnce() throws Exception {
        long begin = System.nanoTime();
        store(Choice.KEYCHAIN, keychain()).installCA();
        assertTrue(keyFile().contains("BEGIN PRIVATE KEY"), keyFile());
        assertTrue(Duration.ofNanos(System.nanoTime() - begin).toSeconds() < 15);
    }

    @Test
    void withoutABusTheFileIsUsed() throws Exception {
        Keychain nobody = keychain();
        if (bus != null) {
            bus.close();
            bus = null;
        }
        store(Choice.KEYCHAIN, nobody).installCA();
        assertTrue(keyFile().contains("BEGIN PRIVATE KEY"), keyFile());
    }
}
