package dev.gotunnel.app;

import dev.gotunnel.platform.PrivateFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A role that one process at a time can have, such as to own the engine. Held by a lock on a file, which the operating
 * system lets go of when the process ends, however it ends.
 */
final class SingleInstance implements AutoCloseable {
    /**
     * The roles of this very process. A process must not even open such a file again: to close it would give up the lock,
     * which belongs to the process and not to the channel (POSIX).
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final FileChannel channel;
    private final FileLock lock;

    private SingleInstance(Path file, FileChannel channel, FileLock lock) {
        this.file = file;
        this.channel = channel;
        this.lock = lock;
    }

    /** Takes the role; empty when somebody has it. The file stays when the role is given back. */
    static Optional<SingleInstance> take(Path path) {
        Path file = path.toAbsolutePath().normalize();
        PrivateFiles.directory(file.resolveSibling(""));
        if (!HELD.add(file)) {
            return Optional.empty();
        }
        boolean taken = false;
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            taken = lock != null;
            if (lock == null) {
                channel.close();
                return Optional.empty();
            }
            return Optional.of(new SingleInstance(file, channel, lock));
        } catch (IOException e) {
            throw PrivateFiles.unusable("lock " + file, file, e);
        } finally {
            if (!taken) {
                HELD.remove(file);
            }
        }
    }

    @Override
    public void close() {
        try {
            lock.release();
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            HELD.remove(file);
        }
    }
}
