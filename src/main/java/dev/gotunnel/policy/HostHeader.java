package dev.gotunnel.policy;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;

/** What a backend gets as the {@code Host} field (RFC 9110 section 7.2). */
public sealed interface HostHeader {
    /** The configuration's word for {@link Preserved}. */
    String PRESERVE = "preserve";

    /** The configuration's word for {@link OfBackend}. */
    String BACKEND = "backend";

    /** What the client asked for. */
    record Preserved() implements HostHeader {}

    /** The backend's own host and port. */
    record OfBackend() implements HostHeader {}

    /** Something else. */
    record Fixed(String host) implements HostHeader {}

    /**
     * Reads {@code preserve}, {@code backend} or a host with or without a port.
     *
     * @throws GotunnelException with {@code USAGE} when the text is none of these
     */
    static HostHeader parse(String text) {
        return switch (text) {
            case PRESERVE -> new Preserved();
            case BACKEND -> new OfBackend();
            default -> {
                if (!text.matches("[A-Za-z0-9._\\-\\[\\]:]{1,255}")) {
                    throw new GotunnelException(
                            ErrorCode.USAGE,
                            "\"" + text + "\" is not a host.",
                            "Write preserve, backend, or a host such as localhost:3000.");
                }
                yield new Fixed(text);
            }
        };
    }

    /** The configuration's word for it. */
    default String text() {
        return switch (this) {
            case Preserved() -> PRESERVE;
            case OfBackend() -> BACKEND;
            case Fixed(String host) -> host;
        };
    }
}
