package dev.gotunnel.ui.tray;

import dev.gotunnel.bus.SessionBus;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the tray of this operating system. */
public final class Trays {

    private static final Logger LOG = LoggerFactory.getLogger(Trays.class);
    private static final Duration LIMIT = Duration.ofMillis(700);

    private Trays() {}

    /**
     * Opens the tray. On Linux this returns a tray whenever there is a session bus: a panel that starts later shows the
     * icon then, and {@link Tray#alive()} tells whether one does now; decide by that whether a window may hide. Any thread; returns within a second on Linux, and
     * elsewhere as soon as the window system does. Never throws because of the desktop.
     *
     * @param icons the images
     * @param callbacks what to tell the application
     * @return empty when this desktop has no tray and none can appear later
     */
    public static Optional<Tray> open(TrayIcons icons, TrayCallbacks callbacks) {
        return open(System.getProperty("os.name", ""), System.getenv(), icons, callbacks);
    }

    /** The same for a given operating system and environment. */
    static Optional<Tray> open(
            String operatingSystem, Map<String, String> environment, TrayIcons icons, TrayCallbacks callbacks) {
        String os = operatingSystem.toLowerCase(Locale.ROOT);
        if (os.startsWith("windows") || os.startsWith("mac")) {
            return AwtTray.open(os.startsWith("mac"), icons, callbacks);
        }
        Optional<String> bus = SessionBus.address(environment);
        if (bus.isEmpty()) {
            LOG.info("No tray: this session has no D-Bus session bus with a socket path");
        }
        String desktop = environment.getOrDefault("XDG_CURRENT_DESKTOP", "");
        return bus.flatMap(address -> StatusNotifierTray.open(address, desktop, icons, callbacks, LIMIT));
    }
}
