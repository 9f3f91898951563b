package dev.gotunnel.policy;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is different for the paths of a tunnel that begin with a prefix. The longest prefix wins.
 *
 * @param prefix begins with a slash; {@code /v1/} holds for what is below, {@code /v1} for itself and what is below
 * @param replacement what stands in the prefix's place when the backend is asked, beginning with a slash; null keeps it
 * @param backends where these requests go; empty for the tunnel's own
 * @param policy how they are treated where that differs from the tunnel's
 */
public record PathRoute(
        String prefix, @Nullable String replacement, List<BackendAddress> backends, TrafficPolicy policy) {
    /** @throws GotunnelException with {@code USAGE} when one of the paths is none */
    public PathRoute {
        backends = List.copyOf(backends);
        requirePath(prefix);
        if (replacement != null) {
            requirePath(replacement);
        }
    }

    private static void requirePath(String path) {
        if (!path.startsWith("/") || path.chars().anyMatch(c -> c <= ' ' || c >= 0x7f || c == '?' || c == '#')) {
            throw new GotunnelException(
                    ErrorCode.USAGE,
                    "\"" + path + "\" is not a path.",
                    "Write one that begins with a slash, such as /api/.");
        }
    }

    /** Whether the path of a request falls to this route. */
    public boolean matches(String path) {
        return path.startsWith(prefix)
                && (prefix.endsWith("/") || path.length() == prefix.length() || path.charAt(prefix.length()) == '/');
    }
}
