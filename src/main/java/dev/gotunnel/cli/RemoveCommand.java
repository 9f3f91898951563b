package dev.gotunnel.cli;

import dev.gotunnel.control.ControlClient;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.tunnel.Tunnel;
import dev.gotunnel.tunnel.TunnelId;
import dev.gotunnel.tunnel.TunnelService;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code gotunnel remove}. */
@Command(
        name = "remove",
        aliases = "rm",
        mixinStandardHelpOptions = true,
        description = "Take a saved tunnel out of the configuration file; one that runs is stopped first.")
final class RemoveCommand implements Callable<Integer> {
    private final Context context;

    @Parameters(
            paramLabel = "NAME",
            completionCandidates = LiveNames.Tunnels.class,
            description = "NAME, PROFILE/NAME or domain.")
    private String name = "";

    RemoveCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Tunnel tunnel = TunnelService.find(context.tunnels(), name);
        TunnelId id = tunnel.tunnelId();
        if (tunnel.profile().equals(TunnelId.SESSION)) {
            throw new GotunnelException(
                    ErrorCode.USAGE,
                    id + " is not saved: it is forgotten when it stops.",
                    "Stop it: gotunnel stop " + id);
        }
        Optional<ControlClient> owner = context.ownerOfFile();
        boolean known = false;
        if (owner.isPresent()) {
            try (ControlClient running = owner.get()) {
                known = running.list().stream().anyMatch(other -> other.id().equals(tunnel.id()));
                if (known) {
                    running.remove(id);
                }
            }
        }
        if (!known) {
            // Written into the file after the owner read it, or nobody owns the engine.
            context.surroundings().saved(tunnel.profile()).remove(id);
        }
        context.output().line("Removed " + id + ".");
        return 0;
    }
}
