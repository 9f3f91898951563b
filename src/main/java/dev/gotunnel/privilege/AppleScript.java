package dev.gotunnel.privilege;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;

/**
 * macOS: the system's authorization dialog, which a script can ask for. The script comes by standard input; the data stands
 * in it as Base64, in which no shell finds anything to obey.
 */
record AppleScript(Path helper, Caller caller, String osascript) implements Ascent {
    private static final Duration LIMIT = Duration.ofMinutes(13);

    /** errAuthorizationCanceled and userCanceledErr, as osascript prints them. */
    private static final List<String> CANCELLED = List.of("(-128)", "(-60006)");

    AppleScript(Path helper, Caller caller) {
        this(helper, caller, "/usr/bin/osascript");
    }

    /** The dialog keeps no answer from one process to the next. */
    @Override
    public Outlook outlook(Verb verb) {
        return Outlook.ASKS;
    }

    @Override
    public FinishedProgram run(Verb verb, byte[] input, String reason) {
        FinishedProgram ended;
        try {
            ended = FinishedProgram.of(
                    List.of(osascript, "-"), script(verb, input).getBytes(StandardCharsets.UTF_8), LIMIT);
        } catch (IOException e) {
            throw new GotunnelException(
                    ErrorCode.NOT_PERMITTED,
                    "gotunnel cannot " + verb.deed() + " (" + reason + "): osascript cannot be run.",
                    "Run the command as an administrator: sudo gotunnel …",
                    e);
        }
        if (ended.exit() == 0) {
            // The helper's own exit code is in its answer.
            return new FinishedProgram(ended.output().contains("\"ok\":true") ? 0 : 1, ended.output(), ended.errors());
        }
        boolean cancelled = CANCELLED.stream().anyMatch(ended.errors()::contains);
        throw new GotunnelException(
                ErrorCode.NOT_PERMITTED,
                cancelled
                        ? "You did not allow gotunnel to " + verb.deed() + " (" + reason + ")."
                        : "To " + verb.deed() + " (" + reason + ") could not be asked for: " + ended.complaint(),
                cancelled
                        ? "Run the command again when you want to allow it."
                        : "Run the command on the desktop of a user who may administer this Mac.");
    }

    /** The helper takes the user from sudo's variable; whoever passed the dialog could be anybody. */
    String script(Verb verb, byte[] input) {
        return "do shell script \"/usr/bin/printf %s " + Base64.getEncoder().encodeToString(input)
                + " | /usr/bin/base64 -D | SUDO_UID=" + caller.id() + " '" + helper + "' " + verb.word() + "; exit 0\""
                + " with prompt \"gotunnel wants to " + verb.deed() + ".\" with administrator privileges\n";
    }
}
