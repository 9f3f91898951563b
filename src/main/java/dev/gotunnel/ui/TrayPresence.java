package dev.gotunnel.ui;

import dev.gotunnel.tunnel.Tunnel;
import dev.gotunnel.tunnel.TunnelId;
import dev.gotunnel.tunnel.TunnelService;
import dev.gotunnel.ui.model.Problem;
import dev.gotunnel.ui.model.TunnelFeed;
import dev.gotunnel.ui.tray.Tray;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Keeps the tray in step with the tunnels, without JavaFX. Belongs to the serial executor that it is given. */
final class TrayPresence implements AutoCloseable {
    private final Tray tray;
    private final TrayContents.Deeds deeds;
    private final Executor background;
    private final Executor serial;
    private final Map<TunnelId, Tunnel> tunnels = new TreeMap<>();
    private boolean ownerLeft;
    private volatile @Nullable TunnelFeed feed;

    /** @param serial what owns this object and runs one task after the other */
    TrayPresence(Tray tray, TrayContents.Deeds deeds, Executor background, Executor serial) {
        this.tray = tray;
        this.deeds = deeds;
        this.background = background;
        this.serial = serial;
    }

    /** Shows the tunnels of a service from now on, in place of another's. */
    void follow(TunnelService service) {
        close();
        tunnels.clear();
        ownerLeft = false;
        TunnelFeed next = new TunnelFeed(service, background, serial, new News());
        feed = next;
        next.open();
        show();
    }

    private void show() {
        TrayContents contents = new TrayContents(tunnels.values(), ownerLeft);
        tray.show(contents.menu(deeds), contents.state(), contents.tooltip());
    }

    /** Ends the subscription; the tray itself stays. Any thread. */
    @Override
    public void close() {
        TunnelFeed last = feed;
        if (last != null) {
            last.close();
        }
    }

    private final class News implements TunnelFeed.Listener {
        private boolean loaded;

        @Override
        public void changed(Tunnel tunnel) {
            tunnels.put(tunnel.tunnelId(), tunnel);
            if (loaded) {
                show();
            }
        }

        @Override
        public void removed(String id) {
            tunnels.remove(TunnelId.parse(id));
            show();
        }

        @Override
        public void loaded() {
            loaded = true;
            show();
        }

        @Override
        public void ownerLeft() {
            ownerLeft = true;
            tunnels.clear();
            show();
        }

        @Override
        public void failed(Problem problem) {
            tray.notify(problem.message(), problem.hint() == null ? "" : problem.hint());
        }
    }
}
