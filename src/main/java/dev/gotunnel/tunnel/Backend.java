package dev.gotunnel.tunnel;

/**
 * A backend as it stands now.
 *
 * @param url where requests go, such as {@code http://localhost:3000}
 * @param healthy whether it accepted its last connection
 */
public record Backend(String url, boolean healthy) {}
