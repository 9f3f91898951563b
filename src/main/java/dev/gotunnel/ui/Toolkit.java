package dev.gotunnel.ui;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Logger;
import javafx.application.Platform;

/**
 * The JavaFX toolkit of this process, started when it is needed first: a tray alone does without it. Any thread. JavaFX
 * can be started once in a process and not again after {@link #exit()}.
 */
final class Toolkit {
    /** Held, since a logger that nobody holds forgets its filter. */
    private static final Logger JAVAFX = Logger.getLogger("javafx");

    private boolean ready;
    private boolean ours;

    /**
     * Runs an action on the FX thread, starting the toolkit if it does not run. Returns without waiting for the action.
     *
     * @throws GotunnelException {@code NO_DESKTOP} when there is no display
     */
    void run(Runnable action) {
        start();
        Platform.runLater(action);
    }

    /** Whether the toolkit has been needed so far. */
    synchronized boolean isReady() {
        return ready;
    }

    /**
     * Starts the toolkit if it does not run, and waits until it does.
     *
     * @throws GotunnelException {@code NO_DESKTOP} when there is no display
     */
    synchronized void start() {
        if (ready) {
            return;
        }
        // JavaFX warns of the class path on every start; we run there on purpose, and users cannot change it.
        JAVAFX.setFilter(entry -> !String.valueOf(entry.getMessage()).startsWith("Unsupported JavaFX configuration"));
        try {
            CountDownLatch started = new CountDownLatch(1);
            Platform.startup(started::countDown);
            started.await();
            ours = true;
        } catch (IllegalStateException e) {
            // Somebody has started it already, and will end it.
            ours = false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable(e);
        } catch (RuntimeException | LinkageError e) {
            throw unavailable(e);
        }
        Platform.setImplicitExit(false);
        ready = true;
    }

    private static GotunnelException unavailable(Throwable cause) {
        return new GotunnelException(
                ErrorCode.NO_DESKTOP,
                Messages.format("display.none", String.valueOf(cause.getMessage())),
                Messages.text("display.none.hint"),
                cause);
    }

    /** Ends the toolkit if it was started here. */
    synchronized void exit() {
        if (ready && ours) {
            Platform.exit();
        }
        ready = false;
    }
}
