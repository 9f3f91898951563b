package dev.gotunnel.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
class PortHolderTest {
    private static final String HEAD =
            "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";
    private static final String LISTENS_ON_8443 =
            "   0: 0100007F:20FB 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4711 1 0000 100 0 0 10 0";
    private static final String CONNECTED_FROM_8443 =
            "   1: 0100007F:20FB 0100007F:C3A2 01 00000000:00000000 00:00000000 00000000  1000        0 4712 1 0000 20 4 30 10 -1";
    private static final String LISTENS_ON_80 =
            "   2: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 815 1 0000 100 0 0 10 0";

    @TempDir
    Path proc;

    @Test
    void readsTheListenersOfAPortFromTheKernelsTable() {
        List<String> table = List.of(HEAD, LISTENS_ON_8443, CONNECTED_FROM_8443, LISTENS_ON_80, "", "garbage");
        assertEquals(Set.of("socket:[4711]"), PortHolder.listeningSockets(table, 8443));
        assertEquals(Set.of("socket:[815]"), PortHolder.listeningSockets(table, 80));
        assertEquals(Set.of(), PortHolder.listeningSockets(table, 443));
    }

    private Path process(long pid, String name, String socket) throws Exception {
        Path fds = Files.createDirectories(proc.resolve(pid + "/fd"));
        Files.writeString(proc.resolve(pid + "/comm"), name + "\n");
        Files.createSymbolicLink(fds.resolve("3"), Path.of(socket));
        return fds;
    }

    @Test
    void findsTheProcessThatHasTheSocketOpen() throws Exception {
        Files.createDirectories(proc.resolve("net"));
        Files.write(proc.resolve("net/tcp6"), List.of(HEAD, LISTENS_ON_8443));
        process(7, "other", "socket:[1]");
        process(42, "nginx", "socket:[4711]");
        assertEquals(Optional.of(new PortHolder("nginx", 42)), PortHolder.linux(8443, proc));
        assertEquals("nginx (pid 42)", new PortHolder("nginx", 42).toString());
    }

    @Test
    void aProcessThatMayNotBeLookedAtIsNotNamed() throws Exception {
        Files.createDirectories(proc.resolve("net"));
        Files.write(proc.resolve("net/tcp"), List.of(HEAD, LISTENS_ON_8443));
        Files.createDirectories(proc.resolve("9"));
        assertEquals(Optional.empty(), PortHolder.linux(8443, proc));
        assertEquals(Optional.empty(), PortHolder.linux(80, proc));
    }

    @Test
    void namesThisVeryProcess() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Optional<PortHolder> holder = PortHolder.of(socket.getLocalPort());
            assertEquals(ProcessHandle.current().pid(), holder.orElseThrow().pid());
            assertTrue(holder.get().name().startsWith("java"), holder.get().name());
        }
    }

    @Test
    void aPortIsTakenOnceSomebodyListens() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
            assertTrue(PortHolder.isTaken(port));
        }
        assertFalse(PortHolder.isTaken(port));
    }
}
