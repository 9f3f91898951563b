package dev.gotunnel.removal;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.platform.PrivateFiles;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * One of gotunnel's own folders. Only what bears a name that gotunnel gives is deleted: the folder may have been chosen by
 * the user, and hold other things.
 */
final class FolderRemains implements Remains {
    private final String kind;
    private final Path folder;
    private final List<String> names;
    private final Predicate<Path> kept;

    /**
     * A folder.
     *
     * @param names what gotunnel calls things in it; a star at the end stands for any ending
     * @param kept what stays for now, though it is gotunnel's
     */
    FolderRemains(String kind, Path folder, List<String> names, Predicate<Path> kept) {
        this.kind = kind;
        this.folder = folder;
        this.names = List.copyOf(names);
        this.kept = kept;
    }

    @Override
    public String kind() {
        return kind;
    }

    private boolean isOurs(Path entry) {
        String name = String.valueOf(entry.getFileName());
        return names.stream()
                .anyMatch(ours ->
                        ours.endsWith("*") ? name.startsWith(ours.substring(0, ours.length() - 1)) : name.equals(ours));
    }

    private List<Path> ours() {
        List<Path> found = new ArrayList<>();
        if (Files.isDirectory(folder)) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, this::isOurs)) {
                entries.forEach(found::add);
            } catch (IOException e) {
                throw PrivateFiles.unusable("list " + folder, folder, e);
            }
        }
        found.sort(null);
        return found;
    }

    @Override
    public List<String> find() {
        List<Path> ours = ours();
        if (!ours.isEmpty()) {
            return ours.stream().map(Path::toString).toList();
        }
        return Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS) && isEmpty()
                ? List.of(folder.toString())
                : List.of();
    }

    private boolean isEmpty() {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            return !entries.iterator().hasNext();
        } catch (IOException e) {
            throw PrivateFiles.unusable("list " + folder, folder, e);
        }
    }

    @Override
    public void remove(List<String> done, List<GotunnelException> failures) {
        if (!Files.isDirectory(folder)) {
            return;
        }
        int deleted = 0;
        for (Path entry : ours()) {
            if (kept.test(entry)) {
                continue;
            }
            try {
                delete(entry);
                deleted++;
            } catch (IOException e) {
                failures.add(stays(entry, e));
            }
        }
        try {
            Files.delete(folder);
            done.add("Deleted " + folder + ".");
        } catch (DirectoryNotEmptyException e) {
            if (deleted > 0) {
                done.add("Deleted what was gotunnel's in " + folder + "; the rest stays.");
            }
        } catch (IOException e) {
            failures.add(stays(folder, e));
        }
    }

    private static GotunnelException stays(Path path, IOException cause) {
        return new GotunnelException(
                ErrorCode.IO,
                path + " stays: "
                        + PrivateFiles.unusable("delete it", path, cause).getMessage(),
                "sudo rm -r '" + path + "'",
                cause);
    }

    /** Never through a link. What goes meanwhile is gone. */
    private static void delete(Path tree) throws IOException {
        Files.walkFileTree(tree, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.deleteIfExists(directory);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                if (failure instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw failure;
            }
        });
    }
}
