package dev.gotunnel.ui.tray;

import dev.gotunnel.bus.BusException;
import dev.gotunnel.bus.SessionBus;
import dev.gotunnel.bus.SessionBus.Target;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.freedesktop.dbus.types.UInt32;
import org.freedesktop.dbus.types.Variant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The desktop's notifications: {@code org.freedesktop.Notifications}. Any thread but the bus's own. */
final class DesktopNotifications {

    private static final Logger LOG = LoggerFactory.getLogger(DesktopNotifications.class);
    private static final String NAME = "org.freedesktop.Notifications";
    private static final Target SERVICE = new Target(NAME, "/org/freedesktop/Notifications", NAME);
    private static final Duration LIMIT = Duration.ofSeconds(1);
    private static final int DESKTOP_DECIDES_DURATION = -1;

    private final SessionBus bus;

    DesktopNotifications(SessionBus bus) {
        this.bus = bus;
    }

    /** Shows a notification, waits up to two seconds; see {@link Tray#notify(String, String)}. */
    boolean show(String title, String body) {
        Map<String, Variant<?>> hints = Map.of("desktop-entry", new Variant<>(Tray.APPLICATION));
        try {
            String text = understandsMarkup() ? escaped(body) : body;
            bus.call(
                    LIMIT,
                    (byte) 0,
                    SERVICE,
                    "Notify",
                    "susssasa{sv}i",
                    Tray.APPLICATION,
                    new UInt32(0),
                    Tray.APPLICATION,
                    title,
                    text,
                    List.of(),
                    hints,
                    DESKTOP_DECIDES_DURATION);
            return true;
        } catch (BusException e) {
            LOG.debug("The notification \"{}\" was not shown: {}", title, e.getMessage());
            return false;
        }
    }

    private boolean understandsMarkup() throws BusException {
        Object[] values = bus.call(LIMIT, (byte) 0, SERVICE, "GetCapabilities", "");
        return values.length == 1 && values[0] instanceof List<?> capabilities && capabilities.contains("body-markup");
    }

    /** The text as the markup that shows it unchanged. */
    static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
