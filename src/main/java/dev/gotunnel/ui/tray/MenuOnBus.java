package dev.gotunnel.ui.tray;

import dev.gotunnel.bus.SessionBus;
import dev.gotunnel.ui.tray.MenuTree.Node;
import dev.gotunnel.ui.tray.dbus.DbusMenu;
import dev.gotunnel.ui.tray.dbus.MenuEvent;
import dev.gotunnel.ui.tray.dbus.MenuLayout;
import dev.gotunnel.ui.tray.dbus.MenuProperties;
import dev.gotunnel.ui.tray.dbus.TwoResults;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.freedesktop.dbus.errors.InvalidMethodArgument;
import org.freedesktop.dbus.errors.PropertyReadOnly;
import org.freedesktop.dbus.errors.UnknownProperty;
import org.freedesktop.dbus.interfaces.Properties;
import org.freedesktop.dbus.types.UInt32;
import org.freedesktop.dbus.types.Variant;

/**
 * The menu as panels read it over the bus. {@link #show} is called by one thread; the panel's questions come on the
 * bus's threads and see either the old menu or the new one, never a mixture.
 */
final class MenuOnBus implements DbusMenu, Properties {

    /** Where the menu lies in our connection. */
    static final String PATH = "/MenuBar";

    private static final String INTERFACE = "com.canonical.dbusmenu";
    private static final int PROTOCOL_VERSION = 3;

    private final SessionBus bus;
    private final TrayCallbackThread callbacks;
    private volatile MenuTree tree = MenuTree.empty();
    private volatile boolean notice;

    MenuOnBus(SessionBus bus, TrayCallbackThread callbacks) {
        this.bus = bus;
        this.callbacks = callbacks;
    }

    /**
     * Replaces the menu and tells the panels what changed.
     *
     * @param urgent whether the menu holds something the user should see
     */
    void show(TrayMenu menu, boolean urgent) {
        MenuTree before = tree;
        MenuTree after = before.next(menu);
        notice = urgent;
        tree = after;
        // Both, where both apply: libdbusmenu reads properties of entries it knows only when told of them.
        List<Node> changed = after.changedSince(before);
        if (!changed.isEmpty()) {
            List<Object[]> updated = changed.stream()
                    .map(node -> new Object[] {node.id(), variants(node, List.of())})
                    .toList();
            bus.emit(PATH, INTERFACE, "ItemsPropertiesUpdated", "a(ia{sv})a(ias)", updated, List.of());
        }
        if (after.revision() != before.revision()) {
            bus.emit(PATH, INTERFACE, "LayoutUpdated", "ui", new UInt32(after.revision()), MenuTree.ROOT);
        }
    }

    @Override
    public TwoResults<UInt32, MenuLayout> getLayout(int parentId, int recursionDepth, List<String> propertyNames) {
        MenuTree now = tree;
        Node parent = now.find(parentId).orElseThrow(() -> unknown(parentId));
        return new TwoResults<>(new UInt32(now.revision()), layout(parent, recursionDepth, propertyNames));
    }

    @Override
    public List<MenuProperties> getGroupProperties(List<Integer> ids, List<String> propertyNames) {
        MenuTree now = tree;
        List<Node> nodes = ids.isEmpty()
                ? now.entries()
                : ids.stream().map(now::find).flatMap(Optional::stream).toList();
        return nodes.stream()
                .map(node -> new MenuProperties(node.id(), variants(node, propertyNames)))
                .toList();
    }

    @Override
    public Variant<?> getProperty(int id, String name) {
        Node node = tree.find(id).orElseThrow(() -> unknown(id));
        Variant<?> value = variants(node, List.of()).get(name);
        if (value == null) {
            throw new InvalidMethodArgument("Entry " + id + " has no property " + name);
        }
        return value;
    }

    @Override
    public void event(int id, String eventId, Variant<?> data, UInt32 timestamp) {
        if (eventId.equals("clicked")) {
            tree.find(id).flatMap(Node::action).ifPresent(action -> callbacks.run("Menu entry", action));
        }
    }

    @Override
    public List<Integer> eventGroup(List<MenuEvent> events) {
        MenuTree now = tree;
        List<Integer> unknown = new ArrayList<>();
        for (MenuEvent event : events) {
            if (now.find(event.id).isEmpty()) {
                unknown.add(event.id);
            } else {
                event(event.id, event.eventId, event.data, event.timestamp);
            }
        }
        return unknown;
    }

    @Override
    public boolean aboutToShow(int id) {
        return false; // changes are announced when they happen
    }

    @Override
    public TwoResults<List<Integer>, List<Integer>> aboutToShowGroup(List<Integer> ids) {
        MenuTree now = tree;
        List<Integer> unknown =
                ids.stream().filter(id -> now.find(id).isEmpty()).toList();
        return new TwoResults<>(List.of(), unknown);
    }

    private static MenuLayout layout(Node node, int depth, List<String> names) {
        List<Variant<?>> children = new ArrayList<>();
        if (depth != 0) {
            for (Node child : node.children()) {
                children.add(new Variant<>(layout(child, depth - 1, names), "(ia{sv}av)"));
            }
        }
        return new MenuLayout(node.id(), variants(node, names), children);
    }

    private static Map<String, Variant<?>> variants(Node node, List<String> names) {
        Map<String, Variant<?>> variants = new LinkedHashMap<>();
        node.properties().forEach((name, value) -> {
            if (names.isEmpty() || names.contains(name)) {
                variants.put(name, new Variant<>(value));
            }
        });
        return variants;
    }

    private static InvalidMethodArgument unknown(int id) {
        return new InvalidMethodArgument("There is no menu entry " + id);
    }

    @Override
    public Map<String, Variant<?>> GetAll(String interfaceName) {
        Map<String, Variant<?>> all = new LinkedHashMap<>();
        if (interfaceName.equals(INTERFACE)) {
            all.put("Version", new Variant<>(new UInt32(PROTOCOL_VERSION)));
            all.put("Status", new Variant<>(notice ? "notice" : "normal"));
            all.put("TextDirection", new Variant<>("ltr"));
            all.put("IconThemePath", new Variant<>(List.of(), "as"));
        }
        return all;
    }

    @Override
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // the library's signature
    public <A> A Get(String interfaceName, String name) {
        Variant<?> value = GetAll(interfaceName).get(name);
        if (value == null) {
            throw new UnknownProperty("There is no property " + name);
        }
        return (A) value;
    }

    @Override
    public <A> void Set(String interfaceName, String name, A value) {
        throw new PropertyReadOnly(name + " cannot be set");
    }

    @Override
    public String getObjectPath() {
        return PATH;
    }
}
