package dev.gotunnel.privilege;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks for passwords in this process's terminal, on behalf of polkit, where no desktop does.
 */
final class TerminalAgent implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TerminalAgent.class);

    private final @Nullable Process process;

    private TerminalAgent(@Nullable Process process) {
        this.process = process;
    }

    /** Starts it, and waits until it is known to polkit or has given up. */
    static TerminalAgent start(String program) {
        try {
            // It closes its standard output when it is registered.
            Process process = new ProcessBuilder(List.of(
                            program,
                            "--process",
                            String.valueOf(ProcessHandle.current().pid()),
                            "--notify-fd",
                            "1"))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            process.getOutputStream().close();
            process.getInputStream().readAllBytes();
            return new TerminalAgent(process);
        } catch (IOException e) {
            LOG.debug("There is no agent for the terminal: {}", e.toString());
            return new TerminalAgent(null);
        }
    }

    /** Whether it asks; not without a terminal. */
    boolean isReady() {
        return process != null && process.isAlive();
    }

    @Override
    public void close() {
        if (process != null) {
            process.destroy();
        }
    }
}
