package dev.gotunnel.proxy;

import dev.gotunnel.proxy.UpstreamHealth.Outage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The attempts to have one request answered by a backend of its path: which one is asked, when another is tried, and how
 * long it waits while none is up. On the client's event loop, {@link #resume()} and {@link #moveOn()} excepted.
 */
final class Attempts implements UpstreamConnections.Waiting {
    /** Safe to send again (RFC 9110 section 9.2.2). */
    private static final Set<HttpMethod> IDEMPOTENT = Set.of(
            HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS, HttpMethod.TRACE, HttpMethod.PUT, HttpMethod.DELETE);

    /** How often a request is sent again because a backend has refused it unread. */
    private static final int MAX_REFUSALS = 3;

    private static final int DEFAULT_RETRIES = 1;

    /** A backend on this machine that went down so short a time ago is being restarted, more likely than not. */
    private static final Duration RESTART = Duration.ofSeconds(5);

    private final EngineContext engine;
    private ActiveRoute route;
    private UpstreamPool pool;
    private final Exchange exchange;
    private final ClientStream client;
    private final HttpRequest request;
    private final String address;
    private final boolean upgrade;
    private @Nullable Upstream upstream;
    private @Nullable Upstream withoutWebSockets;
    private @Nullable Future<?> holdEnd;
    private List<Upstream> tried = List.of();
    private boolean wasHeld;
    private long holdUntil;
    private boolean onTrial;
    private int retries;
    private int slots;
    private int refusals;

    Attempts(
            EngineContext engine,
            ActiveRoute route,
            UpstreamPool pool,
            Exchange exchange,
            ClientStream client,
            HttpRequest request,
            String address,
            boolean upgrade) {
        this.engine = engine;
        this.route = route;
        this.pool = pool;
        this.exchange = exchange;
        this.client = client;
        this.request = request;
        this.address = address;
        this.upgrade = upgrade;
    }

    /** The backend that is asked now, or was asked last. */
    @Nullable
    Upstream upstream() {
        return upstream;
    }

    boolean isIdempotent() {
        return IDEMPOTENT.contains(request.method());
    }

    /** Asks the next backend, or waits for one, or gives up. */
    void next() {
        StickySessions sticky = pool.sticky();
        Upstream candidate =
                pool.candidate(tried, address, sticky == null ? null : sticky.of(request.headers(), pool.upstreams()));
        if (candidate != null) {
            ask(candidate);
        } else if (tried.isEmpty() || pool.isFull()) {
            exchange.answer(ErrorPage.busy(route.route().names().getFirst()));
        } else if (withoutWebSockets != null) {
            exchange.answer(engine.noWebSocket(route, withoutWebSockets));
        } else if (!hold()) {
            exchange.answer(engine.backendDown(route, request.method(), pool));
        }
    }

    private void ask(Upstream candidate) {
        if (!take(candidate)) {
            // Its last place went to a request of another event loop in this very moment.
            next();
            return;
        }
        UpstreamStream ready = candidate.connections(client.eventLoop()).take(isIdempotent(), upgrade);
        if (ready != null) {
            exchange.attach(ready);
        } else {
            open(candidate);
        }
    }

    private boolean take(Upstream candidate) {
        leave();
        if (!candidate.begins(pool.maxUnderWay())) {
            return false;
        }
        upstream = candidate;
        onTrial = candidate.health().beginTrial();
        return true;
    }

    /** Counts no longer as under way at its backend. */
    private void leave() {
        Upstream left = upstream;
        if (left != null) {
            upstream = null;
            left.ends();
            if (onTrial) {
                left.health().endTrial();
            }
        }
    }

    private void open(Upstream candidate) {
        exchange.waitForConnection();
        candidate.connections(client.eventLoop()).open(engine.connector(), this);
    }

    @Override
    public void connected(UpstreamStream opened) {
        if (exchange.isEnded()) {
            opened.abandon();
            return;
        }
        engine.backendAnswers(route, upstream);
        exchange.attach(opened);
    }

    @Override
    public void broke(RuntimeException cause) {
        Failures.logUnexpected(cause);
        if (!exchange.isEnded()) {
            exchange.gaveUp("gotunnel could not ask it");
        }
    }

    @Override
    public boolean wantsUpgrade() {
        return upgrade;
    }

    @Override
    public void webSocketsRefused() {
        Upstream by = upstream;
        if (exchange.isEnded() || by == null) {
            return;
        }
        withoutWebSockets = by;
        tried(by);
        next();
    }

    @Override
    public void connectFailed(Throwable cause) {
        Upstream failed = upstream;
        if (exchange.isEnded() || failed == null) {
            return;
        }
        engine.backendFails(route, failed, cause);
        tried(failed);
        next();
    }

    private void tried(Upstream failed) {
        tried = Stream.concat(tried.stream(), Stream.of(failed)).toList();
    }

