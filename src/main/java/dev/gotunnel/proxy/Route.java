package dev.gotunnel.proxy;

import java.util.List;

/**
 * Where the requests for some names go.
 *
 * @param id the tunnel's id, for pages, logs and metrics
 * @param names the host names in lower case, the one to show first
 * @param backends where requests go; the first that accepts a connection answers
 * @param https whether plain HTTP is redirected to HTTPS; false serves plain HTTP itself
 * @param tls how backends that speak TLS prove who they are
 */
public record Route(String id, List<String> names, List<BackendEndpoint> backends, boolean https, UpstreamTls tls) {
    /** Copies the lists. */
    public Route {
        names = List.copyOf(names);
        backends = List.copyOf(backends);
    }

    public Route(String id, List<String> names, List<BackendEndpoint> backends, boolean https) {
        this(id, names, backends, https, UpstreamTls.DEFAULT);
    }

    public enum Scheme {
        HTTP,
        HTTPS,
        H2C,
        UNIX
    }

    /**
     * A backend's host and port.
     *
     * @param host a name or a literal address, IPv6 without brackets; the path of a Unix domain socket
     */
    public record BackendEndpoint(Scheme scheme, String host, int port) {
        public BackendEndpoint(String host, int port) {
            this(Scheme.HTTP, host, port);
        }

        @Override
        public String toString() {
            if (scheme == Scheme.UNIX) {
                return "unix:" + host;
            }
            return (scheme == Scheme.HTTP ? "" : scheme.name().toLowerCase(java.util.Locale.ROOT) + "://")
                    + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
        }
    }
}
