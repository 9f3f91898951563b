package dev.gotunnel.removal;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.platform.PrivateFiles;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Files that an administrator's helper wrote for all users: the setting of low ports, the list of allowed suffixes. */
final class SystemRemains implements Remains {
    /**
     * A file of the system.
     *
     * @param what what it is for
     * @param file where it lies
     * @param afterwards what has to be run when it is gone; empty for nothing
     */
    record SystemFile(String what, Path file, String afterwards) {}

    private final List<SystemFile> files;

    SystemRemains(List<SystemFile> files) {
        this.files = List.copyOf(files);
    }

    /** Those on Linux, below a root folder. */
    static SystemRemains onLinux(Path root) {
        return new SystemRemains(List.of(
                new SystemFile(
                        "the setting that every user may listen on ports 80 and 443",
                        root.resolve("etc/sysctl.d/60-gotunnel.conf"),
                        "sudo sysctl -w net.ipv4.ip_unprivileged_port_start=1024"),
                new SystemFile("the list of further suffixes", root.resolve("etc/gotunnel/suffixes"), "")));
    }

    @Override
    public String kind() {
        return "system";
    }

    private List<SystemFile> there() {
        return files.stream().filter(file -> Files.exists(file.file())).toList();
    }

    @Override
    public List<String> find() {
        return there().stream().map(file -> file.what() + ": " + file.file()).toList();
    }

    @Override
    public void remove(List<String> done, List<GotunnelException> failures) {
        for (SystemFile file : there()) {
            List<String> commands = new ArrayList<>(List.of("sudo rm " + file.file()));
            if (!file.afterwards().isEmpty()) {
                commands.add(file.afterwards());
            }
            try {
                Files.delete(file.file());
                done.add("Deleted " + file.file() + "."
                        + (file.afterwards().isEmpty() ? "" : " Until the next boot it goes on; now: " + file.afterwards()));
            } catch (AccessDeniedException e) {
                failures.add(new GotunnelException(
                        ErrorCode.NOT_PERMITTED,
                        file.file() + " stays: only an administrator may delete it.",
                        String.join(" && ", commands),
                        e));
            } catch (IOException e) {
                failures.add(PrivateFiles.unusable("delete " + file.file(), file.file(), e));
            }
        }
    }
}
