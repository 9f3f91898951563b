package dev.gotunnel.app;

import dev.gotunnel.control.ControlClient;
import dev.gotunnel.control.ControlServer;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.platform.AppDirectories;
import dev.gotunnel.platform.Interrupts;
import dev.gotunnel.tunnel.MachineService;
import dev.gotunnel.tunnel.TunnelService;
import dev.gotunnel.ui.Desktop;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * This process as the desktop: tray and window. It owns the engine when nobody else does and is a client of the owner
 * otherwise; a second desktop only brings the first to the front.
 */
final class DesktopRole {
    private final Application application;
    private final AppDirectories directories;

    /** The owner, once it is this process. */
    private final AtomicReference<EngineOwner> owned = new AtomicReference<>();

    DesktopRole(Application application, AppDirectories directories) {
        this.application = application;
        this.directories = directories;
    }

    int run() {
        if (application.options().isHeadless()) {
            return headless();
        }
        if (!Desktop.available()) {
            System.err.println("gotunnel: there is no display, so it runs without tray and window. Ctrl-C stops it.");
            return headless();
        }
        Path socket = directories.runtime().resolve("desktop.sock");
        Optional<SingleInstance> role =
                SingleInstance.take(directories.runtime().resolve("desktop.lock"));
        if (role.isEmpty()) {
            try (ControlClient first = new ControlClient(socket)) {
                first.showWindow();
            }
            return 0;
        }
        try (SingleInstance _ = role.get()) {
            return show(socket);
        }
    }

    private int headless() {
        EngineOwner owner = application
                .own(true, null)
                .orElseThrow(() -> new GotunnelException(
                        ErrorCode.NAME_TAKEN, "gotunnel runs already.", "See what it does: gotunnel list"));
        try (owner) {
            new Interrupts().await();
        }
        return 0;
    }

    private int show(Path socket) {
        AtomicReference<Desktop> shown = new AtomicReference<>();
        Runnable toFront = () -> {
            Desktop desktop = shown.get();
            if (desktop != null) {
                desktop.showWindow();
            }
        };
        TunnelService service = ownOrJoin(toFront);
        try (Desktop desktop = new Desktop(service, () -> ownOrJoin(toFront));
                ControlServer _ = new ControlServer(socket, service, machineOf(service), toFront)) {
            shown.set(desktop);
            Thread interrupted = Thread.ofPlatform()
                    .daemon()
                    .name("gotunnel-interrupt")
                    .start(() -> {
                        new Interrupts().await();
                        desktop.close();
                    });
            desktop.run();
            interrupted.interrupt();
        } finally {
            EngineOwner owner = owned.get();
            if (owner == null) {
                service.close();
            } else {
                owner.close();
            }
        }
        return 0;
    }

    /** The engine's owner: this process when the role is free. */
    private TunnelService ownOrJoin(Runnable toFront) {
        Optional<ControlClient> running = application.running();
        if (running.isPresent()) {
            return running.get();
        }
        Optional<EngineOwner> owner = application.own(true, toFront);
        if (owner.isPresent()) {
            owned.set(owner.get());
            return owner.get().tunnels();
        }
        throw new GotunnelException(
                ErrorCode.OWNER_UNREACHABLE,
                "Another gotunnel is about to start or end and does not answer.",
                "Try again in a moment.");
    }

    private static MachineService machineOf(TunnelService service) {
        if (service instanceof MachineService machine) {
            return machine;
        }
        throw new IllegalStateException("every service of ours knows its machine");
    }
}
