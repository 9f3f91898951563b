package dev.gotunnel.proxy;

import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Turns the fields of an HTTP/2 stream into a message of HTTP/1.1, and back (RFC 9113 section 8). What HTTP/1.1 could read
 * in two ways is malformed; Netty has refused upper-case names, connection-specific fields and pseudo-header fields that
 * stand twice or in the wrong place before.
 */
final class Http2Message {
    private static final AsciiString WEBSOCKET = AsciiString.cached("websocket");

    private Http2Message() {}

    /** What a stream begins with. */
    sealed interface Head {
        /** A request. */
        record Request(HttpRequest request) implements Head {}

        /** A request to become a WebSocket, to be answered with 200 instead of 101 (RFC 8441). */
        record WebSocket(HttpRequest request, WebSocketKey key) implements Head {}

        /** A request that is not for us. */
        record Refused(ErrorPage page) implements Head {}

        /** No request: a stream error (RFC 9113 section 8.1.1). */
        record Malformed() implements Head {}
    }

    private static final Head MALFORMED = new Head.Malformed();

    /**
     * Reads a request.
     *
     * @param secure whether the connection is TLS
     * @param endStream whether no body follows
     */
    static Head request(Http2Headers from, boolean secure, boolean endStream, ClientLimits limits) {
        CharSequence method = from.method();
        CharSequence protocol = from.get(Http2Headers.PseudoHeaderName.PROTOCOL.value());
        if (from.size() > limits.fields()) {
            return new Head.Refused(ErrorPage.headersTooLarge());
        }
        if (method == null || !hasOneHost(from)) {
            return MALFORMED;
        }
        boolean connect = HttpMethod.CONNECT.asciiName().contentEquals(method);
        if (protocol == null) {
            return connect ? plainConnect(from) : ordinary(from, method, secure, endStream, limits);
        }
        if (!connect || endStream) {
            return MALFORMED;
        }
        return WEBSOCKET.contentEqualsIgnoreCase(protocol)
                ? webSocket(from, secure, limits)
                : new Head.Refused(ErrorPage.notImplemented());
    }

    private static Head plainConnect(Http2Headers from) {
        boolean wellFormed = from.authority() != null && from.path() == null && from.scheme() == null;
        return wellFormed
                ? new Head.Refused(ErrorPage.badRequest("gotunnel serves names; it is not a proxy to other hosts."))
                : MALFORMED;
    }

    private static Head ordinary(
            Http2Headers from, CharSequence method, boolean secure, boolean endStream, ClientLimits limits) {
        Head refused = refuseTarget(from, secure, limits);
        if (refused != null) {
            return refused;
        }
        HttpRequest request = toHttp1(from, method);
        if (request == null) {
            return MALFORMED;
        }
        if (!endStream && !request.headers().contains(HttpHeaderNames.CONTENT_LENGTH)) {
            request.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
        return new Head.Request(request);
    }

    private static Head webSocket(Http2Headers from, boolean secure, ClientLimits limits) {
        Head refused = refuseTarget(from, secure, limits);
        if (refused != null) {
            return refused;
        }
        HttpRequest request = toHttp1(from, HttpMethod.GET.asciiName());
        if (request == null) {
            return MALFORMED;
        }
        WebSocketKey key = WebSocketKey.random();
        HttpHeaders fields = request.headers();
        fields.remove(HttpHeaderNames.CONTENT_LENGTH);
        fields.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
        fields.set(HttpHeaderNames.UPGRADE, WEBSOCKET);
        fields.set(HttpHeaderNames.SEC_WEBSOCKET_KEY, key.value());
        if (!fields.contains(HttpHeaderNames.SEC_WEBSOCKET_VERSION)) {
            fields.set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, "13");
        }
        return new Head.WebSocket(request, key);
    }

    /** RFC 9113 section 8.3.1. */
    private static @Nullable Head refuseTarget(Http2Headers from, boolean secure, ClientLimits limits) {
        CharSequence path = from.path();
        CharSequence scheme = from.scheme();
        if (path == null || scheme == null || !RequestTarget.isOrigin(path)) {
            return MALFORMED;
        }
        if ("*".contentEquals(path)
                && !HttpMethod.OPTIONS.asciiName().contentEquals(Objects.requireNonNull(from.method()))) {
            return MALFORMED;
        }
        if (!AsciiString.contentEqualsIgnoreCase(scheme, secure ? "https" : "http")) {
            return new Head.Refused(ErrorPage.badRequest("The request's scheme is not that of its connection."));
        }
        return path.length() > limits.targetBytes() ? new Head.Refused(ErrorPage.targetTooLong()) : null;
    }

