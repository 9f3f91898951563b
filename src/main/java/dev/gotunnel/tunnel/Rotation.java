package dev.gotunnel.tunnel;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When certificates are looked at: every half hour, and at once when their files change or the clock jumps. A machine that
 * slept, or whose clock was set, may find all its certificates due at that moment. One thread at a time.
 */
final class Rotation {
    private static final Logger LOG = LoggerFactory.getLogger(Rotation.class);

    static final Duration PERIOD = Duration.ofMinutes(30);

    /** Clocks that are kept right by the network drift, and are moved, by much less between two looks. */
    static final Duration JUMP = Duration.ofSeconds(30);

    private final TunnelCertificates certificates;
    private final Runnable forgetTemporary;
    private final InstantSource wall;
    private final LongSupplier steady;
    private Instant wallThen;
    private long steadyThen;
    private long lastLook;

    /**
     * A rotation that begins now.
     *
     * @param forgetTemporary drops the certificates for names that no tunnel has
     * @param steady nanoseconds of a clock that nobody sets; whether it stops while the machine sleeps does not matter
     */
    Rotation(TunnelCertificates certificates, Runnable forgetTemporary, InstantSource wall, LongSupplier steady) {
        this.certificates = certificates;
        this.forgetTemporary = forgetTemporary;
        this.wall = wall;
        this.steady = steady;
        this.wallThen = wall.instant();
        this.steadyThen = steady.getAsLong();
        this.lastLook = steadyThen;
    }

    /** To be called every few seconds. */
    synchronized void tick() {
        Instant wallNow = wall.instant();
        long steadyNow = steady.getAsLong();
        Duration passed = Duration.ofNanos(steadyNow - steadyThen);
        Duration jump = Duration.between(wallThen, wallNow).minus(passed);
        wallThen = wallNow;
        steadyThen = steadyNow;
        // A clock that goes on while the machine sleeps shows no jump, but a pause that was no pause of ours.
        boolean jumped = jump.abs().compareTo(JUMP) > 0 || passed.compareTo(PERIOD) > 0;
        if (jumped) {
            LOG.info(
                    "The clock jumped by {} s, or this machine slept: all certificates are looked at",
                    jump.toSeconds());
        }
        if (jumped || steadyNow - lastLook >= PERIOD.toNanos()) {
            lastLook = steadyNow;
            lookAtAll();
        } else if (certificates.followFiles()) {
            forgetTemporary.run();
        }
    }

    /** Looks at all certificates now. */
    void lookAtAll() {
        certificates.renew();
        forgetTemporary.run();
    }
}
