package dev.gotunnel.tunnel;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What became of one trust store in an installation or removal.
 *
 * @param store the name of the store
 * @param message one sentence
 * @param hint what is left to be done; empty for nothing
 * @param failure why it was not done; null when it was, or when there was nothing to do
 */
public record TrustOutcome(
        String store, String message, String hint, @Nullable ErrorCode failure) {
    static TrustOutcome done(String store, String message, String hint) {
        return new TrustOutcome(store, message, hint, null);
    }

    static TrustOutcome failed(String store, GotunnelException failure) {
        return new TrustOutcome(
                store, failure.getMessage(), Objects.requireNonNullElse(failure.hint(), ""), failure.code());
    }
}
