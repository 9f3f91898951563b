package dev.gotunnel.cli;

import dev.gotunnel.control.ControlClient;
import dev.gotunnel.tunnel.Tunnel;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code gotunnel stop-all}. */
@Command(name = "stop-all", mixinStandardHelpOptions = true, description = "Stop every tunnel.")
final class StopAllCommand implements Callable<Integer> {
    private final Context context;

    StopAllCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Optional<ControlClient> running = context.surroundings().running();
        List<Tunnel> stopped = List.of();
        if (running.isPresent()) {
            try (ControlClient client = running.get()) {
                stopped = client.stopAll();
            }
        }
        if (stopped.isEmpty()) {
            context.output().line("No tunnel runs.");
        }
        stopped.forEach(tunnel -> context.output().line("Stopped " + tunnel.id() + "."));
        return 0;
    }
}
