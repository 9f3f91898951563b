package dev.gotunnel.policy;

import org.jspecify.annotations.Nullable;

/**
 * Bounds that keep one tunnel from taking all. Null where nothing was said: then there is none.
 *
 * @param body the largest body of a request in bytes; what is larger is answered 413
 * @param requests how many requests of the tunnel may be under way; what is above is answered 503
 * @param perBackend how many requests may be under way at one backend; above it another is chosen, or the answer is 503
 */
public record Limits(
        @Nullable Long body,
        @Nullable Integer requests,
        @Nullable Integer perBackend) {
    /** No bounds. */
    public static final Limits NONE = new Limits(null, null, null);

    Limits over(Limits base) {
        return new Limits(
                body == null ? base.body : body,
                requests == null ? base.requests : requests,
                perBackend == null ? base.perBackend : perBackend);
    }
}
