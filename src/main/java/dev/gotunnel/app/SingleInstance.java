package dev.gotunnel.app;

import dev.gotunnel.platform.PrivateFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * A role that one process at a time can have, such as to own the engine. Held by a lock on a file, which the operating
 * system lets go of when the process ends, however it ends.
 */
final class SingleInstance implements AutoCloseable {
    private final FileChannel channel;
    private final FileLock lock;

    private SingleInstance(FileChannel channel, FileLock lock) {
        this.channel = channel;
        this.lock = lock;
    }

    /** Takes the role; empty when another process has it. The file stays when the role is given back. */
    static Optional<SingleInstance> take(Path file) {
        PrivateFiles.directory(file.toAbsolutePath().resolveSibling(""));
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                channel.close();
                return Optional.empty();
            }
            return Optional.of(new SingleInstance(channel, lock));
        } catch (OverlappingFileLockException e) {
            // This very process has it. The channel stays open: to close it would give up the process's lock (POSIX).
            return Optional.empty();
        } catch (IOException e) {
            throw PrivateFiles.unusable("lock " + file, file, e);
        }
    }

    @Override
    public void close() {
        try {
            lock.release();
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
