package dev.gotunnel.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gotunnel.app.Program.Command;
import dev.gotunnel.testing.Await;
import dev.gotunnel.testing.TestBackend;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The program as its users run it: processes, signals, exit codes. */
@Timeout(180)
@Execution(ExecutionMode.SAME_THREAD)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "signals are sent with kill")
class ProgramTest {
    @TempDir
    Path home;

    private Program program;
    private TestBackend backend;

    @BeforeEach
    void open() {
        program = new Program(home);
        backend = TestBackend.saying("hello");
    }

    @AfterEach
    void close() {
        program.close();
        backend.close();
    }

    private Command start(String name) throws Exception {
        return program.start("start", "--backend", "127.0.0.1:" + backend.port(), "--domain", name);
    }

    private String get(String name, int port) throws Exception {
        var response = program.get(name, port, "/");
        return response.status() == 200 ? response.text() : String.valueOf(response.status());
    }

    private void assertNothingIsLeft() throws Exception {
        assertEquals(List.of("run/owner.lock"), program.files("run"), "no socket");
        assertEquals(List.of(), program.files("data/certs"), "no key of a tunnel that is gone");
        try (SingleInstance role =
                SingleInstance.take(home.resolve("run/owner.lock")).orElseThrow()) {
            assertTrue(role != null, "nobody holds the role");
        }
    }

    @Test
    void theDemoAnswersAndLeavesNothingWhenItIsTerminated() throws Exception {
        Command demo = program.start("demo");
        int port = demo.port();
        demo.awaitText("Press Ctrl-C to stop.");
        assertTrue(program.get("demo.localhost", port, "/").text().contains("demo.localhost"));
        assertEquals(200, program.get("demo.localhost", port, "/echo").status());
        assertEquals(404, program.get("demo.localhost", port, "/nowhere").status());
        demo.process().destroy();
        assertEquals(128 + 15, demo.exit());
        assertNothingIsLeft();
    }

    @Test
    void ctrlCEndsATunnelInGoodOrder() throws Exception {
        Command shop = start("shop");
        int port = shop.port();
        shop.awaitText("Press Ctrl-C to stop.");
        assertEquals("hello", get("shop.localhost", port));
        assertEquals("hello", get("shop.local", port));
        shop.interrupt();
        assertEquals(0, shop.exit());
        assertTrue(shop.printed().endsWith("Stopped shop.\n"), shop.printed());
        assertFalse(shop.printed().contains("Exception"), shop.printed());
        assertNothingIsLeft();
    }

    @Test
    void twoThatStartAtOnceBothServe() throws Exception {
        Command a = start("a");
        Command b = start("b");
        int port = a.port();
        assertEquals(port, b.port(), "one of them owns the engine for both");
        a.awaitText("Press Ctrl-C to stop.");
        b.awaitText("Press Ctrl-C to stop.");
        assertEquals("hello", get("a.localhost", port));
        assertEquals("hello", get("b.localhost", port));
    }

    @Test
    void ctrlCInTheOwnerEndsItsOwnTunnelAndASecondOneAll() throws Exception {
        Command owner = start("a").awaitText("Press Ctrl-C to stop.");
        int port = owner.port();
        Command client = start("b").awaitText("Press Ctrl-C to stop.");
        Command third = start("c").awaitText("Press Ctrl-C to stop.");

        third.interrupt();
        assertEquals(0, third.exit());
        Await.until(
                "the client's tunnel is gone", () -> status("c.localhost", port).equals("404"));

        owner.interrupt();
        owner.awaitText("Other commands' tunnels still run through this process: session/b.");
        owner.awaitText("Press Ctrl-C again to stop them too.");
        assertEquals("404", get("a.localhost", port));
        assertEquals("hello", get("b.localhost", port));

        owner.interrupt();
        assertEquals(0, owner.exit());
        assertEquals(0, client.exit());
        assertTrue(client.printed().endsWith("b was stopped by another command.\n"), client.printed());
        assertNothingIsLeft();
    }

