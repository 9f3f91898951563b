package dev.gotunnel.proxy;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpScheme;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

/**
 * What a proxy must change in headers: hop-by-hop fields end here (RFC 9110 section 7.6.1), and the backend learns who
 * asked ({@code X-Forwarded-*}, RFC 7239 {@code Forwarded}). What a client claims in these is overwritten by what is known
 * of it, which {@link TrustedProxies} may have told.
 */
final class ForwardingHeaders {
    static final AsciiString X_REQUEST_ID = AsciiString.cached("x-request-id");
    private static final AsciiString X_FORWARDED_FOR = AsciiString.cached("x-forwarded-for");
    private static final AsciiString X_FORWARDED_HOST = AsciiString.cached("x-forwarded-host");
    private static final AsciiString X_FORWARDED_PORT = AsciiString.cached("x-forwarded-port");
    private static final AsciiString X_FORWARDED_PROTO = AsciiString.cached("x-forwarded-proto");
    private static final AsciiString FORWARDED = AsciiString.cached("forwarded");
    private static final AsciiString KEEP_ALIVE = AsciiString.cached("keep-alive");
    private static final AsciiString PROXY_CONNECTION = AsciiString.cached("proxy-connection");
    private static final String SEC_WEBSOCKET = "sec-websocket-";
    private static final AsciiString WEBSOCKET = AsciiString.cached("websocket");
    private static final List<AsciiString> NOT_IN_TRAILERS = List.of(
            HttpHeaderNames.HOST,
            HttpHeaderNames.CONTENT_LENGTH,
            HttpHeaderNames.TRANSFER_ENCODING,
            X_FORWARDED_FOR,
            X_FORWARDED_HOST,
            X_FORWARDED_PORT,
            X_FORWARDED_PROTO,
            FORWARDED,
            X_REQUEST_ID);
    private static final AsciiString X_GOTUNNEL_HOPS = AsciiString.cached("x-gotunnel-hops");
    private static final int MAX_REQUEST_ID = 128;
    private static final int MAX_HOPS = 9;
    private static final List<AsciiString> HOPS = IntStream.rangeClosed(1, MAX_HOPS)
            .mapToObj(hops -> AsciiString.cached(Integer.toString(hops)))
            .toList();

    private ForwardingHeaders() {}

