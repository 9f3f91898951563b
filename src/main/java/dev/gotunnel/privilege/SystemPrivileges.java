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
import java.util.Map;
import java.util.Set;

/** The permissions of this process, read off the running system; more can be had through the privileged helper. */
public final class SystemPrivileges implements PrivilegeManager {
    private static final int CAP_NET_BIND_SERVICE = 10;
    private static final int FIRST_PRIVILEGED = 80;

    private final OperatingSystem system;
    private final Path root;
    private final Elevation elevation;

    /** The permissions on this machine. */
    public SystemPrivileges(Elevation elevation) {
        this(OperatingSystem.current(), Path.of("/"), elevation);
    }

    SystemPrivileges(OperatingSystem system, Path root, Elevation elevation) {
        this.system = system;
        this.root = root;
        this.elevation = elevation;
    }

    @Override
    public Set<Permission> check() {
        Set<Permission> held = EnumSet.allOf(Permission.class);
        held.removeIf(permission -> !canPerform(permission));
        return held;
    }

    @Override
    public boolean canPerform(Permission permission) {
        return switch (permission) {
            case BIND_PRIVILEGED_PORTS -> canBindLowPorts();
            case MODIFY_HOSTS_FILE -> Files.isWritable(hostsFile()) || isGranted(Verb.HOSTS_APPLY);
            case INSTALL_CERTIFICATES ->
                trustFolders().stream().anyMatch(Files::isWritable) || isGranted(Verb.TRUST_INSTALL);
        };
    }

    private boolean isGranted(Verb verb) {
        return elevation.outlook(verb) == Outlook.GRANTED;
    }

    @Override
    public boolean canRequest(Permission permission) {
        return elevation.isInstalled();
    }

    @Override
    public void requestElevation(Permission permission, String reason) {
        if (canPerform(permission)) {
            return;
        }
        if (elevation.isInstalled()) {
            if (permission == Permission.BIND_PRIVILEGED_PORTS) {
                elevation.ask(Verb.PORTS_ENABLE, Map.of(), reason);
            }
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
            // Those of the wildcard address, which the engine takes there for that reason.
            case WINDOWS, MACOS -> true;
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
