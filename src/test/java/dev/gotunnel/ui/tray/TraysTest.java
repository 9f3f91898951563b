package dev.gotunnel.ui.tray;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gotunnel.bus.SessionBus;
import dev.gotunnel.testing.PrivateBus;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Desktops without a tray: always an answer, within a second, and never an exception. */
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class TraysTest {

    private final TrayThreads threads = new TrayThreads();

    @TempDir
    private Path folder;

    @AfterEach
    void leavesNoThreadBehind() throws InterruptedException {
        threads.assertEnded();
    }

    @Test
    void isEmptyWithoutASessionBus() {
        assertEmptyWithinASecond(Map.of());
        assertEmptyWithinASecond(Map.of("DBUS_SESSION_BUS_ADDRESS", ""));
        assertEmptyWithinASecond(Map.of("XDG_RUNTIME_DIR", folder.toString()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "unix:path=/nonexistent/bus",
                "unix:abstract=/tmp/nothing",
                "unix:",
                "nonsense",
                "tcp:host=127.0.0.1,port=1",
                "autolaunch:",
                ";",
                "unix:path="
            })
    void isEmptyWhenTheAddressLeadsNowhere(String address) {
        assertEmptyWithinASecond(Map.of("DBUS_SESSION_BUS_ADDRESS", address));
    }

    @Test
    void isNotAliveWhileTheBusDoesNotAnswerAndCanBeClosed() throws IOException {
        Path socket = folder.resolve("bus");
        try (ServerSocketChannel mute = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            mute.bind(UnixDomainSocketAddress.of(socket));
            long start = System.nanoTime();
            Tray tray = open(Map.of("XDG_RUNTIME_DIR", folder.toString())).orElseThrow();
            assertWithinASecond(start);
            assertFalse(tray.alive());
            assertFalse(tray.notify("nobody", "hears this"));
            tray.show(TrayMenu.EMPTY, TrayState.IDLE, "nobody sees this");
            tray.close();
        } finally {
            Files.deleteIfExists(socket);
        }
    }

    @Test
    void findsTheBusInTheRuntimeFolder() throws IOException {
        Files.createFile(folder.resolve("bus"));
        assertEquals(
                Optional.of("unix:path=" + folder + "/bus"),
                SessionBus.address(Map.of("XDG_RUNTIME_DIR", folder.toString())));
        assertEquals(
                Optional.of("unix:path=/other"),
                SessionBus.address(
                        Map.of("XDG_RUNTIME_DIR", folder.toString(), "DBUS_SESSION_BUS_ADDRESS", "unix:path=/other")));
        assertEquals(
                Optional.of("unix:guid=1,path=/third"),
                SessionBus.address(
                        Map.of("DBUS_SESSION_BUS_ADDRESS", "tcp:host=h;unix:abstract=/a;unix:guid=1,path=/third")));
    }

    @Test
    void isThereButNotAliveOnABusWithoutPanel() throws Exception {
        assumeTrue(PrivateBus.available(), "no dbus-daemon");
        try (PrivateBus bus = new PrivateBus()) {
            long start = System.nanoTime();
            Optional<Tray> tray = open(Map.of("DBUS_SESSION_BUS_ADDRESS", bus.address()));
            assertWithinASecond(start);
            assertEquals(Optional.of(false), tray.map(Tray::alive));
            tray.orElseThrow().close();
        }
    }

    @Test
    void isEmptyOnWindowsAndMacWithoutAWindowSystem() {
        assertEquals(Optional.empty(), Trays.open("Windows 11", Map.of(), new TestIcons(), new Deaf()));
        assertEquals(Optional.empty(), Trays.open("Mac OS X", Map.of(), new TestIcons(), new Deaf()));
    }

    private static void assertEmptyWithinASecond(Map<String, String> environment) {
        long start = System.nanoTime();
        assertEquals(Optional.empty(), open(environment));
        assertWithinASecond(start);
    }

    private static void assertWithinASecond(long start) {
        long millis = Duration.ofNanos(System.nanoTime() - start).toMillis();
        assertTrue(millis < 1000, "took " + millis + " ms");
    }

    private static Optional<Tray> open(Map<String, String> environment) {
        return Trays.open("Linux", environment, new TestIcons(), new Deaf());
    }

    private static final class Deaf implements TrayCallbacks {
        @Override
        public void activated() {}

        @Override
        public void aliveChanged(boolean alive) {}
    }
}
