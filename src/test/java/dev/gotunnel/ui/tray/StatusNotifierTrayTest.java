package dev.gotunnel.ui.tray;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gotunnel.ui.tray.FakePanel.Entry;
import dev.gotunnel.ui.tray.TrayItem.Action;
import dev.gotunnel.ui.tray.TrayItem.Heading;
import dev.gotunnel.ui.tray.TrayItem.Separator;
import dev.gotunnel.ui.tray.TrayItem.SubMenu;
import dev.gotunnel.ui.tray.TrayItem.Toggle;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.freedesktop.dbus.types.UInt32;
import org.freedesktop.dbus.types.Variant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The tray on a real bus, with a panel of the test's own. */
@Timeout(60)
class StatusNotifierTrayTest {

    private static final Runnable NOTHING = () -> {};

    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
    private final BlockingQueue<Boolean> changes = new LinkedBlockingQueue<>();
    private final TrayThreads threads = new TrayThreads();
    private PrivateBus bus;

    @BeforeEach
    void startBus() throws Exception {
        if (!PrivateBus.available()) {
            System.err.println("SKIPPED: the tray on a real bus, because there is no /usr/bin/dbus-daemon");
        }
        assumeTrue(PrivateBus.available(), "no /usr/bin/dbus-daemon");
        bus = new PrivateBus();
    }

    @AfterEach
    void leavesNothingBehind() throws Exception {
        if (bus != null) {
            bus.close();
            threads.assertEnded();
        }
    }

    @Test
    void registersWithAPanelThatIsThereAndShowsMenuIconAndTooltip() throws Exception {
        try (FakePanel panel = panel(true);
                Tray tray = open()) {
            assertTrue(tray.alive());
            String item = panel.awaitRegistration();
            assertTrue(item.startsWith("org.kde.StatusNotifierItem-" + ProcessHandle.current().pid() + "-"), item);
            tray.show(sample(), TrayState.RUNNING, "3 tunnels running");
            panel.awaitSignals("NewIcon[]", "NewToolTip[]", "LayoutUpdated[2, 0]");

            Map<?, ?> properties = panel.allProperties(item, "/StatusNotifierItem", "org.kde.StatusNotifierItem");
            assertEquals("gotunnel", value(properties, "Id"));
            assertEquals("ApplicationStatus", value(properties, "Category"));
            assertEquals("Active", value(properties, "Status"));
            assertEquals(false, value(properties, "ItemIsMenu"));
            assertEquals("/MenuBar", value(properties, "Menu").toString());
            assertEquals("3 tunnels running", ((Object[]) value(properties, "ToolTip"))[2]);
            List<?> pixmaps = (List<?>) value(properties, "IconPixmap");
            assertEquals(2, pixmaps.size());
            Object[] pixmap = (Object[]) pixmaps.getFirst();
            assertEquals(16, pixmap[0]);
            byte[] pixels = bytes(pixmap[2]);
            assertEquals(16 * 16 * 4, pixels.length);
            assertEquals(TestIcons.colour(TrayState.RUNNING, PanelTone.DARK), pixels[0]);

            Entry menu = panel.layout(item);
            assertEquals(
                    List.of("gotunnel — 3 tunnels", "null", "Shop", "Share on this network", "my__shop", "Quit"),
                    menu.children().stream().map(Entry::label).toList());
            assertEquals("submenu", menu.at("Shop").properties().get("children-display"));
            assertEquals("Open", menu.at("Shop").children().getFirst().label());
            assertEquals(1, menu.at("Share on this network").properties().get("toggle-state"));
            assertEquals("separator", menu.children().get(1).properties().get("type"));
        }
    }

    @Test
    void runsTheClickedEntryOnTheCallbackThread() throws Exception {
        try (FakePanel panel = panel(true);
                Tray tray = open()) {
            String item = panel.awaitRegistration();
            show(panel, tray, sample());
            Entry menu = panel.layout(item);
            panel.click(item, menu.at("Shop").children().getFirst().id());
            assertEquals("Open on tray-callbacks", nextTold());
            panel.click(item, menu.at("my__shop").id()); // disabled
            panel.click(item, 4711); // unknown
            panel.menu(item, "Event", "isvu", menu.at("Quit").id(), "hovered", new Variant<>(0), new UInt32(0));
            Object[] group = {menu.at("Quit").id(), "clicked", new Variant<>(0), new UInt32(0)};
            Object[] stray = {4711, "clicked", new Variant<>(0), new UInt32(0)};
            Object[] errors = panel.menu(item, "EventGroup", "a(isvu)", List.of(group, stray));
            assertEquals(List.of(4711), list(errors[0]));
            assertEquals("Quit on tray-callbacks", nextTold());
        }
    }

    @Test
    void tellsClicksOnTheIcon() throws Exception {
        try (FakePanel panel = panel(true);
                Tray tray = open()) {
            String item = panel.awaitRegistration();
            assertTrue(tray.alive());
            panel.item(item, "Activate", "ii", 10, 10);
            assertEquals("activated on tray-callbacks", nextTold());
            panel.item(item, "SecondaryActivate", "ii", 10, 10);
            assertEquals("activated on tray-callbacks", nextTold());
            panel.item(item, "ContextMenu", "ii", 10, 10);
            panel.item(item, "Scroll", "is", 1, "vertical");
        }
    }

