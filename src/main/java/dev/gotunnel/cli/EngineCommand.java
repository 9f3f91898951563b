package dev.gotunnel.cli;

import dev.gotunnel.cli.Surroundings.Owner;
import dev.gotunnel.platform.Interrupts;
import dev.gotunnel.tunnel.TunnelService;
import dev.gotunnel.tunnel.TunnelService.Subscription;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Command;

/** The owner of the engine in the background, as {@code start --detach} starts it. Ends with its last tunnel. */
@Command(name = "engine", hidden = true, description = "Own the engine in the background until the last tunnel stops.")
final class EngineCommand implements Callable<Integer> {
    /** For the command that started this process to start its tunnel. */
    private static final int FIRST_TUNNEL_SECONDS = 30;

    private final Context context;

    EngineCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        Interrupts.ignoreTerminal();
        Optional<Owner> owned = context.surroundings().own(true);
        if (owned.isEmpty()) {
            return 0;
        }
        try (Owner owner = owned.get()) {
            TunnelService tunnels = owner.tunnels();
            CountDownLatch started = new CountDownLatch(1);
            CountDownLatch ended = new CountDownLatch(1);
            AtomicBoolean seen = new AtomicBoolean();
            try (Subscription _ = tunnels.subscribe(event -> {
                boolean active = tunnels.list().stream().anyMatch(t -> t.state().isActive());
                if (active && seen.compareAndSet(false, true)) {
                    started.countDown();
                } else if (!active && seen.get()) {
                    ended.countDown();
                }
            })) {
                if (started.await(FIRST_TUNNEL_SECONDS, TimeUnit.SECONDS)) {
                    ended.await();
                }
            }
        }
        return 0;
    }
}
