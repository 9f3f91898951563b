package dev.gotunnel.policy;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import java.util.List;
import java.util.regex.Pattern;
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
    private static final Pattern NEVER_MATCHED = Pattern.compile("[%;\\\\]|//|/\\.\\.?(/|$)");

    /** @throws GotunnelException with {@code USAGE} when one of the paths is none */
    public PathRoute {
        backends = List.copyOf(backends);
        requirePath(prefix);
        requireMatching(prefix);
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

    /** Requests are matched with %XX undone, and empty and dot segments and parameters gone: a gate there would never shut. */
    private static void requireMatching(String prefix) {
        if (NEVER_MATCHED.matcher(prefix).find()) {
            throw new GotunnelException(
                    ErrorCode.USAGE,
                    "No request ever falls to the path \"" + prefix
                            + "\": paths are compared with %XX undone, without empty"
                            + " segments, dots and parameters.",
                    "Write a prefix of plain segments, such as /api/.");
        }
    }

    /** Whether the path of a request falls to this route. */
    public boolean matches(String path) {
        return path.startsWith(prefix)
                && (prefix.endsWith("/") || path.length() == prefix.length() || path.charAt(prefix.length()) == '/');
    }
}
