package dev.gotunnel.app;

import dev.gotunnel.cli.Surroundings.Owner;
import dev.gotunnel.control.ControlServer;
import dev.gotunnel.tunnel.TunnelManager;
import dev.gotunnel.tunnel.TunnelService;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * This process as the owner of the engine: the role, the manager and the control socket, taken in that order and given
 * back in reverse. SIGTERM closes it too.
 */
final class EngineOwner implements Owner {
    private final SingleInstance role;
    private final TunnelManager manager;
    private final ControlServer server;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Thread onTermination = new Thread(this::closeOnce, "gotunnel-termination");

    EngineOwner(SingleInstance role, TunnelManager manager, ControlServer server) {
        this.role = role;
        this.manager = manager;
        this.server = server;
        Runtime.getRuntime().addShutdownHook(onTermination);
    }

    @Override
    public TunnelService tunnels() {
        return manager;
    }

    @Override
    public void close() {
        closeOnce();
        try {
            Runtime.getRuntime().removeShutdownHook(onTermination);
        } catch (IllegalStateException e) {
            // The process ends already, and the hook has had its turn.
            return;
        }
    }

    /** The socket goes last but for the lock: until then clients hear how the tunnels end. */
    private synchronized void closeOnce() {
        if (closed.compareAndSet(false, true)) {
            try (role;
                    server) {
                manager.close();
            }
        }
    }
}
