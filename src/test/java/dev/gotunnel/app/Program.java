package dev.gotunnel.app;

import dev.gotunnel.cert.Pem;
import dev.gotunnel.testing.Await;
import dev.gotunnel.testing.WireClient;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** The program as processes of its own, in private folders. Closing it ends every process that came of it. */
final class Program implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern SECURE_PORT = Pattern.compile("https://[a-z.]+\\.localhost:(\\d+)");

    private final Path home;
    private final List<Command> commands = new ArrayList<>();
    private final Set<ProcessHandle> background = new HashSet<>();
    private final Map<String, String> folders;

    Program(Path home) {
        this(
                home,
                Map.of(
                        "GOTUNNEL_CONFIG_DIR", home.resolve("config").toString(),
                        "GOTUNNEL_DATA_DIR", home.resolve("data").toString(),
                        "GOTUNNEL_STATE_DIR", home.resolve("state").toString(),
                        "GOTUNNEL_RUNTIME_DIR", home.resolve("run").toString()));
    }

    Program(Path home, Map<String, String> folders) {
        this.home = home;
        this.folders = folders;
    }

    /** A command that runs, with what it has printed so far. */
    final class Command {
        private final Process process;
        private final Path out;

        private Command(Process process, Path out) {
            this.process = process;
            this.out = out;
        }

        Process process() {
            return process;
        }

        String printed() {
            try {
                return Files.readString(out);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        Command awaitText(String text) {
            if (!Await.within(PATIENCE, () -> printed().contains(text) || !process.isAlive())
                    || !printed().contains(text)) {
                throw new AssertionError("\"" + text + "\" did not come; it printed:\n" + printed());
            }
            return this;
        }

        /** The exit code, once it has ended by itself. */
        int exit() {
            try {
                if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                    throw new AssertionError("it did not end; it printed:\n" + printed());
                }
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            return process.exitValue();
        }

        void interrupt() throws IOException, InterruptedException {
            new ProcessBuilder("kill", "-INT", String.valueOf(process.pid()))
                    .start()
                    .waitFor();
        }

        /** The HTTPS port that it has announced. */
        int port() {
            awaitText(".localhost:");
            Matcher matcher = SECURE_PORT.matcher(printed());
            if (!matcher.find()) {
                throw new AssertionError(printed());
            }
            return Integer.parseInt(matcher.group(1));
        }
    }

    /** Starts a command on ephemeral ports. */
    Command start(String... args) throws IOException {
        List<String> line = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                "--enable-native-access=ALL-UNNAMED",
                "-Duser.home=" + home));
        // So that what the processes do is counted as covered when the tests are.
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("-javaagent:"))
                .map(argument -> argument.replace("destfile=", "destfile=" + new File("").getAbsolutePath() + "/")
                        .replace("destfile=" + new File("").getAbsolutePath() + "//", "destfile=/"))
                .forEach(line::add);
        line.addAll(List.of(
                "-cp", classPath(), Gotunnel.class.getName(), "--proxy-https-port", "0", "--proxy-http-port", "0"));
        line.addAll(List.of(args));
        Path out = Files.createTempFile(home, "out", ".txt");
        line.addAll(0, hearingInterrupts());
        ProcessBuilder builder = new ProcessBuilder(line)
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile());
        // The keychain of who runs the tests is none of theirs.
        builder.environment().keySet().removeAll(List.of("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR"));
        builder.environment().putAll(folders);
        Command command = new Command(builder.start(), out);
        commands.add(command);
        return command;
    }

    /**
     * A build that runs in the background of a script has SIGINT ignored, as have its children, and Java leaves it so:
     * then Ctrl-C could not be tried.
     */
    private static List<String> hearingInterrupts() throws IOException {
        Path status = Path.of("/proc/self/status");
        boolean ignored = Files.isReadable(status)
                && Files.readAllLines(status).stream()
                        .filter(line -> line.startsWith("SigIgn:"))
                        .anyMatch(line ->
                                (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 2) != 0);
        return ignored ? List.of("env", "--default-signal=INT") : List.of();
    }

    private static String classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .reduce((a, b) -> a + File.pathSeparator + b)
                .orElse("");
    }

    /** Runs a command to its end. */
    Command run(String... args) throws IOException {
        Command command = start(args);
        command.exit();
        return command;
    }

    /** The process that owns the engine, to be collected at the end as well. */
    ProcessHandle owner() throws IOException {
        Path socket = home.resolve("run/control.sock");
        try (dev.gotunnel.control.ControlClient client = new dev.gotunnel.control.ControlClient(socket)) {
            ProcessHandle owner = ProcessHandle.of(client.info().pid()).orElseThrow();
            background.add(owner);
            return owner;
        }
    }

    /** What a tunnel answers over HTTPS that the machine's own authority proves. */
    WireClient.Response get(String name, int port, String target) throws IOException, GeneralSecurityException {
        SSLSocket socket = (SSLSocket) trust().getSocketFactory()
                .createSocket(new Socket(InetAddress.getByName("127.0.0.1"), port), name, port, true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(name)));
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        try (WireClient client = new WireClient(socket)) {
            return client.get(name, target).readResponse();
        }
    }

    private SSLContext trust() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        String root = Files.readString(home.resolve("data/ca/root.crt"));
        store.setCertificateEntry("root", Pem.certificates(root).getFirst());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    /** The files below a folder, as paths below the private home. */
    List<String> files(String folder) throws IOException {
        if (!Files.isDirectory(home.resolve(folder))) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(home.resolve(folder))) {
            return all.filter(path -> !Files.isDirectory(path))
                    .map(path -> home.relativize(path).toString())
                    .sorted()
                    .toList();
        }
    }

    @Override
    public void close() {
        List<ProcessHandle> left = new ArrayList<>(background);
        for (Command command : commands) {
            command.process().descendants().forEach(left::add);
            left.add(command.process().toHandle());
        }
        left.forEach(ProcessHandle::destroyForcibly);
        for (ProcessHandle process : left) {
            process.onExit().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
        }
    }
}
