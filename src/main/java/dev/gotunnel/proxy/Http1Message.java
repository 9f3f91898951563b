package dev.gotunnel.proxy;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** What makes a message of HTTP/1.1 (RFC 9112) plain to every reader: the counterpart of {@link Http2Message}. */
final class Http1Message {
    private static final Set<String> SCHEMES = Set.of("http", "https");

    private Http1Message() {}

    /** What the decoder lets pass although another server might read it differently. */
    static boolean isUnambiguous(HttpRequest request) {
        HttpHeaders fields = request.headers();
        String coding = fields.get(HttpHeaderNames.TRANSFER_ENCODING);
        if (coding != null) {
            if (!HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(coding)
                    || fields.getAll(HttpHeaderNames.TRANSFER_ENCODING).size() > 1) {
                return false;
            }
            // In the one spelling that every backend knows.
            fields.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
        String length = fields.get(HttpHeaderNames.CONTENT_LENGTH);
        // Leading zeros are decimal here and octal elsewhere.
        boolean lengthPlain = length == null || length.length() == 1 || length.charAt(0) != '0';
        return lengthPlain && RequestTarget.isPlain(request.uri());
    }

    /**
     * Takes the host out of a request line that has a whole URL and names it itself (RFC 9112 section 3.2.2).
     *
     * @return false when it is none that leads here
     */
    static boolean toOriginForm(HttpRequest request) {
        String uri = request.uri();
        if (uri.startsWith("/")
                || (uri.equals("*") && request.method().equals(HttpMethod.OPTIONS))
                || request.method().equals(HttpMethod.CONNECT)) {
            return true;
        }
        int scheme = uri.indexOf("://");
        boolean known = scheme > 0 && SCHEMES.contains(uri.substring(0, scheme).toLowerCase(Locale.ROOT));
        if (!known || request.headers().getAll(HttpHeaderNames.HOST).size() > 1) {
            return false;
        }
        int begin = scheme + 3;
        int end = begin;
        while (end < uri.length() && "/?".indexOf(uri.charAt(end)) < 0) {
            end++;
        }
        String rest = uri.substring(end);
        request.setUri(rest.startsWith("/") ? rest : "/" + rest);
        request.headers().set(HttpHeaderNames.HOST, uri.substring(begin, end));
        return true;
    }

    /** Whether an answer with a status has no body, whatever its head says (RFC 9112 section 6.3). */
    static boolean isBodiless(HttpRequest request, int status) {
        return request.method().equals(HttpMethod.HEAD)
                || status == HttpResponseStatus.NO_CONTENT.code()
                || status == HttpResponseStatus.NOT_MODIFIED.code();
    }

    static boolean isGrpc(HttpRequest request) {
        String type = request.headers().get(HttpHeaderNames.CONTENT_TYPE);
        return type != null && type.startsWith("application/grpc");
    }

    /** Writes out an informational response. */
    static String interim(HttpResponse head) {
        StringBuilder text =
                new StringBuilder("HTTP/1.1 ").append(head.status()).append("\r\n");
        for (Map.Entry<String, String> header : head.headers()) {
            text.append(header.getKey()).append(": ").append(header.getValue()).append("\r\n");
        }
        return text.append("\r\n").toString();
    }
}
