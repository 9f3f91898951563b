package dev.gotunnel.cli;

import dev.gotunnel.cli.Output.Format;
import dev.gotunnel.control.ControlClient;
import dev.gotunnel.discovery.Discovered;
import dev.gotunnel.discovery.ListeningPort;
import dev.gotunnel.platform.AppDirectories;
import dev.gotunnel.tunnel.Tunnel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code gotunnel discover}: what runs on this machine and could have a name. */
@Command(
        name = "discover",
        mixinStandardHelpOptions = true,
        description = {
            "List what your programs listen on, with a name for each and the tunnel that leads there already.",
            "Frameworks and names are guesses by the command and by the project's files."
        },
        footer = {"", "Examples:", "  gotunnel discover", "  gotunnel discover --format json"})
final class DiscoverCommand implements Callable<Integer> {
    private final Context context;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "table, json or yaml (default: table).")
    private Format format = Format.TABLE;

    DiscoverCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        List<ListeningPort> ports =
                new ArrayList<>(context.surroundings().ports().find());
        List<Tunnel> tunnels = context.tunnels();
        ownPid().ifPresent(pid -> ports.removeIf(port -> port.pid() == pid));
        Path home = AppDirectories.home();
        List<Discovered> found = Discovered.of(ports, tunnels, home);
        if (format == Format.TABLE) {
            table(found, home);
        } else {
            context.output().machine(found, format);
        }
        return 0;
    }

    /** The ports of the engine are where tunnels lead from. */
    private Optional<Long> ownPid() {
        return context.surroundings().running().map(client -> {
            try (ControlClient owner = client) {
                return owner.info().pid();
            }
        });
    }

    private void table(List<Discovered> found, Path home) {
        Output output = context.output();
        if (found.isEmpty()) {
            output.line("None of your programs listens on a port.");
            output.line("  Run one with a name: gotunnel run -- npm run dev");
            return;
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("PORT", "PROGRAM", "FOLDER", "FRAMEWORK", "NAME", "TUNNEL"));
        for (Discovered one : found) {
            rows.add(List.of(
                    "" + one.port(),
                    one.program() + " (pid " + one.pid() + ")",
                    orDash(shortened(one.folder(), home)),
                    orDash(one.framework()),
                    orDash(one.name()),
                    orDash(one.tunnel())));
        }
        output.table(rows);
        found.stream()
                .filter(one -> one.tunnel().isEmpty() && !one.name().isEmpty())
                .max((one, other) -> Boolean.compare(
                        !one.framework().isEmpty(), !other.framework().isEmpty()))
                .ifPresent(one -> {
                    output.line("");
                    output.line("  Name one: gotunnel start --port " + one.port() + " --domain " + one.name());
                });
    }

    private static String shortened(String folder, Path home) {
        return folder.startsWith(home + "/")
                ? "~" + folder.substring(home.toString().length())
                : folder;
    }

    private static String orDash(String text) {
        return text.isEmpty() ? "-" : text;
    }
}
