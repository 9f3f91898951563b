package dev.gotunnel.ui.tray;

import dev.gotunnel.bus.BusException;
import dev.gotunnel.bus.SessionBus;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.freedesktop.dbus.annotations.DBusInterfaceName;
import org.freedesktop.dbus.annotations.DBusMemberName;
import org.freedesktop.dbus.interfaces.DBusInterface;
import org.freedesktop.dbus.types.UInt32;
import org.freedesktop.dbus.types.Variant;

/** A notification service that understands markup and remembers what it was given. */
public final class FakeNotifications implements AutoCloseable {

    private static final String NAME = "org.freedesktop.Notifications";

    final BlockingQueue<String> shown = new LinkedBlockingQueue<>();
    private final SessionBus bus;

    FakeNotifications(String address) throws BusException {
        bus = SessionBus.connect(address, () -> {});
        bus.export("/org/freedesktop/Notifications", new ServiceObject());
        bus.callBus("RequestName", "su", NAME, new UInt32(4));
    }

    @Override
    public void close() {
        bus.close();
    }

    /** What the tray calls. */
    @DBusInterfaceName(NAME)
    public interface Service extends DBusInterface {
        @DBusMemberName("Notify")
        UInt32 show(
                String application,
                UInt32 replaces,
                String icon,
                String summary,
                String body,
                List<String> actions,
                Map<String, Variant<?>> hints,
                int timeout);

        @DBusMemberName("GetCapabilities")
        List<String> capabilities();
    }

    private final class ServiceObject implements Service {
        @Override
        public UInt32 show(
                String application,
                UInt32 replaces,
                String icon,
                String summary,
                String body,
                List<String> actions,
                Map<String, Variant<?>> hints,
                int timeout) {
            shown.add(application + "|" + summary + "|" + body);
            return new UInt32(1);
        }

        @Override
        public List<String> capabilities() {
            return List.of("body", "body-markup");
        }

        @Override
        public String getObjectPath() {
            return "/org/freedesktop/Notifications";
        }
    }
}
