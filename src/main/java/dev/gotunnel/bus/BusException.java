package dev.gotunnel.bus;

import java.io.IOException;

/** The session bus, or the program asked over it, did not do what was asked. */
public final class BusException extends IOException {

    private static final long serialVersionUID = 1L;

    /** A failure, in words for the log. */
    public BusException(String message) {
        super(message);
    }

    /** A failure, in words for the log. */
    public BusException(String message, Throwable cause) {
        super(message, cause);
    }
}
