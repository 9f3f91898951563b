package dev.gotunnel.proxy;

import dev.gotunnel.policy.RateLimit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * A token bucket for each client, or one for all: it holds a burst when full and fills steadily. Bounded: of too many
 * clients the one that has been away for longest is forgotten. Any thread.
 */
final class RateBuckets {
    private static final int MAX_CLIENTS = 10_000;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final String ALL = "";

    private final RateLimit limit;
    private final double tokensPerNano;
    private final LongSupplier clock;
    private final Map<String, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
            return size() > MAX_CLIENTS;
        }
    };

    private static final class Bucket {
        double tokens;
        long filledNanos;

        Bucket(double tokens, long filledNanos) {
            this.tokens = tokens;
            this.filledNanos = filledNanos;
        }
    }

    /** @param clock nanoseconds, as {@link System#nanoTime()} */
    RateBuckets(RateLimit limit, LongSupplier clock) {
        this.limit = limit;
        this.tokensPerNano = limit.requests() / (double) limit.period().toNanos();
        this.clock = clock;
    }

    /**
     * Takes a token for a request.
     *
     * @return 0 when there was one, else in how many seconds there will be
     */
    synchronized long take(String client) {
        long now = clock.getAsLong();
        Bucket bucket = buckets.computeIfAbsent(
                limit.key() == RateLimit.Key.CLIENT ? client : ALL, key -> new Bucket(limit.burst(), now));
        bucket.tokens = Math.min(limit.burst(), bucket.tokens + (now - bucket.filledNanos) * tokensPerNano);
        bucket.filledNanos = now;
        if (bucket.tokens >= 1) {
            bucket.tokens--;
            return 0;
        }
        return Math.max(1, (long) Math.ceil((1 - bucket.tokens) / tokensPerNano / NANOS_PER_SECOND));
    }
}
