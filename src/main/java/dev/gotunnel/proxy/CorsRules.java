package dev.gotunnel.proxy;

import dev.gotunnel.policy.Cors;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The CORS protocol of the Fetch standard (https://fetch.spec.whatwg.org/#http-cors-protocol). Immutable. */
final class CorsRules {
    private static final String ANY = "*";

    /** What a backend says of it gives way to what the policy says. */
    private static final List<AsciiString> OF_BACKEND = List.of(
            HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN,
            HttpHeaderNames.ACCESS_CONTROL_ALLOW_CREDENTIALS,
            HttpHeaderNames.ACCESS_CONTROL_ALLOW_HEADERS,
            HttpHeaderNames.ACCESS_CONTROL_ALLOW_METHODS,
            HttpHeaderNames.ACCESS_CONTROL_EXPOSE_HEADERS,
            HttpHeaderNames.ACCESS_CONTROL_MAX_AGE);

    private final Cors cors;
    private final boolean any;
    private final boolean credentials;

    CorsRules(Cors cors) {
        this.cors = cors;
        this.any = cors.origins().contains(ANY);
        // Every page on the internet would act with the user's cookies.
        this.credentials = cors.credentials() && !any;
    }

    static boolean isPreflight(HttpRequest request) {
        return HttpMethod.OPTIONS.equals(request.method())
                && request.headers().contains(HttpHeaderNames.ORIGIN)
                && request.headers().contains(HttpHeaderNames.ACCESS_CONTROL_REQUEST_METHOD);
    }

    ErrorPage preflight(HttpRequest request) {
        String origin = request.headers().get(HttpHeaderNames.ORIGIN);
        Map<String, String> fields = new TreeMap<>();
        fields.put("vary", "origin, access-control-request-method, access-control-request-headers");
        if (origin != null && allows(origin)) {
            fields.put("access-control-allow-origin", any ? ANY : origin);
            String method = request.headers().get(HttpHeaderNames.ACCESS_CONTROL_REQUEST_METHOD);
            String headers = request.headers().get(HttpHeaderNames.ACCESS_CONTROL_REQUEST_HEADERS);
            fields.put(
                    "access-control-allow-methods",
                    cors.methods().isEmpty() ? method : String.join(", ", cors.methods()));
            if (!cors.headers().isEmpty()) {
                fields.put("access-control-allow-headers", String.join(", ", cors.headers()));
            } else if (headers != null) {
                fields.put("access-control-allow-headers", headers);
            }
            if (credentials) {
                fields.put("access-control-allow-credentials", "true");
            }
            fields.put("access-control-max-age", Long.toString(cors.maxAge().toSeconds()));
        }
        return ErrorPage.noContent(fields);
    }

    private boolean allows(String origin) {
        return any || cors.origins().contains(origin);
    }

    void toClient(@Nullable String origin, HttpHeaders response) {
        OF_BACKEND.forEach(response::remove);
        if (!any) {
            response.add(HttpHeaderNames.VARY, HttpHeaderNames.ORIGIN);
        }
        if (origin == null || !allows(origin)) {
            return;
        }
        response.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, any ? ANY : origin);
        if (credentials) {
            response.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
        }
        if (!cors.exposed().isEmpty()) {
            response.set(HttpHeaderNames.ACCESS_CONTROL_EXPOSE_HEADERS, String.join(", ", cors.exposed()));
        }
    }
}
