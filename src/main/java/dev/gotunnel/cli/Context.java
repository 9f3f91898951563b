package dev.gotunnel.cli;

import dev.gotunnel.control.ControlClient;
import dev.gotunnel.tunnel.Backend;
import dev.gotunnel.tunnel.Tunnel;
import dev.gotunnel.tunnel.TunnelSpec;
import dev.gotunnel.tunnel.TunnelState;
import java.util.List;

/**
 * What every command works with.
 *
 * @param surroundings the application around it
 * @param output where it prints
 * @param options the global flags
 */
record Context(Surroundings surroundings, Output output, GlobalOptions options) {
    /** The tunnels there are: those of the running owner, else the saved ones, at rest. */
    List<Tunnel> tunnels() {
        return surroundings
                .running()
                .map(client -> {
                    try (ControlClient running = client) {
                        return running.list();
                    }
                })
                .orElseGet(() -> surroundings.saved().load().stream()
                        .map(Context::atRest)
                        .toList());
    }

    private static Tunnel atRest(TunnelSpec spec) {
        return new Tunnel(
                spec.id().toString(),
                spec.id().profile(),
                spec.id().name(),
                spec.domain().ascii(),
                TunnelState.STOPPED,
                List.of(),
                spec.backends().stream().map(b -> new Backend(b.url(), false)).toList(),
                List.of());
    }
}
