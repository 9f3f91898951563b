package dev.gotunnel.proxy;

import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.policy.BackendAddress.Scheme;
import dev.gotunnel.policy.UpstreamTls;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * One backend of one route: its health, and its connections in a pool per event loop, so that taking one needs no lock.
 */
final class Upstream {
    /** How often a backend that is up is looked at when that takes more than a connection. */
    private static final long SELDOM_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final BackendAddress endpoint;
    private final UpstreamTls tls;
    private final Duration connectTimeout;
    private final Map<EventLoop, UpstreamConnections> pools = new ConcurrentHashMap<>();
    private final UpstreamHealth health = new UpstreamHealth();
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicInteger users = new AtomicInteger();
    private volatile boolean closed;
    private volatile long answeredNanos = System.nanoTime() - SELDOM_NANOS;

    Upstream(BackendAddress endpoint, UpstreamTls tls, Duration connectTimeout) {
        this.endpoint = endpoint;
        this.tls = tls;
        this.connectTimeout = connectTimeout;
    }

    BackendAddress endpoint() {
        return endpoint;
    }

    /** How long a connection may take, its handshake included; zero for ever. */
    Duration connectTimeout() {
        return connectTimeout;
    }

    /** How it proves who it is if it speaks TLS. */
    UpstreamTls tls() {
        return tls;
    }

    /** Whether another one is the same backend, spoken to in the same way. */
    boolean isReachedLike(Upstream other) {
        return endpoint.equals(other.endpoint) && tls.equals(other.tls) && connectTimeout.equals(other.connectTimeout);
    }

    /** Whether one connection may carry several exchanges at a time. */
    boolean mayMultiplex() {
        return endpoint.scheme() == Scheme.HTTPS || endpoint.scheme() == Scheme.H2C;
    }

    /**
     * Whether it is time to look at it. While it is up, that is seldom where it takes a handshake, which costs the backend
     * more than a connection and may show in its log.
     *
     * @param pauseNanos how long one that is up is left alone at least
     */
    boolean isCheckDue(long pauseNanos) {
        long pause = mayMultiplex() ? Math.max(SELDOM_NANOS, pauseNanos) : pauseNanos;
        return health.outage() != null || System.nanoTime() - answeredNanos >= pause;
    }

    /** Something about it has changed, perhaps for the worse. */
    void checkSoon() {
        answeredNanos = System.nanoTime() - SELDOM_NANOS;
    }

    UpstreamHealth health() {
        return health;
    }

    /** A connection was accepted; returns whether that is news. */
    boolean markUp() {
        answeredNanos = System.nanoTime();
        return health.accepted();
    }

    /** How many requests it has under way. */
    int underWay() {
        return underWay.get();
    }

    /** Counts one more request; false, and does not count it, when there are as many as there may be. */
    boolean begins(int max) {
        if (underWay.incrementAndGet() > max) {
            underWay.decrementAndGet();
            return false;
        }
        return true;
    }

    void ends() {
        underWay.decrementAndGet();
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

    /** One more pool chooses it. */
    void retain() {
        users.incrementAndGet();
    }

    /** A pool chooses it no longer; with the last one goes what is idle, and what becomes idle from then on. Any thread. */
    void release() {
        if (users.decrementAndGet() == 0) {
            closed = true;
            onEachLoop(UpstreamConnections::close);
        }
    }

    private void onEachLoop(Consumer<UpstreamConnections> step) {
        pools.values().forEach(pool -> {
            if (!pool.loop().isShuttingDown()) {
                pool.loop().execute(() -> step.accept(pool));
            }
        });
    }
}
