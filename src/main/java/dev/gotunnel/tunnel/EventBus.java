package dev.gotunnel.tunnel;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries events to all subscribers, in order, on one thread of its own, so that a slow one blocks no tunnel. */
public final class EventBus implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EventBus.class);

    private final List<Consumer<TunnelEvent>> listeners = new CopyOnWriteArrayList<>();
    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("gotunnel-events").daemon().factory());

    /** Calls the listener with every event from now on. */
    public TunnelService.Subscription subscribe(Consumer<TunnelEvent> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /** Hands an event on; returns at once. */
    public void publish(TunnelEvent event) {
        // Whoever subscribes from now on has seen, or will ask for, the state that this event leads to: an old one
        // would
        // look like news to it.
        List<Consumer<TunnelEvent>> audience = List.copyOf(listeners);
        try {
            thread.execute(
                    () -> audience.stream().filter(listeners::contains).forEach(listener -> deliver(listener, event)));
        } catch (RejectedExecutionException e) {
            LOG.debug("An event came after the end: {}", event);
        }
    }

    private static void deliver(Consumer<TunnelEvent> listener, TunnelEvent event) {
        try {
            listener.accept(event);
        } catch (RuntimeException e) {
            LOG.error("A subscriber failed on {}", event, e);
        }
    }

    /** Delivers what was published, at most for a second, and ends. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(1, TimeUnit.SECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException e) {
            thread.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
