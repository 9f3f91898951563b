package dev.gotunnel.ui;

import dev.gotunnel.tunnel.Tunnel;
import dev.gotunnel.tunnel.TunnelId;
import dev.gotunnel.tunnel.TunnelState;
import dev.gotunnel.ui.tray.TrayItem;
import dev.gotunnel.ui.tray.TrayMenu;
import dev.gotunnel.ui.tray.TrayState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/**
 * What the tray shows of the tunnels: menu, icon and tooltip, each a function of what is known now.
 *
 * @param tunnels all tunnels, by id
 * @param ownerLeft whether the process that ran them has quit
 */
record TrayContents(List<Tunnel> tunnels, boolean ownerLeft) {
    /** What the entries of the menu do. They may block. */
    interface Deeds {
        void toggle(Tunnel tunnel);

        void open(String url);

        void copy(String url);

        void stopAll();

        void takeOver();

        void showWindow();

        void quit();
    }

    TrayContents(Collection<Tunnel> tunnels, boolean ownerLeft) {
        this(List.copyOf(tunnels), ownerLeft);
    }

    TrayMenu menu(Deeds deeds) {
        List<TrayItem> items = new ArrayList<>();
        items.add(new TrayItem.Heading(tooltip()));
        items.add(new TrayItem.Separator());
        if (ownerLeft) {
            items.add(new TrayItem.Action(Messages.text("action.takeover"), deeds::takeOver));
            items.add(new TrayItem.Separator());
        } else if (!tunnels.isEmpty()) {
            addTunnels(items, deeds);
            items.add(new TrayItem.Separator());
        }
        items.add(new TrayItem.Action(Messages.text("tray.window"), deeds::showWindow));
        items.add(new TrayItem.Action(Messages.text("tray.quit"), deeds::quit));
        return new TrayMenu(items);
    }

    /** One click switches a tunnel; opening and copying, which only those that run offer, are one level deeper. */
    private void addTunnels(List<TrayItem> items, Deeds deeds) {
        String profile = TunnelId.DEFAULT;
        for (Tunnel tunnel : tunnels) {
            if (!tunnel.profile().equals(profile)) {
                profile = tunnel.profile();
                items.add(new TrayItem.Heading(profile));
            }
            boolean settled = tunnel.state() != TunnelState.STARTING && tunnel.state() != TunnelState.STOPPING;
            items.add(
                    new TrayItem.Toggle(label(tunnel), tunnel.state().isActive(), settled, () -> deeds.toggle(tunnel)));
        }
        items.add(new TrayItem.Separator());
        List<String> urls =
                tunnels.stream().flatMap(tunnel -> tunnel.openUrl().stream()).toList();
        if (!urls.isEmpty()) {
            items.add(new TrayItem.SubMenu(Messages.text("action.open"), actions(urls, deeds::open)));
            items.add(new TrayItem.SubMenu(Messages.text("action.copy"), actions(urls, deeds::copy)));
        }
        boolean active = tunnels.stream().anyMatch(tunnel -> tunnel.state().isActive());
        items.add(new TrayItem.Action(Messages.text("tray.stopall"), active, deeds::stopAll));
    }

    private static List<TrayItem> actions(List<String> urls, Consumer<String> deed) {
        return urls.stream()
                .<TrayItem>map(url -> new TrayItem.Action(url, () -> deed.accept(url)))
                .toList();
    }

    private static String label(Tunnel tunnel) {
        String state = Messages.text("state." + tunnel.state().id());
        return switch (tunnel.state()) {
            case RUNNING ->
                Messages.format(
                        "tray.tunnel",
                        tunnel.name(),
                        tunnel.urls().stream().findFirst().orElse(state));
            case STOPPED -> tunnel.name();
            case DEGRADED, STARTING, STOPPING, FAILED -> Messages.format("tray.tunnel", tunnel.name(), state);
        };
    }

    TrayState state() {
        boolean trouble = tunnels.stream()
                .anyMatch(tunnel -> tunnel.state() == TunnelState.FAILED || tunnel.state() == TunnelState.DEGRADED);
        if (ownerLeft || trouble) {
            return TrayState.ATTENTION;
        }
        return running() > 0 ? TrayState.RUNNING : TrayState.IDLE;
    }

    String tooltip() {
        return ownerLeft ? Messages.text("tray.ownerleft") : Messages.format("tray.title", running());
    }

    private long running() {
        return tunnels.stream().filter(tunnel -> tunnel.state().serves()).count();
    }
}
