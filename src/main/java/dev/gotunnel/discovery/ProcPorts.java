package dev.gotunnel.discovery;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Linux: the kernel's tables of sockets, and which process has which of them open (proc(5)). */
final class ProcPorts implements ListeningPorts {
    /** The state LISTEN, and where the columns of {@code /proc/net/tcp} stand. */
    private static final String LISTEN = "0A";

    private static final int ADDRESS = 1;
    private static final int STATE = 3;
    private static final int USER = 7;
    private static final int INODE = 9;

    private final Path proc;

    ProcPorts(Path proc) {
        this.proc = proc;
    }

    @Override
    public List<ListeningPort> find() {
        try {
            String user =
                    String.valueOf(Files.getAttribute(proc.resolve("self"), "unix:uid", LinkOption.NOFOLLOW_LINKS));
            Map<String, Integer> sockets = new HashMap<>();
            for (String table : List.of("net/tcp", "net/tcp6")) {
                Path file = proc.resolve(table);
                if (Files.isReadable(file)) {
                    sockets.putAll(sockets(Files.readAllLines(file, StandardCharsets.US_ASCII), user));
                }
            }
            return sockets.isEmpty() ? List.of() : holders(sockets);
        } catch (IOException | DirectoryIteratorException e) {
            throw ListeningPorts.unknown(e);
        }
    }

    /** The ports of a user's listening sockets, by what a descriptor of the socket links to. */
    static Map<String, Integer> sockets(List<String> table, String user) {
        Map<String, Integer> sockets = new HashMap<>();
        for (String line : table) {
            String[] column = line.strip().split("\\s+");
            if (column.length > INODE && column[STATE].equals(LISTEN) && column[USER].equals(user)) {
                String port = column[ADDRESS].substring(column[ADDRESS].lastIndexOf(':') + 1);
                sockets.put("socket:[" + column[INODE] + "]", Integer.parseInt(port, 16));
            }
        }
        return sockets;
    }

    private List<ListeningPort> holders(Map<String, Integer> sockets) throws IOException {
        Map<Integer, ListeningPort> found = new TreeMap<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
            for (Path process : processes) {
                for (int port : open(process, sockets)) {
                    ListeningPort holder = describe(process, port);
                    // A server's workers have its socket open too: the oldest is the server.
                    found.merge(port, holder, (one, other) -> one.pid() < other.pid() ? one : other);
                }
            }
        }
        return List.copyOf(found.values());
    }

    private static List<Integer> open(Path process, Map<String, Integer> sockets) {
        List<Integer> ports = new ArrayList<>();
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path descriptor : descriptors) {
                Integer port = Files.isSymbolicLink(descriptor)
                        ? sockets.get(Files.readSymbolicLink(descriptor).toString())
                        : null;
                if (port != null) {
                    ports.add(port);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // It belongs to somebody else, or has ended meanwhile: what was seen of it so far counts.
            return ports;
        }
        return ports;
    }

    private static ListeningPort describe(Path process, int port) {
        List<String> command = List.of(text(process.resolve("cmdline")).split("\0"));
        return new ListeningPort(
                port,
                Long.parseLong(String.valueOf(process.getFileName())),
                text(process.resolve("comm")).strip(),
                command.equals(List.of("")) ? List.of() : command,
                folder(process.resolve("cwd")));
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            // The process has ended meanwhile.
            return "";
        }
    }

    private static @Nullable Path folder(Path link) {
        try {
            return Files.readSymbolicLink(link);
        } catch (IOException e) {
            // It has ended, or its folder may not be known.
            return null;
        }
    }
}
