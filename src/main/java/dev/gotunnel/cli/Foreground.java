package dev.gotunnel.cli;

import dev.gotunnel.cli.Surroundings.Owner;
import dev.gotunnel.control.ControlClient;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.platform.Interrupts;
import dev.gotunnel.platform.Patience;
import dev.gotunnel.tunnel.Tunnel;
import dev.gotunnel.tunnel.TunnelEvent;
import dev.gotunnel.tunnel.TunnelService;
import dev.gotunnel.tunnel.TunnelService.Subscription;
import dev.gotunnel.tunnel.TunnelSpec;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * A tunnel that lives as long as the command that started it. The command that comes first owns the engine; later ones
 * are its clients, and it stays for them when its own tunnel has ended, until Ctrl-C is pressed once more.
 */
final class Foreground {
    private static final Duration OTHERS_START = Duration.ofSeconds(5);

    private final Context context;
    private final Output output;

    Foreground(Context context) {
        this.context = context;
        this.output = context.output();
    }

    /**
     * Starts a tunnel and returns when it has ended.
     *
     * @param lowPorts whether 80 and 443 are worth a try
     * @return the exit code
     */
    int run(TunnelSpec spec, boolean lowPorts) {
        // Two commands that start at once may find the other one between lock and socket.
        return Patience.until(OTHERS_START, () -> attempt(spec, lowPorts))
                .orElseThrow(() -> new GotunnelException(
                        ErrorCode.OWNER_UNREACHABLE,
                        "Another gotunnel is about to start or end and does not answer.",
                        "Run the command again; if it stays so, end that process."));
    }

    /** The exit code; empty when another process has the role and does not answer yet. */
    private Optional<Integer> attempt(TunnelSpec spec, boolean lowPorts) {
        Optional<ControlClient> running = context.surroundings().running();
        if (running.isPresent()) {
            try (ControlClient client = running.get()) {
                context.requireSamePorts(client);
                return Optional.of(asClient(client, spec));
            }
        }
        Optional<Owner> owned = context.surroundings().own(lowPorts);
        if (owned.isPresent()) {
            try (Owner owner = owned.get()) {
                return Optional.of(asOwner(owner, spec));
            }
        }
        return Optional.empty();
    }

    private void announce(Tunnel tunnel) {
        output.line(tunnel.name() + " is " + tunnel.state().id());
        output.addresses(tunnel);
        output.limitations(tunnel);
        output.line("");
        if (tunnel.urls().stream().anyMatch(url -> url.startsWith("https:"))) {
            output.line("  If the browser warns, it does not trust gotunnel's certificate yet: gotunnel trust install");
        }
        output.line("  Press Ctrl-C to stop.");
    }

    /** Wakes the command when its tunnel is gone. */
    private Consumer<TunnelEvent> reporter(String id, AtomicBoolean gone, Interrupts interrupts) {
        return event -> {
            boolean ended = switch (event) {
                case TunnelEvent.Changed changed ->
                    changed.tunnel().id().equals(id)
                            && !changed.tunnel().state().isActive();
                case TunnelEvent.Removed removed -> removed.id().equals(id);
                case TunnelEvent.OwnerLeaving _ -> true;
            };
            if (ended) {
                gone.set(true);
                interrupts.wake();
            }
        };
    }

    private int asClient(ControlClient client, TunnelSpec spec) {
        Interrupts interrupts = new Interrupts();
        AtomicBoolean gone = new AtomicBoolean();
        AtomicBoolean left = new AtomicBoolean();
        Consumer<TunnelEvent> reporter = reporter(spec.id().toString(), gone, interrupts);
        Consumer<TunnelEvent> listener = event -> {
            // Before it wakes the command, which asks for it.
            left.compareAndSet(false, event instanceof TunnelEvent.OwnerLeaving && !gone.get());
            reporter.accept(event);
        };
        try (ControlClient.HeldTunnel held = client.hold(spec, listener)) {
            Tunnel tunnel = new HostsOffer(context).make(held.tunnel(), client);
            interrupts.begin();
            announce(tunnel);
            if (!interrupts.await() && gone.get()) {
                if (left.get()) {
                    throw new GotunnelException(
                            ErrorCode.OWNER_UNREACHABLE,
                            spec.id().name() + " ended with the gotunnel that owned the engine.",
                            "Run the command again: it will own the engine itself.");
                }
                output.line(spec.id().name() + " was stopped by another command.");
                return 0;
            }
        }
        output.line("Stopped " + spec.id().name() + ".");
        return 0;
    }

    private int asOwner(Owner owner, TunnelSpec spec) {
        TunnelService tunnels = owner.tunnels();
        Tunnel tunnel = new HostsOffer(context).make(tunnels.start(spec), tunnels);
        Interrupts interrupts = new Interrupts().begin();
        AtomicBoolean gone = new AtomicBoolean();
        try (Subscription _ = tunnels.subscribe(reporter(tunnel.id(), gone, interrupts))) {
            announce(tunnel);
            if (active(tunnels).stream().noneMatch(known -> known.id().equals(tunnel.id()))) {
                // It was stopped before the subscription began.
                interrupts.wake();
            }
            boolean interrupted = interrupts.await();
            if (interrupted && !gone.get()) {
                tunnels.stop(spec.id());
            }
        }
        output.line("Stopped " + spec.id().name() + ".");
        stayForOthers(tunnels, interrupts);
        return 0;
    }

    private void stayForOthers(TunnelService tunnels, Interrupts interrupts) {
        List<Tunnel> others = active(tunnels);
        if (others.isEmpty()) {
            return;
        }
        String ids = String.join(", ", others.stream().map(Tunnel::id).toList());
        output.line("Other commands' tunnels still run through this process: " + ids + ".");
        output.line("  Press Ctrl-C again to stop them too.");
        try (Subscription _ = tunnels.subscribe(event -> {
            if (active(tunnels).isEmpty()) {
                interrupts.wake();
            }
        })) {
            boolean waiting = !active(tunnels).isEmpty();
            while (waiting) {
                waiting = !interrupts.await() && !active(tunnels).isEmpty();
            }
        }
    }

    private static List<Tunnel> active(TunnelService tunnels) {
        return tunnels.list().stream().filter(t -> t.state().isActive()).toList();
    }
}
