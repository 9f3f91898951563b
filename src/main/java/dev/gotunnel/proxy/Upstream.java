package dev.gotunnel.proxy;

import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.policy.BackendAddress.Scheme;
import dev.gotunnel.policy.UpstreamTls;
import io.netty.channel.EventLoop;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One backend of one route: its health, and its connections in a pool per event loop, so that taking one needs no lock.
 */
final class Upstream {
    /** How often a backend that is up is looked at when that takes more than a connection. */
    private static final long SELDOM_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final BackendAddress endpoint;
    private final UpstreamTls tls;
    private final Map<EventLoop, UpstreamConnections> pools = new ConcurrentHashMap<>();
    private volatile @Nullable Outage outage;
    private volatile boolean closed;
    private volatile long answeredNanos = System.nanoTime() - SELDOM_NANOS;

    /**
     * Why and since when a backend does not answer.
     *
     * @param reason a short clause, such as {@code connection refused}
     * @param hint what to do when it is not simply to start the backend, as a sentence
     */
    record Outage(Instant since, String reason, @Nullable String hint) {}

    Upstream(BackendAddress endpoint, UpstreamTls tls) {
        this.endpoint = endpoint;
        this.tls = tls;
    }

    BackendAddress endpoint() {
        return endpoint;
    }

    /** How it proves who it is if it speaks TLS. */
    UpstreamTls tls() {
        return tls;
    }

    /** Whether one connection may carry several exchanges at a time. */
    boolean mayMultiplex() {
        return endpoint.scheme() == Scheme.HTTPS || endpoint.scheme() == Scheme.H2C;
    }

    /** Whether a connection to it can change to WebSocket: HTTP/2 without TLS leaves no choice of another version. */
    boolean takesUpgrades() {
        return endpoint.scheme() != Scheme.H2C;
    }

    /**
     * Whether it is time to look at it. While it is up, that is seldom where it takes a handshake, which costs the backend
     * more than a connection and may show in its log.
     */
    boolean isCheckDue() {
        return !isHealthy() || !mayMultiplex() || System.nanoTime() - answeredNanos >= SELDOM_NANOS;
    }

    /** Something about it has changed, perhaps for the worse. */
    void checkSoon() {
        answeredNanos = System.nanoTime() - SELDOM_NANOS;
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
        answeredNanos = System.nanoTime();
        return news;
    }

    /** No connection was accepted; returns whether that is news. */
    synchronized boolean markDown(ConnectFailure failure) {
        Outage before = outage;
        outage = new Outage(before == null ? Instant.now() : before.since(), failure.reason(), failure.hint());
        return before == null;
    }

    /** Its connections on an event loop; on that loop. */
    UpstreamConnections connections(EventLoop loop) {
        UpstreamConnections pool = pools.get(loop);
        return pool == null ? pools.computeIfAbsent(loop, l -> new UpstreamConnections(this, l)) : pool;
    }

    /** Closes what has been idle for too long to be used again. Any thread. */
    void trim() {
        onEachLoop(UpstreamConnections::trim);
    }

    boolean isClosed() {
        return closed;
    }

    /** Closes what is idle, and what becomes idle from now on. Any thread. */
    void close() {
        closed = true;
        onEachLoop(UpstreamConnections::close);
    }

    private void onEachLoop(Consumer<UpstreamConnections> step) {
        pools.values().forEach(pool -> {
            if (!pool.loop().isShuttingDown()) {
                pool.loop().execute(() -> step.accept(pool));
            }
        });
    }
}
