package dev.gotunnel.policy;

import java.time.Duration;

/**
 * A request that is sent to each backend now and then, to learn whether it is up. Without one, a backend is up when it
 * accepts connections.
 *
 * @param path what is asked for, beginning with a slash
 * @param interval the pause between two, at least 100 ms
 * @param timeout how long the answer may take
 * @param minStatus the lowest status of a healthy answer
 * @param maxStatus the highest status of a healthy answer
 * @param unhealthyAfter how many failures in a row take it down
 * @param healthyAfter how many successes in a row bring it up again
 */
public record HealthProbe(
        String path,
        Duration interval,
        Duration timeout,
        int minStatus,
        int maxStatus,
        int unhealthyAfter,
        int healthyAfter) {}
