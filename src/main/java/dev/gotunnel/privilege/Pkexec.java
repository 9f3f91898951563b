package dev.gotunnel.privilege;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Linux: polkit decides, by its rules, an answer that it keeps, or a password that its agent asks for. */
final class Pkexec implements Ascent {
    private static final Logger LOG = LoggerFactory.getLogger(Pkexec.class);

    private static final Duration LOOK_LIMIT = Duration.ofSeconds(10);

    /** A dialog may wait for a user who has gone for coffee. */
    private static final Duration PROMPT_LIMIT = OwnRights.WORK_LIMIT.plusMinutes(10);

    private static final String NO_AGENT = "No authentication agent";

    /** pkcheck(1): authorized, not authorized, would have to ask. */
    private static final int AUTHORIZED = 0;

    private static final int NOT_AUTHORIZED = 1;
    private static final int WOULD_ASK = 2;

    /** pkexec(1): the dialog was dismissed; the program did not come to run. */
    private static final int DISMISSED = 126;

    private static final int NOT_RUN = 127;

    private final Path helper;
    private final Tools tools;

    /**
     * The programs of polkit.
     *
     * @param agent asks for a password in the terminal
     */
    record Tools(String pkexec, String pkcheck, String agent) {
        static final Tools OF_SYSTEM = new Tools("pkexec", "pkcheck", "pkttyagent");
    }

    Pkexec(Path helper) {
        this(helper, Tools.OF_SYSTEM);
    }

    Pkexec(Path helper, Tools tools) {
        this.helper = helper;
        this.tools = tools;
    }

    @Override
    public Outlook outlook(Verb verb) {
        try {
            FinishedProgram ended = FinishedProgram.of(
                    List.of(tools.pkcheck(), "--action-id", verb.action(), "--process", subject()),
                    new byte[0],
                    LOOK_LIMIT);
            return switch (ended.exit()) {
                case AUTHORIZED -> Outlook.GRANTED;
                case NOT_AUTHORIZED -> Outlook.REFUSED;
                case WOULD_ASK -> Outlook.ASKS;
                default -> {
                    LOG.debug("polkit knows nothing of {}: {}", verb.action(), ended.complaint());
                    yield Outlook.UNAVAILABLE;
                }
            };
        } catch (IOException e) {
            LOG.debug("polkit cannot be asked: {}", e.toString());
            return Outlook.UNAVAILABLE;
        } catch (GotunnelException e) {
            LOG.warn("polkit does not answer: {}", e.getMessage());
            return Outlook.UNAVAILABLE;
        }
    }

    /** This process for polkit: with its start and user, since a number alone could be another's by now. */
    private static String subject() throws IOException {
        String stat = Files.readString(Path.of("/proc/self/stat"), StandardCharsets.ISO_8859_1);
        // The name in parentheses may hold spaces; the start is the 22nd field (proc(5)), the 20th after it.
        String start = stat.substring(stat.lastIndexOf(')') + 2).split(" ")[19];
        Object user = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        return ProcessHandle.current().pid() + "," + start + "," + user;
    }

    @Override
    public FinishedProgram run(Verb verb, byte[] input, String reason) {
        FinishedProgram ended;
        try {
            ended = FinishedProgram.of(command(verb), input, PROMPT_LIMIT);
            if (ended.exit() == NOT_RUN && ended.complaint().contains(NO_AGENT)) {
                ended = inTerminal(verb, input, ended);
            }
        } catch (IOException e) {
            throw new GotunnelException(
                    ErrorCode.NOT_PERMITTED,
                    "gotunnel cannot " + verb.deed() + " (" + reason + "): pkexec cannot be run.",
                    "Install polkit: its packages are called pkexec and polkitd, or polkit.",
                    e);
        }
        if (ended.exit() == DISMISSED) {
            throw new GotunnelException(
                    ErrorCode.NOT_PERMITTED,
                    "You did not allow gotunnel to " + verb.deed() + " (" + reason + ").",
                    "Run the command again when you want to allow it.");
        }
        if (ended.exit() == NOT_RUN && ended.output().isEmpty()) {
            throw notRun(verb, reason, ended);
        }
        return ended;
    }

    /** pkexec's own agent for terminals loses what is typed in some versions. */
    private List<String> command(Verb verb) {
        return List.of(tools.pkexec(), "--disable-internal-agent", helper.toString(), verb.word());
    }

    /** Once more with somebody who asks for the password in the terminal, if there is one: the desktop has nobody. */
    private FinishedProgram inTerminal(Verb verb, byte[] input, FinishedProgram refused) throws IOException {
        try (TerminalAgent agent = TerminalAgent.start(tools.agent())) {
            return agent.isReady() ? FinishedProgram.of(command(verb), input, PROMPT_LIMIT) : refused;
        }
    }

    private static GotunnelException notRun(Verb verb, String reason, FinishedProgram ended) {
        String said = ended.complaint();
        if (said.contains(NO_AGENT)) {
            return new GotunnelException(
                    ErrorCode.NOT_PERMITTED,
                    "To " + verb.deed() + " (" + reason + ") needs a password, and there is nobody to ask for it here.",
                    "Run the command in a terminal or on the desktop.");
        }
        if (said.contains("Not authorized")) {
            return new GotunnelException(
                    ErrorCode.NOT_PERMITTED,
                    "This machine does not let you " + verb.deed() + " (" + reason + ").",
                    "If no password was asked for, a rule of polkit's forbids " + verb.word()
                            + "; ask the administrator.");
        }
        return new GotunnelException(
                ErrorCode.NOT_PERMITTED,
                "gotunnel cannot " + verb.deed() + " (" + reason + "): " + (said.isEmpty() ? "pkexec failed." : said),
                "See whether pkexec works here: pkexec true");
    }
}
