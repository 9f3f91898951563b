package dev.gotunnel.privilege;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.platform.Patience;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Windows: the consent dialog. A program that it starts has no standard input, so the helper makes a pipe that only the
 * same user can open: one line each way.
 */
record WindowsConsent(Path helper, Path pipe, String powershell) implements Ascent {
    private static final Duration DIALOG_LIMIT = Duration.ofMinutes(10);

    /** The helper gives up after a minute without a request. */
    private static final Duration PIPE_LIMIT = Duration.ofSeconds(50);

    WindowsConsent(Path helper, Caller caller) {
        this(
                helper,
                Path.of("\\\\.\\pipe\\gotunnel-helper-" + caller.id()),
                "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe");
    }

    @Override
    public Outlook outlook(Verb verb) {
        return Outlook.ASKS;
    }

    @Override
    public FinishedProgram run(Verb verb, byte[] input, String reason) {
        try {
            FinishedProgram dialog = FinishedProgram.of(
                    List.of(powershell, "-NoProfile", "-NonInteractive", "-Command", script(verb)),
                    new byte[0],
                    DIALOG_LIMIT);
            if (dialog.exit() != 0) {
                throw new GotunnelException(
                        ErrorCode.NOT_PERMITTED,
                        "You did not allow gotunnel to " + verb.deed() + " (" + reason
                                + "), or Windows could not ask you.",
                        "Run the command again and choose Yes, or run it in a terminal that was started with"
                                + " \"Run as administrator\".");
            }
            String answer = talk(input);
            return new FinishedProgram(answer.contains("\"ok\":true") ? 0 : 1, answer, "");
        } catch (IOException e) {
            throw new GotunnelException(
                    ErrorCode.IO,
                    "gotunnel cannot " + verb.deed() + " (" + reason + "): its helper did not answer.",
                    "Run the command in a terminal that was started with \"Run as administrator\".",
                    e);
        }
    }

    /** Names nothing that a caller could have chosen. */
    private String script(Verb verb) {
        return "try { Start-Process -FilePath '" + helper + "' -ArgumentList '" + verb.word()
                + "' -Verb RunAs -WindowStyle Hidden -ErrorAction Stop } catch { exit 126 }";
    }

    private String talk(byte[] input) throws IOException {
        // Made by the helper once the dialog is closed.
        RandomAccessFile opened =
                Patience.until(PIPE_LIMIT, this::open).orElseThrow(() -> new IOException("there is no " + pipe));
        CompletableFuture<String> answer = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("gotunnel-consent").start(() -> {
            try (opened) {
                opened.write((new String(input, StandardCharsets.UTF_8) + "\n").getBytes(StandardCharsets.UTF_8));
                String line = Objects.requireNonNullElse(opened.readLine(), "");
                // readLine() makes a character of each byte.
                answer.complete(new String(line.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8));
            } catch (IOException e) {
                answer.completeExceptionally(e);
            }
        });
        try {
            return answer.get(OwnRights.WORK_LIMIT.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("no answer on " + pipe, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for " + pipe, e);
        }
    }

    private Optional<RandomAccessFile> open() {
        try {
            return Optional.of(new RandomAccessFile(pipe.toString(), "rw"));
        } catch (FileNotFoundException e) {
            return Optional.empty();
        }
    }
}
