package dev.gotunnel.testing;

import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for a condition instead of for a time. */
public final class Await {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final long STEP_NANOS = 5_000_000;

    private Await() {}

    /** Returns once the condition holds; fails with the sentence when it does not within half a minute. */
    public static void until(String what, BooleanSupplier condition) {
        if (!within(LIMIT, condition)) {
            throw new AssertionError("in vain waited until " + what);
        }
    }

    /** Whether the condition came to hold in time. */
    public static boolean within(Duration limit, BooleanSupplier condition) {
        long end = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                return false;
            }
            LockSupport.parkNanos(STEP_NANOS);
        }
        return true;
    }

    /** The collection once it is empty, or what is still in it when the time is over. */
    static <C extends Collection<?>> C emptied(Supplier<C> collection, Duration limit) {
        within(limit, () -> collection.get().isEmpty());
        return collection.get();
    }
}
