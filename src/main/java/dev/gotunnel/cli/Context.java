package dev.gotunnel.cli;

import dev.gotunnel.control.ControlClient;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.tunnel.EngineInfo;
import dev.gotunnel.tunnel.Tunnel;
import dev.gotunnel.tunnel.TunnelId;
import dev.gotunnel.tunnel.TunnelSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What every command works with.
 *
 * @param surroundings the application around it
 * @param output where it prints
 * @param options the global flags
 */
record Context(Surroundings surroundings, Output output, GlobalOptions options) {
    /** The tunnels there are: those of the running owner, and the saved ones that it does not know, at rest. */
    List<Tunnel> tunnels() {
        Optional<ControlClient> owner = surroundings.running();
        if (owner.isEmpty()) {
            return savedAtRest();
        }
        try (ControlClient running = owner.get()) {
            Map<String, Tunnel> known = new TreeMap<>();
            running.list().forEach(tunnel -> known.put(tunnel.id(), tunnel));
            try {
                savedAtRest().forEach(tunnel -> known.putIfAbsent(tunnel.id(), tunnel));
            } catch (GotunnelException broken) {
                // What runs can be listed and stopped whatever the file says.
                output.failure(broken, false);
            }
            return List.copyOf(known.values());
        }
    }

    /** A client of the owner, where that keeps the file that is meant; one that was named is written by the command. */
    Optional<ControlClient> ownerOfFile() {
        return surroundings.configuration().places().named() == null ? surroundings.running() : Optional.empty();
    }

    /** A tunnel as the configuration file has it. */
    Optional<TunnelSpec> savedSpec(TunnelId id) {
        return surroundings.saved(id.profile()).load().stream()
                .filter(spec -> spec.id().equals(id))
                .findFirst();
    }

    /**
     * Saves a tunnel, through the owner where there is one: it is to know that it is saved.
     *
     * @return the tunnel, when it runs and was changed while it does
     */
    Optional<Tunnel> save(TunnelSpec spec) {
        Optional<ControlClient> owner = ownerOfFile();
        if (owner.isEmpty()) {
            surroundings.saved(spec.id().profile()).put(spec);
            return Optional.empty();
        }
        try (ControlClient running = owner.get()) {
            refuseTaken(spec, running.list());
            return Optional.of(running.save(spec))
                    .filter(tunnel -> tunnel.state().isActive());
        }
    }

    /** Before anything is written: a tunnel that cannot start is not to be kept either. */
    private static void refuseTaken(TunnelSpec spec, List<Tunnel> tunnels) {
        for (Tunnel other : tunnels) {
            boolean same = other.domain().equals(spec.domain().ascii());
            if (same && other.state().isActive() && !other.tunnelId().equals(spec.id())) {
                throw new GotunnelException(
                        ErrorCode.NAME_TAKEN,
                        "The name " + spec.domain() + " belongs to the tunnel " + other.id() + ".",
                        "Stop it first: gotunnel stop " + other.id() + " — or choose another --domain.");
            }
        }
    }

    private List<Tunnel> savedAtRest() {
        return surroundings.saved().load().stream().map(Tunnel::atRest).toList();
    }

    /**
     * Refuses ports that were asked for but cannot be had any more: the owner has opened its own.
     *
     * @throws GotunnelException {@code USAGE}
     */
    void requireSamePorts(ControlClient owner) {
        if (options.httpPort() == null && options.httpsPort() == null) {
            return;
        }
        EngineInfo info = owner.info();
        if (differs(options.httpPort(), info.httpPort()) || differs(options.httpsPort(), info.httpsPort())) {
            throw new GotunnelException(
                    ErrorCode.USAGE,
                    "The running gotunnel has its ports already: " + info.httpPort() + " and " + info.httpsPort() + ".",
                    "Leave --proxy-http-port and --proxy-https-port out, or end it first (pid " + info.pid() + ").");
        }
    }

    private static boolean differs(@Nullable Integer asked, @Nullable Integer has) {
        return asked != null && asked != 0 && has != null && !asked.equals(has);
    }
}
