package dev.gotunnel.keychain;

import dev.gotunnel.cert.Keychain;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The login keychain of macOS, by the program {@code security} that is part of it. Secrets go through its standard input and
 * output: arguments of a process are seen by every user. Any thread.
 */
final class LoginKeychain implements Keychain {
    private static final String SERVICE = "gotunnel";

    /** What {@code security} says of an item that is not there (errSecItemNotFound). */
    private static final int NOT_FOUND = 44;

    /** A dialog may have to be answered. */
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final Path security;

    LoginKeychain(Path security) {
        this.security = security;
    }

    @Override
    public String name() {
        return "the login keychain";
    }

    private record Answer(int exit, String output) {}

    /** The interactive form takes commands, one a line, so that the secret is no argument. */
    @Override
    public void put(String id, byte[] secret) {
        String line = "add-generic-password -U -s " + SERVICE + " -a \"" + id + "\" -w "
                + Base64.getEncoder().encodeToString(secret) + "\n";
        Answer answer = run(List.of(security.toString(), "-i"), line);
        if (answer.exit() != 0) {
            throw Keychains.failure(name(), "did not take a secret", null);
        }
    }

    @Override
    public Optional<byte[]> get(String id) {
        Answer answer = run(List.of(security.toString(), "find-generic-password", "-s", SERVICE, "-a", id, "-w"), "");
        if (answer.exit() == NOT_FOUND) {
            return Optional.empty();
        }
        try {
            if (answer.exit() == 0) {
                return Optional.of(Base64.getDecoder().decode(answer.output().strip()));
            }
        } catch (IllegalArgumentException e) {
            throw Keychains.failure(name(), "has something else in the place of the secret", e);
        }
        throw Keychains.failure(name(), "is locked, or was not to give the secret", null);
    }

    @Override
    public void remove(String id) {
        Answer answer = run(List.of(security.toString(), "delete-generic-password", "-s", SERVICE, "-a", id), "");
        if (answer.exit() != 0 && answer.exit() != NOT_FOUND) {
            throw Keychains.failure(name(), "did not forget a secret", null);
        }
    }

    private Answer run(List<String> command, String input) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try {
                process.getOutputStream().write(input.getBytes(StandardCharsets.US_ASCII));
                process.getOutputStream().close();
                CompletableFuture<String> output = CompletableFuture.supplyAsync(() -> {
                    try {
                        return new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
                    } catch (IOException e) {
                        // It was ended below, which is told there.
                        return "";
                    }
                });
                if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                    throw Keychains.failure(name(), "does not answer", null);
                }
                return new Answer(process.exitValue(), output.get(1, TimeUnit.SECONDS));
            } finally {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Keychains.failure(name(), "was not waited for", e);
        } catch (IOException | ExecutionException | TimeoutException e) {
            throw Keychains.failure(name(), "cannot be reached", e);
        }
    }
}
