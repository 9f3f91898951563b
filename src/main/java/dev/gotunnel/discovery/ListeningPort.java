package dev.gotunnel.discovery;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A TCP port that a process of this user listens on.
 *
 * @param port 1 to 65535
 * @param pid the process; one of them where several share the port
 * @param program what the process is called
 * @param command its words; empty where the system does not tell
 * @param folder where it runs; null where the system does not tell
 */
public record ListeningPort(
        int port,
        long pid,
        String program,
        List<String> command,
        @Nullable Path folder) {
    /** Copies the list. */
    public ListeningPort {
        command = List.copyOf(command);
    }
}
