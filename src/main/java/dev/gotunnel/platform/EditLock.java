package dev.gotunnel.platform;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * The right to read, change and write back a file that is replaced as a whole: one thread of one process at a time.
 *
 * <p>It is the existence of a hidden file beside it, as with Git, and no lock of the operating system's: such a lock is
 * lost when any other part of the process closes the same file, and the file could never be removed safely.
 */
public final class EditLock implements AutoCloseable {
    /** An edit takes some milliseconds: whoever holds the lock for longer has died. */
    private static final Duration STALE = Duration.ofSeconds(10);

    private static final long PATIENCE_NANOS = STALE.plusSeconds(2).toNanos();
    private static final int PAUSE_MILLIS = 5;

    private final Path marker;

    private EditLock(Path marker) {
        this.marker = marker;
    }

    /**
     * Waits for the right to edit a file, at most 12 s.
     *
     * @param file need not exist; its folder is made, {@code 0700}, when it is missing
     * @throws GotunnelException {@code IO} when others keep it, or {@code NOT_PERMITTED} when the folder is closed
     */
    public static EditLock on(Path file) {
        Path folder = file.toAbsolutePath().resolveSibling("");
        Path marker = folder.resolve("." + file.getFileName() + ".lock");
        try {
            if (!Files.isDirectory(folder)) {
                PrivateFiles.directory(folder);
            }
            long begin = System.nanoTime();
            while (System.nanoTime() - begin < PATIENCE_NANOS) {
                if (create(marker)) {
                    return new EditLock(marker);
                }
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            }
        } catch (IOException e) {
            throw PrivateFiles.unusable("write " + file, file, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new GotunnelException(
                ErrorCode.IO, "Another program is changing " + file + ".", "Run the command again in a moment.");
    }

    private static boolean create(Path marker) throws IOException {
        try {
            Files.createFile(marker);
            return true;
        } catch (FileAlreadyExistsException e) {
            removeIfStale(marker);
            return false;
        }
    }

    private static void removeIfStale(Path marker) throws IOException {
        try {
            Instant taken = Files.getLastModifiedTime(marker).toInstant();
            if (taken.plus(STALE).isBefore(Instant.now())) {
                Files.deleteIfExists(marker);
            }
        } catch (NoSuchFileException e) {
            // Given back meanwhile, which is what we wait for.
            return;
        }
    }

    @Override
    public void close() {
        try {
            Files.deleteIfExists(marker);
        } catch (IOException e) {
            throw PrivateFiles.unusable("remove " + marker, marker, e);
        }
    }
}
