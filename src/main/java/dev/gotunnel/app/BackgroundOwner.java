package dev.gotunnel.app;

import dev.gotunnel.cli.GlobalOptions;
import dev.gotunnel.config.Layers;
import dev.gotunnel.control.ControlClient;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.platform.AppDirectories;
import dev.gotunnel.platform.OperatingSystem;
import dev.gotunnel.platform.PrivateFiles;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Starts the owner of the engine as a process of its own, for {@code start --detach}. */
final class BackgroundOwner {
    private static final long READY_NANOS = TimeUnit.SECONDS.toNanos(20);
    private static final int PAUSE_MILLIS = 50;

    /** How a command's failure begins. */
    private static final String COMPLAINT = "gotunnel: ";

    private final AppDirectories directories;
    private final GlobalOptions options;
    private final Layers layers;

    BackgroundOwner(AppDirectories directories, GlobalOptions options, Layers layers) {
        this.directories = directories;
        this.options = options;
        this.layers = layers;
    }

    /**
     * Starts it and waits until it answers.
     *
     * @param running finds it
     * @throws GotunnelException with the end of its log when it does not come up
     */
    ControlClient spawn(Supplier<Optional<ControlClient>> running) {
        Path log = PrivateFiles.directory(directories.state()).resolve("engine.log");
        try {
            PrivateFiles.write(log, new byte[0]);
            ProcessBuilder builder = new ProcessBuilder(command());
            builder.environment().putAll(directories.asEnvironment());
            // Not among its words, which everybody on this machine can read.
            builder.environment().putAll(layers.flagsAsEnvironment());
            Process process = builder.directory(AppDirectories.home().toFile())
                    .redirectInput(nothing())
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .redirectErrorStream(true)
                    .start();
            long start = System.nanoTime();
            while (System.nanoTime() - start < READY_NANOS) {
                Optional<ControlClient> client = running.get();
                if (client.isPresent()) {
                    return client.get();
                }
                if (!process.isAlive() && process.exitValue() != 0) {
                    throw new GotunnelException(
                            ErrorCode.OWNER_UNREACHABLE,
                            "gotunnel could not start in the background: " + complaint(log),
                            "Its log: " + log);
                }
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            }
            process.destroy();
        } catch (IOException e) {
            throw PrivateFiles.unusable("start in the background", log, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new GotunnelException(
                ErrorCode.OWNER_UNREACHABLE, "gotunnel does not answer in the background.", "Its log: " + log);
    }

    private static File nothing() {
        return new File(OperatingSystem.current() == OperatingSystem.WINDOWS ? "NUL" : "/dev/null");
    }

    /** What it says of its failure; before it, Java may have warned of something. */
    private static String complaint(Path log) throws IOException {
        List<String> lines = Files.readAllLines(log);
        return lines.stream()
                .filter(line -> line.startsWith(COMPLAINT))
                .map(line -> line.substring(COMPLAINT.length()))
                .findFirst()
                .orElse(lines.isEmpty() ? "it said nothing." : lines.getLast());
    }

    /** This process's class path, whatever folder it is read from. */
    private static String classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** By the launcher where there is one, since that chooses the right Java and flags; else as this process was. */
    private List<String> command() {
        List<String> command = new ArrayList<>();
        String launcher = System.getProperty("gotunnel.launcher");
        if (launcher != null) {
            command.add(launcher);
        } else {
            command.add(ProcessHandle.current().info().command().orElse("java"));
            command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
            command.addAll(List.of("-cp", classPath(), Gotunnel.class.getName()));
        }
        command.add("engine");
        Path named = layers.places().named();
        add(command, "--config", named == null ? null : named.toAbsolutePath());
        add(command, "--profile", options.profile());
        if (options.logLevel() == null) {
            add(command, "--log-level", "info");
        }
        layers.flagsBeyondEnvironment().forEach(flag -> add(command, "--set", flag.key() + "=" + flag.value()));
        return command;
    }

    private static void add(List<String> command, String flag, @Nullable Object value) {
        if (value != null) {
            command.add(flag);
            command.add(value.toString());
        }
    }
}
