package dev.gotunnel.ui.tray;

import dev.gotunnel.bus.BusException;
import dev.gotunnel.bus.SessionBus;
import org.freedesktop.dbus.annotations.DBusInterfaceName;
import org.freedesktop.dbus.annotations.DBusMemberName;
import org.freedesktop.dbus.interfaces.DBusInterface;
import org.freedesktop.dbus.types.UInt32;
import org.freedesktop.dbus.types.Variant;

/** The settings portal of a desktop with a wish for dark or light programs. */
public final class FakePortal implements AutoCloseable {

    private static final String SETTINGS = "org.freedesktop.portal.Settings";
    private static final String PATH = "/org/freedesktop/portal/desktop";

    private final SessionBus bus;

    FakePortal(String address, int scheme) throws BusException {
        bus = SessionBus.connect(address, () -> {});
        bus.export(PATH, new SettingsObject(scheme));
        bus.callBus("RequestName", "su", "org.freedesktop.portal.Desktop", new UInt32(4));
    }

    /** The user changes the setting. */
    void change(int scheme) {
        bus.emit(
                PATH,
                SETTINGS,
                "SettingChanged",
                "ssv",
                "org.freedesktop.appearance",
                "color-scheme",
                new Variant<>(new UInt32(scheme)));
    }

    @Override
    public void close() {
        bus.close();
    }

    /** What the tray calls. */
    @DBusInterfaceName(SETTINGS)
    public interface Settings extends DBusInterface {
        @DBusMemberName("Read")
        Variant<?> read(String namespace, String key);
    }

    private record SettingsObject(int scheme) implements Settings {
        @Override
        public Variant<?> read(String namespace, String key) {
            return new Variant<>(new Variant<>(new UInt32(scheme)), "v");
        }

        @Override
        public String getObjectPath() {
            return PATH;
        }
    }
}
