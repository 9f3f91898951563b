package dev.gotunnel.policy;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long a backend is waited for. Each is null where nothing was said; zero waits for ever.
 *
 * @param connect until it accepts a connection, TLS included
 * @param firstByte from the end of the request until its answer begins
 * @param idle without a byte in either direction while an answer is under way; event streams and WebSockets excepted
 */
public record Timeouts(
        @Nullable Duration connect,
        @Nullable Duration firstByte,
        @Nullable Duration idle) {
    /** How long a connection may take where nothing was said. */
    public static final Duration CONNECT = Duration.ofSeconds(5);

    /** How long an answer may let wait for itself where nothing was said. */
    public static final Duration FIRST_BYTE = Duration.ofMinutes(5);

    Timeouts over(Timeouts base) {
        return new Timeouts(
                connect == null ? base.connect : connect,
                firstByte == null ? base.firstByte : firstByte,
                idle == null ? base.idle : idle);
    }
}
