package dev.gotunnel.proxy;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A route as it serves: its backends' connections and the exchanges under way. Any thread. */
final class ActiveRoute {
    private final Route route;
    private final List<Upstream> upstreams;
    private final Set<Exchange> open = ConcurrentHashMap.newKeySet();
    private volatile @Nullable CompletableFuture<Void> drained;

    ActiveRoute(Route route) {
        this.route = route;
        this.upstreams = route.backends().stream()
                .map(backend -> new Upstream(backend, route.tls()))
                .toList();
    }

    Route route() {
        return route;
    }

    List<Upstream> upstreams() {
        return upstreams;
    }

    /**
     * The backend to try next: one that is up before one that is down.
     *
     * @param tried those that have accepted no connection for this exchange
     */
    @Nullable
    Upstream candidate(Collection<Upstream> tried) {
        Upstream last = null;
        for (Upstream upstream : upstreams) {
            if (!tried.contains(upstream)) {
                if (upstream.isHealthy()) {
                    return upstream;
                }
                last = last == null ? upstream : last;
            }
        }
        return last;
    }

    void exchangeBegins(Exchange exchange) {
        open.add(exchange);
    }

    void exchangeEnds(Exchange exchange) {
        open.remove(exchange);
        CompletableFuture<Void> waiting = drained;
        if (waiting != null && open.isEmpty()) {
            waiting.complete(null);
        }
    }

    /** An exchange has turned out to have no end of its own: a WebSocket or an event stream. */
    void exchangeIsEndless(Exchange exchange) {
        if (drained != null) {
            exchange.breakOff();
        }
    }

    /**
     * Waits until the exchanges under way have ended. Those without an end of their own are broken off at once, the others
     * when the time is over: nothing goes on through a tunnel that has stopped. The route must have been taken from the
     * router before.
     *
     * @return completes when all have ended or the time is over
     */
    CompletableFuture<Void> drain(Duration limit) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        drained = done;
        open.stream().filter(Exchange::isEndless).forEach(Exchange::breakOff);
        if (open.isEmpty()) {
            done.complete(null);
        }
        return done.completeOnTimeout(null, limit.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((_, _) -> {
                    open.forEach(Exchange::breakOff);
                    upstreams.forEach(Upstream::close);
                });
    }
}
