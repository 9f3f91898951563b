package dev.gotunnel.removal;

import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.platform.PrivateFiles;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Entries that start gotunnel when the user logs in: of the desktop, of systemd, of launchd. */
final class AutostartRemains implements Remains {
    private static final List<String> FOLDERS = List.of(
            ".config/autostart",
            ".config/systemd/user",
            ".config/systemd/user/default.target.wants",
            ".config/systemd/user/sockets.target.wants",
            "Library/LaunchAgents");

    private final Path home;

    AutostartRemains(Path home) {
        this.home = home;
    }

    @Override
    public String kind() {
        return "autostart";
    }

    private List<Path> files() {
        List<Path> found = new ArrayList<>();
        for (String name : FOLDERS) {
            Path folder = home.resolve(name);
            if (Files.isDirectory(folder)) {
                try (DirectoryStream<Path> entries = Files.newDirectoryStream(
                        folder, "{gotunnel,dev.gotunnel}{,-*,.*}.{desktop,service,socket,plist}")) {
                    entries.forEach(found::add);
                } catch (IOException e) {
                    throw PrivateFiles.unusable("list " + folder, folder, e);
                }
            }
        }
        found.removeIf(file -> Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS));
        found.sort(null);
        return found;
    }

    @Override
    public List<String> find() {
        return files().stream().map(Path::toString).toList();
    }

    @Override
    public void remove(List<String> done, List<GotunnelException> failures) {
        for (Path file : files()) {
            try {
                Files.delete(file);
                done.add("Deleted " + file + ".");
            } catch (IOException e) {
                failures.add(PrivateFiles.unusable("delete " + file, file, e));
            }
        }
    }
}
