package dev.gotunnel.proxy;

import dev.gotunnel.policy.HealthProbe;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Looks whether backends are up: by a connection now and then, by the probes that a policy asks for, and often while
 * requests wait for one. Any thread.
 */
final class BackendChecks {
    private static final int WATCH_MILLIS = 100;

    private final EngineContext engine;
    private final EventLoopGroup group;
    private final Map<Upstream, Future<?>> probes = new ConcurrentHashMap<>();
    private final Map<Upstream, CompletableFuture<Boolean>> connecting = new ConcurrentHashMap<>();

    BackendChecks(EngineContext engine, EventLoopGroup group) {
        this.engine = engine;
        this.group = group;
    }

    /**
     * A connection that opens is all that is asked for, TLS and HTTP/2's settings included: a request would show in the
     * backend's log. Whoever asks while one is being opened gets the outcome of that one.
     *
     * @return completes with whether it did
     */
    CompletableFuture<Boolean> connect(ActiveRoute route, Upstream upstream) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        CompletableFuture<Boolean> before = connecting.putIfAbsent(upstream, done);
        if (before != null) {
            return before;
        }
        done.whenComplete((_, _) -> connecting.remove(upstream));
        EventLoop loop = group.next();
        loop.execute(() -> engine.connector().connect(upstream, loop, false, new UpstreamConnector.Listener() {
            @Override
            public void connected(UpstreamConnection connection) {
                connection.close();
                engine.backendAnswers(route, upstream);
                done.complete(true);
            }

            @Override
            public void connectFailed(Throwable cause) {
                engine.backendUnreachable(route, upstream, cause);
                done.complete(false);
            }
        }));
        return done;
    }

    /** Looks often whether one of the backends has come up, as long as requests wait for it. */
    void watch(ActiveRoute route, UpstreamPool pool) {
        if (pool.held().watch()) {
            watchOn(route, pool);
        }
    }

    private void watchOn(ActiveRoute route, UpstreamPool pool) {
        var _ = group.next()
                .schedule(
                        () -> {
                            if (pool.held().isEmpty()) {
                                pool.held().unwatch();
                                // Somebody may have come while the duty was being given back.
                                if (!pool.held().isEmpty()) {
                                    watch(route, pool);
                                }
                                return;
                            }
                            for (Upstream upstream : pool.upstreams()) {
                                connect(route, upstream).thenAccept(up -> {
                                    if (up) {
                                        pool.held().release();
                                    }
                                });
                            }
                            watchOn(route, pool);
                        },
                        WATCH_MILLIS,
                        TimeUnit.MILLISECONDS);
    }

    /** Begins to probe the backends of a route as its policies ask for. */
    void begin(ActiveRoute route) {
        for (Upstream upstream : route.upstreams()) {
            end(upstream);
            HealthProbe probe = probeOf(route, upstream);
            upstream.health().probed(probe != null);
            if (probe != null) {
                EventLoop loop = group.next();
                ProbeRequests requests = new ProbeRequests(engine, route, upstream, probe, loop);
                long millis = probe.interval().toMillis();
                probes.put(
                        upstream, loop.scheduleWithFixedDelay(requests::send, millis, millis, TimeUnit.MILLISECONDS));
            }
        }
    }

    /** Paths may share a backend without all of them asking for a probe: the first that does is heard. */
    private static @Nullable HealthProbe probeOf(ActiveRoute route, Upstream upstream) {
        return route.pools().stream()
                .filter(pool -> pool.upstreams().contains(upstream))
                .map(pool -> pool.policy().health())
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    /** Probes a backend no longer. */
    void end(Upstream upstream) {
        Future<?> running = probes.remove(upstream);
        if (running != null) {
            running.cancel(false);
        }
    }
}
