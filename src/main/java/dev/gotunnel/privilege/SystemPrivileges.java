package dev.gotunnel.privilege;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.platform.OperatingSystem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The permissions of this process, read off the running system. Asks for nothing: no helper is installed with it. */
public final class SystemPrivileges implements PrivilegeManager {
    private static final int CAP_NET_BIND_SERVICE = 10;
    private static final int FIRST_PRIVILEGED = 80;

    private final OperatingSystem system;
    private final Path root;

    /** The permissions on this machine. */
    public SystemPrivileges() {
        this(OperatingSystem.current(), Path.of("/"));
    }

    SystemPrivileges(OperatingSystem system, Path root) {
        this.system = system;
        this.root = root;
    }

    @Override
    public Set<Permission> check() {
        Set<Permission> held = EnumSet.noneOf(Permission.class);
        if (canBindLowPorts()) {
            held.add(Permission.BIND_PRIVILEGED_PORTS);
        }
        if (Files.isWritable(hostsFile())) {
            held.add(Permission.MODIFY_HOSTS_FILE);
        }
        if (trustFolders().stream().anyMatch(Files::isWritable)) {
            held.add(Permission.INSTALL_CERTIFICATES);
        }
        return held;
    }

    @Override
    public void requestElevation(Permission permission, String reason) {
        if (canPerform(permission)) {
            return;
        }
        throw new GotunnelException(
                ErrorCode.NOT_PERMITTED,
                switch (permission) {
                    case BIND_PRIVILEGED_PORTS -> "gotunnel may not listen on ports below 1024 (" + reason + ").";
                    case MODIFY_HOSTS_FILE -> "gotunnel may not change " + hostsFile() + " (" + reason + ").";
                    case INSTALL_CERTIFICATES -> "gotunnel may not change the system's trust store (" + reason + ").";
                },
                switch (permission) {
                    case BIND_PRIVILEGED_PORTS -> "Use the high ports that it says, or choose with --proxy-https-port.";
                    case MODIFY_HOSTS_FILE -> "Use the .localhost name, or add the line by hand.";
                    case INSTALL_CERTIFICATES -> "Add the output of: gotunnel trust export";
                });
    }

    private boolean canBindLowPorts() {
        return switch (system) {
            case WINDOWS -> true;
            // Free for the wildcard address only, which the engine does not bind.
            case MACOS -> false;
            case LINUX -> unprivilegedPortStart() <= FIRST_PRIVILEGED || hasCapability(CAP_NET_BIND_SERVICE);
        };
    }

    private int unprivilegedPortStart() {
        // Read in one go: Files.readString begins with a single byte, and some kernels end such a file after it.
        try (InputStream in = Files.newInputStream(root.resolve("proc/sys/net/ipv4/ip_unprivileged_port_start"))) {
            byte[] text = new byte[16];
            int length = in.read(text);
            return Integer.parseInt(new String(text, 0, Math.max(0, length), StandardCharsets.US_ASCII).strip());
        } catch (IOException | NumberFormatException e) {
            return 1024;
        }
    }

    private boolean hasCapability(int capability) {
        try {
            return Files.readAllLines(root.resolve("proc/self/status")).stream()
                    .filter(line -> line.startsWith("CapEff:"))
                    .map(line -> line.substring("CapEff:".length()).strip())
                    .anyMatch(hex -> (Long.parseUnsignedLong(hex, 16) >>> capability & 1) == 1);
        } catch (IOException | NumberFormatException e) {
            return false;
        }
    }

    private Path hostsFile() {
        return system == OperatingSystem.WINDOWS
                ? Path.of("C:\\Windows\\System32\\drivers\\etc\\hosts")
                : root.resolve("etc/hosts");
    }

    private List<Path> trustFolders() {
        return List.of(
                root.resolve("usr/local/share/ca-certificates"),
                root.resolve("etc/pki/ca-trust/source/anchors"),
                root.resolve("etc/ca-certificates/trust-source/anchors"),
                root.resolve("etc/pki/trust/anchors"));
    }
}
