package dev.gotunnel.privilege;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a program ended.
 *
 * @param exit its exit code
 * @param output what it printed, at most 64 KiB
 * @param errors what it said beside that, at most 64 KiB
 */
record FinishedProgram(int exit, String output, String errors) {
    private static final Logger LOG = LoggerFactory.getLogger(FinishedProgram.class);
    private static final Duration LAST_WORDS = Duration.ofSeconds(1);
    private static final int MOST_BYTES = 64 << 10;

    /** Checked by pkexec against a list of shells, and of no use to anything that is started here. */
    private static final String SHELL = "SHELL";

    /**
     * Runs a program, with this process's variables but in the language of programs.
     *
     * @param input what it reads
     * @throws IOException when it cannot be started
     * @throws GotunnelException {@code IO} when it does not end in time
     */
    static FinishedProgram of(List<String> command, byte[] input, Duration limit) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("LC_ALL", "C");
        builder.environment().remove(SHELL);
        Process process = builder.start();
        Kept output = new Kept();
        Kept errors = new Kept();
        try {
            Thread[] readers = {
                Thread.ofVirtual().start(() -> output.readFrom(process.getInputStream())),
                Thread.ofVirtual().start(() -> errors.readFrom(process.getErrorStream()))
            };
            Thread.ofVirtual().start(() -> write(process.getOutputStream(), input));
            if (!process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS)) {
                throw tooSlow(command, limit);
            }
            for (Thread reader : readers) {
                // A child of its may keep the pipes open.
                reader.join(LAST_WORDS);
            }
            return new FinishedProgram(process.exitValue(), output.text(), errors.text());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(command.getFirst() + " was interrupted", e);
        } finally {
            process.destroy();
        }
    }

    private static GotunnelException tooSlow(List<String> command, Duration limit) {
        return new GotunnelException(
                ErrorCode.IO,
                command.getFirst() + " did not end within " + limit.toSeconds() + " s.",
                "Run the command again; if it stays so, look at what that program waits for.");
    }

    private static void write(OutputStream out, byte[] input) {
        try (out) {
            out.write(input);
        } catch (IOException e) {
            // A program that does not want it says why by itself.
            LOG.debug("It did not read all: {}", e.toString());
        }
    }

    /** The beginning of what a program prints. */
    private static final class Kept {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        /** Reads to the end, so that the program is not held up. */
        void readFrom(InputStream in) {
            byte[] buffer = new byte[8192];
            try (in) {
                for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                    bytes.write(buffer, 0, Math.min(length, MOST_BYTES - bytes.size()));
                }
            } catch (IOException e) {
                LOG.debug("What it said ends early: {}", e.toString());
            }
        }

        String text() {
            return bytes.toString(StandardCharsets.UTF_8);
        }
    }

    /** The first line that it said of its trouble, as a sentence; empty when it said nothing. */
    String complaint() {
        return errors.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .map(line -> line.endsWith(".") ? line : line + ".")
                .findFirst()
                .orElse("");
    }
}
