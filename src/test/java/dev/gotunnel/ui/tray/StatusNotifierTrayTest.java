package dev.gotunnel.ui.tray;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.bus.BusException;
import dev.gotunnel.ui.tray.FakePanel.Entry;
import dev.gotunnel.ui.tray.TrayItem.Action;
import dev.gotunnel.ui.tray.TrayItem.Heading;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.freedesktop.dbus.types.UInt32;
import org.freedesktop.dbus.types.Variant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What a panel reads from the tray on a real bus, and what its clicks do. */
@EnabledOnOs(OS.LINUX)
class StatusNotifierTrayTest extends TrayOnBus {

    @Test
    void registersWithAPanelThatIsThereAndShowsMenuIconAndTooltip() throws Exception {
        try (FakePanel panel = panel(true);
                Tray tray = open()) {
            assertTrue(tray.alive());
            String item = panel.awaitRegistration();
            assertTrue(
                    item.startsWith("org.kde.StatusNotifierItem-"
                            + ProcessHandle.current().pid() + "-"),
                    item);
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
            assertEquals("Shop", ((Variant<?>) panel.menu(item, "GetProperty", "is", shop, "label")[0]).getValue());
            assertEquals(
                    1,
                    list(panel.menu(item, "GetGroupProperties", "aias", List.of(shop), List.of())[0])
                            .size());
            assertEquals(
                    7,
                    list(panel.menu(item, "GetGroupProperties", "aias", List.of(), List.of())[0])
                            .size());
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
            tray.show(TrayMenu.of(new Heading("2 running"), new Action("Quit", NOTHING)), TrayState.ATTENTION, "look");
            panel.awaitSignals(
                    "ItemsPropertiesUpdated", "NewStatus[NeedsAttention]", "NewAttentionIcon[]", "NewTitle[]");
            Entry after = panel.layout(item);
            assertEquals(
                    before.children().getFirst().id(),
                    after.children().getFirst().id());
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
}
