package dev.gotunnel.proxy;

import java.util.List;

/**
 * Where the requests for some names go.
 *
 * @param id the tunnel's id, for pages, logs and metrics
 * @param names the host names in lower case, the one to show first
 * @param backends where requests go; the first that accepts a connection answers
 * @param https whether plain HTTP is redirected to HTTPS; false serves plain HTTP itself
 */
public record Route(String id, List<String> names, List<BackendEndpoint> backends, boolean https) {
    /** Copies the lists. */
    public Route {
        names = List.copyOf(names);
        backends = List.copyOf(backends);
    }

    /**
     * A backend's host and port.
     *
     * @param host a name or a literal address, IPv6 without brackets
     */
    public record BackendEndpoint(String host, int port) {
        @Override
        public String toString() {
            return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
        }
    }
}
