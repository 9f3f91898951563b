package dev.gotunnel.proxy;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The nonce of a WebSocket handshake over HTTP/1.1 (RFC 6455 section 4.1). Over HTTP/2 there is none: it is made here for
 * the backend, and its answer checked here (RFC 8441 section 5).
 *
 * @param value 16 random bytes in Base64; against caches and confusion, not a secret
 */
record WebSocketKey(String value) {
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int BYTES = 16;

    static WebSocketKey random() {
        byte[] nonce = new byte[BYTES];
        ThreadLocalRandom.current().nextBytes(nonce);
        return new WebSocketKey(Base64.getEncoder().encodeToString(nonce));
    }

    /** Whether a backend's {@code Sec-WebSocket-Accept} answers this key. */
    boolean isAnsweredBy(@Nullable String accept) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-1").digest((value + GUID).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(digest).equals(accept);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }
}
