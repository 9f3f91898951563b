package dev.gotunnel.ui.tray;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gotunnel.bus.BusException;
import dev.gotunnel.testing.PrivateBus;
import dev.gotunnel.ui.tray.TrayItem.Action;
import dev.gotunnel.ui.tray.TrayItem.Heading;
import dev.gotunnel.ui.tray.TrayItem.Separator;
import dev.gotunnel.ui.tray.TrayItem.SubMenu;
import dev.gotunnel.ui.tray.TrayItem.Toggle;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.freedesktop.dbus.types.Variant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** A real bus, a tray on it, and what the tray told. The base of the tests that need one. */
@Timeout(60)
abstract class TrayOnBus {

    static final Runnable NOTHING = () -> {};

    final BlockingQueue<String> told = new LinkedBlockingQueue<>();
    final BlockingQueue<Boolean> changes = new LinkedBlockingQueue<>();
    final TrayThreads threads = new TrayThreads();
    PrivateBus bus;

    @BeforeEach
    void startBus() throws Exception {
        if (!PrivateBus.available()) {
            System.err.println("SKIPPED: the tray on a real bus, because there is no dbus-daemon");
        }
        assumeTrue(PrivateBus.available(), "no dbus-daemon");
        bus = new PrivateBus();
    }

    @AfterEach
    void leavesNothingBehind() throws Exception {
        if (bus != null) {
            bus.close();
            threads.assertEnded();
        }
    }

    static byte firstPixel(FakePanel panel, String item) throws BusException {
        List<?> pixmaps = (List<?>) panel.itemProperty(item, "IconPixmap");
        return bytes(((Object[]) pixmaps.getFirst())[2])[0];
    }

    FakePanel panel(boolean hasHost) throws BusException {
        FakePanel panel = new FakePanel(bus.address(), hasHost);
        panel.appear();
        return panel;
    }

    Tray open() {
        return StatusNotifierTray.open(bus.address(), "", new TestIcons(), new Recorder(), Duration.ofSeconds(10))
                .orElseThrow();
    }

    static void show(FakePanel panel, Tray tray, TrayMenu menu) throws InterruptedException {
        tray.show(menu, TrayState.RUNNING, "test");
        panel.awaitSignals("LayoutUpdated[2, 0]");
    }

    TrayMenu sample() {
        return TrayMenu.of(
                new Heading("gotunnel — 3 tunnels"),
                new Separator(),
                new SubMenu("Shop", List.of(new Action("Open", () -> tell("Open")))),
                new Toggle("Share on this network", true, true, () -> tell("Share")),
                new Action("my_shop", false, () -> tell("disabled")),
                new Action("Quit", () -> tell("Quit")));
    }

    void tell(String what) {
        told.add(what + " on " + Thread.currentThread().getName());
    }

    String nextTold() throws InterruptedException {
        return Objects.requireNonNull(told.poll(10, TimeUnit.SECONDS), "nothing was told");
    }

    boolean nextAlive() throws InterruptedException {
        return Objects.requireNonNull(changes.poll(10, TimeUnit.SECONDS), "no change was told");
    }

    static Object value(Map<?, ?> properties, String name) {
        return ((Variant<?>) Objects.requireNonNull(properties.get(name), name)).getValue();
    }

    static List<?> list(Object value) {
        return value instanceof int[] ints ? Arrays.stream(ints).boxed().toList() : (List<?>) value;
    }

    static byte[] bytes(Object value) {
        if (value instanceof byte[] bytes) {
            return bytes;
        }
        List<?> list = (List<?>) value;
        byte[] bytes = new byte[list.size()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (Byte) list.get(i);
        }
        return bytes;
    }

    private final class Recorder implements TrayCallbacks {
        @Override
        public void activated() {
            tell("activated");
        }

        @Override
        public void aliveChanged(boolean alive) {
            changes.add(alive);
        }
    }
}
