package dev.gotunnel.proxy;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The nonce of a WebSocket handshake over HTTP/1.1 (RFC 6455 section 4.1). Over HTTP/2 there is none (RFC 8441
 * section 5): it is made here for a backend of HTTP/1.1 whose answer is checked here, and answered here for a client of
 * HTTP/1.1.
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

    /** The key in the fields of a request; it is there where the request asks to become a WebSocket. */
    static WebSocketKey of(HttpHeaders request) {
        return new WebSocketKey(Objects.requireNonNull(request.get(HttpHeaderNames.SEC_WEBSOCKET_KEY)));
    }

    /** Whether a backend's {@code Sec-WebSocket-Accept} answers this key. */
    boolean isAnsweredBy(@Nullable String accept) {
        return answer().equals(accept);
    }

    /** What a server says in {@code Sec-WebSocket-Accept} that has understood (RFC 6455 section 4.2.2). */
    String answer() {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-1").digest((value + GUID).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }
}
