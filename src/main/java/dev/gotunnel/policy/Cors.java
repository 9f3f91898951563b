package dev.gotunnel.policy;

import java.time.Duration;
import java.util.List;

/**
 * Which other origins' pages may call (the CORS protocol of the Fetch standard). gotunnel answers preflights itself and
 * replaces what the backend says of CORS.
 *
 * @param origins such as {@code https://app.shop.localhost:8443}; {@code *} for every one
 * @param methods what a preflight allows; what it asks for when empty
 * @param headers what a preflight allows; what it asks for when empty
 * @param exposed the response headers that a page may read
 * @param credentials whether cookies and passwords may come along
 * @param maxAge how long a browser may remember a preflight
 */
public record Cors(
        List<String> origins,
        List<String> methods,
        List<String> headers,
        List<String> exposed,
        boolean credentials,
        Duration maxAge) {
    /** What {@code cors: true} means: every origin, without credentials. */
    public static final Cors ANY =
            new Cors(List.of("*"), List.of(), List.of(), List.of(), false, Duration.ofMinutes(10));

    /** Copies the lists. */
    public Cors {
        origins = List.copyOf(origins);
        methods = List.copyOf(methods);
        headers = List.copyOf(headers);
        exposed = List.copyOf(exposed);
    }
}
