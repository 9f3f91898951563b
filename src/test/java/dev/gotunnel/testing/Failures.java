package dev.gotunnel.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import org.junit.jupiter.api.function.Executable;

/** What a failure has to look like to be shown to a user. */
public final class Failures {
    private Failures() {}

    /** The failure of an action, which must be of that kind and fit to be shown. */
    public static GotunnelException of(ErrorCode code, Executable action) {
        GotunnelException failure = assertThrows(GotunnelException.class, action);
        assertEquals(code, failure.code(), () -> failure.getMessage());
        assertFitToShow(failure);
        return failure;
    }

    /** One plain text without anything that only a programmer understands. */
    public static void assertFitToShow(GotunnelException failure) {
        String text = failure.getMessage() + " " + (failure.hint() == null ? "" : failure.hint());
        assertTrue(failure.getMessage().matches("(?s)\\S.*[.…]|(?s)\\S.*:\\n.*"), text);
        for (String internal : new String[] {"Exception", "java.", "dev.gotunnel", "null"}) {
            assertTrue(!text.contains(internal), () -> "\"" + internal + "\" in: " + text);
        }
    }
}
