package dev.gotunnel.platform;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Asks again and again for what another process is about to provide. */
public final class Patience {
    private static final int PAUSE_MILLIS = 50;

    private Patience() {}

    /**
     * Asks until there is an answer or the time is over; at least once. An interrupt ends the waiting.
     *
     * @param attempt may throw to end the waiting at once
     */
    public static <T> Optional<T> until(Duration limit, Supplier<Optional<T>> attempt) {
        long start = System.nanoTime();
        while (true) {
            Optional<T> answer = attempt.get();
            if (answer.isPresent() || System.nanoTime() - start > limit.toNanos()) {
                return answer;
            }
            try {
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Optional.empty();
            }
        }
    }
}
