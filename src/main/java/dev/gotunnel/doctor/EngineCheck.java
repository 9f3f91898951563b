package dev.gotunnel.doctor;

import dev.gotunnel.tunnel.EngineInfo;
import dev.gotunnel.tunnel.Finding;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Whether the process that owns the engine answers, and is of this program's version. */
final class EngineCheck implements Check {
    private final String version;
    private final Path socket;
    private final Supplier<Optional<EngineInfo>> running;

    /**
     * @param running asks the owner; fails when it is there and does not answer
     */
    EngineCheck(String version, Path socket, Supplier<Optional<EngineInfo>> running) {
        this.version = version;
        this.socket = socket;
        this.running = running;
    }

    @Override
    public String subject() {
        return "engine";
    }

    @Override
    public List<Finding> look() {
        Optional<EngineInfo> owner = running.get();
        if (owner.isEmpty()) {
            return List.of(Finding.ok(
                    subject(),
                    Files.exists(socket)
                            ? "Nothing runs; the socket of one that has crashed is replaced by the next start."
                            : "Nothing runs."));
        }
        EngineInfo info = owner.get();
        if (!info.version().equals(version)) {
            return List.of(Finding.warning(
                    subject(),
                    "The running gotunnel is " + info.version() + " (pid " + info.pid() + "), this program is "
                            + version + ".",
                    "Commands may not understand each other.",
                    "End it and start the tunnels again: kill " + info.pid()));
        }
        return List.of(Finding.ok(subject(), "gotunnel " + version + " runs (pid " + info.pid() + ")."));
    }
}
