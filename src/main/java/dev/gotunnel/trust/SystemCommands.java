package dev.gotunnel.trust;

import java.io.File;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The programs on this machine's {@code PATH}, and in the folders of administrators' programs. */
public final class SystemCommands implements CommandRunner {
    private static final List<String> OF_ADMINISTRATORS = List.of("/usr/sbin", "/sbin", "/usr/local/sbin");

    private final Map<String, String> environment;

    /** The programs that an environment's {@code PATH} leads to. */
    public SystemCommands(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    @Override
    public Optional<Path> find(String program) {
        String path = environment.getOrDefault("PATH", environment.getOrDefault("Path", ""));
        return Stream.concat(Stream.of(path.split(File.pathSeparator)), OF_ADMINISTRATORS.stream())
                .filter(folder -> !folder.isBlank())
                .flatMap(folder -> file(folder, program).stream())
                .findFirst();
    }

    private static Optional<Path> file(String folder, String program) {
        try {
            Path file = Path.of(folder, program);
            return file.isAbsolute() && Files.isRegularFile(file) && Files.isExecutable(file)
                    ? Optional.of(file)
                    : Optional.empty();
        } catch (InvalidPathException e) {
            // A PATH may hold anything.
            return Optional.empty();
        }
    }

    @Override
    public Answer run(List<String> command) throws IOException {
        Path output = Files.createTempFile("gotunnel", ".txt");
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectInput(ProcessBuilder.Redirect.from(nothing()))
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile());
            builder.environment().put("LC_ALL", "C");
            if (File.separatorChar == '/') {
                // After su they are missing for root too, and dpkg, which update-ca-certificates calls, gives up then.
                builder.environment()
                        .merge(
                                "PATH",
                                String.join(":", OF_ADMINISTRATORS),
                                (path, more) -> path.isBlank() ? more : path + ":" + more);
            }
            Process process = builder.start();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException(command.getFirst() + " does not end");
            }
            return new Answer(process.exitValue(), new String(Files.readAllBytes(output), Charset.defaultCharset()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(command.getFirst() + " was interrupted", e);
        } finally {
            Files.deleteIfExists(output);
        }
    }

    private static File nothing() {
        return new File(File.separatorChar == '\\' ? "NUL" : "/dev/null");
    }
}
