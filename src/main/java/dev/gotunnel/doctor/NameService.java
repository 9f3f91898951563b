package dev.gotunnel.doctor;

import dev.gotunnel.names.DomainName;
import dev.gotunnel.names.HostsByHand;
import dev.gotunnel.platform.OperatingSystem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How this system finds addresses for names, as its files tell. */
final class NameService {
    private static final Logger LOG = LoggerFactory.getLogger(NameService.class);

    private final Path hosts;
    private final Path order;
    private final OperatingSystem system;

    /**
     * @param hosts the hosts file
     * @param order {@code nsswitch.conf}; need not exist
     */
    NameService(Path hosts, Path order, OperatingSystem system) {
        this.hosts = hosts;
        this.order = order;
        this.system = system;
    }

    /** Those of a system, below its root folder. */
    static NameService of(OperatingSystem system, Path root) {
        Path hosts = system == OperatingSystem.WINDOWS
                ? Path.of("C:\\Windows\\System32\\drivers\\etc\\hosts")
                : root.resolve("etc/hosts");
        return new NameService(hosts, root.resolve("etc/nsswitch.conf"), system);
    }

    /** What an answer for a name most likely came from. */
    String meansOf(String name) {
        if (lines(hosts).stream().anyMatch(line -> names(line).contains(name))) {
            return hosts.toString();
        }
        if (name.endsWith(".localhost") && services().contains("myhostname")) {
            return "nss-myhostname";
        }
        if (name.endsWith(".local") && asksByMdns()) {
            return "mDNS";
        }
        return "the system's resolver";
    }

    /** Whether the system looks names below {@code .local} up by mDNS, which an unknown one makes wait 5 s. */
    boolean asksByMdns() {
        return services().stream().anyMatch(service -> service.startsWith("mdns"));
    }

    private static List<String> names(String line) {
        List<String> words = List.of(line.replaceFirst("#.*", "").strip().split("\\s+"));
        return words.subList(1, words.size());
    }

    private List<String> services() {
        return lines(order).stream()
                .filter(line -> line.strip().startsWith("hosts:"))
                .flatMap(line -> Arrays.stream(
                        line.strip().substring("hosts:".length()).strip().split("\\s+")))
                .toList();
    }

    /** Any bytes may stand in these files. */
    private static List<String> lines(Path file) {
        if (!Files.isReadable(file)) {
            return List.of();
        }
        try {
            return Files.readAllLines(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            LOG.debug("{} cannot be read: {}", file, e.toString());
            return List.of();
        }
    }

    /** How a name is made to lead here by hand. */
    String fix(DomainName domain) {
        if (domain.isWildcard()) {
            return "A hosts file holds no wildcards: give it a line for each name that you need.";
        }
        return new HostsByHand(system, hosts.toString())
                .adding(
                        domain.isLocalhost()
                                ? List.of(domain.ascii())
                                : List.of(domain.ascii(), domain.localhostName()));
    }

    /** The same for a name that a small library knows as well. */
    String localhostFix(DomainName domain) {
        return Files.exists(order) && Files.isRegularFile(order.resolveSibling("debian_version"))
                ? "sudo apt install libnss-myhostname, or: " + fix(domain)
                : fix(domain);
    }
}
