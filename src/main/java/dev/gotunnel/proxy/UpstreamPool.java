package dev.gotunnel.proxy;

import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.policy.TrafficPolicy;
import dev.gotunnel.policy.UpstreamTls;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The backends that requests are shared out among. Any thread. */
final class UpstreamPool {
    private final List<Upstream> upstreams;

    UpstreamPool(List<BackendAddress> backends, TrafficPolicy policy) {
        UpstreamTls tls = policy.tls() == null ? UpstreamTls.DEFAULT : policy.tls();
        this.upstreams =
                backends.stream().map(backend -> new Upstream(backend, tls)).toList();
    }

    List<Upstream> upstreams() {
        return upstreams;
    }

    /**
     * The backend to try next: one that is up before one that is down.
     *
     * @param tried those that have accepted no connection for this exchange
     */
    @Nullable
    Upstream candidate(Collection<Upstream> tried) {
        Upstream last = null;
        for (Upstream upstream : upstreams) {
            if (!tried.contains(upstream)) {
                if (upstream.isHealthy()) {
                    return upstream;
                }
                last = last == null ? upstream : last;
            }
        }
        return last;
    }

    /** Closes what is idle, and what becomes idle from now on. */
    void close() {
        upstreams.forEach(Upstream::close);
    }
}
