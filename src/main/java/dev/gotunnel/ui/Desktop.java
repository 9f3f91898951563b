package dev.gotunnel.ui;

import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.platform.Browser;
import dev.gotunnel.tunnel.Tunnel;
import dev.gotunnel.tunnel.TunnelService;
import dev.gotunnel.ui.model.Problem;
import dev.gotunnel.ui.tray.ResourceTrayIcons;
import dev.gotunnel.ui.tray.Tray;
import dev.gotunnel.ui.tray.TrayCallbacks;
import dev.gotunnel.ui.tray.Trays;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import javafx.application.Platform;
import javafx.scene.input.Clipboard;
import javafx.scene.input.ClipboardContent;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The desktop application: tray and window over a {@link TunnelService}. Where a panel shows the tray icon, the window
 * opens when asked for and closing it only hides it; where none does, the window opens at once and is never hidden while
 * it is the only way to reach the program. On Linux JavaFX is not started before the first window.
 */
public final class Desktop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Desktop.class);

    /** A panel that restarts shows the icon again after a moment: only then is the window needed. */
    private static final long PANEL_RESTART_SECONDS = 5;

    /** How long leaving waits for a deletion that could still be undone. */
    private static final long LEAVE_SECONDS = 5;

    private final Host host;
    private final Function<TrayCallbacks, Optional<Tray>> trays;
    private final Consumer<String> browser;
    private final Toolkit toolkit = new Toolkit();
    private final CountDownLatch quit = new CountDownLatch(1);
    private final AtomicBoolean closed = new AtomicBoolean();
    private final ExecutorService background = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("desktop-", 0).factory());
    private final ScheduledExecutorService serial = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("desktop-tray").daemon().factory());
    private final WindowPresence window;
    private volatile TunnelService service;
    private volatile @Nullable Tray tray;
    private volatile @Nullable TrayPresence trayPresence;

    /** What the desktop asks of the application that it is part of. */
    public interface Host {
        /**
         * The process that owned the engine has quit and the user wants this one to take its place. Called on a
         * background thread, may block.
         *
         * @return the service to use from now on; the one used before is not closed by the desktop
         * @throws GotunnelException when that is not possible; shown to the user
         */
        TunnelService takeOver();
    }

    /** The desktop of this machine; nothing happens before {@link #run()} or {@link #showWindow()}. */
    public Desktop(TunnelService service, Host host) {
        this(service, host, Desktop::systemTray, Browser.ofSystem()::open);
    }

    Desktop(TunnelService service, Host host, Function<TrayCallbacks, Optional<Tray>> trays, Consumer<String> browser) {
        this.service = service;
        this.host = host;
        this.trays = trays;
        this.browser = browser;
        this.window = new WindowPresence(
                () -> this.service, background, browser, this::takeOver, this::trayIsAlive, quit::countDown);
    }

    /** Whether this session has a display: otherwise only the headless engine can run. Starts nothing. */
    public static boolean available() {
        return Display.isAvailable(System.getProperties(), System.getenv());
    }

    private static Optional<Tray> systemTray(TrayCallbacks callbacks) {
        try {
            return Trays.open(new ResourceTrayIcons(), callbacks);
        } catch (UncheckedIOException e) {
            LOG.warn("No tray: {}", e.getMessage());
            return Optional.empty();
        }
    }

    /**
     * Shows the tray, or the window where there is none, and blocks until the user quits or {@link #close()} is called;
     * everything is closed then. Not on the FX thread.
     *
     * @throws GotunnelException {@code NO_DESKTOP} when neither can be shown
     */
    public void run() {
        try {
            openTray();
            if (!trayIsAlive()) {
                showWindow();
            }
            quit.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            close();
        }
    }

    private void openTray() {
        if (System.getProperty("os.name", "").startsWith("Mac")) {
            // There AWT hangs if it comes before JavaFX.
            toolkit.start();
        }
        trays.apply(new Callbacks()).ifPresent(icon -> {
            TrayPresence presence = new TrayPresence(icon, new Deeds(), background, serial);
            tray = icon;
            trayPresence = presence;
            serial.execute(() -> presence.follow(service));
        });
    }

    private boolean trayIsAlive() {
        Tray icon = tray;
        return icon != null && icon.alive();
    }

    /**
     * Opens the window, or brings it to the front. Any thread; returns at once, or after the toolkit has been started.
     *
     * @throws GotunnelException {@code NO_DESKTOP} when there is no display
     */
    public void showWindow() {
        onWindow(window::show);
    }

    private void onWindow(Runnable action) {
        if (!closed.get()) {
            toolkit.run(() -> {
                if (!closed.get()) {
                    action.run();
                }
            });
        }
    }

    private void takeOver() {
        service = host.takeOver();
        TrayPresence presence = trayPresence;
        if (presence != null) {
            serial.execute(() -> presence.follow(service));
        }
        if (toolkit.isReady()) {
            onWindow(window::follow);
        }
    }

    /**
     * Takes tray and window away and lets {@link #run()} return. What was deleted is deleted for good. Any thread;
     * idempotent. The service stays open: it belongs to the caller.
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        quit.countDown();
        if (toolkit.isReady()) {
            closeWindow();
            toolkit.exit();
        }
        TrayPresence presence = trayPresence;
        if (presence != null) {
            presence.close();
        }
        Tray icon = tray;
        if (icon != null) {
            icon.close();
        }
        serial.shutdownNow();
        background.shutdownNow();
    }

    private void closeWindow() {
        if (Platform.isFxApplicationThread()) {
            window.leave(() -> {});
            return;
        }
        CountDownLatch left = new CountDownLatch(1);
        Platform.runLater(() -> window.leave(left::countDown));
        try {
            if (!left.await(LEAVE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("The window did not close within {} s", LEAVE_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void tell(Problem problem, RuntimeException cause) {
        String hint = problem.hint();
        Tray icon = tray;
        if (icon == null || !icon.notify(problem.message(), hint == null ? "" : hint)) {
            LOG.warn("{}", problem.sentence(), cause);
        }
    }

    private final class Callbacks implements TrayCallbacks {
        @Override
        public void activated() {
            new Deeds().showWindow();
        }

        @Override
        public void aliveChanged(boolean alive) {
            if (!alive && !closed.get()) {
                var _ = serial.schedule(this::offerWindow, PANEL_RESTART_SECONDS, TimeUnit.SECONDS);
            }
        }

        /** Nothing is left to reach the program by: the window has to come back. */
        private void offerWindow() {
            if (!trayIsAlive()) {
                onWindow(() -> {
                    if (!window.isShowing()) {
                        window.show();
                    }
                });
            }
        }
    }

    /** What the tray's menu does, in the background. Failures are told by a notification. */
    private final class Deeds implements TrayContents.Deeds {
        @Override
        public void toggle(Tunnel tunnel) {
            attempt(() -> {
                var _ = tunnel.state().isActive() ? service.stop(tunnel.tunnelId()) : service.start(tunnel.tunnelId());
            });
        }

        @Override
        public void open(String url) {
            attempt(() -> browser.accept(url));
        }

        @Override
        public void copy(String url) {
            attempt(() -> toolkit.run(() -> {
                ClipboardContent content = new ClipboardContent();
                content.putString(url);
                Clipboard.getSystemClipboard().setContent(content);
            }));
        }

        @Override
        public void stopAll() {
            attempt(() -> {
                var _ = service.stopAll();
            });
        }

        @Override
        public void takeOver() {
            attempt(Desktop.this::takeOver);
        }

        @Override
        public void showWindow() {
            attempt(Desktop.this::showWindow);
        }

        @Override
        public void quit() {
            quit.countDown();
        }

        private void attempt(Runnable deed) {
            background.execute(() -> {
                try {
                    deed.run();
                } catch (RuntimeException e) {
                    tell(Problem.of(e), e);
                }
            });
        }
    }
}