    /**
     * The connection that had been idle until this request was dead: a new one is opened. That is no failure of the
     * backend.
     */
    void reconnect() {
        Upstream same = upstream;
        if (same != null) {
            open(same);
        }
    }

    /**
     * A backend failed to answer a request that may be sent again.
     *
     * @return false when it has been tried often enough
     */
    boolean again(String reason) {
        Upstream failed = upstream;
        Integer allowed = pool.policy().retries();
        if (failed == null || retries >= (allowed == null ? DEFAULT_RETRIES : allowed) || !takeSlot()) {
            return false;
        }
        retries++;
        exchange.record().retried(reason);
        failed(failed);
        if (pool.hasOther(failed, tried)) {
            tried(failed);
            exchange.waitForConnection();
            next();
        } else {
            // It may have been restarted just then.
            open(failed);
        }
        return true;
    }

    /** Takes one of the pool's places for retries, unless it has one that is not used up. */
    private boolean takeSlot() {
        if (slots == retries && pool.beginRetry()) {
            slots++;
        }
        return slots > retries;
    }

    /** Whether an answer is one that another backend may better, and that the user wants to be bettered. */
    boolean mayBetter(int status) {
        return isTrouble(status)
                && pool.policy().retries() != null
                && retries < pool.policy().retries()
                && upstream != null
                && pool.hasOther(upstream, tried)
                && takeSlot();
    }

    private static boolean isTrouble(int status) {
        return status >= 502 && status <= 504;
    }

    /** Sends again what a backend has refused unread; false when that has happened too often. */
    boolean againAfterRefusal() {
        Upstream same = upstream;
        if (same == null || refusals >= MAX_REFUSALS) {
            return false;
        }
        refusals++;
        ask(same);
        return true;
    }

    /** The head of an answer has come. */
    void answered(int status) {
        Upstream by = upstream;
        if (by != null) {
            if (isTrouble(status)) {
                failed(by);
            } else {
                pool.succeeded(by);
            }
        }
    }

    /** There was no proper answer. */
    void failed() {
        if (upstream != null) {
            failed(upstream);
        }
    }

    private void failed(Upstream by) {
        if (pool.failed(by)) {
            engine.healthChanged(route);
        }
    }

    // ---- waiting for a backend

    private boolean hold() {
        long now = System.nanoTime();
        if (!wasHeld) {
            // Once: how long a backend has been down already is part of it, and would count twice.
            wasHeld = true;
            holdUntil = now + patience().toNanos();
        }
        long left = holdUntil - now;
        if (left <= 0 || !pool.held().add(this)) {
            return false;
        }
        leave();
        exchange.waitForConnection();
        exchange.record().held();
        holdEnd = client.eventLoop().schedule(this::heldTooLong, left, TimeUnit.NANOSECONDS);
        if (route.successor() == null) {
            engine.checks().watch(route, pool);
        } else {
            moveOn();
        }
        return true;
    }

    /** What the user said; else the time that a restart takes, counted from when the backend went down. */
    private Duration patience() {
        Duration said = pool.policy().hold();
        if (said != null) {
            return said;
        }
        return pool.upstreams().stream()
                .filter(each -> each.endpoint().isHere() && each.health().wasUp())
                .map(each -> each.health().outage())
                .map(outage -> outage == null ? Duration.ZERO : restartOf(outage))
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
    }

    private static Duration restartOf(Outage outage) {
        return RESTART.minus(Duration.between(outage.since(), Instant.now()));
    }

    /** A backend has come up. Any thread. */
    void resume() {
        client.eventLoop().execute(() -> {
            if (pool.held().remove(this)) {
                tryAgain();
            }
        });
    }

    /** The route has a successor, whose backends it waits for from now on. Any thread. */
    void moveOn() {
        client.eventLoop().execute(() -> {
            if (pool.held().remove(this)) {
                releaseSlots();
                for (ActiveRoute next = route.successor(); next != null; next = route.successor()) {
                    pool = next.poolInPlaceOf(pool, route);
                    route = next;
                }
                tryAgain();
            }
        });
    }

    private void tryAgain() {
        stopWaiting();
        withoutWebSockets = null;
        tried = List.of();
        next();
    }

    private void releaseSlots() {
        pool.endRetries(slots);
        slots = 0;
        retries = 0;
    }

    private void heldTooLong() {
        if (pool.held().remove(this)) {
            exchange.answer(engine.backendDown(route, request.method(), pool));
        }
    }

    private void stopWaiting() {
        if (holdEnd != null) {
            holdEnd.cancel(false);
            holdEnd = null;
        }
    }

    /** The exchange has ended, either way. */
    void end() {
        stopWaiting();
        if (wasHeld) {
            pool.held().remove(this);
        }
        releaseSlots();
        leave();
    }
}
