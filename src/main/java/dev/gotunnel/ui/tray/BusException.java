package dev.gotunnel.ui.tray;

import java.io.IOException;

/** The session bus, or the program asked over it, did not do what was asked. */
final class BusException extends IOException {

    private static final long serialVersionUID = 1L;

    BusException(String message) {
        super(message);
    }

    BusException(String message, Throwable cause) {
        super(message, cause);
    }
}
