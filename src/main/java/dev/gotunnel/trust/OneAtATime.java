package dev.gotunnel.trust;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Runs the system's programs that rebuild its store one after the other. They go on when the gotunnel that started them is
 * killed, and two of them at a time spoil each other's result; so the lock is held by flock(1), which ends with them.
 */
final class OneAtATime {
    private final CommandRunner commands;

    OneAtATime(CommandRunner commands) {
        this.commands = commands;
    }

    /**
     * Runs a program once no other of these runs.
     *
     * @param folder stands for the store; it is locked and not changed
     */
    CommandRunner.Answer run(Path folder, List<String> command) throws IOException {
        List<String> full = new ArrayList<>();
        // flock would make a file of it that is not there.
        Optional<Path> lock = Files.isDirectory(folder) ? commands.find("flock") : Optional.empty();
        lock.ifPresent(flock -> full.addAll(List.of(flock.toString(), folder.toString())));
        full.addAll(command);
        return commands.run(full);
    }
}
