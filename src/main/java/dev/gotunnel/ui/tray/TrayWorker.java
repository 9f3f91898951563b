package dev.gotunnel.ui.tray;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that talks to panels: connects, registers, publishes. Tasks run in the order they were given and may
 * wait for the bus. One that throws is logged as an error and the next one runs. Virtual, hence never keeps the program
 * alive.
 */
final class TrayWorker implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TrayWorker.class);

    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(
            Thread.ofVirtual().name("tray-worker").factory());

    /** Runs a task after those given before; any thread. Nothing happens once closed. */
    void run(Runnable task) {
        later(Duration.ZERO, task);
    }

    /** Runs a task after a while; any thread. Nothing happens once closed. */
    void later(Duration delay, Runnable task) {
        try {
            var _ = executor.schedule(() -> guarded(task), delay.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("A task after the tray was closed: ignored");
        }
    }

    private static void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) { // the executor itself would keep it to itself
            LOG.error("The tray failed", e);
        }
    }

    /** Interrupts the running task and drops those that wait. */
    @Override
    public void close() {
        executor.shutdownNow();
    }
}
