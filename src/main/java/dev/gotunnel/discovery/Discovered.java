package dev.gotunnel.discovery;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.project.ProjectFolder;
import dev.gotunnel.project.ServingCommand;
import dev.gotunnel.tunnel.Tunnel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A listening port with what can be guessed of it. Its JSON form is the public output of {@code gotunnel discover --format
 * json}: keys are added, never renamed or removed.
 *
 * @param port 1 to 65535
 * @param pid the process that listens
 * @param program what that is called
 * @param folder where it runs; empty when that is not known
 * @param framework what it serves with; empty when that is not known
 * @param name a name for it that no other port of the list is given; empty for what is known not to serve pages
 * @param tunnel the id of the tunnel that leads there; empty when none does
 */
@JsonPropertyOrder({"port", "pid", "program", "folder", "framework", "name", "tunnel"})
public record Discovered(
        int port, long pid, String program, String folder, String framework, String name, String tunnel) {
    /** Programs that speak something else than HTTP, as the system calls them. */
    private static final Set<String> NO_SERVERS_OF_PAGES = Set.of(
            "postgres",
            "mysqld",
            "mariadbd",
            "redis-server",
            "valkey-server",
            "memcached",
            "mongod",
            "sshd",
            "ssh",
            "beam.smp",
            "epmd",
            "dnsmasq",
            "systemd-resolve",
            "rpcbind",
            "cupsd",
            "rapportd",
            "sqlservr",
            "svchost",
            "lsass",
            "mosquitto");

    /**
     * Adds to ports what can be guessed.
     *
     * @param tunnels all there are
     * @param home the user's home, which is nobody's project
     */
    public static List<Discovered> of(List<ListeningPort> ports, List<Tunnel> tunnels, Path home) {
        List<Discovered> found = new ArrayList<>();
        Set<String> given = new HashSet<>();
        for (ListeningPort port : ports) {
            Optional<ProjectFolder> project =
                    Optional.ofNullable(port.folder()).map(folder -> ProjectFolder.of(folder, home));
            found.add(new Discovered(
                    port.port(),
                    port.pid(),
                    port.program(),
                    port.folder() == null ? "" : port.folder().toString(),
                    project.or(() -> Optional.of(ProjectFolder.of(home, home)))
                            .flatMap(around -> ServingCommand.frameworkOf(port.command(), around))
                            .orElse(""),
                    name(port, project, given),
                    tunnel(port.port(), tunnels)));
        }
        return found;
    }

    private static String name(ListeningPort port, Optional<ProjectFolder> project, Set<String> given) {
        if (NO_SERVERS_OF_PAGES.contains(port.program())) {
            return "";
        }
        String plain = project.filter(ProjectFolder::isProject)
                .map(ProjectFolder::domain)
                .orElseGet(() -> ProjectFolder.label(port.program()));
        String name = given.contains(plain) ? plain + "-" + port.port() : plain;
        given.add(name);
        return name;
    }

    private static String tunnel(int port, List<Tunnel> tunnels) {
        return tunnels.stream()
                .filter(tunnel -> tunnel.state().isActive())
                .filter(tunnel -> tunnel.backends().stream()
                        .map(backend -> BackendAddress.parse(backend.url()))
                        .anyMatch(address -> address.port() == port && address.isHere()))
                .map(Tunnel::id)
                .findFirst()
                .orElse("");
    }
}
