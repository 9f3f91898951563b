package dev.gotunnel.ui.tray;

import dev.gotunnel.bus.BusException;
import dev.gotunnel.bus.SessionBus;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.freedesktop.dbus.types.UInt32;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tray of Linux desktops: an icon (StatusNotifierItem) and a menu (dbusmenu) offered over the session bus and drawn
 * by the panel itself. Needs no window system and no graphics toolkit in this process.
 *
 * <p>Three threads: the bus's, which only answer from memory; a worker, which registers with panels and publishes
 * changes; the callback thread, which runs the application's code.
 */
final class StatusNotifierTray implements Tray {

    private static final Logger LOG = LoggerFactory.getLogger(StatusNotifierTray.class);
    private static final int NAME_ATTEMPTS = 20;
    private static final int NAME_DO_NOT_QUEUE = 4;
    private static final long NAME_OWNED = 1;

    private final TrayWorker worker = new TrayWorker();
    private final TrayCallbackThread callbackThread = new TrayCallbackThread();
    private final TrayIcons icons;
    private final TrayCallbacks callbacks;
    private final AtomicBoolean alive = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final AtomicReference<@Nullable Content> pending = new AtomicReference<>();
    private volatile @Nullable Presence presence;

    private StatusNotifierTray(TrayIcons icons, TrayCallbacks callbacks) {
        this.icons = icons;
        this.callbacks = callbacks;
    }

    /**
     * Opens the tray on the bus at that address, whether or not a panel is there yet.
     *
     * @param address D-Bus address of the session bus
     * @param desktop value of {@code XDG_CURRENT_DESKTOP}, may be empty
     * @param limit how long to wait for the bus and a panel. A bus that is still silent then, on a machine that is busy
     *     starting, is waited for in the background: the tray is not alive until it answers
     * @return empty when there is no usable bus
     */
    static Optional<Tray> open(
            String address, String desktop, TrayIcons icons, TrayCallbacks callbacks, Duration limit) {
        StatusNotifierTray tray = new StatusNotifierTray(icons, callbacks);
        CompletableFuture<Boolean> usable = new CompletableFuture<>();
        tray.worker.run(() -> {
            boolean connected = false;
            try {
                connected = tray.connect(address, desktop);
            } finally {
                usable.complete(connected);
            }
        });
        boolean gone = false;
        try {
            gone = !usable.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            LOG.info("The session bus or the panel takes its time, the tray will follow");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException("nothing completes it so", e);
        }
        if (gone) {
            tray.close();
            return Optional.empty();
        }
        return Optional.of(tray);
    }

    /** The worker's first task, so whatever is shown meanwhile waits behind it. Returns whether the bus is usable. */
    private boolean connect(String address, String desktop) {
        try {
            SessionBus bus = SessionBus.connect(address, () -> shown(false));
            Presence opened = new Presence(
                    bus,
                    new MenuOnBus(bus, callbackThread),
                    new ItemOnBus(bus, icons, callbackThread, callbacks),
                    new DesktopNotifications(bus));
            presence = opened;
            if (closed.get()) { // closed while we connected: nobody else will leave the bus
                bus.close();
                return false;
            }
            bus.export(ItemOnBus.PATH, opened.item());
            bus.export(MenuOnBus.PATH, opened.menu());
            new PanelToneSetting(bus, desktop, opened.item()::show).start();
            new HostRegistration(bus, name(bus), worker, this::shown).start();
            return true;
        } catch (BusException e) {
            LOG.info("No tray: {}", e.getMessage());
            LOG.debug("No tray", e);
            return false;
        }
    }

    /** A name on the bus of the form the specification wants; several trays of one process get several. */
    private static String name(SessionBus bus) throws BusException {
        for (int number = 1; number <= NAME_ATTEMPTS; number++) {
            String name =
                    "org.kde.StatusNotifierItem-" + ProcessHandle.current().pid() + "-" + number;
            Object[] values = bus.callBus("RequestName", "su", name, new UInt32(NAME_DO_NOT_QUEUE));
            if (values.length == 1 && values[0] instanceof Number result && result.longValue() == NAME_OWNED) {
                return name;
            }
        }
        return bus.uniqueName(); // panels take it too
    }

    @Override
    public void show(TrayMenu newMenu, TrayState state, String tooltip) {
        Content before = pending.getAndSet(new Content(newMenu, state, tooltip));
        if (before == null) { // else the worker has been asked already and takes the newest
            worker.run(this::publish);
        }
    }

    private void publish() {
        Content content = pending.getAndSet(null);
        Presence now = presence;
        if (content != null && now != null) {
            now.menu().show(content.menu(), content.state() == TrayState.ATTENTION);
            now.item().show(content.state(), content.tooltip());
        }
    }

    private void shown(boolean now) {
        if (alive.getAndSet(now) != now && !closed.get()) {
            LOG.info(now ? "The tray icon is shown" : "No panel shows the tray icon");
            callbackThread.run("Change of the tray", () -> callbacks.aliveChanged(now));
        }
    }

    @Override
    public boolean alive() {
        return alive.get() && !closed.get();
    }

    @Override
    public boolean notify(String title, String body) {
        Presence now = presence;
        return now != null && !closed.get() && now.notifications().show(title, body);
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            callbackThread.close();
            worker.close();
            Presence now = presence;
            if (now != null) {
                now.bus().close();
            }
        }
    }

    /** Our connection and what we offer over it. */
    private record Presence(SessionBus bus, MenuOnBus menu, ItemOnBus item, DesktopNotifications notifications) {}

    private record Content(TrayMenu menu, TrayState state, String tooltip) {}
}
