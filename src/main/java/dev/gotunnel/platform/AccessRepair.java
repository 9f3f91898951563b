package dev.gotunnel.platform;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.AclEntry;
import java.nio.file.attribute.AclEntryPermission;
import java.nio.file.attribute.AclEntryType;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Who may use a file, and the command that mends it when it is the wrong ones. */
final class AccessRepair {
    /** What lets somebody see or change a file on Windows. */
    private static final Set<AclEntryPermission> USE = EnumSet.of(
            AclEntryPermission.READ_DATA,
            AclEntryPermission.WRITE_DATA,
            AclEntryPermission.APPEND_DATA,
            AclEntryPermission.DELETE_CHILD,
            AclEntryPermission.WRITE_ACL,
            AclEntryPermission.WRITE_OWNER);

    /** Accounts that may read every file of a Windows machine anyway. */
    private static final List<String> MASTERS =
            List.of("NT AUTHORITY\\SYSTEM", "BUILTIN\\Administrators", "CREATOR OWNER", "NT SERVICE\\TrustedInstaller");

    private static final int ROOT = 0;

    private AccessRepair() {}

    static boolean isPosix(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    /** Whether a file is the user's who runs this process. */
    static boolean isOurs(Path path) throws IOException {
        return Files.getAttribute(path, "unix:uid").equals((int) new UnixSystem().getUid());
    }

    /**
     * What to do about a file or folder of somebody else's. It is to be taken over only where it is gotunnel's own and
     * root's, as a run with {@code sudo} leaves it: anything else is not this user's to take.
     */
    static String takeOver(Path path) {
        try {
            return takeOver(path, (int) Files.getAttribute(path, "unix:uid"), new UnixSystem().getUsername());
        } catch (IOException e) {
            return look(path);
        }
    }

    static String takeOver(Path path, int owner, String user) {
        boolean own = false;
        for (Path part : path) {
            own |= part.toString().contains("gotunnel");
        }
        return own && owner == ROOT
                ? "Take it over: sudo chown -R " + user + " '" + path + "'"
                : "It is not yours. Let gotunnel use folders of your own: set HOME, or GOTUNNEL_CONFIG_DIR,"
                        + " GOTUNNEL_DATA_DIR, GOTUNNEL_STATE_DIR and GOTUNNEL_RUNTIME_DIR.";
    }

    /** Closes a file or folder to others. */
    static String close(Path path) {
        return isPosix(path)
                ? "Close it: chmod go-rwx '" + path + "'"
                : "Close it: icacls \"" + path + "\" /inheritance:r /grant:r \"%USERNAME%:(OI)(CI)F\"";
    }

    /** Lets its owner use what he is kept from. */
    static String open(Path path) {
        try {
            if (isPosix(path) && !isOurs(path)) {
                return takeOver(path);
            }
            if (isPosix(path)
                    && !Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS)
                            .containsAll(ownersOf(path))) {
                return "Open it: chmod u+rwX '" + path + "'";
            }
        } catch (IOException e) {
            // What cannot be looked at is for its owner to mend.
            return look(path);
        }
        return look(path);
    }

    private static String look(Path path) {
        return isPosix(path)
                ? "Check who owns it: ls -ld '" + path + "'"
                : "Check who may use it: icacls \"" + path + "\"";
    }

    private static Set<PosixFilePermission> ownersOf(Path path) {
        return Files.isDirectory(path)
                ? EnumSet.of(
                        PosixFilePermission.OWNER_READ,
                        PosixFilePermission.OWNER_WRITE,
                        PosixFilePermission.OWNER_EXECUTE)
                : EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
    }

    /**
     * Who may use a file by its access list, beside its owner and those who may use every file.
     *
     * @return their names; empty when it is private
     */
    static List<String> strangers(List<AclEntry> entries, UserPrincipal owner) {
        return entries.stream()
                .filter(entry -> entry.type() == AclEntryType.ALLOW)
                .filter(entry -> entry.permissions().stream().anyMatch(USE::contains))
                .map(AclEntry::principal)
                .filter(who -> !who.equals(owner))
                .map(UserPrincipal::getName)
                .filter(name -> MASTERS.stream().noneMatch(name::equalsIgnoreCase))
                .distinct()
                .toList();
    }
}
