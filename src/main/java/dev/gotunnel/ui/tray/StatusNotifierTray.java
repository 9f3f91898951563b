package dev.gotunnel.ui.tray;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
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

    private final ScheduledExecutorService worker;
    private final SessionBus bus;
    private final TrayCallbackThread callbackThread;
    private final TrayCallbacks callbacks;
    private final MenuOnBus menu;
    private final ItemOnBus item;
    private final DesktopNotifications notifications;
    private final AtomicBoolean alive = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final AtomicReference<@Nullable Content> pending = new AtomicReference<>();

    private StatusNotifierTray(
            SessionBus bus, ScheduledExecutorService worker, TrayIcons icons, TrayCallbacks callbacks) {
        this.bus = bus;
        this.worker = worker;
        this.callbacks = callbacks;
        this.callbackThread = new TrayCallbackThread();
        this.menu = new MenuOnBus(bus, callbackThread);
        this.item = new ItemOnBus(bus, icons, callbackThread, callbacks);
        this.notifications = new DesktopNotifications(bus);
    }

    /**
     * Opens the tray on the bus at that address, whether or not a panel is there yet.
     *
     * @param address D-Bus address of the session bus
     * @param desktop value of {@code XDG_CURRENT_DESKTOP}, may be empty
     * @param limit how long to wait for the bus and, after it, for a panel that is there
     * @return empty when the bus cannot be used within the limit
     */
    static Optional<Tray> open(
            String address, String desktop, TrayIcons icons, TrayCallbacks callbacks, Duration limit) {
        ScheduledExecutorService worker = Executors.newSingleThreadScheduledExecutor(
                Thread.ofVirtual().name("tray-worker").factory());
        long end = System.nanoTime() + limit.toNanos();
        // Whoever completes it owns the outcome: a bus that answers after we gave up is left again by the worker.
        CompletableFuture<Optional<StatusNotifierTray>> outcome = new CompletableFuture<>();
        CompletableFuture<Boolean> settled = new CompletableFuture<>();
        worker.execute(() -> connect(address, desktop, worker, icons, callbacks, outcome, settled));
        Optional<StatusNotifierTray> tray = await(outcome, end, Optional.empty());
        if (tray.isEmpty()) {
            boolean gaveUp = outcome.complete(Optional.empty());
            if (gaveUp) {
                LOG.info("No tray: the session bus does not answer");
            } else {
                tray = outcome.join();
            }
        }
        if (tray.isEmpty()) {
            worker.shutdownNow();
            return Optional.empty();
        }
        await(settled, end, false);
        return Optional.of(tray.get());
    }

    private static void connect(
            String address,
            String desktop,
            ScheduledExecutorService worker,
            TrayIcons icons,
            TrayCallbacks callbacks,
            CompletableFuture<Optional<StatusNotifierTray>> outcome,
            CompletableFuture<Boolean> settled) {
        AtomicReference<@Nullable StatusNotifierTray> opened = new AtomicReference<>();
        try {
            SessionBus bus = SessionBus.connect(address, () -> {
                StatusNotifierTray tray = opened.get();
                if (tray != null) {
                    tray.shown(false);
                }
            });
            StatusNotifierTray tray = new StatusNotifierTray(bus, worker, icons, callbacks);
            opened.set(tray);
            try {
                String name = tray.offer();
                if (!outcome.complete(Optional.of(tray))) {
                    tray.close();
                    return;
                }
                new PanelToneSetting(bus, desktop, tray.item::show).start();
                new HostRegistration(bus, name, worker, tray::shown).start();
            } catch (BusException e) {
                if (outcome.complete(Optional.empty())) {
                    LOG.info("No tray: {}", e.getMessage());
                    tray.close();
                } else {
                    LOG.warn("The tray will not be seen: {}", e.getMessage());
                }
            }
        } catch (BusException e) {
            LOG.info("No tray: {}", e.getMessage());
            LOG.debug("No tray", e);
            outcome.complete(Optional.empty());
        } finally {
            settled.complete(true);
        }
    }

    private static <T> T await(CompletableFuture<T> future, long end, T otherwise) {
        try {
            return future.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return otherwise;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return otherwise;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    /** Puts icon and menu on the bus under a name of the form the specification wants. */
    private String offer() throws BusException {
        bus.export(ItemOnBus.PATH, item);
        bus.export(MenuOnBus.PATH, menu);
        for (int number = 1; number <= NAME_ATTEMPTS; number++) {
            String name = "org.kde.StatusNotifierItem-" + ProcessHandle.current().pid() + "-" + number;
            Object[] values =
                    bus.callBus("RequestName", "su", name, new org.freedesktop.dbus.types.UInt32(NAME_DO_NOT_QUEUE));
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
            try {
                worker.execute(this::publish);
            } catch (RejectedExecutionException e) {
                LOG.debug("Nothing shown after the tray was closed");
            }
        }
    }

    private void publish() {
        Content content = pending.getAndSet(null);
        if (content != null) {
            menu.show(content.menu(), content.state() == TrayState.ATTENTION);
            item.show(content.state(), content.tooltip());
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
        return !closed.get() && notifications.show(title, body);
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            callbackThread.close();
            worker.shutdownNow();
            bus.close();
        }
    }

    private record Content(TrayMenu menu, TrayState state, String tooltip) {}
}
