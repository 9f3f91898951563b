package dev.gotunnel.discovery;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.platform.OperatingSystem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The TCP ports that this user's processes listen on, where a tunnel could lead to. Blocks; any thread. */
public interface ListeningPorts {
    /** Runs a program of the system, and returns what it prints. */
    interface Command {
        /**
         * Runs it to its end.
         *
         * @throws IOException when it is not there, or does not end in time
         */
        String run(String... words) throws IOException;
    }

    /**
     * Looks; ordered by port.
     *
     * @throws GotunnelException {@code IO} when the system does not tell
     */
    List<ListeningPort> find();

    /** How this system tells. */
    static ListeningPorts ofSystem() {
        return switch (OperatingSystem.current()) {
            case LINUX -> new ProcPorts(Path.of("/proc"));
            case MACOS -> new LsofPorts(ListeningPorts::run);
            case WINDOWS -> new WindowsPorts(ListeningPorts::run);
        };
    }

    /** What to say when the system does not tell. */
    static GotunnelException unknown(Exception cause) {
        return new GotunnelException(
                ErrorCode.IO,
                "The system does not tell who listens on its ports: " + cause.getMessage() + ".",
                "Name a port by hand: gotunnel start --port PORT --domain NAME",
                cause);
    }

    private static String run(String... words) throws IOException {
        Process process = new ProcessBuilder(words)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        process.getOutputStream().close();
        Thread impatient = Thread.ofVirtual().start(() -> {
            try {
                if (!process.waitFor(20, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        try {
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() > 1) {
                // lsof says 1 when it found nothing.
                throw new IOException(words[0] + " failed with status " + process.exitValue());
            }
            return text;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            impatient.interrupt();
        }
    }
}
