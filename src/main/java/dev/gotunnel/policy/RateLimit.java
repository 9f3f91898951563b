package dev.gotunnel.policy;

import java.time.Duration;

/**
 * How many requests may come: a bucket that fills steadily and lets a burst pass when full. What is above is answered
 * 429 with {@code Retry-After}.
 *
 * @param requests how many in a period, at least 1
 * @param period the period
 * @param burst how many may come at once, at least 1
 * @param key who shares a bucket
 */
public record RateLimit(int requests, Duration period, int burst, Key key) {
    /** Who shares a bucket. */
    public enum Key {
        /** Each client's address has its own. */
        CLIENT,
        /** All clients have one together. */
        TUNNEL
    }
}
