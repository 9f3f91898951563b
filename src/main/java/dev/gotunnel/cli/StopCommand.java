package dev.gotunnel.cli;

import dev.gotunnel.control.ControlClient;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.tunnel.Tunnel;
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

    @Parameters(paramLabel = "NAME", description = "NAME, PROFILE/NAME or domain.")
    private String name = "";

    StopCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        try (ControlClient client = context.surroundings().running().orElseThrow(this::nothingRuns)) {
            Tunnel tunnel = client.find(name);
            if (!tunnel.state().isActive()) {
                context.output().line(tunnel.id() + " does not run.");
                return 0;
            }
            client.stop(tunnel.tunnelId());
            context.output().line("Stopped " + tunnel.id() + ".");
            return 0;
        }
    }

    private GotunnelException nothingRuns() {
        return new GotunnelException(
                ErrorCode.NO_SUCH_TUNNEL,
                "There is no tunnel \"" + name + "\" to stop: gotunnel does not run.",
                "Start one: gotunnel start --port PORT --domain NAME");
    }
}