    private String status(String name, int port) {
        try {
            return get(name, port);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void headlessItOwnsTheEngineForCommandsUntilCtrlC() throws Exception {
        Command owner = program.start("--headless");
        Await.within(Duration.ofSeconds(60), () -> Files.exists(home.resolve("run/control.sock")));
        Command second = program.run("--headless");
        assertEquals(5, second.exit());
        assertTrue(second.printed().startsWith("gotunnel: gotunnel runs already."), second.printed());
        assertEquals(
                0,
                program.run("start", "--port", "1", "--domain", "shop", "--detach")
                        .exit());
        assertEquals(owner.process().pid(), program.owner().pid());
        owner.interrupt();
        assertEquals(0, owner.exit());
        assertNothingIsLeft();
    }

    @Test
    void afterACrashOfTheOwnerTheNextCommandWorks() throws Exception {
        Command crashed = start("a").awaitText("Press Ctrl-C to stop.");
        Command client = start("b").awaitText("Press Ctrl-C to stop.");
        crashed.process().destroyForcibly();
        assertEquals(128 + 9, crashed.exit());
        assertEquals(1, client.exit());
        assertTrue(client.printed().contains("b ended with the gotunnel that owned the engine."), client.printed());
        assertTrue(Files.exists(home.resolve("run/control.sock")), "it left its socket");

        assertEquals(
                "No tunnels.", program.run("list").printed().lines().findFirst().orElse(""));
        Command next = start("a").awaitText("Press Ctrl-C to stop.");
        assertEquals("hello", get("a.localhost", next.port()));
    }

    @Test
    void aDetachedTunnelGoesOnUntilStopAll() throws Exception {
        Command detached = program.run("start", "--port", "1", "--domain", "shop", "--detach");
        assertEquals(0, detached.exit(), detached.printed());
        assertTrue(detached.printed().contains("in the background"), detached.printed());
        ProcessHandle owner = program.owner();
        assertTrue(program.run("list").printed().contains("session/shop"));
        Command stopped = program.run("stop-all");
        assertEquals("Stopped session/shop.\n", stopped.printed());
        Await.within(Duration.ofSeconds(30), () -> !owner.isAlive());
        assertFalse(owner.isAlive());
        assertNothingIsLeft();
    }

    @Test
    void foldersGivenRelativelyAreThoseOfTheBackgroundToo() throws Exception {
        program.close();
        program = new Program(
                home,
                Map.of(
                        "GOTUNNEL_CONFIG_DIR", "config",
                        "GOTUNNEL_DATA_DIR", "data",
                        "GOTUNNEL_STATE_DIR", "state",
                        "GOTUNNEL_RUNTIME_DIR", "run"));
        Command detached = program.run("start", "--port", "1", "--domain", "shop", "--detach", "--save");
        assertEquals(0, detached.exit(), detached.printed());
        program.owner();
        assertTrue(Files.readString(home.resolve("config/gotunnel.yaml")).contains("name: shop"));
        assertTrue(program.run("status", "shop").printed().startsWith("default/shop is degraded"));
        assertEquals(0, program.run("stop", "shop").exit());
    }

    @Test
    void exitCodesSayWhatKindOfFailureItIs() throws Exception {
        assertEquals(0, program.run("list").exit());
        assertEquals(
                2, program.run("start", "--port", "70000", "--domain", "shop").exit());
        assertEquals(2, program.run("--log-level", "loud", "list").exit());
        assertEquals(2, program.run("--config", "missing.yaml", "list").exit());
        assertEquals(4, program.run("status", "gone").exit());
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            Command refused = program.run(
                    "start", "--port", "1", "--domain", "shop", "--https-port", String.valueOf(taken.getLocalPort()));
            assertEquals(5, refused.exit(), refused.printed());
            assertTrue(refused.printed().startsWith("gotunnel: Port " + taken.getLocalPort() + " is in use by "));
        }
        Path config = Files.createDirectories(home.resolve("config")).resolve("gotunnel.yaml");
        Files.writeString(config, "tunnls: []\n");
        Command broken = program.run("list");
        assertEquals(2, broken.exit());
        assertTrue(broken.printed().contains("gotunnel.yaml:1:1: tunnls: unknown key"), broken.printed());
        assertFalse(broken.printed().contains("\tat "), broken.printed());
    }

    @Test
    void aFolderThatIsOpenToOthersIsNotUsed() throws Exception {
        Path run = Files.createDirectories(home.resolve("run"));
        Files.setPosixFilePermissions(run, PosixFilePermissions.fromString("rwxr-xr-x"));
        Command refused = program.run("start", "--port", "1", "--domain", "shop");
        assertEquals(3, refused.exit());
        assertEquals(
                "gotunnel: " + run + " is open to other users of this machine.\n  Close it: chmod go-rwx '" + run
                        + "'\n",
                refused.printed());
    }

    @Test
    void aFolderThatMayNotBeReadIsSaidSo() throws Exception {
        Path config = Files.createDirectories(home.resolve("config"));
        Files.writeString(config.resolve("gotunnel.yaml"), "version: 1");
        Files.setPosixFilePermissions(config, PosixFilePermissions.fromString("---------"));
        try {
            assumeTrue(!Files.isReadable(config), "root may read everything: nothing to see here as root");
            Command refused = program.run("list");
            assertEquals(3, refused.exit(), refused.printed());
            assertTrue(refused.printed().contains("permission denied"), refused.printed());
        } finally {
            Files.setPosixFilePermissions(config, PosixFilePermissions.fromString("rwx------"));
        }
    }
}
