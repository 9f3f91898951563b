package dev.gotunnel.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventBusTest {
    private final EventBus bus = new EventBus();

    @AfterEach
    void close() {
        bus.close();
    }

    @Test
    void tellsASubscriberNothingThatHappenedBefore() throws InterruptedException {
        CountDownLatch slow = new CountDownLatch(1);
        bus.subscribe(event -> {
            try {
                slow.await(10, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        bus.publish(new TunnelEvent.Removed("session/old"));
        BlockingQueue<TunnelEvent> heard = new LinkedBlockingQueue<>();
        bus.subscribe(heard::add);
        bus.publish(new TunnelEvent.Removed("session/new"));
        slow.countDown();
        assertEquals(new TunnelEvent.Removed("session/new"), heard.poll(10, TimeUnit.SECONDS));
    }

    @Test
    void oneThatFailsKeepsNoEventFromTheOthers() throws InterruptedException {
        BlockingQueue<TunnelEvent> heard = new LinkedBlockingQueue<>();
        bus.subscribe(event -> {
            throw new IllegalStateException("expected");
        });
        bus.subscribe(heard::add);
        bus.publish(new TunnelEvent.Removed("a/1"));
        bus.publish(new TunnelEvent.Removed("a/2"));
        assertEquals(
                List.of(new TunnelEvent.Removed("a/1"), new TunnelEvent.Removed("a/2")),
                List.of(heard.take(), heard.take()));
    }
}
