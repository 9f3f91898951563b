package dev.gotunnel.cli;

import dev.gotunnel.control.ControlClient;
import dev.gotunnel.tunnel.Tunnel;
import dev.gotunnel.tunnel.TunnelService;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code gotunnel stop}. */
@Command(
        name = "stop",
        mixinStandardHelpOptions = true,
        description = "Stop a tunnel; requests under way get up to 10 s to end.")
final class StopCommand implements Callable<Integer> {
    private final Context context;

    @Parameters(
            paramLabel = "NAME",
            completionCandidates = LiveNames.Tunnels.class,
            description = "NAME, PROFILE/NAME or domain.")
    private String name = "";

    StopCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Tunnel tunnel = TunnelService.find(context.tunnels(), name);
        Optional<ControlClient> running = context.surroundings().running();
        if (running.isEmpty() || !tunnel.state().isActive()) {
            context.output().line(tunnel.id() + " does not run.");
            return 0;
        }
        try (ControlClient client = running.get()) {
            client.stop(tunnel.tunnelId());
        }
        context.output().line("Stopped " + tunnel.id() + ".");
        return 0;
    }
}
