package dev.gotunnel.proxy;

import dev.gotunnel.policy.PathRoute;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/** Puts another path in a prefix's place, and tells the backend of the prefix by {@code X-Forwarded-Prefix}. */
final class PrefixRewrite {
    static final AsciiString X_FORWARDED_PREFIX = AsciiString.cached("x-forwarded-prefix");

    private final String prefix;
    private final String replacement;

    private PrefixRewrite(String prefix, String replacement) {
        this.prefix = prefix;
        this.replacement = replacement;
    }

    /** The rewriting that a route asks for; null when it keeps its prefix. */
    static @Nullable PrefixRewrite of(@Nullable PathRoute match) {
        return match == null || match.replacement() == null
                ? null
                : new PrefixRewrite(match.prefix(), match.replacement());
    }

    /** Rewrites a request's target; false when it can be read in several ways. */
    boolean apply(HttpRequest request) {
        String target = request.uri();
        String path = MatchedPath.raw(target);
        if (!path.startsWith(prefix) || !MatchedPath.isPlain(path)) {
            return false;
        }
        request.setUri(join(replacement, path.substring(prefix.length())) + target.substring(path.length()));
        request.headers()
                .set(X_FORWARDED_PREFIX, prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix);
        return true;
    }

    /** The client's path for a path of the backend's; the same where it does not lie below the replacement. */
    String undo(String path) {
        return path.startsWith(replacement) ? join(prefix, path.substring(replacement.length())) : path;
    }

    /** One slash between the two, and none where nothing follows. */
    private static String join(String begin, String rest) {
        if (begin.endsWith("/") && rest.startsWith("/")) {
            return begin + rest.substring(1);
        }
        return begin.endsWith("/") || rest.isEmpty() || rest.startsWith("/") ? begin + rest : begin + "/" + rest;
    }
}
