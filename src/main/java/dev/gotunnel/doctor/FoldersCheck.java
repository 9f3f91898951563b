package dev.gotunnel.doctor;

import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.platform.AppDirectories;
import dev.gotunnel.platform.PrivateFiles;
import dev.gotunnel.tunnel.Finding;
import dev.gotunnel.tunnel.Repair;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** Whether gotunnel's folders are this user's, can be written, and are closed to others where keys lie. */
final class FoldersCheck implements Check {
    private static final Set<PosixFilePermission> OF_OWNER = PosixFilePermissions.fromString("rwx------");

    private final AppDirectories directories;

    FoldersCheck(AppDirectories directories) {
        this.directories = directories;
    }

    @Override
    public String subject() {
        return "folders";
    }

    @Override
    public List<Finding> look() {
        List<Finding> found = new ArrayList<>();
        Set<Path> all = new LinkedHashSet<>(
                List.of(directories.config(), directories.data(), directories.state(), directories.runtime()));
        for (Path folder : all) {
            if (Files.exists(folder) && !Files.isDirectory(folder)) {
                found.add(Finding.broken(
                        subject(),
                        folder + " is a file, and gotunnel needs a folder there.",
                        "",
                        "Move it away: mv '" + folder + "' '" + folder + ".old'"));
            } else if (Files.isDirectory(folder) && !Files.isWritable(folder)) {
                found.add(Finding.broken(subject(), "gotunnel may not write into " + folder + ".", "", owned(folder)));
            }
        }
        for (Path secret : secrets()) {
            try {
                PrivateFiles.requirePrivate(secret);
            } catch (GotunnelException e) {
                found.add(open(secret, e));
            }
        }
        return found.isEmpty()
                ? List.of(Finding.ok(subject(), "All that is secret can be read by this user only."))
                : found;
    }

    private Finding open(Path secret, GotunnelException failure) {
        String hint = Objects.requireNonNullElse(failure.hint(), "");
        Finding finding = Finding.broken(
                subject(),
                failure.getMessage(),
                "gotunnel does not use keys that others could have read or exchanged.",
                hint);
        return hint.contains("chmod")
                ? finding.mendedBy(
                        Repair.of("take the rights of other users on " + secret + " away", () -> close(secret)))
                : finding;
    }

    private static void close(Path path) {
        try {
            Set<PosixFilePermission> rights = EnumSet.copyOf(Files.getPosixFilePermissions(path));
            rights.retainAll(OF_OWNER);
            Files.setPosixFilePermissions(path, rights);
        } catch (IOException e) {
            throw PrivateFiles.unusable("change the permissions of " + path, path, e);
        }
    }

    private static String owned(Path path) {
        return "sudo chown -R \"$(id -un)\" '" + path + "' && chmod -R u+rwX,go-rwx '" + path + "'";
    }

    /** The configuration is the user's own to show; all else holds keys, or a socket that obeys. */
    private List<Path> secrets() {
        List<Path> secrets = new ArrayList<>();
        for (Path folder : List.of(
                directories.data(),
                directories.data().resolve("ca"),
                directories.data().resolve("certs"),
                directories.state(),
                directories.runtime())) {
            if (Files.isDirectory(folder)) {
                secrets.add(folder);
            }
        }
        for (String folder : List.of("ca", "certs")) {
            secrets.addAll(keys(directories.data().resolve(folder)));
        }
        return secrets;
    }

    /** A tunnel's certificate lies in one file with its key. */
    private static List<Path> keys(Path folder) {
        List<Path> keys = new ArrayList<>();
        if (Files.isDirectory(folder) && Files.isReadable(folder)) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, "*.{key,pem}")) {
                entries.forEach(keys::add);
            } catch (IOException e) {
                throw PrivateFiles.unusable("list " + folder, folder, e);
            }
        }
        keys.sort(null);
        return keys;
    }
}
