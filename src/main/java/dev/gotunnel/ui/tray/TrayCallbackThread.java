package dev.gotunnel.ui.tray;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread on which a tray calls the application. A thread of its own, because the bus answers the panel on its
 * threads and a slow menu item there would freeze the menu. Virtual: it holds no memory while nothing is clicked and
 * does not keep the program alive.
 */
final class TrayCallbackThread implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TrayCallbackThread.class);

    private final ExecutorService executor = Executors.newSingleThreadExecutor(
            Thread.ofVirtual().name("tray-callbacks").factory());
    private volatile boolean closed;

    /**
     * Queues a callback; any thread. Does nothing once closed.
     *
     * @param what the subject of the log line should it fail
     */
    void run(String what, Runnable callback) {
        try {
            executor.execute(() -> guarded(what, callback));
        } catch (RejectedExecutionException e) {
            LOG.debug("{} after the tray was closed: ignored", what);
        }
    }

    private void guarded(String what, Runnable callback) {
        if (closed) {
            return;
        }
        try {
            callback.run();
        } catch (RuntimeException | Error e) {
            LOG.error("{} failed", what, e);
        }
    }

    /** Starts no further callback; a running one finishes, since it may be the one that closes the tray. */
    @Override
    public void close() {
        closed = true;
        executor.shutdown();
    }
}
