package dev.gotunnel.ui.model;

import dev.gotunnel.tunnel.Tunnel;
import dev.gotunnel.tunnel.TunnelEvent;
import dev.gotunnel.tunnel.TunnelService;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * All tunnels of a service, first as they are and then as they change, without a gap between: it subscribes before it
 * lists, and a snapshot never overwrites what an event has said since. Every method may be called on any thread; the
 * listener is called on the delivery executor alone.
 */
public final class TunnelFeed implements AutoCloseable {
    /** Who is told. All calls come on the delivery executor. */
    public interface Listener {
        /** A tunnel is new or has changed. */
        void changed(Tunnel tunnel);

        /** A tunnel is gone. */
        void removed(String id);

        /** All tunnels have been reported once. */
        void loaded();

        /** The process that owns the engine ends, and its tunnels with it. */
        void ownerLeft();

        /** The tunnels could not be read; {@link TunnelFeed#open()} tries again. */
        void failed(Problem problem);
    }

    private final TunnelService service;
    private final Executor background;
    private final Executor delivery;
    private final Listener listener;
    private TunnelService.@Nullable Subscription subscription;
    private boolean closed;

    /**
     * @param background where calls that block are made
     * @param delivery a serial executor that the listener is called on, such as {@code Platform::runLater}
     */
    public TunnelFeed(TunnelService service, Executor background, Executor delivery, Listener listener) {
        this.service = service;
        this.background = background;
        this.delivery = delivery;
        this.listener = listener;
    }

    /** Begins, or begins anew after a failure. Returns at once; does nothing once the feed is closed. */
    public void open() {
        if (!isClosed()) {
            background.execute(this::load);
        }
    }

    private void load() {
        // Ids that an event has spoken of; written and read on the delivery executor only.
        Set<String> touched = new HashSet<>();
        try {
            subscribe(touched);
            List<Tunnel> snapshot = service.list();
            deliver(() -> {
                snapshot.stream().filter(t -> !touched.contains(t.id())).forEach(listener::changed);
                listener.loaded();
            });
        } catch (RuntimeException e) {
            deliver(() -> listener.failed(Problem.of(e)));
        }
    }

    private synchronized void subscribe(Set<String> touched) {
        if (closed) {
            return;
        }
        unsubscribe();
        subscription = service.subscribe(event -> deliver(() -> tell(event, touched)));
    }

    private void tell(TunnelEvent event, Set<String> touched) {
        switch (event) {
            case TunnelEvent.Changed(Tunnel tunnel) -> {
                touched.add(tunnel.id());
                listener.changed(tunnel);
            }
            case TunnelEvent.Removed(String id) -> {
                touched.add(id);
                listener.removed(id);
            }
            case TunnelEvent.OwnerLeaving() -> listener.ownerLeft();
        }
    }

    private void deliver(Runnable news) {
        try {
            delivery.execute(() -> {
                if (!isClosed()) {
                    news.run();
                }
            });
        } catch (RejectedExecutionException e) {
            // Whoever closes the feed may end its executor while an event is on its way.
            if (!isClosed()) {
                throw e;
            }
        }
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private void unsubscribe() {
        if (subscription != null) {
            subscription.close();
            subscription = null;
        }
    }

    /** Ends the subscription; the listener hears nothing more. */
    @Override
    public synchronized void close() {
        closed = true;
        unsubscribe();
    }
}
