package dev.gotunnel.proxy;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How a backend that speaks TLS proves who it is.
 *
 * @param verify whether its certificate must be valid for its name; false takes any
 * @param caFile the issuers to trust, in PEM, instead of those that Java trusts; null for these
 * @param serverName the name to ask for (SNI) and to verify; null for the host that is connected to
 */
public record UpstreamTls(
        boolean verify, @Nullable Path caFile, @Nullable String serverName) {
    public static final UpstreamTls DEFAULT = new UpstreamTls(true, null, null);
}
