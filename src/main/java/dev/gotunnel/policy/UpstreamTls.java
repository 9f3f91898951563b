package dev.gotunnel.policy;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How a backend's certificate is checked.
 *
 * @param verify false to take any certificate
 * @param caFile a PEM file with the authorities to trust; null for those that Java trusts
 * @param serverName the name to ask for (SNI) and to expect in the certificate; null for the backend's host
 */
public record UpstreamTls(
        boolean verify, @Nullable Path caFile, @Nullable String serverName) {
    /** Checked against the authorities that Java trusts. */
    public static final UpstreamTls DEFAULT = new UpstreamTls(true, null, null);
}
