package dev.gotunnel.trust;

import dev.gotunnel.platform.PrivateFiles;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Folders that a store had to make, and that are to go with it. */
final class CreatedFolders {
    private CreatedFolders() {}

    /** A folder and those above it, as far as they are missing; outermost first. */
    static List<Path> missing(Path folder) {
        List<Path> missing = new ArrayList<>();
        for (Path path = folder; path != null && !Files.exists(path); path = path.getParent()) {
            missing.addFirst(path);
        }
        return missing;
    }

    /** Deletes folders, innermost first; one that something has come into stays. */
    static void removeEmpty(List<Path> created) {
        for (Path path : created.reversed()) {
            try {
                if (Files.isDirectory(path)) {
                    Files.delete(path);
                }
            } catch (DirectoryNotEmptyException e) {
                // Those above it are not empty either.
                return;
            } catch (IOException e) {
                throw PrivateFiles.unusable("remove " + path, path, e);
            }
        }
    }
}