    @Test
    void answersThePartialQuestionsOfHosts() throws Exception {
        try (FakePanel panel = panel(true);
                Tray tray = open()) {
            String item = panel.awaitRegistration();
            show(panel, tray, sample());
            int shop = panel.layout(item).at("Shop").id();
            Entry shallow = Entry.of(panel.menu(item, "GetLayout", "iias", 0, 1, List.of("label"))[1]);
            assertEquals(Map.of("label", "Shop"), shallow.at("Shop").properties());
            assertEquals(List.of(), shallow.at("Shop").children());
            Entry below = Entry.of(panel.menu(item, "GetLayout", "iias", shop, -1, List.of())[1]);
            assertEquals(shop, below.id());
            assertEquals(1, below.children().size());
            assertEquals(
                    "Shop", ((Variant<?>) panel.menu(item, "GetProperty", "is", shop, "label")[0]).getValue());
            assertEquals(1, list(panel.menu(item, "GetGroupProperties", "aias", List.of(shop), List.of())[0]).size());
            assertEquals(7, list(panel.menu(item, "GetGroupProperties", "aias", List.of(), List.of())[0]).size());
            assertEquals(false, panel.menu(item, "AboutToShow", "i", shop)[0]);
            assertEquals(List.of(99), list(panel.menu(item, "AboutToShowGroup", "ai", List.of(shop, 99))[1]));
            assertThrows(BusException.class, () -> panel.menu(item, "GetLayout", "iias", 99, -1, List.of()));
            assertThrows(BusException.class, () -> panel.menu(item, "GetProperty", "is", shop, "colour"));
            assertThrows(BusException.class, () -> panel.itemProperty(item, "Colour"));
            Map<?, ?> properties = panel.allProperties(item, "/MenuBar", "com.canonical.dbusmenu");
            assertEquals("normal", value(properties, "Status"));
            assertEquals("3", value(properties, "Version").toString());
            assertEquals("ltr", value(properties, "TextDirection"));
        }
    }

    @Test
    void announcesOnlyWhatChanged() throws Exception {
        try (FakePanel panel = panel(true);
                Tray tray = open()) {
            String item = panel.awaitRegistration();
            show(panel, tray, TrayMenu.of(new Heading("3 running"), new Action("Quit", NOTHING)));
            Entry before = panel.layout(item);
            tray.show(
                    TrayMenu.of(new Heading("2 running"), new Action("Quit", NOTHING)), TrayState.ATTENTION, "look");
            panel.awaitSignals("ItemsPropertiesUpdated", "NewStatus[NeedsAttention]", "NewAttentionIcon[]", "NewTitle[]");
            Entry after = panel.layout(item);
            assertEquals(before.children().getFirst().id(), after.children().getFirst().id());
            assertEquals("2 running", after.children().getFirst().label());
            assertEquals("NeedsAttention", panel.itemProperty(item, "Status"));
            assertEquals("notice", value(panel.allProperties(item, "/MenuBar", "com.canonical.dbusmenu"), "Status"));
            List<?> pixmaps = (List<?>) panel.itemProperty(item, "AttentionIconPixmap");
            assertEquals(
                    TestIcons.colour(TrayState.ATTENTION, PanelTone.DARK),
                    bytes(((Object[]) pixmaps.getFirst())[2])[0]);
        }
    }

    @Test
    void isNotAliveWithoutAPanelAndBecomesSoWhenOneStarts() throws Exception {
        try (Tray tray = open()) {
            assertFalse(tray.alive());
            try (FakePanel panel = panel(true)) {
                panel.awaitRegistration();
                assertEquals(true, nextAlive());
                assertTrue(tray.alive());
            }
            assertEquals(false, nextAlive());
            assertFalse(tray.alive());
        }
    }

    @Test
    void registersAgainWhenThePanelRestarts() throws Exception {
        try (FakePanel panel = panel(true);
                Tray tray = open()) {
            String item = panel.awaitRegistration();
            assertEquals(true, nextAlive());
            panel.vanish();
            assertEquals(false, nextAlive());
            panel.appear();
            assertEquals(item, panel.awaitRegistration());
            assertEquals(true, nextAlive());
            assertTrue(tray.alive());
        }
    }

    @Test
    void registersWithAWatcherThatReplacesAnother() throws Exception {
        try (FakePanel first = panel(true);
                Tray tray = open();
                FakePanel second = new FakePanel(bus.address(), true)) {
            String item = first.awaitRegistration();
            first.vanish();
            second.appear();
            assertEquals(item, second.awaitRegistration());
            assertEquals(true, nextAlive());
            // whether the moment without a watcher was seen depends on the order of the bus
            while (!tray.alive()) {
                nextAlive();
            }
        }
    }

