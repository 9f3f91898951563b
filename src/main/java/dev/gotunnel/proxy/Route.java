package dev.gotunnel.proxy;

import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.policy.PathRoute;
import dev.gotunnel.policy.TlsVersion;
import dev.gotunnel.policy.TrafficPolicy;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the requests for some names go.
 *
 * @param id the tunnel's id, for pages, logs and metrics
 * @param names the host names in lower case, the one to show first
 * @param backends where requests go, at least one
 * @param https whether plain HTTP is redirected to HTTPS; false serves plain HTTP itself
 * @param policy how the requests are treated
 * @param paths what is different for some of the paths
 * @param minTls the oldest version of TLS that clients may use; null for TLS 1.2
 */
public record Route(
        String id,
        List<String> names,
        List<BackendAddress> backends,
        boolean https,
        TrafficPolicy policy,
        List<PathRoute> paths,
        @Nullable TlsVersion minTls) {
    /** Copies the lists. */
    public Route {
        names = List.copyOf(names);
        backends = List.copyOf(backends);
        paths = List.copyOf(paths);
    }

    /** A route that treats all requests alike, without any policy of its own. */
    public Route(String id, List<String> names, List<BackendAddress> backends, boolean https) {
        this(id, names, backends, https, TrafficPolicy.NONE, List.of(), null);
    }
}
