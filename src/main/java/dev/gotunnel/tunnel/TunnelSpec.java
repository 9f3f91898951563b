package dev.gotunnel.tunnel;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.names.DomainName;
import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.policy.PathRoute;
import dev.gotunnel.policy.TlsVersion;
import dev.gotunnel.policy.TrafficPolicy;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a tunnel is to be: a name and where it leads. Immutable and checked on creation.
 *
 * @param id who it is
 * @param domain the name to serve
 * @param backends where requests go, at least one
 * @param https whether it is served over TLS, with plain HTTP redirected; false serves plain HTTP alone
 * @param httpsPort an additional port to serve it on, 1 to 65535, 0 for an ephemeral one; null for none
 * @param policy how its requests are treated
 * @param routes what is different for some of its paths
 * @param minTls the oldest version of TLS that its clients may use; null for what the engine takes
 * @param certificate what it proves its domain with; null for a certificate of this machine's authority
 */
public record TunnelSpec(
        TunnelId id,
        DomainName domain,
        List<BackendAddress> backends,
        boolean https,
        @Nullable Integer httpsPort,
        TrafficPolicy policy,
        List<PathRoute> routes,
        @Nullable TlsVersion minTls,
        @Nullable OwnCertificate certificate) {
    /** A tunnel that treats all requests alike, without any policy of its own. */
    public TunnelSpec(
            TunnelId id, DomainName domain, List<BackendAddress> backends, boolean https, @Nullable Integer httpsPort) {
        this(id, domain, backends, https, httpsPort, TrafficPolicy.NONE, List.of(), null, null);
    }

    /** @throws GotunnelException with {@code USAGE} when there is no backend, or a port is out of range */
    public TunnelSpec {
        backends = List.copyOf(backends);
        routes = List.copyOf(routes);
        if (backends.isEmpty()) {
            throw new GotunnelException(
                    ErrorCode.USAGE, "The tunnel \"" + id.name() + "\" leads nowhere.", "Give it --port or --backend.");
        }
        if (httpsPort != null && !https) {
            throw new GotunnelException(
                    ErrorCode.USAGE, "A tunnel without HTTPS has no HTTPS port.", "Leave one of the two out.");
        }
        if (certificate != null && !https) {
            throw new GotunnelException(
                    ErrorCode.USAGE, "A tunnel without HTTPS has no certificate.", "Leave one of the two out.");
        }
        if (httpsPort != null && (httpsPort < 0 || httpsPort > 65535)) {
            throw new GotunnelException(
                    ErrorCode.USAGE,
                    "The port " + httpsPort + " is out of range.",
                    "Ports go from 1 to 65535; 0 takes any free one.");
        }
    }

    /** The same tunnel with its requests treated in another way. */
    public TunnelSpec withPolicy(TrafficPolicy newPolicy) {
        return new TunnelSpec(id, domain, backends, https, httpsPort, newPolicy, routes, minTls, certificate);
    }

    /** Whether another specification of the same tunnel can take this one's place while it serves: same names, same ports. */
    public boolean isServedLike(TunnelSpec other) {
        return id.equals(other.id)
                && domain.equals(other.domain)
                && https == other.https
                && Objects.equals(httpsPort, other.httpsPort)
                && minTls == other.minTls
                && Objects.equals(certificate, other.certificate);
    }
}
