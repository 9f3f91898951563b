package dev.gotunnel.ui.tray;

import dev.gotunnel.bus.BusException;
import dev.gotunnel.bus.SessionBus;
import dev.gotunnel.bus.SessionBus.Target;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;
import org.freedesktop.dbus.types.UInt32;
import org.freedesktop.dbus.types.Variant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Guesses the brightness of the panel from the desktop's wish for dark or light programs
 * ({@code org.freedesktop.appearance color-scheme} of the settings portal) and follows it. Nothing tells the colour of
 * the panel itself; where the wish is unknown it is taken as dark, which it is by default in GNOME, Ubuntu, Xfce,
 * Cinnamon and MATE's variants of most distributions.
 */
final class PanelToneSetting {

    private static final Logger LOG = LoggerFactory.getLogger(PanelToneSetting.class);
    private static final Target PORTAL = new Target(
            "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop", "org.freedesktop.portal.Settings");
    private static final String NAMESPACE = "org.freedesktop.appearance";
    private static final String KEY = "color-scheme";
    private static final int PREFER_LIGHT = 2;
    private static final Duration LIMIT = Duration.ofSeconds(5);

    private final SessionBus bus;
    private final String desktop;
    private final Consumer<PanelTone> changed;

    /**
     * Does nothing yet.
     *
     * @param desktop value of {@code XDG_CURRENT_DESKTOP}, may be empty
     * @param changed told the tone on any thread, possibly the same one again
     */
    PanelToneSetting(SessionBus bus, String desktop, Consumer<PanelTone> changed) {
        this.bus = bus;
        this.desktop = desktop;
        this.changed = changed;
    }

    /**
     * Follows the setting and asks for it. Asking may start the portal, which takes seconds on some desktops, hence it
     * happens on a thread of its own.
     *
     * @throws BusException when the bus refuses to tell us of changes
     */
    void start() throws BusException {
        bus.listen(PORTAL.iface(), "SettingChanged", NAMESPACE, values -> {
            if (values.length == 3 && KEY.equals(values[1])) {
                changed.accept(tone(values[2], desktop));
            }
        });
        var _ = Thread.ofVirtual().name("tray-panel-tone").start(this::ask);
    }

    private void ask() {
        try {
            Object[] values = bus.call(LIMIT, (byte) 0, PORTAL, "Read", "ss", NAMESPACE, KEY);
            if (values.length == 1) {
                changed.accept(tone(values[0], desktop));
            }
        } catch (BusException e) {
            LOG.debug("The desktop does not tell its colours, assuming a dark panel: {}", e.getMessage());
        }
    }

    /**
     * The tone of the panel.
     *
     * @param scheme the portal's number, possibly inside variants: 0 no wish, 1 dark, 2 light
     * @param desktop value of {@code XDG_CURRENT_DESKTOP}
     */
    static PanelTone tone(Object scheme, String desktop) {
        Object value = scheme;
        while (value instanceof Variant<?> variant) {
            value = variant.getValue();
        }
        // GNOME's bar at the top stays dark when programs are light
        boolean alwaysDark = desktop.toUpperCase(Locale.ROOT).contains("GNOME");
        return !alwaysDark && value instanceof UInt32 number && number.intValue() == PREFER_LIGHT
                ? PanelTone.LIGHT
                : PanelTone.DARK;
    }
}