    @Test
    void isAliveOnlyWhileAHostShowsIcons() throws Exception {
        try (FakePanel panel = panel(false);
                Tray tray = open()) {
            panel.awaitRegistration();
            assertFalse(tray.alive());
            panel.host(true);
            assertEquals(true, nextAlive());
            panel.host(false);
            assertEquals(false, nextAlive());
            assertEquals(0, panel.registrations());
        }
    }

    @Test
    void triesAgainWhenAStartingPanelIsNotReady() throws Exception {
        try (Tray tray = open();
                FakePanel panel = new FakePanel(bus.address(), true)) {
            panel.refuse(2);
            panel.appear();
            panel.awaitRegistration();
            assertEquals(true, nextAlive());
            assertTrue(tray.alive());
        }
    }

    @Test
    void reportsTheLossOfTheBus() throws Exception {
        try (FakePanel panel = panel(true);
                Tray tray = open()) {
            panel.awaitRegistration();
            assertEquals(true, nextAlive());
            bus.kill();
            assertEquals(false, nextAlive());
            tray.show(sample(), TrayState.RUNNING, "nobody sees this");
            assertFalse(tray.notify("nobody", "sees this"));
        }
    }

    @Test
    void twoTraysOfOneProcessHaveTwoNames() throws Exception {
        try (FakePanel panel = panel(true);
                Tray first = open();
                Tray second = open()) {
            assertTrue(first.alive() && second.alive());
            assertEquals(2, Set.of(panel.awaitRegistration(), panel.awaitRegistration()).size());
        }
    }

    @Test
    void disappearsFromTheBusWhenClosedAndStaysSilent() throws Exception {
        try (FakePanel panel = panel(true)) {
            Tray tray = open();
            String item = panel.awaitRegistration();
            tray.close();
            tray.close();
            assertFalse(tray.alive());
            assertThrows(BusException.class, () -> panel.itemProperty(item, "Id"));
            tray.show(sample(), TrayState.IDLE, "");
            assertFalse(tray.notify("closed", ""));
        }
    }

    @Test
    void notifiesOnlyWhereThereIsAService() throws Exception {
        try (Tray tray = open()) {
            assertFalse(tray.notify("Title", "Body"));
            try (FakeNotifications service = new FakeNotifications(bus.address())) {
                assertTrue(tray.notify("shop.local", "a <b> & c"));
                assertEquals("gotunnel|shop.local|a &lt;b&gt; &amp; c", service.shown.poll(10, TimeUnit.SECONDS));
            }
        }
    }

    @Test
    void followsTheColourSchemeOfTheDesktop() throws Exception {
        try (FakePortal portal = new FakePortal(bus.address(), 2);
                FakePanel panel = panel(true);
                Tray tray = open()) {
            String item = panel.awaitRegistration();
            panel.awaitSignals("NewIcon[]");
            assertEquals(TestIcons.colour(TrayState.IDLE, PanelTone.LIGHT), firstPixel(panel, item));
            portal.change(1);
            panel.awaitSignals("NewIcon[]");
            assertEquals(TestIcons.colour(TrayState.IDLE, PanelTone.DARK), firstPixel(panel, item));
            assertTrue(tray.alive());
        }
    }

    private static byte firstPixel(FakePanel panel, String item) throws BusException {
        List<?> pixmaps = (List<?>) panel.itemProperty(item, "IconPixmap");
        return bytes(((Object[]) pixmaps.getFirst())[2])[0];
    }

    private FakePanel panel(boolean hasHost) throws BusException {
        FakePanel panel = new FakePanel(bus.address(), hasHost);
        panel.appear();
        return panel;
    }

    private Tray open() {
        return StatusNotifierTray.open(
                        bus.address(), "", new TestIcons(), new Recorder(), Duration.ofSeconds(10))
                .orElseThrow();
    }

    private static void show(FakePanel panel, Tray tray, TrayMenu menu) throws InterruptedException {
        tray.show(menu, TrayState.RUNNING, "test");
        panel.awaitSignals("LayoutUpdated[2, 0]");
    }

    private TrayMenu sample() {
        return TrayMenu.of(
                new Heading("gotunnel — 3 tunnels"),
                new Separator(),
                new SubMenu("Shop", List.of(new Action("Open", () -> tell("Open")))),
                new Toggle("Share on this network", true, true, () -> tell("Share")),
                new Action("my_shop", false, () -> tell("disabled")),
                new Action("Quit", () -> tell("Quit")));
    }

    private void tell(String what) {
        told.add(what + " on " + Thread.currentThread().getName());
    }

    private String nextTold() throws InterruptedException {
        return Objects.requireNonNull(told.poll(10, TimeUnit.SECONDS), "nothing was told");
    }

    private boolean nextAlive() throws InterruptedException {
        return Objects.requireNonNull(changes.poll(10, TimeUnit.SECONDS), "no change was told");
    }

    private static Object value(Map<?, ?> properties, String name) {
        return ((Variant<?>) Objects.requireNonNull(properties.get(name), name)).getValue();
    }

    private static List<?> list(Object value) {
        return value instanceof int[] ints ? java.util.Arrays.stream(ints).boxed().toList() : (List<?>) value;
    }

    private static byte[] bytes(Object value) {
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
