package dev.gotunnel.tunnel;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.privilege.PrivilegeManager;
import dev.gotunnel.proxy.ProxyEngine;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The engine, and the ports that all tunnels share. The first tunnel opens both. Guarded by the manager's lock. */
final class EngineRoom {
    private final Supplier<ProxyEngine> starter;
    private final PortPlan plan;
    private final PrivilegeManager privileges;
    private @Nullable ProxyEngine engine;
    private @Nullable EnginePorts ports;

    /**
     * An engine that does not run yet.
     *
     * @param starter starts it
     */
    EngineRoom(Supplier<ProxyEngine> starter, PortPlan plan, PrivilegeManager privileges) {
        this.starter = starter;
        this.plan = plan;
        this.privileges = privileges;
    }

    /** The engine, with its ports open. */
    ProxyEngine open() {
        ProxyEngine running = engine;
        if (running == null) {
            running = starter.get();
            engine = running;
        }
        if (ports == null) {
            ports = EnginePorts.open(running, plan, privileges);
        }
        return running;
    }

    @Nullable
    ProxyEngine engine() {
        return engine;
    }

    @Nullable
    EnginePorts ports() {
        return ports;
    }

    /**
     * Takes 80 and 443, or gives them back, as this process may by now.
     *
     * @param thoroughly whether the user asks for it: then they are also tried when somebody had them, and given back
     * @return whether anything about the ports is different now
     */
    boolean lookAgain(boolean thoroughly) {
        EnginePorts before = ports;
        ProxyEngine running = engine;
        if (before == null || running == null) {
            return false;
        }
        EnginePorts after = before.raised(running, plan, EnginePorts.STANDARD, privileges, thoroughly);
        if (thoroughly) {
            after = after.lowered(running, plan, EnginePorts.STANDARD, privileges);
        }
        ports = after;
        return !after.equals(before);
    }

    /**
     * Refuses a tunnel that leads to itself: it would pass each request round until the machine gives up.
     *
     * @param extra ports of single tunnels
     */
    void refuseLoop(TunnelSpec spec, Set<Integer> extra) {
        Set<Integer> ours = ownPorts(extra);
        List<BackendAddress> backends = new ArrayList<>(spec.backends());
        spec.routes().forEach(route -> backends.addAll(route.backends()));
        for (BackendAddress backend : backends) {
            if (backend.isHere() && (ours.contains(backend.port()) || isOwnExtra(spec, backend))) {
                throw new GotunnelException(
                        ErrorCode.USAGE,
                        "Port " + backend.port() + " is gotunnel's own: the tunnel would lead to itself.",
                        "Give --port the port that your service listens on.");
            }
        }
    }

    private static boolean isOwnExtra(TunnelSpec spec, BackendAddress backend) {
        return spec.httpsPort() != null && spec.httpsPort() != 0 && spec.httpsPort() == backend.port();
    }

    /** Refuses a port for one tunnel that is open already; asked once the ports are known. */
    void refuseOwnPort(TunnelSpec spec, Set<Integer> extra) {
        if (spec.httpsPort() != null && spec.httpsPort() != 0 && ownPorts(extra).contains(spec.httpsPort())) {
            throw new GotunnelException(
                    ErrorCode.PORT_TAKEN,
                    "Port " + spec.httpsPort() + " is gotunnel's own already.",
                    "The tunnel is served there anyway if it is the HTTPS port; leave --https-port out or choose another.");
        }
    }

    private Set<Integer> ownPorts(Set<Integer> extra) {
        Set<Integer> ours = new HashSet<>(extra);
        if (ports != null) {
            ours.addAll(ports.all());
        }
        return ours;
    }

    void close() {
        if (engine != null) {
            engine.close();
        }
    }
}
