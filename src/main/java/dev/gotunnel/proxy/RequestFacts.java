package dev.gotunnel.proxy;

import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.policy.Template.Placeholder;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a request was before anything in it was changed, for the rules that speak of it. None of it can hold a line's end:
 * the decoders refuse that.
 *
 * @param authority the host and port that the client asked for, the proxy in front of this one where there is a trusted one
 * @param name the host alone
 * @param scheme {@code http} or {@code https}
 * @param target the request target
 * @param origin the {@code Origin} field
 * @param referer the {@code Referer} field
 * @param address the client's address
 */
record RequestFacts(
        String tunnel,
        String authority,
        String name,
        HttpMethod method,
        String scheme,
        String target,
        @Nullable String origin,
        @Nullable String referer,
        String address,
        String requestId) {
    /** @param authority valid, as {@link HostName} sees it */
    static RequestFacts of(
            HttpRequest request, String tunnel, String authority, ClientConnection client, String requestId) {
        return new RequestFacts(
                tunnel,
                authority,
                Objects.requireNonNull(HostName.of(authority)),
                request.method(),
                client.scheme(),
                request.uri(),
                request.headers().get(HttpHeaderNames.ORIGIN),
                request.headers().get(HttpHeaderNames.REFERER),
                client.address(),
                requestId);
    }

    /** What the client's page calls its own. */
    String ownOrigin() {
        return scheme + "://" + authority;
    }

    /** The value of a placeholder for an attempt at a backend. */
    String value(Placeholder placeholder, BackendAddress backend) {
        return switch (placeholder) {
            case HOST -> name;
            case METHOD -> method.name();
            case SCHEME -> scheme;
            case PATH -> MatchedPath.raw(target);
            case QUERY -> target.indexOf('?') < 0 ? "" : target.substring(target.indexOf('?') + 1);
            case REMOTE_IP -> address;
            case REQUEST_ID -> requestId;
            case TUNNEL -> tunnel;
            case BACKEND -> backend.authority();
        };
    }
}
