package dev.gotunnel.privilege;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;

/**
 * For Windows without an administrator's terminal: a program that the consent dialog starts has no standard input, and the
 * helper takes its data from nowhere else.
 */
record NoWayUp() implements Ascent {
    @Override
    public Outlook outlook(Verb verb) {
        return Outlook.UNAVAILABLE;
    }

    @Override
    public FinishedProgram run(Verb verb, byte[] input, String reason) {
        throw new GotunnelException(
                ErrorCode.NOT_PERMITTED,
                "Only an administrator's terminal can " + verb.deed() + " (" + reason + ").",
                "Open a terminal with \"Run as administrator\" and run the command there.");
    }
}
