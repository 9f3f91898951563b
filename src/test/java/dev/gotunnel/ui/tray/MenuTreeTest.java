package dev.gotunnel.ui.tray;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.ui.tray.MenuTree.Node;
import dev.gotunnel.ui.tray.TrayItem.Action;
import dev.gotunnel.ui.tray.TrayItem.Heading;
import dev.gotunnel.ui.tray.TrayItem.Separator;
import dev.gotunnel.ui.tray.TrayItem.SubMenu;
import dev.gotunnel.ui.tray.TrayItem.Toggle;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MenuTreeTest {

    private static final Runnable NOTHING = () -> {};

    @Test
    void numbersEveryEntryOnceAndTheMenuItselfZero() {
        MenuTree tree = tree(new Heading("gotunnel"), new Separator(), new SubMenu("Shop", List.of(action("Open"))));
        assertEquals(0, tree.root().id());
        assertEquals(4, tree.entries().stream().map(Node::id).distinct().count());
        assertEquals(
                "Open", tree.find(ids(tree).get(2) + 1).map(MenuTreeTest::label).orElse(""));
    }

    @Test
    void keepsNumbersAndRevisionWhenNothingChanged() {
        MenuTree before = tree(action("Open"), new Separator(), action("Quit"));
        MenuTree after = before.next(TrayMenu.of(action("Open"), new Separator(), action("Quit")));
        assertEquals(ids(before), ids(after));
        assertEquals(before.revision(), after.revision());
        assertEquals(List.of(), after.changedSince(before));
    }

    @Test
    void reportsAChangedLabelAsChangedPropertyOfTheSameEntry() {
        MenuTree before = tree(new Heading("3 tunnels running"), action("Quit"));
        MenuTree after = before.next(TrayMenu.of(new Heading("2 tunnels running"), action("Quit")));
        assertEquals(ids(before), ids(after));
        assertEquals(before.revision(), after.revision());
        assertEquals(
                List.of("2 tunnels running"),
                after.changedSince(before).stream().map(MenuTreeTest::label).toList());
    }

    @Test
    void reportsAMovedCheckMarkAsChangedProperty() {
        MenuTree before = tree(new Toggle("Share", false, true, NOTHING));
        MenuTree after = before.next(TrayMenu.of(new Toggle("Share", true, true, NOTHING)));
        assertEquals(before.revision(), after.revision());
        assertEquals(1, after.changedSince(before).getFirst().properties().get("toggle-state"));
    }

    @Test
    void keepsNumbersOfTheOthersWhenAnEntryIsInserted() {
        MenuTree before = tree(action("web"), action("docs"));
        MenuTree after = before.next(TrayMenu.of(action("web"), action("api"), action("docs")));
        assertEquals(ids(before).get(0), ids(after).get(0));
        assertEquals(ids(before).get(1), ids(after).get(2));
        assertTrue(before.find(ids(after).get(1)).isEmpty());
        assertTrue(after.revision() > before.revision());
    }

    @Test
    void tellsAMoveByTheRevision() {
        MenuTree before = tree(action("web"), action("api"));
        MenuTree after = before.next(TrayMenu.of(action("api"), action("web")));
        assertEquals(ids(before).reversed(), ids(after));
        assertTrue(after.revision() > before.revision());
    }

    @Test
    void neverGivesTheNumberOfARemovedEntryToAnother() {
        MenuTree first = tree(action("web"), action("Quit"));
        int removed = ids(first).getFirst();
        MenuTree second = first.next(TrayMenu.of(action("Quit")));
        MenuTree third = second.next(TrayMenu.of(action("api"), action("Quit")));
        assertEquals(Optional.empty(), second.find(removed));
        assertEquals(Optional.empty(), third.find(removed));
    }

    @Test
    void doesNotContinueAnEntryOfAnotherKind() {
        MenuTree before = tree(action("Shop"));
        MenuTree after = before.next(TrayMenu.of(new SubMenu("Shop", List.of(action("Open")))));
        assertNotEquals(ids(before), ids(after));
    }

    @Test
    void keepsEqualLabelsApart() {
        MenuTree before = tree(action("Open"), action("Open"));
        MenuTree after = before.next(TrayMenu.of(action("Open"), action("Open")));
        assertEquals(ids(before), ids(after));
        assertEquals(2, ids(after).stream().distinct().count());
    }

    @Test
    void describesEntriesInTheWordsOfDbusmenu() {
        MenuTree tree = tree(
                new Heading("my_shop"),
                new Separator(),
                new Toggle("Share", true, true, NOTHING),
                new Action("Pause", false, NOTHING),
                new SubMenu("Shop", List.of()));
        List<Map<String, Object>> properties =
                tree.root().children().stream().map(Node::properties).toList();
        assertEquals(Map.of("label", "my__shop", "enabled", false), properties.get(0));
        assertEquals(Map.of("type", "separator"), properties.get(1));
        assertEquals(
                Map.of("label", "Share", "enabled", true, "toggle-type", "checkmark", "toggle-state", 1),
                properties.get(2));
        assertEquals(Map.of("label", "Pause", "enabled", false), properties.get(3));
        assertEquals(Map.of("label", "Shop", "enabled", true, "children-display", "submenu"), properties.get(4));
        assertEquals(Map.of("children-display", "submenu"), tree.root().properties());
    }

    @Test
    void onlyEnabledEntriesAct() {
        MenuTree tree = tree(
                new Action("on", true, NOTHING),
                new Action("off", false, NOTHING),
                new Toggle("on", false, true, NOTHING),
                new Toggle("off", false, false, NOTHING),
                new Heading("text"),
                new Separator(),
                new SubMenu("sub", List.of()));
        assertEquals(
                List.of(true, false, true, false, false, false, false),
                tree.root().children().stream().map(n -> n.action().isPresent()).toList());
    }

    private static MenuTree tree(TrayItem... items) {
        return MenuTree.empty().next(TrayMenu.of(items));
    }

    private static Action action(String label) {
        return new Action(label, NOTHING);
    }

    private static List<Integer> ids(MenuTree tree) {
        return tree.root().children().stream().map(Node::id).toList();
    }

    private static String label(Node node) {
        return String.valueOf(node.properties().get("label"));
    }
}
