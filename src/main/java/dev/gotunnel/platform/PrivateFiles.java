package dev.gotunnel.platform;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.AclFileAttributeView;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Files that are written whole or not at all, readable by their owner only: directories {@code 0700}, files
 * {@code 0600}. On Windows the profile folder's inherited access list does the same. Any thread.
 */
public final class PrivateFiles {
    private static final Set<PosixFilePermission> OTHERS = EnumSet.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.GROUP_EXECUTE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE,
            PosixFilePermission.OTHERS_EXECUTE);

    /** How a file is called while it is written. */
    private static final String DRAFT = ".gotunnel.";

    private PrivateFiles() {}

    /** Whether a file is one that was being written when its process was killed, or that is being written now. */
    public static boolean isDraft(Path file) {
        return String.valueOf(file.getFileName()).startsWith(DRAFT);
    }

    /**
     * Makes a directory and its parents, {@code 0700}. One that exists is accepted only when nobody else can enter it.
     *
     * @throws GotunnelException {@code NOT_PERMITTED} with the command that mends it, or {@code IO}
     */
    public static Path directory(Path path) {
        try {
            if (!Files.isDirectory(path)) {
                Files.createDirectories(path, attributes(path, "rwx------"));
            }
            requirePrivate(path);
            return path;
        } catch (FileAlreadyExistsException e) {
            if (Files.isSymbolicLink(path)) {
                throw new GotunnelException(
                        ErrorCode.IO,
                        path + " is a link that leads to no folder.",
                        "Make the folder that it leads to, or remove the link: rm '" + path + "'",
                        e);
            }
            throw new GotunnelException(
                    ErrorCode.IO,
                    path + " is in the way: gotunnel needs a folder there.",
                    "Move that file away, or choose another folder: GOTUNNEL_CONFIG_DIR, GOTUNNEL_DATA_DIR,"
                            + " GOTUNNEL_STATE_DIR, GOTUNNEL_RUNTIME_DIR.",
                    e);
        } catch (IOException e) {
            throw unusable("create the folder " + path, path, e);
        }
    }

    /** Refuses a file or directory that other users can read or change. */
    public static void requirePrivate(Path path) {
        try {
            if (!AccessRepair.isPosix(path)) {
                requirePrivateList(path);
                return;
            }
            if (!AccessRepair.isOurs(path)) {
                throw new GotunnelException(
                        ErrorCode.NOT_PERMITTED, path + " belongs to another user.", AccessRepair.takeOver(path));
            }
            Set<PosixFilePermission> open = EnumSet.copyOf(OTHERS);
            open.retainAll(Files.getPosixFilePermissions(path));
            if (!open.isEmpty()) {
                throw new GotunnelException(
                        ErrorCode.NOT_PERMITTED,
                        path + " is open to other users of this machine.",
                        AccessRepair.close(path));
            }
        } catch (IOException e) {
            throw unusable("check the permissions of " + path, path, e);
        }
    }

    /**
     * Refuses a file with a secret that others can read or change. It may belong to another user, such as root, as keys of
     * services do.
     */
    public static void requirePrivateFile(Path path) {
        try {
            if (!AccessRepair.isPosix(path)) {
                requirePrivateList(path);
            } else if (!Collections.disjoint(OTHERS, Files.getPosixFilePermissions(path))) {
                throw new GotunnelException(
                        ErrorCode.NOT_PERMITTED,
                        path + " is open to other users of this machine.",
                        AccessRepair.close(path));
            }
        } catch (IOException e) {
            throw unusable("read " + path, path, e);
        }
    }

    private static void requirePrivateList(Path path) throws IOException {
        AclFileAttributeView list = Files.getFileAttributeView(path, AclFileAttributeView.class);
        List<String> others = list == null ? List.of() : AccessRepair.strangers(list.getAcl(), list.getOwner());
        if (!others.isEmpty()) {
            throw new GotunnelException(
                    ErrorCode.NOT_PERMITTED,
                    path + " is open to other users of this machine: " + String.join(", ", others) + ".",
                    AccessRepair.close(path));
        }
    }

    /**
     * Replaces a file's content in one step: after a crash it is the old or the new one, never half of either. A file
     * that exists keeps its permissions; a new one is {@code 0600}.
     */
    public static void write(Path path, byte[] content) {
        write(path, content, true);
    }

    /**
     * As {@link #write} but for a power cut, after which the file may be empty: for what can be made again, and is not
     * worth to wait for the disk.
     */
    public static void writeReplaceable(Path path, byte[] content) {
        write(path, content, false);
    }

    private static void write(Path path, byte[] content, boolean durable) {
        Path target = path;
        Path temporary = null;
        try {
            if (Files.isSymbolicLink(path)) {
                target = path.toRealPath();
            }
            Path folder = target.toAbsolutePath().getParent();
            if (folder == null) {
                throw new IOException("no parent folder");
            }
            if (!Files.isDirectory(folder)) {
                directory(folder);
            }
            // Not after the target's own name, which may be as long as a file name can be.
            temporary = folder.resolve(DRAFT + UUID.randomUUID());
            Set<StandardOpenOption> anew = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            try (FileChannel channel = FileChannel.open(temporary, anew, attributes(target, "rw-------"))) {
                if (AccessRepair.isPosix(target) && Files.exists(target)) {
                    // Not at creation: there the process's umask would take from them.
                    Files.setPosixFilePermissions(temporary, Files.getPosixFilePermissions(target));
                }
                ByteBuffer buffer = ByteBuffer.wrap(content);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                if (durable) {
                    channel.force(true);
                }
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            temporary = null;
            if (durable) {
                syncDirectory(folder);
            }
        } catch (IOException e) {
            throw unusable("write " + path, path, e);
        } finally {
            deleteQuietly(temporary);
        }
    }

    /** Without it a power cut may lose the rename itself. Windows cannot open a directory and does not need it. */
    private static void syncDirectory(Path folder) throws IOException {
        if (AccessRepair.isPosix(folder)) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private static void deleteQuietly(@Nullable Path temporary) {
        if (temporary != null) {
            try {
                Files.deleteIfExists(temporary);
            } catch (IOException e) {
                // The write has failed with its own error, which says more than this one.
                temporary.toFile().deleteOnExit();
            }
        }
    }

    /** The user's words for a file that cannot be used. */
    public static GotunnelException unusable(String what, Path path, IOException cause) {
        if (cause instanceof AccessDeniedException) {
            return new GotunnelException(
                    ErrorCode.NOT_PERMITTED,
                    "gotunnel may not " + what + ": permission denied.",
                    AccessRepair.open(nearest(path)),
                    cause);
        }
        String reason = reason(cause);
        String hint = reason.startsWith("no space left") || reason.startsWith("disk quota")
                ? "Nothing was changed. Make room on that disk, then run the command again."
                : null;
        return new GotunnelException(ErrorCode.IO, "gotunnel cannot " + what + ": " + reason, hint, cause);
    }

    /** The path itself, or what there is of it: a folder that could not be made has no owner yet. */
    private static Path nearest(Path path) {
        Path absolute = path.toAbsolutePath();
        for (Path there = absolute; there != null; there = there.getParent()) {
            if (Files.exists(there, LinkOption.NOFOLLOW_LINKS)) {
                return there;
            }
        }
        return absolute;
    }

    /** The message of most failures of files is no sentence but a path. */
    private static String reason(IOException cause) {
        if (cause instanceof NoSuchFileException) {
            return "it does not exist.";
        }
        if (cause instanceof FileAlreadyExistsException exists) {
            return exists.getFile() + " is in the way.";
        }
        String message = cause instanceof FileSystemException failed ? failed.getReason() : cause.getMessage();
        return (message == null ? "the system gives no reason" : message.toLowerCase(Locale.ROOT)) + ".";
    }

    private static FileAttribute<?>[] attributes(Path path, String mode) {
        return AccessRepair.isPosix(path)
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))}
                : new FileAttribute<?>[0];
    }
}
