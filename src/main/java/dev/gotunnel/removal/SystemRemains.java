package dev.gotunnel.removal;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.tunnel.HelperSuffixes;
import dev.gotunnel.tunnel.PortsService;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * What the helper wrote for all users of the machine on behalf of this one: the setting of low ports, further suffixes.
 * What it wrote for others alone is theirs, and stays.
 */
final class SystemRemains implements Remains {
    private static final String REASON = "gotunnel is being uninstalled";

    private final PortsService ports;
    private final HelperSuffixes suffixes;

    SystemRemains(PortsService ports, HelperSuffixes suffixes) {
        this.ports = ports;
        this.suffixes = suffixes;
    }

    @Override
    public String kind() {
        return "system";
    }

    @Override
    public List<String> find() {
        List<String> found = new ArrayList<>();
        if (ports.isLeft()) {
            found.add("the setting that every user may listen on 80 and 443, " + ports.setting());
        }
        suffixes.ours().forEach(suffix -> found.add("names below ." + suffix + ", " + suffixes.place()));
        return found;
    }

    @Override
    public List<String> kept() {
        List<String> kept = new ArrayList<>();
        if (Files.exists(ports.setting()) && !ports.isEnabled()) {
            kept.add("The setting that every user may listen on 80 and 443 is another user's and stays: "
                    + ports.setting() + " (if it was yours: gotunnel ports disable).");
        }
        List<String> foreign = suffixes.foreign();
        if (!foreign.isEmpty()) {
            kept.add("Further suffixes that others allowed stay: " + String.join(", ", foreign) + " in "
                    + suffixes.place() + ".");
        }
        return kept;
    }

    @Override
    public void remove(List<String> done, List<GotunnelException> failures) {
        if (ports.isLeft()) {
            takeBack(
                    () -> ports.takeBack(REASON),
                    "sudo rm " + ports.setting() + " && sudo sysctl -w net.ipv4.ip_unprivileged_port_start=1024",
                    done,
                    failures);
        } else {
            ports.forget();
        }
        for (String suffix : suffixes.ours()) {
            takeBack(
                    () -> {
                        suffixes.remove(suffix, REASON);
                        return "No names below ." + suffix + " are allowed any more.";
                    },
                    "as an administrator, take the line " + suffix + " out of " + suffixes.place(),
                    done,
                    failures);
        }
        suffixes.forgetGone();
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
}
