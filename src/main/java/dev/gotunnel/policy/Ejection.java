package dev.gotunnel.policy;

import java.time.Duration;

/**
 * Takes a backend out of the choice after failures of real requests: connections that break and answers of 502, 503 and
 * 504. The last one that is left is never taken out.
 *
 * @param failures how many in a row
 * @param duration for how long
 */
public record Ejection(int failures, Duration duration) {}
