package dev.gotunnel.cli;

import dev.gotunnel.cli.Output.Format;
import dev.gotunnel.tunnel.Tunnel;
import dev.gotunnel.tunnel.TunnelService;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gotunnel status}. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Show all that is known of one tunnel, with what it does without and how to mend that.")
final class StatusCommand implements Callable<Integer> {
    private final Context context;

    @Parameters(
            paramLabel = "NAME",
            completionCandidates = LiveNames.Tunnels.class,
            description = "NAME, PROFILE/NAME or domain.")
    private String name = "";

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "table, json or yaml (default: table).")
    private Format format = Format.TABLE;

    StatusCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Tunnel tunnel = TunnelService.find(context.tunnels(), name);
        if (format == Format.TABLE) {
            context.output().details(tunnel);
        } else {
            context.output().machine(tunnel, format);
        }
        return 0;
    }
}
