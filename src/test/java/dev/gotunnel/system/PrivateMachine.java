package dev.gotunnel.system;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * This machine with a layer over its files that goes with the test: a mount and a process namespace in which {@code /etc},
 * {@code /usr}, {@code /var} and {@code /opt} can be written, and {@code /home} holds one user. Trust stores, hosts file
 * and Java installations in it are real, and nothing of what happens to them is seen outside.
 */
final class PrivateMachine implements AutoCloseable {
    /** Puts the layers up, says so, and stays until its input ends. */
    private static final String SETUP = """
            set -eu
            mount -t tmpfs tmpfs /mnt
            mkdir /mnt/gotunnel
            mount --bind "$1" /mnt/gotunnel
            for folder in etc usr var opt; do
                mkdir -p "/mnt/layers/$folder" "/mnt/work/$folder"
                mount -t overlay overlay -o "lowerdir=/$folder,upperdir=/mnt/layers/$folder,workdir=/mnt/work/$folder" "/$folder"
            done
            printf '\\n127.0.0.1 shop.localhost fake.localhost bank.com\\n' >> /etc/hosts
            mount -t tmpfs -o mode=755 tmpfs /home
            mkdir -p "$4/.jdks/own"
            mount --bind "$2" "$4/.jdks/own"
            cp -rL "$2/lib/security" /home/security
            mount --bind /home/security "$4/.jdks/own/lib/security"
            chown "$3:$3" "$4" /home/security /home/security/*
            chmod 700 "$4"
            echo ready
            exec cat
            """;

    /** Who uses the machine. */
    enum User {
        /** May write everything. */
        ADMINISTRATOR(0),
        /** May write below the home folder. */
        ORDINARY(65_534);

        private final int id;

        User(int id) {
            this.id = id;
        }
    }

    /**
     * What a command did.
     *
     * @param exit its exit code
     * @param text what it printed, errors included
     */
    record Answer(int exit, String text) {}

    private final Path folder;
    private final User user;
    private final Process holder;
    private final ProcessHandle inside;
    private final List<Process> started = new ArrayList<>();
    private final Map<String, String> variables = new HashMap<>();
    private int commands;

    /** Skips the test, saying why, where namespaces cannot be made. */
    PrivateMachine(Path folder, User user) throws Exception {
        assumeTrue(
                new UnixSystem().getUid() == 0,
                "NOT TESTED: the machine's trust stores are only written in a mount namespace, which needs root");
        this.folder = folder;
        this.user = user;
        variables.put("HOME", home().toString());
        variables.put("PATH", "/usr/local/bin:/usr/bin:/bin");
        variables.put("LANG", "C.UTF-8");
        Path java = Path.of(System.getProperty("java.home"));
        Path output = folder.resolve("machine.txt");
        holder = new ProcessBuilder(
                        // Dies with this process, be that killed: programs in it keep its input open.
                        "setpriv",
                        "--pdeathsig",
                        "KILL",
                        "unshare",
                        "--mount",
                        "--propagation",
                        "private",
                        "--pid",
                        "--fork",
                        "--kill-child",
                        "--mount-proc",
                        "sh",
                        "-c",
                        SETUP,
                        "sh",
                        "target/gotunnel",
                        java.toString(),
                        String.valueOf(user.id),
                        home().toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        Program.await(
                "the namespace",
                Duration.ofSeconds(20),
                () -> Files.readString(output).contains("ready") || !holder.isAlive());
        if (!holder.isAlive()) {
            throw new AssertionError("No namespace could be made: " + Files.readString(output));
        }
        inside = holder.children().findFirst().orElseThrow();
    }

    /** The user's folder, as programs inside see it. */
    Path home() {
        return Path.of("/home/tester");
    }

    /** A file of the machine, as this process sees it. */
    Path file(Path absolute) {
        return Path.of("/proc/" + inside.pid() + "/root" + absolute);
    }

    Path file(String absolute) {
        return file(Path.of(absolute));
    }

    /** Sets a variable for all programs that are started from now on; null unsets it. */
    void set(String name, String value) {
        if (value == null) {
            variables.remove(name);
        } else {
            variables.put(name, value);
        }
    }

    /** Runs a script that prepares the machine, with all rights. */
    void asRoot(String script) throws Exception {
        Path output = folder.resolve("command-" + commands++ + ".txt");
        Process process = launch(User.ADMINISTRATOR, List.of("sh", "-euc", script), output);
        if (process.waitFor() != 0) {
            throw new AssertionError(script + Files.readString(output));
        }
    }

    /** Starts a program of the user's that goes on. */
    Process launch(List<String> command, Path output) throws IOException {
        return launch(user, command, output);
    }

    private Process launch(User by, List<String> command, Path output) throws IOException {
        List<String> full = new ArrayList<>(List.of(
                "nsenter",
                "--mount",
                "--pid",
                "--wdns=" + home(),
                "--target",
                String.valueOf(inside.pid()),
                "--",
                "setpriv",
                "--reuid",
                String.valueOf(by.id),
                "--regid",
                String.valueOf(by.id),
                "--clear-groups",
                "--"));
        full.addAll(command);
        ProcessBuilder builder =
                new ProcessBuilder(full).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().clear();
        builder.environment().putAll(variables);
        Process process = builder.start();
        process.getOutputStream().close();
        started.add(process);
        return process;
    }

    /** Runs a program of the user's to its end. */
    Answer run(String... command) throws Exception {
        Path output = folder.resolve("command-" + commands++ + ".txt");
        Process process = launch(List.of(command), output);
        if (!process.waitFor(120, TimeUnit.SECONDS)) {
            end(process);
            throw new AssertionError("did not end: " + String.join(" ", command) + "\n" + Files.readString(output));
        }
        return new Answer(process.exitValue(), Files.readString(output));
    }

    /** Runs gotunnel to its end. */
    Answer gotunnel(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("/mnt/gotunnel/bin/gotunnel"));
        command.addAll(List.of(arguments));
        return run(command.toArray(String[]::new));
    }

    /** Runs a program that is to succeed and returns what it printed. */
    String must(String... command) throws Exception {
        Answer answer = run(command);
        if (answer.exit() != 0) {
            throw new AssertionError(String.join(" ", command) + "\n" + answer);
        }
        return answer.text();
    }

    /** Ends a program with all that it has started. */
    static void end(Process process) throws InterruptedException {
        List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
        all.add(process.toHandle());
        all.forEach(ProcessHandle::destroy);
        if (!process.waitFor(15, TimeUnit.SECONDS)) {
            all.forEach(ProcessHandle::destroyForcibly);
        }
    }

    @Override
    public void close() throws Exception {
        for (Process process : started.reversed()) {
            end(process);
        }
        holder.getOutputStream().close();
        if (!holder.waitFor(15, TimeUnit.SECONDS)) {
            holder.destroyForcibly();
        }
    }
}
