package dev.gotunnel.platform;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The process that listens on a TCP port, for the sentence that tells the user why a port is not free.
 *
 * @param name the program, such as {@code nginx}
 * @param pid its process
 */
public record PortHolder(String name, long pid) {
    private static final int CONNECT_MILLIS = 500;
    private static final Pattern LSOF = Pattern.compile("p(\\d+)\\s+c(\\S+)");
    private static final Pattern NETSTAT = Pattern.compile("TCP\\s+\\S+:(\\d+)\\s+\\S+\\s+LISTENING\\s+(\\d+)");

    /** Finds who listens; empty when nobody does or it belongs to somebody whose processes we may not look at. */
    public static Optional<PortHolder> of(int port) {
        try {
            return switch (OperatingSystem.current()) {
                case LINUX -> linux(port, Path.of("/proc"));
                case MACOS -> macos(port);
                case WINDOWS -> windows(port);
            };
        } catch (IOException | DirectoryIteratorException e) {
            return Optional.empty();
        }
    }

    /** Whether anybody listens on a port of loopback, whoever that is. */
    public static boolean isTaken(int port) {
        return Stream.of("127.0.0.1", "::1").anyMatch(address -> {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.ofLiteral(address), port), CONNECT_MILLIS);
                return true;
            } catch (IOException e) {
                return false;
            }
        });
    }

    @Override
    public String toString() {
        return name + " (pid " + pid + ")";
    }

    static Optional<PortHolder> linux(int port, Path proc) throws IOException {
        Set<String> sockets = new HashSet<>();
        for (String table : List.of("net/tcp", "net/tcp6")) {
            Path file = proc.resolve(table);
            if (Files.isReadable(file)) {
                sockets.addAll(listeningSockets(Files.readAllLines(file, StandardCharsets.US_ASCII), port));
            }
        }
        if (sockets.isEmpty()) {
            return Optional.empty();
        }
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
            for (Path process : processes) {
                if (holdsAny(process.resolve("fd"), sockets)) {
                    String name = Files.readString(process.resolve("comm")).strip();
                    return Optional.of(new PortHolder(
                            name, Long.parseLong(process.getFileName().toString())));
                }
            }
        }
        return Optional.empty();
    }

    /** Lines of /proc/net/tcp: {@code sl local_address rem_address st … inode}; state 0A is LISTEN. */
    static Set<String> listeningSockets(List<String> lines, int port) {
        String suffix = String.format(Locale.ROOT, ":%04X", port);
        Set<String> sockets = new HashSet<>();
        for (String line : lines) {
            String[] column = line.strip().split("\\s+");
            if (column.length > 9 && column[1].endsWith(suffix) && column[3].equals("0A")) {
                sockets.add("socket:[" + column[9] + "]");
            }
        }
        return sockets;
    }

    private static boolean holdsAny(Path fds, Set<String> sockets) {
        try (DirectoryStream<Path> open = Files.newDirectoryStream(fds)) {
            for (Path fd : open) {
                if (Files.isSymbolicLink(fd)
                        && sockets.contains(Files.readSymbolicLink(fd).toString())) {
                    return true;
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // The process belongs to somebody else or ended meanwhile: it is not one that we can name.
            return false;
        }
        return false;
    }

    private static Optional<PortHolder> macos(int port) throws IOException {
        Matcher m = LSOF.matcher(output("lsof", "-nP", "-iTCP:" + port, "-sTCP:LISTEN", "-Fpc"));
        return m.find() ? Optional.of(new PortHolder(m.group(2), Long.parseLong(m.group(1)))) : Optional.empty();
    }

    private static Optional<PortHolder> windows(int port) throws IOException {
        Matcher m = NETSTAT.matcher(output("netstat", "-ano", "-p", "TCP"));
        while (m.find()) {
            if (Integer.parseInt(m.group(1)) == port) {
                long pid = Long.parseLong(m.group(2));
                String name = ProcessHandle.of(pid)
                        .flatMap(process -> process.info().command())
                        .map(command -> String.valueOf(Path.of(command).getFileName()))
                        .orElse("System");
                return Optional.of(new PortHolder(name, pid));
            }
        }
        return Optional.empty();
    }

    private static String output(String... command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (!process.waitFor(2, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return text;
    }
}