    /**
     * Prepares a request for the backend.
     *
     * @param host what the client asked for
     * @param requestId the exchange's id
     * @param upgrade whether the client's wish to change to WebSocket goes through
     */
    static void toBackend(
            HttpHeaders headers, ClientConnection client, AskedHost host, String requestId, boolean upgrade) {
        removeHopByHop(headers);
        if (upgrade) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
            headers.set(HttpHeaderNames.UPGRADE, WEBSOCKET);
        }
        headers.remove(PrefixRewrite.X_FORWARDED_PREFIX);
        headers.set(X_FORWARDED_FOR, host.forwardedFor());
        headers.set(X_FORWARDED_HOST, host.forwardedHost());
        headers.set(X_FORWARDED_PORT, host.forwardedPort());
        headers.set(X_FORWARDED_PROTO, client.secure() ? HttpScheme.HTTPS.name() : HttpScheme.HTTP.name());
        headers.set(FORWARDED, host.forwarded());
        headers.set(X_REQUEST_ID, requestId);
    }

    /**
     * Removes what the client says of its connection's transfer codings, and returns whether it takes trailers: that the
     * client of a backend says anew where the protocol has it.
     */
    static boolean takeTe(HttpHeaders headers) {
        String te = headers.get(HttpHeaderNames.TE);
        if (te == null) {
            return false;
        }
        boolean trailers = headers.containsValue(HttpHeaderNames.TE, HttpHeaderValues.TRAILERS, true);
        headers.remove(HttpHeaderNames.TE);
        return trailers;
    }

    /** Tells the backend of another host than the client asked for, in every way that it may be told. */
    static void forwardedHost(HttpHeaders headers, String host) {
        headers.set(X_FORWARDED_HOST, host);
        headers.remove(FORWARDED);
    }

    /** Tells the backend of another scheme than the client came by. */
    static void forwardedProto(HttpHeaders headers, String scheme) {
        headers.set(X_FORWARDED_PROTO, scheme);
        headers.remove(FORWARDED);
    }

    /**
     * Counts this passage through gotunnel. A backend may rightly call another tunnel with the headers that it got, but a
     * request that has passed so often runs in a circle (RFC 5842 section 7.2).
     *
     * @return false when it has passed too often
     */
    static boolean countHop(HttpHeaders headers) {
        String before = headers.get(X_GOTUNNEL_HOPS);
        int hops = before == null ? 1 : before.length() == 1 ? before.charAt(0) - '0' + 1 : MAX_HOPS + 1;
        if (hops < 1 || hops > MAX_HOPS) {
            return false;
        }
        headers.set(X_GOTUNNEL_HOPS, HOPS.get(hops - 1));
        return true;
    }

    /** Prepares a response for the client. */
    static void toClient(HttpHeaders headers) {
        removeHopByHop(headers);
        headers.remove(HttpHeaderNames.PROXY_AUTHENTICATE);
    }

    /** Removes what must not come after a body: what frames or routes a message, or is ours to say (RFC 9110 section 6.5). */
    static void trailers(HttpHeaders trailers) {
        if (!trailers.isEmpty()) {
            removeHopByHop(trailers);
            NOT_IN_TRAILERS.forEach(trailers::remove);
        }
    }

    /**
     * Removes the fields that concern one connection alone, those that {@code Connection} names included. A field that
     * frames the message or routes it, or belongs to a WebSocket's handshake, cannot be named away.
     */
    private static void removeHopByHop(HttpHeaders headers) {
        if (headers.contains(HttpHeaderNames.CONNECTION)) {
            removeNamed(headers, headers.getAll(HttpHeaderNames.CONNECTION));
            headers.remove(HttpHeaderNames.CONNECTION);
        }
        headers.remove(KEEP_ALIVE);
        headers.remove(PROXY_CONNECTION);
        headers.remove(HttpHeaderNames.UPGRADE);
        headers.remove(HttpHeaderNames.PROXY_AUTHORIZATION);
    }

    private static void removeNamed(HttpHeaders headers, List<String> connection) {
        for (String value : connection) {
            for (String token : value.split(",")) {
                String name = token.strip();
                if (!name.isEmpty() && !isProtected(name)) {
                    headers.remove(name);
                }
            }
        }
    }

    private static boolean isProtected(String name) {
        return HttpHeaderNames.HOST.contentEqualsIgnoreCase(name)
                || HttpHeaderNames.CONTENT_LENGTH.contentEqualsIgnoreCase(name)
                || HttpHeaderNames.TRANSFER_ENCODING.contentEqualsIgnoreCase(name)
                || HttpHeaderNames.TRAILER.contentEqualsIgnoreCase(name)
                || name.regionMatches(true, 0, SEC_WEBSOCKET, 0, SEC_WEBSOCKET.length());
    }

    /**
     * Whether a request asks to become a WebSocket (RFC 6455 section 4.1). One without a key, or with a body, cannot: it is
     * a request like any other.
     */
    static boolean wantsWebSocket(HttpRequest request) {
        return HttpMethod.GET.equals(request.method())
                && request.headers().containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)
                && request.headers().containsValue(HttpHeaderNames.UPGRADE, WEBSOCKET, true)
                && request.headers().contains(HttpHeaderNames.SEC_WEBSOCKET_KEY)
                && !HttpUtil.isTransferEncodingChunked(request)
                && HttpUtil.getContentLength(request, 0L) == 0;
    }

    /** The client's own request id when it is short and plain, else a new one of 128 bits. */
    static String requestId(HttpHeaders headers) {
        String given = headers.get(X_REQUEST_ID);
        if (given != null && isSane(given)) {
            return given;
        }
        ThreadLocalRandom random = ThreadLocalRandom.current();
        byte[] hex = new byte[32];
        hex(random.nextLong(), hex, 0);
        hex(random.nextLong(), hex, 16);
        return new String(hex, StandardCharsets.ISO_8859_1);
    }

    private static void hex(long value, byte[] target, int offset) {
        for (int i = 0; i < 16; i++) {
            int digit = (int) (value >>> (60 - 4 * i)) & 15;
            target[offset + i] = (byte) (digit < 10 ? '0' + digit : 'a' - 10 + digit);
        }
    }

    private static boolean isSane(String id) {
        if (id.isEmpty() || id.length() > MAX_REQUEST_ID) {
            return false;
        }
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            boolean plain = (c < 128 && Character.isLetterOrDigit(c)) || "-_.:+/=".indexOf(c) >= 0;
            if (!plain) {
                return false;
            }
        }
        return true;
    }
}
