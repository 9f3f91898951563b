package dev.gotunnel.ui;

import dev.gotunnel.tunnel.TunnelService;
import dev.gotunnel.ui.main.MainWindow;
import dev.gotunnel.ui.model.TunnelItem;
import dev.gotunnel.ui.model.TunnelListModel;
import dev.gotunnel.ui.theme.Theme;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javafx.application.Platform;
import javafx.stage.Stage;
import javafx.util.Subscription;
import org.jspecify.annotations.Nullable;

/** The window of the application while it lives: made when it is shown first, hidden, shown again. FX thread only. */
final class WindowPresence {
    private final Supplier<TunnelService> service;
    private final Executor background;
    private final BooleanSupplier trayAlive;
    private final Runnable quit;
    private final MainWindow.Surroundings surroundings;
    private @Nullable MainWindow window;
    private @Nullable TunnelListModel model;
    private Subscription theme = Subscription.EMPTY;

    /**
     * @param service what to show the tunnels of
     * @param trayAlive whether the program can be reached without the window
     */
    WindowPresence(
            Supplier<TunnelService> service,
            Executor background,
            Consumer<String> browser,
            Runnable takeOver,
            BooleanSupplier trayAlive,
            Runnable quit) {
        this.service = service;
        this.background = background;
        this.trayAlive = trayAlive;
        this.quit = quit;
        this.surroundings = new MainWindow.Surroundings(background, browser, takeOver, this::closing, quit);
    }

    /** Opens the window, or brings it to the front. */
    void show() {
        if (window == null) {
            theme = Theme.followSystem();
            window = new MainWindow(new Stage(), surroundings);
            follow();
        }
        window.toFront();
    }

    /** Whether there is a window on the screen or in the task bar. */
    boolean isShowing() {
        return window != null && window.isShowing();
    }

    /** Shows the tunnels of what is the service now, in place of another's; nothing while there is no window. */
    void follow() {
        if (window == null) {
            return;
        }
        if (model != null) {
            model.close();
        }
        TunnelListModel next = new TunnelListModel(service.get(), background, Platform::runLater);
        model = next;
        window.show(next);
        next.open();
    }

    /** The tray holds the tunnels on; without it a window in the task bar does, and without tunnels nothing has to. */
    private void closing() {
        if (window == null || model == null) {
            return;
        }
        if (trayAlive.getAsBoolean()) {
            window.hide();
        } else if (model.items().stream().anyMatch(TunnelItem::isOn)) {
            window.minimise();
        } else {
            quit.run();
        }
    }

    /**
     * Takes the window away for good.
     *
     * @param left called when what was deleted is deleted for good
     */
    void leave(Runnable left) {
        theme.unsubscribe();
        if (window != null) {
            window.hide();
        }
        TunnelListModel last = model;
        if (last == null) {
            left.run();
            return;
        }
        var _ = last.deletion().commit().whenComplete((nothing, failure) -> {
            last.close();
            left.run();
        });
    }
}
