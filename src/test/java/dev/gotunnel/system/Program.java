package dev.gotunnel.system;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** The program as it is installed, with folders of its own; ends whatever it started. */
final class Program implements AutoCloseable {
    static final Path LAUNCHER = Path.of("target/gotunnel/bin/gotunnel").toAbsolutePath();

    private final Path folder;
    private final List<Process> started = new ArrayList<>();

    Program(Path folder) {
        this.folder = folder;
    }

    /** Starts a command that goes on; what it prints is in {@link #log}. */
    Process start(String... arguments) throws IOException {
        return launch(folder, List.of(arguments), log(started.size()));
    }

    Path log(int index) {
        return folder.resolve("output-" + index + ".txt");
    }

    /** Runs a command to its end and returns what it printed. */
    String run(String... arguments) throws IOException, InterruptedException {
        Path output = folder.resolve("run.txt");
        Process process = launch(folder, List.of(arguments), output);
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            throw new AssertionError("did not end: " + List.of(arguments) + Files.readString(output));
        }
        return Files.readString(output);
    }

    private Process launch(Path directory, List<String> arguments, Path output) throws IOException {
        List<String> command = new ArrayList<>(List.of(LAUNCHER.toString()));
        command.addAll(arguments);
        return launch(directory, command, output, Map.of());
    }

    /** Starts any program, ended with this one. */
    Process launch(Path directory, List<String> command, Path output, Map<String, String> environment)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        for (String kind : List.of("CONFIG", "DATA", "STATE", "RUNTIME")) {
            builder.environment()
                    .put("GOTUNNEL_" + kind + "_DIR", folder.resolve(kind).toString());
        }
        builder.environment().put("HOME", folder.toString());
        // The keychain of who runs the tests is none of theirs.
        builder.environment().keySet().removeAll(List.of("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        started.add(process);
        return process;
    }

    /** A port that is free now. */
    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** Waits until something becomes true. */
    static void await(String what, Duration limit, Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + limit.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within " + limit.toSeconds() + " s: " + what);
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    /** Waits until a started command has printed a text, and returns all that it has printed. */
    String awaitOutput(int index, String text) throws Exception {
        await(
                "output " + text,
                Duration.ofSeconds(30),
                () -> Files.readString(log(index)).contains(text));
        return Files.readString(log(index));
    }

    /** Writes this installation's root certificate into a file. */
    Path rootCertificate() throws IOException, InterruptedException {
        Path file = folder.resolve("ca.pem");
        Files.writeString(file, run("trust", "export"), StandardCharsets.US_ASCII);
        return file;
    }

    @Override
    public void close() throws InterruptedException {
        for (Process process : started.reversed()) {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
        }
        for (Process process : started) {
            if (!process.waitFor(15, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
    }
}
