package dev.gotunnel.proxy;

import dev.gotunnel.policy.Fault;
import dev.gotunnel.policy.TrafficPolicy;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/** Draws for each request what trouble it gets. There is none where a policy asks for none. Any thread. */
final class FaultInjection {
    private final Fault fault;
    private final DoubleSupplier random;

    /** @param random from 0 to less than 1 */
    FaultInjection(Fault fault, DoubleSupplier random) {
        this.fault = fault;
        this.random = random;
    }

    static @Nullable FaultInjection of(TrafficPolicy policy) {
        return policy.fault() == null
                ? null
                : new FaultInjection(
                        policy.fault(), () -> ThreadLocalRandom.current().nextDouble());
    }

    /** How long a request waits before it goes on. */
    Duration delay() {
        return fault.delay()
                .plusMillis(Math.round(random.getAsDouble() * fault.jitter().toMillis()));
    }

    /** Whether a request's connection is reset. */
    boolean resets() {
        return random.getAsDouble() < fault.resetRate();
    }

    /** The answer that a request gets in place of the backend's; null for the backend's own. */
    @Nullable
    ErrorPage error() {
        return random.getAsDouble() < fault.errorRate() ? ErrorPage.injected(fault.errorStatus()) : null;
    }

    /** Bytes per second of an answer; null for as many as there are. */
    @Nullable
    Long bandwidth() {
        return fault.bandwidth();
    }
}
