package dev.gotunnel.ui.model;

import dev.gotunnel.error.GotunnelException;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Something that went wrong, as it is shown beside the place where it did.
 *
 * @param message one sentence: what happened, and why if known
 * @param hint what to do next; null when there is nothing to do
 */
public record Problem(String message, @Nullable String hint) {
    /** What to show for anything thrown, out of a future or directly. */
    public static Problem of(Throwable thrown) {
        Throwable cause = thrown;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        GotunnelException failure = GotunnelException.of(cause);
        return new Problem(failure.getMessage(), failure.hint());
    }

    /** Message and hint in one text, for places with a single line and for screen readers. */
    public String sentence() {
        return hint == null ? message : message + " " + hint;
    }
}
