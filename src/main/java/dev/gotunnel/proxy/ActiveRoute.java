package dev.gotunnel.proxy;

import dev.gotunnel.policy.PathRoute;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A route as it serves: its paths, their backends' connections and the exchanges under way. Any thread. */
final class ActiveRoute {
    private final Route route;
    private final ActivePath root;

    /** The longest prefix first. */
    private final List<ActivePath> paths;

    private final Set<Exchange> open = ConcurrentHashMap.newKeySet();
    private volatile @Nullable CompletableFuture<Void> drained;
    private volatile boolean retired;

    /** Those in whose place it stands and whose exchanges are still under way. */
    private final List<ActiveRoute> predecessors;

    ActiveRoute(Route route) {
        this(route, null);
    }

    /** A route that takes the place of another. */
    ActiveRoute(Route route, @Nullable ActiveRoute before) {
        this.route = route;
        this.predecessors = before == null
                ? List.of()
                : Stream.concat(Stream.of(before), before.predecessors.stream().filter(old -> !old.open.isEmpty()))
                        .toList();
        this.root = new ActivePath(null, route.policy(), new UpstreamPool(route.backends()));
        this.paths = route.paths().stream()
                .sorted(Comparator.comparingInt(
                        (PathRoute path) -> -path.prefix().length()))
                .map(this::activate)
                .toList();
    }

    private ActivePath activate(PathRoute path) {
        UpstreamPool pool = path.backends().isEmpty() ? root.pool() : new UpstreamPool(path.backends());
        return new ActivePath(path, path.policy().over(route.policy()), pool);
    }

    Route route() {
        return route;
    }

    /** The pools of all its paths, each once. */
    Collection<UpstreamPool> pools() {
        Set<UpstreamPool> pools = new LinkedHashSet<>(List.of(root.pool()));
        paths.forEach(path -> pools.add(path.pool()));
        return pools;
    }

    /** The backends of all its paths. */
    List<Upstream> upstreams() {
        return pools().stream().flatMap(pool -> pool.upstreams().stream()).toList();
    }

    /**
     * How a request is served.
     *
     * @param target its request target: a path with or without a query
     */
    ActivePath path(String target) {
        if (paths.isEmpty()) {
            return root;
        }
        int query = target.indexOf('?');
        String path = query < 0 ? target : target.substring(0, query);
        for (ActivePath candidate : paths) {
            PathRoute match = candidate.match();
            if (match != null && match.matches(path)) {
                return candidate;
            }
        }
        return root;
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
        closeWhenRetired();
    }

    /** Another route has its place in the router: what is under way goes on, and then its connections close. */
    void retire() {
        retired = true;
        closeWhenRetired();
    }

    private void closeWhenRetired() {
        if (retired && open.isEmpty()) {
            pools().forEach(UpstreamPool::close);
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
        return CompletableFuture.allOf(Stream.concat(Stream.of(this), predecessors.stream())
                .map(active -> active.drainAlone(limit))
                .toArray(CompletableFuture<?>[]::new));
    }

    private CompletableFuture<Void> drainAlone(Duration limit) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        drained = done;
        open.stream().filter(Exchange::isEndless).forEach(Exchange::breakOff);
        if (open.isEmpty()) {
            done.complete(null);
        }
        return done.completeOnTimeout(null, limit.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((_, _) -> {
                    open.forEach(Exchange::breakOff);
                    pools().forEach(UpstreamPool::close);
                });
    }
}
