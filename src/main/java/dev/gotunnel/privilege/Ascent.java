package dev.gotunnel.privilege;

import dev.gotunnel.error.GotunnelException;

/** How a process of one system has the helper run as an administrator. */
interface Ascent {
    /** What would happen if the helper were to do something now. */
    Outlook outlook(Verb verb);

    /**
     * Runs the helper to its end.
     *
     * @param input what it reads
     * @return how it ended and what it said, whatever that was
     * @throws GotunnelException {@code NOT_PERMITTED} when it did not come to run
     */
    FinishedProgram run(Verb verb, byte[] input, String reason);
}
