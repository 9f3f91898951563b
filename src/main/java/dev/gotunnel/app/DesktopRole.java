package dev.gotunnel.app;

import dev.gotunnel.control.ControlClient;
import dev.gotunnel.control.ControlServer;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.platform.AppDirectories;
import dev.gotunnel.platform.Interrupts;
import dev.gotunnel.platform.Patience;
import dev.gotunnel.tunnel.RootOfTrust;
import dev.gotunnel.tunnel.TunnelService;
import dev.gotunnel.ui.Desktop;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

/**
 * This process as the desktop: tray and window. It owns the engine when nobody else does and is a client of the owner
 * otherwise; a second desktop only brings the first to the front.
 */
final class DesktopRole {
    private static final Duration OTHERS_START = Duration.ofSeconds(5);

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
            return headless("gotunnel runs without tray and window. Ctrl-C stops it.");
        }
        if (!Desktop.available()) {
            return headless("gotunnel: there is no display, so it runs without tray and window. Ctrl-C stops it.");
        }
        Path socket = directories.runtime().resolve("desktop.sock");
        Optional<SingleInstance> role =
                SingleInstance.take(directories.runtime().resolve("desktop.lock"));
        if (role.isEmpty()) {
            return showFirst(socket);
        }
        try (SingleInstance _ = role.get()) {
            return show(socket);
        }
    }

    /** The first desktop may have started a moment ago and not answer yet. */
    private static int showFirst(Path socket) {
        return Patience.until(OTHERS_START, () -> {
                    if (!ControlClient.isAlive(socket)) {
                        return Optional.empty();
                    }
                    try (ControlClient first = new ControlClient(socket)) {
                        first.showWindow();
                    }
                    return Optional.of(0);
                })
                .orElseThrow(DesktopRole::nobodyAnswers);
    }

    private static GotunnelException nobodyAnswers() {
        return new GotunnelException(
                ErrorCode.OWNER_UNREACHABLE,
                "Another gotunnel is about to start or end and does not answer.",
                "Try again in a moment.");
    }

    private int headless(String note) {
        EngineOwner owner = application
                .own(true, null)
                .orElseThrow(() -> new GotunnelException(
                        ErrorCode.NAME_TAKEN, "gotunnel runs already.", "See what it does: gotunnel list"));
        try (owner) {
            System.err.println(note);
            new Interrupts().begin().await();
        }
        return 0;
    }

    private int show(Path socket) {
        CompletableFuture<Desktop> shown = new CompletableFuture<>();
        Runnable toFront = () -> shown.thenAccept(Desktop::showWindow);
        TunnelService service = ownOrJoin(toFront);
        try (Desktop desktop = new Desktop(service, () -> ownOrJoin(toFront));
                ControlServer _ = new ControlServer(socket, service, machineOf(service), toFront)) {
            shown.complete(desktop);
            Thread interrupted = Thread.ofPlatform()
                    .daemon()
                    .name("gotunnel-interrupt")
                    .start(() -> {
                        new Interrupts().begin().await();
                        desktop.close();
                    });
            // Not in a shutdown hook: JavaFX takes itself apart in one, and to close a window then waits for ever.
            Interrupts.onTermination(desktop::close);
            if (service.list().isEmpty()) {
                // A newcomer who sees nothing but a small icon would think that nothing happened.
                desktop.showWindow();
            }
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
        return Patience.until(OTHERS_START, () -> tryOwnOrJoin(toFront)).orElseThrow(DesktopRole::nobodyAnswers);
    }

    private Optional<TunnelService> tryOwnOrJoin(Runnable toFront) {
        Optional<ControlClient> running = application.running();
        if (running.isPresent()) {
            return Optional.of(running.get());
        }
        Optional<EngineOwner> owner = application.own(true, toFront);
        owner.ifPresent(owned::set);
        return owner.map(EngineOwner::tunnels);
    }

    private static RootOfTrust machineOf(TunnelService service) {
        if (service instanceof RootOfTrust machine) {
            return machine;
        }
        throw new IllegalStateException("every service of ours knows its machine");
    }
}
