package dev.gotunnel.policy;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Trouble on purpose, to see how a client takes it.
 *
 * @param delay added before each request goes on
 * @param jitter a random part added to the delay, from zero to this
 * @param bandwidth bytes per second of each response; null for no limit
 * @param errorRate the share of requests answered with {@code errorStatus}, 0 to 1
 * @param errorStatus 400 to 599
 * @param resetRate the share of requests whose connection is reset, 0 to 1
 */
public record Fault(
        Duration delay,
        Duration jitter,
        @Nullable Long bandwidth,
        double errorRate,
        int errorStatus,
        double resetRate) {}
