package dev.gotunnel.proxy;

import dev.gotunnel.policy.BackendAddress;
import io.netty.channel.EventLoop;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One backend of one route: its health, and its idle connections kept per event loop, so that taking one needs no lock.
 * The connections are used last-in first-out, which lets a busy time's surplus grow old and close.
 */
final class Upstream {
    /** Node closes idle connections after 5 s; a request sent at that moment would be lost. */
    private static final long MAX_IDLE_NANOS = TimeUnit.SECONDS.toNanos(4);

    /** What must not be sent twice goes only where the backend has just answered. */
    private static final long MAX_IDLE_UNREPEATABLE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final int MAX_IDLE_PER_LOOP = 256;

    private final BackendAddress endpoint;
    private final Map<EventLoop, ArrayDeque<UpstreamConnection>> idle = new ConcurrentHashMap<>();
    private volatile @Nullable Outage outage;
    private volatile boolean closed;

    /**
     * Why and since when a backend does not answer.
     *
     * @param reason a short clause, such as {@code connection refused}
     */
    record Outage(Instant since, String reason) {}

    Upstream(BackendAddress endpoint) {
        this.endpoint = endpoint;
    }

    BackendAddress endpoint() {
        return endpoint;
    }

    /** Why it is down; null while it is up. */
    @Nullable
    Outage outage() {
        return outage;
    }

    boolean isHealthy() {
        return outage == null;
    }

    /** A connection was accepted; returns whether that is news. */
    synchronized boolean markUp() {
        boolean news = outage != null;
        outage = null;
        return news;
    }

    /** No connection was accepted; returns whether that is news. */
    synchronized boolean markDown(String reason) {
        Outage before = outage;
        outage = new Outage(before == null ? Instant.now() : before.since(), reason);
        return before == null;
    }

    /**
     * An idle connection that is alive, on its own event loop.
     *
     * @param repeatable whether the request may be sent again should the connection turn out to be dead
     */
    @Nullable
    UpstreamConnection takeIdle(EventLoop loop, boolean repeatable) {
        ArrayDeque<UpstreamConnection> connections = idle.get(loop);
        if (connections == null) {
            return null;
        }
        long limit = repeatable ? MAX_IDLE_NANOS : MAX_IDLE_UNREPEATABLE_NANOS;
        for (UpstreamConnection c = connections.pollLast(); c != null; c = connections.pollLast()) {
            if (c.isUsable(limit)) {
                return c;
            }
            c.close();
        }
        return null;
    }

    /** Takes back a connection whose response is complete, on its event loop. */
    void giveBack(UpstreamConnection connection) {
        EventLoop loop = connection.eventLoop();
        ArrayDeque<UpstreamConnection> connections = idle.computeIfAbsent(loop, l -> new ArrayDeque<>());
        UpstreamConnection eldest = connections.peekFirst();
        if (eldest != null && !eldest.isUsable(MAX_IDLE_NANOS)) {
            connections.pollFirst();
            eldest.close();
        }
        if (closed || connections.size() >= MAX_IDLE_PER_LOOP) {
            connection.close();
        } else {
            connections.addLast(connection);
        }
    }

    /** Closes what has been idle for too long to be used again. Any thread. */
    void trim() {
        idle.forEach((loop, connections) -> {
            if (!loop.isShuttingDown()) {
                loop.execute(() -> {
                    UpstreamConnection eldest = connections.peekFirst();
                    while (eldest != null && !eldest.isUsable(MAX_IDLE_NANOS)) {
                        connections.pollFirst();
                        eldest.close();
                        eldest = connections.peekFirst();
                    }
                });
            }
        });
    }

    /** Forgets a connection that closed while idle, on its event loop. */
    void forget(UpstreamConnection connection) {
        ArrayDeque<UpstreamConnection> connections = idle.get(connection.eventLoop());
        if (connections != null) {
            connections.remove(connection);
        }
    }

    /** Closes what is idle, and what becomes idle from now on. Any thread. */
    void close() {
        closed = true;
        idle.forEach((loop, connections) -> {
            if (!loop.isShuttingDown()) {
                loop.execute(() -> {
                    for (UpstreamConnection c = connections.pollLast(); c != null; c = connections.pollLast()) {
                        c.close();
                    }
                });
            }
        });
    }
}
