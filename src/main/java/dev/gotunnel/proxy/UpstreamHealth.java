package dev.gotunnel.proxy;

import dev.gotunnel.policy.Ejection;
import dev.gotunnel.policy.HealthProbe;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Whether a backend is up: by what connections, probes and real requests have shown. Reads take no lock; any thread.
 */
final class UpstreamHealth {
    private volatile @Nullable Outage outage;
    private volatile boolean wasUp;
    private volatile boolean probed;
    private volatile long upSinceNanos = System.nanoTime() - TimeUnit.DAYS.toNanos(1);
    private volatile long ejectedUntilNanos;
    private volatile boolean ejected;
    private final AtomicBoolean trial = new AtomicBoolean();
    private int probeFailures;
    private int probeSuccesses;
    private int failures;

    /**
     * Why and since when a backend does not answer.
     *
     * @param reason a short clause, such as {@code connection refused}
     * @param hint what to do when it is not simply to start the backend, as a sentence
     */
    record Outage(Instant since, String reason, @Nullable String hint) {}

    /** Why it is down; null while it is up, even where it is {@linkplain #isEjected() ejected}. */
    @Nullable
    Outage outage() {
        return outage;
    }

    /** Whether it has ever accepted a connection. */
    boolean wasUp() {
        return wasUp;
    }

    /** Whether it is up and not left out, nor being tried by another request after it was. */
    boolean isUsable() {
        return outage == null && !(ejected && (trial.get() || isEjected()));
    }

    /** A request goes to it; returns whether it is the one that shows whether being left out has helped. */
    boolean beginTrial() {
        return ejected && !isEjected() && trial.compareAndSet(false, true);
    }

    /** That request is over. */
    void endTrial() {
        trial.set(false);
    }

    /** Whether probes decide when it is up again: that it accepts connections is not enough then. */
    void probed(boolean byProbes) {
        probed = byProbes;
    }

    /** A connection was accepted; returns whether that is news. */
    synchronized boolean accepted() {
        wasUp = true;
        if (outage == null || probed) {
            return false;
        }
        up();
        return true;
    }

    private void up() {
        outage = null;
        upSinceNanos = System.nanoTime();
    }

    /** No connection was accepted; returns whether that is news. */
    synchronized boolean refused(ConnectFailure failure) {
        probeSuccesses = 0;
        return down(failure.reason(), failure.hint());
    }

    private boolean down(String reason, @Nullable String hint) {
        Outage before = outage;
        outage = new Outage(before == null ? Instant.now() : before.since(), reason, hint);
        return before == null;
    }

    /** A probe was answered as a healthy backend answers; returns whether it is up by that. */
    synchronized boolean probeSucceeded(HealthProbe probe) {
        wasUp = true;
        probeFailures = 0;
        if (outage == null || ++probeSuccesses < probe.healthyAfter()) {
            return false;
        }
        up();
        return true;
    }

    /** A probe failed; returns whether it is down by that. */
    synchronized boolean probeFailed(HealthProbe probe, String reason) {
        probeSuccesses = 0;
        return ++probeFailures >= probe.unhealthyAfter() && down(reason, null);
    }

    /** Whether it is left out for now because real requests failed. */
    boolean isEjected() {
        return ejected && System.nanoTime() - ejectedUntilNanos < 0;
    }

    /** A request was answered. */
    synchronized void succeeded() {
        failures = 0;
        ejected = false;
    }

    /**
     * A request failed. After its time a backend that was left out is on probation: one more failure is enough.
     *
     * @return whether it is left out by that
     */
    synchronized boolean failed(Ejection ejection) {
        if (isEjected() || (!ejected && ++failures < ejection.failures())) {
            return false;
        }
        failures = 0;
        ejected = true;
        ejectedUntilNanos = System.nanoTime() + ejection.duration().toNanos();
        return true;
    }

    /** Undoes {@link #failed}: there is no other to take its place. */
    synchronized void keep() {
        ejected = false;
    }

    /** Whether it takes this request although it came up only a moment ago: ever more of them until the time is over. */
    boolean takesShare(long slowStartNanos) {
        long age = System.nanoTime() - upSinceNanos;
        return age >= slowStartNanos || ThreadLocalRandom.current().nextLong(slowStartNanos) < age;
    }
}
