package dev.gotunnel.privilege;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * For a process that is an administrator's already: it runs the helper by itself. Whom it works for, the helper reads from
 * the variables of sudo or pkexec.
 */
record OwnRights(Path helper) implements Ascent {
    /** The helper waits 30 s for another one, and the system's own programs may take 2 min. */
    static final Duration WORK_LIMIT = Duration.ofMinutes(3);

    @Override
    public Outlook outlook(Verb verb) {
        return Outlook.GRANTED;
    }

    @Override
    public FinishedProgram run(Verb verb, byte[] input, String reason) {
        try {
            return FinishedProgram.of(List.of(helper.toString(), verb.word()), input, WORK_LIMIT);
        } catch (IOException e) {
            throw new GotunnelException(
                    ErrorCode.IO, "gotunnel's helper " + helper + " cannot be run.", "Install its package again.", e);
        }
    }
}
