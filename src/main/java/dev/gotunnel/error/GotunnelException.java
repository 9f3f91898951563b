package dev.gotunnel.error;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A failure that the user is told about: one sentence of what happened and why, and the next thing to do. Thrown by
 * every part and shown alike by the command line, the windows, the control API and the log.
 */
public final class GotunnelException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final @Nullable String hint;

    /**
     * @param code what kind of failure it is
     * @param message one plain sentence: what happened, and why if known
     * @param hint what to do next, usually a command to type; null when there is nothing to do
     * @param cause the failure beneath, for the log
     */
    public GotunnelException(ErrorCode code, String message, @Nullable String hint, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
        this.hint = hint;
    }

    /** A failure with a way out and no deeper cause. */
    public GotunnelException(ErrorCode code, String message, @Nullable String hint) {
        this(code, message, hint, null);
    }

    /** What kind of failure it is. */
    public ErrorCode code() {
        return code;
    }

    /** What to do next, usually a command to type. */
    public @Nullable String hint() {
        return hint;
    }

    /** The message of this failure; never null, unlike that of a general exception. */
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }

    /**
     * The failure to report for anything thrown: itself if it is one of ours, even one that comes from another thread,
     * else an internal error around it. Its sentence names no class of ours: the cause does, for the log.
     */
    public static GotunnelException of(Throwable thrown) {
        if (thrown instanceof CompletionException wrapper && wrapper.getCause() != null) {
            return of(wrapper.getCause());
        }
        if (thrown instanceof GotunnelException ours) {
            return ours;
        }
        Throwable cause = thrown.getCause();
        if (cause != null && (thrown instanceof CompletionException || thrown instanceof ExecutionException)) {
            return of(cause);
        }
        return new GotunnelException(
                ErrorCode.INTERNAL,
                "gotunnel failed unexpectedly.",
                "Run the command again with --debug and report what it prints.",
                thrown);
    }
}
