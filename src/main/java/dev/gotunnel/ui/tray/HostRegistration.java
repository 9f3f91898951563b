package dev.gotunnel.ui.tray;

import dev.gotunnel.bus.BusException;
import dev.gotunnel.bus.SessionBus;
import dev.gotunnel.bus.SessionBus.Target;
import java.time.Duration;
import java.util.function.Consumer;
import org.freedesktop.dbus.types.Variant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps our icon registered with whatever collects icons on this desktop (the watcher) and knows whether anything
 * shows them (a host). Both come and go: panels are restarted, crash, or start after us. Runs on the given worker only.
 */
final class HostRegistration {

    private static final Logger LOG = LoggerFactory.getLogger(HostRegistration.class);
    private static final String WATCHER = "org.kde.StatusNotifierWatcher";
    private static final String WATCHER_PATH = "/StatusNotifierWatcher";
    private static final Duration LIMIT = Duration.ofSeconds(2);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final int MAX_ATTEMPTS = 5;

    private final SessionBus bus;
    private final String item;
    private final TrayWorker worker;
    private final Consumer<Boolean> shown;
    private String registeredWith = "";
    private int attempts;

    /**
     * Does nothing yet.
     *
     * @param item the bus name of our icon
     * @param shown told on the worker, whenever looked at, whether a host shows the icon
     */
    HostRegistration(SessionBus bus, String item, TrayWorker worker, Consumer<Boolean> shown) {
        this.bus = bus;
        this.item = item;
        this.worker = worker;
        this.shown = shown;
    }

    /**
     * Registers from now on whenever there is a watcher.
     *
     * @throws BusException when the bus refuses to tell us of changes
     */
    void start() throws BusException {
        // listening comes before looking: a watcher that starts in between is not missed
        bus.listen(SessionBus.BUS, "NameOwnerChanged", WATCHER, values -> lookAgain());
        bus.listen(WATCHER, "StatusNotifierHostRegistered", "", values -> lookAgain());
        bus.listen(WATCHER, "StatusNotifierHostUnregistered", "", values -> lookAgain());
        look();
    }

    private void lookAgain() {
        worker.run(() -> {
            attempts = 0;
            look();
        });
    }

    private void look() {
        String watcher = owner();
        if (watcher.isEmpty()) {
            registeredWith = "";
            shown.accept(false);
            return;
        }
        try {
            if (!watcher.equals(registeredWith)) {
                bus.call(LIMIT, (byte) 0, watcher(watcher, WATCHER), "RegisterStatusNotifierItem", "s", item);
                registeredWith = watcher;
                LOG.debug("Registered {} with the watcher {}", item, watcher);
            }
            shown.accept(hasHost(watcher));
        } catch (BusException e) {
            registeredWith = "";
            shown.accept(false);
            retry(e);
        }
    }

    /** The connection that is the watcher at this moment, empty if none. */
    private String owner() {
        try {
            Object[] values = bus.callBus("GetNameOwner", "s", WATCHER);
            return values.length > 0 && values[0] instanceof String name ? name : "";
        } catch (BusException e) {
            LOG.debug("No watcher for tray icons: {}", e.getMessage());
            return "";
        }
    }

    private boolean hasHost(String watcher) throws BusException {
        Object[] values = bus.call(
                LIMIT,
                (byte) 0,
                watcher(watcher, "org.freedesktop.DBus.Properties"),
                "Get",
                "ss",
                WATCHER,
                "IsStatusNotifierHostRegistered");
        return values.length > 0 && values[0] instanceof Variant<?> variant && Boolean.TRUE.equals(variant.getValue());
    }

    /** A panel that is starting takes the name some moments before it answers. */
    private void retry(BusException cause) {
        if (++attempts >= MAX_ATTEMPTS) {
            LOG.warn("The panel does not take the tray icon, gave up: {}", cause.getMessage());
            return;
        }
        LOG.debug("The panel did not take the tray icon, trying again: {}", cause.getMessage());
        worker.later(RETRY_AFTER, this::look);
    }

    private static Target watcher(String owner, String iface) {
        return new Target(owner, WATCHER_PATH, iface);
    }
}
