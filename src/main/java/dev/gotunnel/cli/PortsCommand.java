package dev.gotunnel.cli;

import dev.gotunnel.cli.Output.Format;
import dev.gotunnel.control.ControlClient;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.tunnel.EngineInfo;
import dev.gotunnel.tunnel.PortsService;
import dev.gotunnel.tunnel.PortsStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code gotunnel ports}: whether addresses need a port. */
@Command(
        name = "ports",
        mixinStandardHelpOptions = true,
        description = "Serve tunnels on ports 443 and 80, so that addresses need no port.",
        synopsisSubcommandLabel = "COMMAND")
final class PortsCommand implements Callable<Integer> {
    private final Context context;
    private final Output output;

    private PortsCommand(Context context) {
        this.context = context;
        this.output = context.output();
    }

    static CommandLine with(Context context) {
        return new CommandLine(new PortsCommand(context));
    }

    @Override
    public Integer call() {
        return status(Format.TABLE);
    }

    private PortsService ports() {
        return context.surroundings().machine().ports();
    }

    private @Nullable EngineInfo engine() {
        Optional<ControlClient> owner = context.surroundings().running();
        if (owner.isEmpty()) {
            return null;
        }
        try (ControlClient running = owner.get()) {
            return running.info();
        }
    }

    @Command(
            name = "status",
            mixinStandardHelpOptions = true,
            description = "Show whether you may listen on 443 and 80, and who does.")
    int status(
            @Option(
                            names = "--format",
                            paramLabel = "FORMAT",
                            defaultValue = "table",
                            description = "table, json or yaml (default: table).")
                    Format format) {
        PortsStatus status = ports().status(engine());
        if (format != Format.TABLE) {
            output.machine(status, format);
            return 0;
        }
        List<List<String>> rows = new ArrayList<>(List.of(List.of("PORT", "STATE", "HELD BY")));
        status.ports()
                .forEach(port -> rows.add(List.of(
                        String.valueOf(port.port()), port.state(), Objects.requireNonNullElse(port.holder(), ""))));
        output.table(rows);
        output.line("");
        output.line(
                status.permitted()
                        ? "You may listen on them" + (status.enabled() ? ", since gotunnel ports enable." : ".")
                        : "You may not listen on them, so that addresses carry a port.");
        if (!status.fix().isEmpty()) {
            output.line("  " + status.fix());
        }
        return 0;
    }

    @Command(
            name = "enable",
            mixinStandardHelpOptions = true,
            description = {
                "Let every user of this machine listen on the ports from 80 on, and serve the tunnels there.",
                "Running tunnels take 443 and 80 at once; their addresses with a port go on working until they stop.",
                "Shows what it will change and, in a terminal, asks first; the system may ask for a password."
            },
            footer = {"", "Exit codes: 0 done, 1 failed or declined, 3 not permitted."})
    int enable(
            @Option(
                            names = {"-y", "--yes"},
                            description = "Do not ask.")
                    boolean yes) {
        PortsService ports = ports();
        Optional<String> change = ports.enabling();
        if (change.isPresent() && !new Agreement(context, yes).to(List.of(change.get()))) {
            return ErrorCode.INTERNAL.exitCode();
        }
        output.line(ports.enable());
        tellOwner();
        return 0;
    }

    @Command(
            name = "disable",
            mixinStandardHelpOptions = true,
            description = {
                "Take back what ports enable has allowed. Running tunnels go back to ports that need no permission.",
                "Shows what it will change and, in a terminal, asks first; the system may ask for a password."
            },
            footer = {"", "Exit codes: 0 done, 1 failed or declined, 3 not permitted."})
    int disable(
            @Option(
                            names = {"-y", "--yes"},
                            description = "Do not ask.")
                    boolean yes) {
        PortsService ports = ports();
        Optional<String> change = ports.disabling();
        if (change.isPresent() && !new Agreement(context, yes).to(List.of(change.get()))) {
            return ErrorCode.INTERNAL.exitCode();
        }
        output.line(ports.disable());
        tellOwner();
        return 0;
    }

    /** The running engine takes the ports, or gives them back. */
    private void tellOwner() {
        context.surroundings().running().ifPresent(owner -> {
            try (owner) {
                var _ = owner.lookAgain();
                EngineInfo info = owner.info();
                if (info.httpsPort() != null) {
                    output.line("  Tunnels are served on " + info.httpsPort() + " and " + info.httpPort() + ".");
                }
            }
        });
    }
}
