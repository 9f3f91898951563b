package dev.gotunnel.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class ListeningPortsTest {
    @TempDir
    Path temp;

    // ---- Linux

    private static final List<String> TABLE = List.of(
            "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
            "   0: 0100007F:1435 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4711 1 0 100 0 0 10 0",
            "   1: 0100007F:1435 0100007F:C3A2 01 00000000:00000000 00:00000000 00000000  1000        0 4712 1 0 20 4 30 10 -1",
            "   2: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 815 1 0 100 0 0 10 0",
            "",
            "garbage");

    @Test
    void theKernelsTableTellsTheSocketsOfOneUser() {
        assertEquals(Map.of("socket:[4711]", 5173), ProcPorts.sockets(TABLE, "1000"));
        assertEquals(Map.of("socket:[815]", 80), ProcPorts.sockets(TABLE, "0"));
        assertEquals(Map.of(), ProcPorts.sockets(TABLE, "1001"));
    }

    private void process(Path proc, long pid, String name, String command, String socket) throws IOException {
        Path process = proc.resolve("" + pid);
        Path descriptors = Files.createDirectories(process.resolve("fd"));
        Files.writeString(process.resolve("comm"), name + "\n");
        Files.writeString(process.resolve("cmdline"), command);
        Files.createSymbolicLink(process.resolve("cwd"), temp.resolve("work"));
        Files.createSymbolicLink(descriptors.resolve("3"), Path.of(socket));
        Files.createFile(descriptors.resolve("4"));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void theOldestProcessThatHasASocketOpenListens() throws IOException {
        Path proc = temp.resolve("proc");
        Files.createDirectories(proc.resolve("net"));
        String user = String.valueOf(Files.getAttribute(proc, "unix:uid"));
        Files.write(
                proc.resolve("net/tcp6"),
                TABLE.stream()
                        .map(line -> line.replace("  1000  ", "  " + user + "  "))
                        .toList());
        Files.createSymbolicLink(proc.resolve("self"), Path.of("120"));
        process(proc, 120, "node", "node\0server.js\0", "socket:[4711]");
        process(proc, 99, "node", "npm run dev\0", "socket:[4711]");
        process(proc, 7, "other", "other\0", "socket:[1]");
        process(proc, 8, "kernel", "", "pipe:[4711]");
        Files.createDirectories(proc.resolve("9"));
        assertEquals(
                List.of(new ListeningPort(5173, 99, "node", List.of("npm run dev"), temp.resolve("work"))),
                new ProcPorts(proc)
                        .find().stream().filter(port -> port.port() == 5173).toList());
    }

    @Test
    void aSystemWithoutItsTablesIsAnError() {
        GotunnelException thrown =
                assertThrows(GotunnelException.class, () -> new ProcPorts(temp.resolve("none")).find());
        assertEquals(ErrorCode.IO, thrown.code());
    }

    @Test
    void aPortOfThisVeryProcessIsFound() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            ListeningPort found = ListeningPorts.ofSystem().find().stream()
                    .filter(port -> port.port() == socket.getLocalPort())
                    .findFirst()
                    .orElseThrow();
            assertEquals(ProcessHandle.current().pid(), found.pid());
            assertTrue(found.command().stream().anyMatch(word -> word.contains("java")), found::toString);
        }
    }

    // ---- macOS, by what its programs have printed

    @Test
    void lsofTellsPortsFoldersAndNames() {
        List<String> calls = new ArrayList<>();
        LsofPorts ports = new LsofPorts(words -> {
            calls.add(String.join(" ", words));
            return switch (calls.size()) {
                case 1 -> """
                        p501
                        cnode
                        f23
                        n[::1]:5173
                        p388
                        cControlCe
                        f10
                        n*:7000
                        f11
                        n*:5000
                        p600
                        cpython3.1
                        f3
                        n127.0.0.1:8000
                        p602
                        cpython3.1
                        f3
                        n127.0.0.1:8000
                        """;
                case 2 -> "p501\nfcwd\nn/Users/ada/shop\np600\nfcwd\nn/Users/ada/my site\n";
                default -> "  501 node /Users/ada/shop/node_modules/.bin/vite\n  600 python3 -m http.server\n";
            };
        });
        assertEquals(
                List.of(
                        new ListeningPort(5000, 388, "ControlCe", List.of(), null),
                        new ListeningPort(
                                5173,
                                501,
                                "node",
                                List.of("node", "/Users/ada/shop/node_modules/.bin/vite"),
                                Path.of("/Users/ada/shop")),
                        new ListeningPort(7000, 388, "ControlCe", List.of(), null),
                        new ListeningPort(
                                8000,
                                600,
                                "python3.1",
                                List.of("python3", "-m", "http.server"),
                                Path.of("/Users/ada/my site"))),
                ports.find());
        assertEquals("lsof -a -d cwd -p 388,501,600 -Fpn", calls.get(1));
    }

    @Test
    void whereNobodyListensNothingElseIsAsked() {
        List<String> calls = new ArrayList<>();
        assertEquals(
                List.of(),
                new LsofPorts(words -> {
                            calls.add(words[0]);
                            return "";
                        })
                        .find());
        assertEquals(List.of("lsof"), calls);
    }

    @Test
    void aProgramThatIsMissingIsAnError() {
        LsofPorts ports = new LsofPorts(words -> {
            throw new IOException("Cannot run program \"lsof\"");
        });
        GotunnelException thrown = assertThrows(GotunnelException.class, ports::find);
        assertEquals(
                "The system does not tell who listens on its ports: Cannot run program \"lsof\".", thrown.getMessage());
    }

    // ---- Windows, by what PowerShell has printed

    @Test
    void powerShellTellsPortsAndCommands() {
        WindowsPorts ports = new WindowsPorts(_ -> """
                [{"command":"\\"C:\\\\Program Files\\\\nodejs\\\\node.exe\\" C:\\\\shop\\\\node_modules\\\\vite\\\\bin\\\\vite.js",\
                "port":5173,"pid":4242,"name":"node.exe"},{"command":null,"port":445,"pid":4,"name":"System"},\
                {"command":"x","port":5173,"pid":4243,"name":"node.exe"}]
                """);
        assertEquals(
                List.of(
                        new ListeningPort(445, 4, "System", List.of(), null),
                        new ListeningPort(
                                5173,
                                4242,
                                "node",
                                List.of(
                                        "C:\\Program Files\\nodejs\\node.exe",
                                        "C:\\shop\\node_modules\\vite\\bin\\vite.js"),
                                null)),
                ports.find());
        assertEquals(List.of(), new WindowsPorts(_ -> "").find());
        assertThrows(GotunnelException.class, () -> new WindowsPorts(_ -> "[{").find());
    }
}
