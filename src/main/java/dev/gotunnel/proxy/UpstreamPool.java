package dev.gotunnel.proxy;

import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.policy.Balance;
import dev.gotunnel.policy.Ejection;
import dev.gotunnel.policy.Timeouts;
import dev.gotunnel.policy.TrafficPolicy;
import dev.gotunnel.policy.UpstreamTls;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The backends that requests are shared out among, and the rule by which that is done. Any thread. */
final class UpstreamPool {
    /** So many requests may always be repeats. */
    private static final int FEW_RETRIES = 10;

    /** Beyond that, one of so many under way. */
    private static final int REQUESTS_FOR_A_RETRY = 5;

    private final List<Upstream> upstreams;
    private final LoadBalancer balancer;
    private final @Nullable StickySessions sticky;
    private final @Nullable Ejection ejection;
    private final long slowStartNanos;
    private final int maxUnderWay;
    private final TrafficPolicy policy;
    private final HeldRequests held = new HeldRequests();
    private final AtomicInteger retrying = new AtomicInteger();
    private volatile boolean closed;

    /** @param before the pools that this one takes the place of: backends that stay keep their connections and health */
    UpstreamPool(List<BackendAddress> backends, TrafficPolicy policy, Collection<UpstreamPool> before) {
        UpstreamTls tls = policy.tls() == null ? UpstreamTls.DEFAULT : policy.tls();
        this.policy = policy;
        Timeouts said = policy.timeouts();
        Duration connect = said == null || said.connect() == null ? Timeouts.CONNECT : said.connect();
        this.upstreams = backends.stream()
                .map(backend -> new Upstream(backend, tls, connect))
                .map(fresh -> kept(fresh, before).orElse(fresh))
                .toList();
        upstreams.forEach(Upstream::retain);
        this.balancer = LoadBalancer.of(policy.balance() == null ? Balance.ROUND_ROBIN : policy.balance());
        this.sticky = policy.sticky() == null ? null : new StickySessions(policy.sticky());
        this.ejection = policy.ejection();
        this.slowStartNanos =
                policy.slowStart() == null ? 0 : policy.slowStart().toNanos();
        this.maxUnderWay = policy.limits() == null || policy.limits().perBackend() == null
                ? Integer.MAX_VALUE
                : policy.limits().perBackend();
    }

    private static Optional<Upstream> kept(Upstream wanted, Collection<UpstreamPool> before) {
        return before.stream()
                .flatMap(pool -> pool.upstreams.stream())
                .filter(wanted::isReachedLike)
                .findFirst();
    }

    List<Upstream> upstreams() {
        return upstreams;
    }

    TrafficPolicy policy() {
        return policy;
    }

    /** The requests that wait for one of the backends to come up. */
    HeldRequests held() {
        return held;
    }

    /** What keeps clients at their backends; null when nothing does. */
    @Nullable
    StickySessions sticky() {
        return sticky;
    }

    /**
     * The backend to try next: by the rule among those that are up and have room, else one that is down.
     *
     * @param tried those that this exchange has tried already
     * @param client the client's address
     * @param wanted the backend that the client was at before; null for none
     * @return null when all were tried, or have no room
     */
    @Nullable
    Upstream candidate(Collection<Upstream> tried, String client, @Nullable Upstream wanted) {
        if (upstreams.size() == 1) {
            Upstream only = upstreams.getFirst();
            return tried.contains(only) || !hasRoom(only) ? null : only;
        }
        Predicate<Upstream> left = upstream -> !tried.contains(upstream) && hasRoom(upstream);
        Predicate<Upstream> up = left.and(upstream -> upstream.health().isUsable());
        if (wanted != null && up.test(wanted)) {
            return wanted;
        }
        Upstream chosen = slowStartNanos == 0
                ? null
                : balancer.choose(
                        upstreams, up.and(upstream -> upstream.health().takesShare(slowStartNanos)), client);
        chosen = chosen == null ? balancer.choose(upstreams, up, client) : chosen;
        return chosen == null ? balancer.choose(upstreams, left, client) : chosen;
    }

    /**
     * Whether one that is up may better what this one made of a request.
     *
     * @param tried those that the exchange has tried before
     */
    boolean hasOther(Upstream failed, Collection<Upstream> tried) {
        return upstreams.stream()
                .anyMatch(other -> other != failed
                        && !tried.contains(other)
                        && other.health().isUsable()
                        && hasRoom(other));
    }

    private boolean hasRoom(Upstream upstream) {
        return maxUnderWay == Integer.MAX_VALUE || upstream.underWay() < maxUnderWay;
    }

    /** How many requests one backend may have under way. */
    int maxUnderWay() {
        return maxUnderWay;
    }

    /**
     * Whether one more of the requests under way may be sent again. Backends that fail under their load must not get twice
     * as much of it.
     */
    boolean beginRetry() {
        int underWay = upstreams.stream().mapToInt(Upstream::underWay).sum();
        if (retrying.incrementAndGet() <= Math.max(FEW_RETRIES, underWay / REQUESTS_FOR_A_RETRY)) {
            return true;
        }
        retrying.decrementAndGet();
        return false;
    }

    /** Requests that were sent again have ended. */
    void endRetries(int count) {
        if (count > 0) {
            retrying.addAndGet(-count);
        }
    }

    /** Whether a backend that is up has no room for one more request. */
    boolean isFull() {
        return upstreams.stream().anyMatch(upstream -> upstream.health().isUsable() && !hasRoom(upstream));
    }

    /** Whether all are known to be down. */
    boolean isDown() {
        return upstreams.stream().allMatch(upstream -> upstream.health().outage() != null);
    }

    /** A request was answered by a backend. */
    void succeeded(Upstream upstream) {
        if (ejection != null) {
            upstream.health().succeeded();
        }
    }

    /**
     * A request failed at a backend.
     *
     * @return whether it is left out for a while by that; the last one that is left never is
     */
    boolean failed(Upstream upstream) {
        if (ejection == null || !upstream.health().failed(ejection)) {
            return false;
        }
        boolean others = upstreams.stream()
                .anyMatch(other -> other != upstream && other.health().isUsable());
        if (!others) {
            upstream.health().keep();
        }
        return others;
    }

    boolean isClosed() {
        return closed;
    }

    /** Closes what is idle, and what becomes idle from now on, of backends that nobody else uses. */
    void close() {
        if (!closed) {
            closed = true;
            upstreams.forEach(Upstream::release);
        }
    }
}
