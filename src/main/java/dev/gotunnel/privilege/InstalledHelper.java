package dev.gotunnel.privilege;

import dev.gotunnel.platform.OperatingSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The privileged helper where a package puts it: in a place that only administrators can write. One that lies elsewhere,
 * such as in an unpacked archive, is never made an administrator.
 *
 * @param program its file
 * @param owner the user id that has to own it and the folders above
 * @param base the folder where that begins; null for the root of the file system
 */
public record InstalledHelper(
        Path program, int owner, @Nullable Path base) {
    private static final Map<OperatingSystem, String> PLACES = Map.of(
            OperatingSystem.LINUX, "/usr/libexec/gotunnel/gotunnel-helper",
            OperatingSystem.MACOS, "/Library/PrivilegedHelperTools/dev.gotunnel.helper",
            // Not from a variable: those are the user's to set.
            OperatingSystem.WINDOWS, "C:\\Program Files\\gotunnel\\libexec\\gotunnel-helper.exe");

    /** The helper of this machine, whether it is there or not. */
    public static InstalledHelper ofSystem() {
        return new InstalledHelper(Path.of(String.valueOf(PLACES.get(OperatingSystem.current()))), 0, null);
    }

    /** Whether it is there, and nobody but its owner could have put or changed it. */
    public boolean isThere() {
        if (!Files.isRegularFile(program, LinkOption.NOFOLLOW_LINKS) || !Files.isExecutable(program)) {
            return false;
        }
        if (!program.getFileSystem().supportedFileAttributeViews().contains("unix")) {
            // Windows: the folder of programs is the administrators'.
            return true;
        }
        try {
            for (Path path = program; path != null && !path.equals(base); path = path.getParent()) {
                if (!isSafe(path)) {
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            // What cannot be looked at cannot be trusted.
            return false;
        }
    }

    private boolean isSafe(Path path) throws IOException {
        Set<PosixFilePermission> mode = Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS);
        return Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS).equals(owner)
                && !mode.contains(PosixFilePermission.GROUP_WRITE)
                && !mode.contains(PosixFilePermission.OTHERS_WRITE);
    }
}
