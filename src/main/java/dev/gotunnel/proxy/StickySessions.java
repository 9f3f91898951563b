package dev.gotunnel.proxy;

import dev.gotunnel.policy.StickyCookie;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keeps clients at their backends by a cookie whose value says nothing of the backend. Any thread. */
final class StickySessions {
    private final String prefix;

    StickySessions(StickyCookie cookie) {
        this.prefix = cookie.name() + "=";
    }

    /** The backend that a request's cookie names; null for none. */
    @Nullable
    Upstream of(HttpHeaders request, List<Upstream> upstreams) {
        String value = value(request);
        if (value != null) {
            for (Upstream upstream : upstreams) {
                if (value.equals(token(upstream))) {
                    return upstream;
                }
            }
        }
        return null;
    }

    private @Nullable String value(HttpHeaders request) {
        for (String line : request.getAll(HttpHeaderNames.COOKIE)) {
            for (String pair : line.split(";")) {
                String cookie = pair.strip();
                if (cookie.startsWith(prefix)) {
                    return cookie.substring(prefix.length());
                }
            }
        }
        return null;
    }

    /** Tells a client which backend it is at, unless it said so itself. */
    void remember(HttpHeaders request, HttpHeaders response, Upstream upstream, boolean secure) {
        String token = token(upstream);
        if (!token.equals(value(request))) {
            response.add(
                    HttpHeaderNames.SET_COOKIE,
                    prefix + token + "; Path=/; HttpOnly; SameSite=Lax" + (secure ? "; Secure" : ""));
        }
    }

    private static String token(Upstream upstream) {
        return KeyedDigest.of(upstream.endpoint().url());
    }
}
