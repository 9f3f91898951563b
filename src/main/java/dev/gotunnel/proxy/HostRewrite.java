package dev.gotunnel.proxy;

import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.policy.DevServer;
import dev.gotunnel.policy.HostHeader;
import dev.gotunnel.policy.TrafficPolicy;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/**
 * Another {@code Host} for the backend, and what goes with it: {@code Origin} and {@code Referer} for servers that hold
 * them against the host, redirects to the backend's own address on the way back. Only the tunnel's own origin is
 * translated: a foreign page stays foreign.
 */
final class HostRewrite {
    private final HostHeader host;
    private final @Nullable DevServer preset;

    private HostRewrite(HostHeader host, @Nullable DevServer preset) {
        this.host = host;
        this.preset = preset;
    }

    /** What a policy asks for; null when the host is preserved. A preset means the backend's host if none is given. */
    static @Nullable HostRewrite of(TrafficPolicy policy) {
        HostHeader wished = policy.host();
        if (wished == null && policy.preset() != null) {
            wished = new HostHeader.OfBackend();
        }
        return wished == null || wished instanceof HostHeader.Preserved
                ? null
                : new HostRewrite(wished, policy.preset());
    }

    private String authority(BackendAddress backend) {
        return host instanceof HostHeader.Fixed(String fixed) ? fixed : backend.authority();
    }

    private static String schemeOf(BackendAddress backend) {
        return backend.scheme() == BackendAddress.Scheme.HTTPS ? "https" : "http";
    }

    /** What the backend calls its own origin, as it sees the request. */
    private String origin(RequestFacts facts, BackendAddress backend) {
        // Rails takes the scheme from X-Forwarded-Proto.
        String scheme = preset == DevServer.RAILS ? facts.scheme() : schemeOf(backend);
        return scheme + "://" + authority(backend);
    }

    void toBackend(HttpHeaders headers, RequestFacts facts, BackendAddress backend) {
        headers.set(HttpHeaderNames.HOST, authority(backend));
        if (preset == null) {
            return;
        }
        String own = facts.ownOrigin();
        if (own.equals(facts.origin())) {
            headers.set(HttpHeaderNames.ORIGIN, origin(facts, backend));
        }
        String referer = facts.referer();
        if (referer != null && isBelow(referer, own)) {
            headers.set(HttpHeaderNames.REFERER, origin(facts, backend) + referer.substring(own.length()));
        }
        switch (preset) {
            case VITE, WEBPACK -> {}
            case NEXT, RAILS -> ForwardingHeaders.forwardedHost(headers, authority(backend));
            case DJANGO -> {
                ForwardingHeaders.forwardedHost(headers, authority(backend));
                // Read only by projects that say so; both readings agree with the origin then.
                ForwardingHeaders.forwardedProto(headers, schemeOf(backend));
            }
        }
    }

    /**
     * Leads redirects to the backend's own address back through the tunnel, and names the page's origin as the page does.
     *
     * @param prefix what was done to the path; null for nothing
     */
    void toClient(HttpHeaders headers, RequestFacts facts, BackendAddress backend, @Nullable PrefixRewrite prefix) {
        String location = headers.get(HttpHeaderNames.LOCATION);
        if (location != null) {
            for (String scheme : new String[] {"http://", "https://"}) {
                String theirs = scheme + authority(backend);
                if (isBelow(location, theirs)) {
                    String path = location.substring(theirs.length());
                    headers.set(
                            HttpHeaderNames.LOCATION, facts.ownOrigin() + (prefix == null ? path : prefix.undo(path)));
                }
            }
        }
        if (preset != null && origin(facts, backend).equals(headers.get(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN))) {
            headers.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, facts.ownOrigin());
        }
    }

    /** Whether a URL has an origin, and not one that merely begins alike. */
    private static boolean isBelow(String url, String origin) {
        return url.startsWith(origin)
                && (url.length() == origin.length() || "/?#".indexOf(url.charAt(origin.length())) >= 0);
    }
}
