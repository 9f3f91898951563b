package dev.gotunnel.ui.model;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.gotunnel.testing.FakeTunnelService;
import dev.gotunnel.tunnel.Tunnel;
import dev.gotunnel.tunnel.TunnelId;
import dev.gotunnel.tunnel.TunnelState;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TunnelFeedTest {
    private static final TunnelId API = new TunnelId(TunnelId.DEFAULT, "api");

    private final FakeTunnelService service = new FakeTunnelService();
    private final Queue<Runnable> deliveries = new ConcurrentLinkedQueue<>();
    private final Map<String, TunnelState> known = new TreeMap<>();
    private final TunnelFeed feed = new TunnelFeed(service, Runnable::run, deliveries::add, new Known());

    @AfterEach
    void close() {
        feed.close();
        service.close();
    }

    @Test
    void aRemovalThatOvertakesTheSnapshotWins() {
        service.with("shop", "3000").with("api", "8080").settle();
        feed.open();
        Runnable snapshot = deliveries.remove();
        service.remove(API);
        service.settle();
        deliveries.remove().run();
        snapshot.run();
        assertEquals(Map.of("default/shop", TunnelState.STOPPED), known);
    }

    @Test
    void aChangeThatOvertakesTheSnapshotWins() {
        service.with("api", "8080").settle();
        feed.open();
        Runnable snapshot = deliveries.remove();
        service.change(API, TunnelState.RUNNING);
        service.settle();
        deliveries.remove().run();
        snapshot.run();
        assertEquals(Map.of("default/api", TunnelState.RUNNING), known);
    }

    @Test
    void anEventThatMeetsAClosedFeedAndItsEndedExecutorIsDropped() {
        service.with("api", "8080").settle();
        AtomicReference<TunnelFeed> closing = new AtomicReference<>();
        TunnelFeed overtaken = new TunnelFeed(
                service,
                Runnable::run,
                news -> {
                    // The feed was still open when the event came.
                    closing.get().close();
                    throw new RejectedExecutionException("ended");
                },
                new Known());
        closing.set(overtaken);
        assertDoesNotThrow(overtaken::open);
        assertEquals(Map.of(), known);
    }

    @Test
    void whatIsUnderWayAtCloseIsNotDelivered() {
        service.with("api", "8080").settle();
        feed.open();
        feed.close();
        Objects.requireNonNull(deliveries.poll()).run();
        assertEquals(Map.of(), known);
        service.change(API, TunnelState.RUNNING);
        service.settle();
        assertNull(deliveries.poll());
    }

    private final class Known implements TunnelFeed.Listener {
        @Override
        public void changed(Tunnel tunnel) {
            known.put(tunnel.id(), tunnel.state());
        }

        @Override
        public void removed(String id) {
            known.remove(id);
        }

        @Override
        public void loaded() {
            // Only what is known matters here.
        }

        @Override
        public void ownerLeft() {
            throw new AssertionError("nobody left");
        }

        @Override
        public void failed(Problem problem) {
            throw new AssertionError(problem.sentence());
        }
    }
}
