package dev.gotunnel.ui.tray;

import dev.gotunnel.bus.BusException;
import dev.gotunnel.bus.SessionBus;
import dev.gotunnel.bus.SessionBus.Target;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.freedesktop.dbus.annotations.DBusInterfaceName;
import org.freedesktop.dbus.annotations.DBusMemberName;
import org.freedesktop.dbus.errors.UnknownProperty;
import org.freedesktop.dbus.interfaces.DBusInterface;
import org.freedesktop.dbus.interfaces.Properties;
import org.freedesktop.dbus.types.UInt32;
import org.freedesktop.dbus.types.Variant;

/** A panel as the tray meets it: the watcher that takes icons, and a host that reads and clicks them. */
public final class FakePanel implements AutoCloseable {

    private static final String WATCHER = "org.kde.StatusNotifierWatcher";
    private static final String ITEM = "org.kde.StatusNotifierItem";
    private static final String MENU = "com.canonical.dbusmenu";
    private static final Duration LIMIT = Duration.ofSeconds(5);

    private final BlockingQueue<String> registered = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> signals = new LinkedBlockingQueue<>();
    private final SessionBus bus;
    private volatile boolean hasHost;
    private volatile int refusals;

    FakePanel(String address, boolean hasHost) throws BusException {
        this.hasHost = hasHost;
        bus = SessionBus.connect(address, () -> {});
        bus.export("/StatusNotifierWatcher", new WatcherObject());
        for (String member : List.of("NewIcon", "NewAttentionIcon", "NewStatus", "NewToolTip", "NewTitle")) {
            bus.listen(ITEM, member, "", values -> signals.add(member + List.of(values)));
        }
        bus.listen(MENU, "LayoutUpdated", "", values -> signals.add("LayoutUpdated" + List.of(values)));
        bus.listen(MENU, "ItemsPropertiesUpdated", "", values -> signals.add("ItemsPropertiesUpdated"));
    }

    /** Takes the name under which items look for a watcher. */
    void appear() throws BusException {
        bus.callBus("RequestName", "su", WATCHER, new UInt32(4));
    }

    /** Gives the name away, as a panel that is being restarted. */
    void vanish() throws BusException {
        bus.callBus("ReleaseName", "s", WATCHER);
    }

    /** A host comes or goes while the watcher stays, as with KDE. */
    void host(boolean present) {
        hasHost = present;
        bus.emit(
                "/StatusNotifierWatcher",
                WATCHER,
                present ? "StatusNotifierHostRegistered" : "StatusNotifierHostUnregistered",
                "");
    }

    /** The next so many registrations fail. */
    void refuse(int registrations) {
        refusals = registrations;
    }

    /** Waits for the next registration. */
    String awaitRegistration() throws InterruptedException {
        return Objects.requireNonNull(registered.poll(10, TimeUnit.SECONDS), "nothing registered");
    }

    int registrations() {
        return registered.size();
    }

    /** Waits until each of these signals has come. */
    void awaitSignals(String... wanted) throws InterruptedException {
        Set<String> missing = new java.util.HashSet<>(Set.of(wanted));
        while (!missing.isEmpty()) {
            String signal = signals.poll(10, TimeUnit.SECONDS);
            if (signal == null) {
                throw new AssertionError("no signal " + missing);
            }
            missing.remove(signal);
        }
    }

    /** A property of the icon. */
    Object itemProperty(String item, String name) throws BusException {
        Object[] values = bus.call(
                LIMIT,
                (byte) 0,
                new Target(item, "/StatusNotifierItem", "org.freedesktop.DBus.Properties"),
                "Get",
                "ss",
                ITEM,
                name);
        return ((Variant<?>) values[0]).getValue();
    }

    /** All properties of an interface of an object. */
    Map<?, ?> allProperties(String item, String path, String iface) throws BusException {
        Object[] values = bus.call(
                LIMIT, (byte) 0, new Target(item, path, "org.freedesktop.DBus.Properties"), "GetAll", "s", iface);
        return (Map<?, ?>) values[0];
    }

    /** Calls a method of the icon. */
    Object[] item(String item, String member, String signature, Object... arguments) throws BusException {
        return bus.call(LIMIT, (byte) 0, new Target(item, "/StatusNotifierItem", ITEM), member, signature, arguments);
    }

    /** Calls a method of the menu. */
    Object[] menu(String item, String member, String signature, Object... arguments) throws BusException {
        return bus.call(LIMIT, (byte) 0, new Target(item, "/MenuBar", MENU), member, signature, arguments);
    }

    /** The menu as a host reads it: the entry itself. */
    Entry layout(String item) throws BusException {
        return Entry.of(menu(item, "GetLayout", "iias", 0, -1, List.of())[1]);
    }

    void click(String item, int id) throws BusException {
        menu(item, "Event", "isvu", id, "clicked", new Variant<>(0), new UInt32(0));
    }

    @Override
    public void close() {
        bus.close();
    }

    /** One entry of a menu that was read over the bus. */
    record Entry(int id, Map<String, Object> properties, List<Entry> children) {

        static Entry of(Object struct) {
            Object value = struct instanceof Variant<?> variant ? variant.getValue() : struct;
            Object[] fields = (Object[]) value;
            Map<String, Object> properties = new java.util.TreeMap<>();
            ((Map<?, ?>) fields[1])
                    .forEach((key, property) -> properties.put((String) key, ((Variant<?>) property).getValue()));
            return new Entry(
                    (Integer) fields[0],
                    properties,
                    ((List<?>) fields[2]).stream().map(Entry::of).toList());
        }

        String label() {
            return String.valueOf(properties.get("label"));
        }

        /** The entry below this one with that label. */
        Entry at(String label) {
            return children.stream()
                    .filter(c -> c.label().equals(label))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** The method of the watcher that the tray calls. */
    @DBusInterfaceName(WATCHER)
    public interface Watcher extends DBusInterface {
        @DBusMemberName("RegisterStatusNotifierItem")
        void register(String service);
    }

    private final class WatcherObject implements Watcher, Properties {
        @Override
        public void register(String service) {
            if (refusals > 0) {
                refusals--;
                throw new org.freedesktop.dbus.errors.UnknownObject("not ready yet");
            }
            registered.add(service);
        }

        @Override
        public Map<String, Variant<?>> GetAll(String iface) {
            return Map.of("IsStatusNotifierHostRegistered", new Variant<>(hasHost));
        }

        @Override
        @SuppressWarnings("unchecked")
        public <A> A Get(String iface, String name) {
            Variant<?> value = GetAll(iface).get(name);
            if (value == null) {
                throw new UnknownProperty(name);
            }
            return (A) value;
        }

        @Override
        public <A> void Set(String iface, String name, A value) {}

        @Override
        public String getObjectPath() {
            return "/StatusNotifierWatcher";
        }
    }
}
