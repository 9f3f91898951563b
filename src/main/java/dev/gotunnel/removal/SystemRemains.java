package dev.gotunnel.removal;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.platform.PrivateFiles;
import dev.gotunnel.privilege.Elevation;
import dev.gotunnel.privilege.Verb;
import dev.gotunnel.tunnel.PortsService;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** What the helper wrote for all users of the machine: the setting of low ports, the list of further suffixes. */
final class SystemRemains implements Remains {
    private static final String REASON = "gotunnel is being uninstalled";

    private final Path setting;
    private final Path suffixes;
    private final PortsService ports;
    private final Elevation elevation;

    /**
     * Those below a root folder.
     *
     * @param ports takes the setting back
     * @param elevation takes the suffixes back where a helper is installed
     */
    SystemRemains(Path root, PortsService ports, Elevation elevation) {
        this.setting = root.resolve("etc/sysctl.d/60-gotunnel.conf");
        this.ports = ports;
        this.suffixes = root.resolve("etc/gotunnel/suffixes");
        this.elevation = elevation;
    }

    @Override
    public String kind() {
        return "system";
    }

    @Override
    public List<String> find() {
        List<String> found = new ArrayList<>();
        if (Files.exists(setting)) {
            found.add("the setting that every user may listen on 80 and 443, " + setting);
        }
        if (Files.exists(suffixes)) {
            found.add("further suffixes for all users, " + suffixes);
        }
        return found;
    }

    @Override
    public void remove(List<String> done, List<GotunnelException> failures) {
        if (Files.exists(setting)) {
            takeBack(
                    () -> ports.takeBack(REASON),
                    "sudo rm " + setting + " && sudo sysctl -w net.ipv4.ip_unprivileged_port_start=1024",
                    done,
                    failures);
        } else {
            ports.forget();
        }
        if (Files.exists(suffixes)) {
            takeBack(
                    () -> {
                        suffixes()
                                .forEach(suffix -> elevation.ask(Verb.SUFFIX_REMOVE, Map.of("suffix", suffix), REASON));
                        return "No further suffixes are allowed.";
                    },
                    "sudo rm -r " + suffixes.resolveSibling(""),
                    done,
                    failures);
        }
    }

    private static void takeBack(
            Supplier<String> work, String byHand, List<String> done, List<GotunnelException> failures) {
        try {
            done.add(work.get());
        } catch (GotunnelException e) {
            failures.add(
                    e.code() == ErrorCode.NOT_PERMITTED
                            ? new GotunnelException(e.code(), e.getMessage(), "By hand: " + byHand, e)
                            : e);
        }
    }

    /** One on each line; comments begin with a hash. */
    private List<String> suffixes() {
        try {
            return Files.readAllLines(suffixes, StandardCharsets.UTF_8).stream()
                    .map(line -> line.replaceFirst("#.*", "").strip())
                    .filter(line -> !line.isEmpty())
                    .toList();
        } catch (IOException e) {
            throw PrivateFiles.unusable("read " + suffixes, suffixes, e);
        }
    }
}
