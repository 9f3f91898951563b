package dev.gotunnel.proxy;

import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.policy.DevServer;
import dev.gotunnel.policy.PathRoute;
import dev.gotunnel.policy.TrafficPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A route as it serves: its paths, their backends' connections and the exchanges under way. Any thread. */
final class ActiveRoute {
    private static final Logger LOG = LoggerFactory.getLogger(ActiveRoute.class);

    private final Route route;
    private volatile Map<String, KeyMaterial> proofs;
    private final ActivePath root;

    /** The longest prefix first. */
    private final List<ActivePath> paths;

    private final boolean guardsPaths;

    private final Set<Exchange> open = ConcurrentHashMap.newKeySet();
    private volatile @Nullable CompletableFuture<Void> drained;
    private final AtomicBoolean presetSuggested = new AtomicBoolean();
    private volatile @Nullable ActiveRoute successor;

    /** Those in whose place it stands and whose exchanges are still under way. */
    private volatile List<ActiveRoute> predecessors;

    /**
     * @param proofs what proves each of its names
     * @param before the route that it takes the place of; null for none
     */
    ActiveRoute(Route route, Map<String, KeyMaterial> proofs, @Nullable ActiveRoute before) {
        this.route = route;
        this.proofs = proofs;
        this.predecessors = before == null
                ? List.of()
                : Stream.concat(Stream.of(before), before.predecessors.stream().filter(old -> !old.open.isEmpty()))
                        .toList();
        List<UpstreamPool> former = before == null ? List.of() : List.copyOf(before.pools());
        this.root = ActivePath.of(
                null,
                route.policy(),
                new UpstreamPool(route.backends(), route.policy(), former),
                gateOf(route.policy(), before == null ? null : before.root.gate()));
        this.paths = route.paths().stream()
                .sorted(Comparator.comparingInt(
                        (PathRoute path) -> -path.prefix().length()))
                .map(path -> activate(path, before, former))
                .toList();
        this.guardsPaths = hasGatesOfPaths();
    }

    private ActivePath activate(PathRoute path, @Nullable ActiveRoute before, List<UpstreamPool> former) {
        TrafficPolicy policy = path.policy().over(route.policy());
        Gate gate = path.policy().concernsAccess()
                ? gateOf(policy, before == null ? null : before.ownGate(path.prefix()))
                : root.gate();
        if (path.backends().isEmpty() && !path.policy().concernsBackends()) {
            return ActivePath.of(path, policy, root.pool(), gate);
        }
        List<BackendAddress> backends = path.backends().isEmpty() ? route.backends() : path.backends();
        List<UpstreamPool> known = new ArrayList<>(former);
        known.add(root.pool());
        return ActivePath.of(path, policy, new UpstreamPool(backends, policy, known), gate);
    }

    private boolean hasGatesOfPaths() {
        return paths.stream()
                .anyMatch(path -> path.gate() != null && !path.gate().equals(root.gate()));
    }

    private @Nullable Gate gateOf(TrafficPolicy policy, @Nullable Gate before) {
        return Gate.of(route.names().getFirst(), policy, before);
    }

    /** The gate that the paths below a prefix do not share with the rest; null for none. */
    private @Nullable Gate ownGate(String prefix) {
        Gate gate = at(prefix).gate();
        return gate == root.gate() ? null : gate;
    }

    /** How the paths of exactly this prefix are served, or else all paths. */
    private ActivePath at(String prefix) {
        return paths.stream()
                .filter(path -> path.match() != null && path.match().prefix().equals(prefix))
                .findFirst()
                .orElse(root);
    }

    Route route() {
        return route;
    }

    /** What proves each of its names. */
    Map<String, KeyMaterial> proofs() {
        return proofs;
    }

    void proofs(Map<String, KeyMaterial> renewed) {
        proofs = renewed;
    }

    /** Whether some of its paths are guarded in another way than the rest: then it matters how a path is read. */
    boolean guardsPaths() {
        return guardsPaths;
    }

    /** The pools of all its paths, each once. */
    Collection<UpstreamPool> pools() {
        return served().map(ActivePath::pool).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** How all paths are served, those without a route of their own first. */
    Stream<ActivePath> served() {
        return Stream.concat(Stream.of(root), paths.stream());
    }

    /** The backends of all its paths, each once. */
    List<Upstream> upstreams() {
        return pools().stream()
                .flatMap(pool -> pool.upstreams().stream())
                .distinct()
                .toList();
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
        String path = MatchedPath.of(target);
        for (ActivePath candidate : paths) {
            PathRoute match = candidate.match();
            if (match != null && match.matches(path)) {
                return candidate;
            }
        }
        return root;
    }

    /** The backend has refused the name that it was asked for: tells once how to mend that. */
    void suggestPreset(DevServer preset) {
        if (presetSuggested.compareAndSet(false, true)) {
            LOG.warn(
                    "The backend of {} refuses names that it was not told of. Give the tunnel \"preset: {}\", or start it with"
                            + " --preset {}",
                    route.id(),
                    preset.id(),
                    preset.id());
        }
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

    /**
     * Another route has its place in the router: what is under way goes on, and then its connections close. What waits for
     * a backend to come up waits for those of the successor.
     */
    void retire(ActiveRoute inItsPlace) {
        successor = inItsPlace;
        // The successor knows them; a chain of all that ever were would never be let go.
        predecessors = List.of();
        pools().forEach(pool -> pool.held().moveOn());
        closeWhenRetired();
    }

    /** The route that has its place by now; null while it serves. */
    @Nullable
    ActiveRoute successor() {
        return successor;
    }

    /** The pool that has the place of one of a route before. */
    UpstreamPool poolInPlaceOf(UpstreamPool former, ActiveRoute before) {
        return former == before.root.pool()
                ? root.pool()
                : before.paths.stream()
                        .filter(path -> path.pool() == former && path.match() != null)
                        .map(path -> at(path.match().prefix()).pool())
                        .findFirst()
                        .orElse(root.pool());
    }

    private void closeWhenRetired() {
        if (successor != null && open.isEmpty()) {
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