    /** A {@code Host} that says something else than {@code :authority} leaves open which one is meant. */
    private static boolean hasOneHost(Http2Headers from) {
        CharSequence authority = from.authority();
        List<CharSequence> hosts = from.getAll(HttpHeaderNames.HOST);
        return hosts.isEmpty()
                || (hosts.size() == 1
                        && (authority == null || AsciiString.contentEqualsIgnoreCase(authority, hosts.getFirst())));
    }

    /** A value that could end a line or a field in HTTP/1.1 is refused, not passed on. */
    private static @Nullable HttpRequest toHttp1(Http2Headers from, CharSequence method) {
        try {
            HttpRequest request = new DefaultHttpRequest(
                    HttpVersion.HTTP_1_1,
                    HttpMethod.valueOf(method.toString()),
                    Objects.requireNonNull(from.path()).toString());
            HttpHeaders to = request.headers();
            CharSequence authority = from.authority();
            if (authority != null) {
                to.set(HttpHeaderNames.HOST, authority.toString());
            }
            StringBuilder cookies = new StringBuilder();
            for (Map.Entry<CharSequence, CharSequence> field : from) {
                CharSequence name = field.getKey();
                if (name.length() == 0 || name.charAt(0) == ':') {
                    continue;
                }
                if (isPadded(field.getValue())) {
                    return null;
                }
                if (HttpHeaderNames.COOKIE.contentEquals(name)) {
                    // Sent in pieces for the sake of compression: RFC 9113 section 8.2.3.
                    cookies.append(cookies.isEmpty() ? "" : "; ").append(field.getValue());
                } else if (authority == null || !HttpHeaderNames.HOST.contentEquals(name)) {
                    to.add(name, field.getValue());
                }
            }
            if (!cookies.isEmpty()) {
                to.set(HttpHeaderNames.COOKIE, cookies.toString());
            }
            return request;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** RFC 9113 section 8.2.1: white space around a value belongs to HTTP/1.1's lines, not to the value. */
    private static boolean isPadded(CharSequence value) {
        return !value.isEmpty() && (isBlank(value.charAt(0)) || isBlank(value.charAt(value.length() - 1)));
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    /** Reads the end of a request; null when HTTP/1.1 cannot express it without ambiguity. */
    static @Nullable LastHttpContent trailers(Http2Headers from, ClientLimits limits) {
        DefaultLastHttpContent last = new DefaultLastHttpContent();
        try {
            for (Map.Entry<CharSequence, CharSequence> field : from) {
                last.trailingHeaders().add(field.getKey(), field.getValue());
            }
        } catch (IllegalArgumentException e) {
            return null;
        }
        return from.size() > limits.fields() ? null : last;
    }

    /** Writes the head of a response. */
    static Http2Headers response(HttpResponse head) {
        DefaultHttp2Headers to = new DefaultHttp2Headers(false, head.headers().size() + 4);
        to.status(head.status().codeAsText());
        addFields(head.headers(), to);
        return to;
    }

    /** Writes the head of the response to a WebSocket's request, from the backend's 101. */
    static Http2Headers webSocketResponse(HttpResponse head) {
        HttpHeaders fields = head.headers();
        fields.remove(HttpHeaderNames.CONNECTION);
        fields.remove(HttpHeaderNames.UPGRADE);
        fields.remove(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT);
        fields.remove(HttpHeaderNames.CONTENT_LENGTH);
        Http2Headers to = new DefaultHttp2Headers(false, fields.size() + 4).status("200");
        addFields(fields, to);
        return to;
    }

    /** Writes the fields that end a response. */
    static Http2Headers trailers(HttpHeaders fields) {
        Http2Headers to = new DefaultHttp2Headers(false, fields.size());
        addFields(fields, to);
        return to;
    }

    /** Writes fields as HTTP/2 has them: names in lower case, no coding of the transfer. */
    static void addFields(HttpHeaders from, Http2Headers to) {
        Iterator<Map.Entry<CharSequence, CharSequence>> fields = from.iteratorCharSequence();
        while (fields.hasNext()) {
            Map.Entry<CharSequence, CharSequence> field = fields.next();
            AsciiString name = AsciiString.of(field.getKey()).toLowerCase();
            if (!HttpHeaderNames.TRANSFER_ENCODING.contentEquals(name)) {
                to.add(name, field.getValue());
            }
        }
    }

    // ---- towards a backend

    /** Writes the head of a request. */
    static Http2Headers request(HttpRequest head, String scheme, boolean acceptsTrailers) {
        HttpHeaders from = head.headers();
        DefaultHttp2Headers to = new DefaultHttp2Headers(false, from.size() + 6);
        to.method(head.method().asciiName()).scheme(scheme).path(head.uri());
        Iterator<Map.Entry<CharSequence, CharSequence>> fields = from.iteratorCharSequence();
        while (fields.hasNext()) {
            Map.Entry<CharSequence, CharSequence> field = fields.next();
            AsciiString name = AsciiString.of(field.getKey()).toLowerCase();
            if (HttpHeaderNames.HOST.contentEquals(name)) {
                to.authority(field.getValue());
            } else if (!HttpHeaderNames.TRANSFER_ENCODING.contentEquals(name)) {
                to.add(name, field.getValue());
            }
        }
        if (acceptsTrailers) {
            // The one hop-by-hop field that HTTP/2 has (RFC 9113 section 8.2.2); gRPC servers insist on it.
            to.set(HttpHeaderNames.TE, HttpHeaderValues.TRAILERS);
        }
        return to;
    }

    /** Writes the head of a request to become a WebSocket (RFC 8441 section 5). */
    static Http2Headers webSocketRequest(HttpRequest head, String scheme) {
        Http2Headers to = request(head, scheme, false);
        to.method(HttpMethod.CONNECT.asciiName());
        to.set(Http2Headers.PseudoHeaderName.PROTOCOL.value(), WEBSOCKET);
        to.remove(HttpHeaderNames.CONNECTION);
        to.remove(HttpHeaderNames.UPGRADE);
        to.remove(HttpHeaderNames.SEC_WEBSOCKET_KEY);
        to.remove(HttpHeaderNames.CONTENT_LENGTH);
        return to;
    }

    /** Reads the status of a response; null when there is none. */
    static @Nullable HttpResponseStatus statusOf(Http2Headers from) {
        CharSequence text = from.status();
        if (text == null || text.length() != 3) {
            return null;
        }
        int code = 0;
        for (int i = 0; i < 3; i++) {
            if (!Character.isDigit(text.charAt(i))) {
                return null;
            }
            code = code * 10 + text.charAt(i) - '0';
        }
        return code < 100 ? null : HttpResponseStatus.valueOf(code);
    }

    /**
     * Reads the fields of a response.
     *
     * @throws IllegalArgumentException when one could end a line or a field in HTTP/1.1
     */
    static void addFields(Http2Headers from, HttpHeaders to) {
        for (Map.Entry<CharSequence, CharSequence> field : from) {
            CharSequence name = field.getKey();
            if (name.charAt(0) != ':' && !HttpHeaderNames.TRANSFER_ENCODING.contentEquals(name)) {
                to.add(name, field.getValue());
            }
        }
    }

    /**
     * Reads the fields that end a response.
     *
     * @throws IllegalArgumentException when one could end a line or a field in HTTP/1.1
     */
    static LastHttpContent responseTrailers(Http2Headers from) {
        DefaultLastHttpContent last = new DefaultLastHttpContent();
        for (Map.Entry<CharSequence, CharSequence> field : from) {
            CharSequence name = field.getKey();
            // Netty takes no frame of a message for a trailer.
            boolean framing = HttpHeaderNames.CONTENT_LENGTH.contentEquals(name)
                    || HttpHeaderNames.TRANSFER_ENCODING.contentEquals(name)
                    || HttpHeaderNames.TRAILER.contentEquals(name);
            if (!framing) {
                last.trailingHeaders().add(name, field.getValue());
            }
        }
        return last;
    }
}
