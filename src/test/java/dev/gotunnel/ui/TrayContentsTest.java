package dev.gotunnel.ui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.tunnel.Backend;
import dev.gotunnel.tunnel.Tunnel;
import dev.gotunnel.tunnel.TunnelState;
import dev.gotunnel.ui.tray.TrayItem;
import dev.gotunnel.ui.tray.TrayMenu;
import dev.gotunnel.ui.tray.TrayState;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrayContentsTest {
    private final List<String> done = new ArrayList<>();

    @Test
    void showsTunnelsByProfileWithTheirStateAndWaysToReachThem() {
        TrayContents contents = new TrayContents(
                List.of(
                        tunnel("default", "api", TunnelState.DEGRADED),
                        tunnel("default", "docs", TunnelState.STOPPED),
                        tunnel("default", "shop", TunnelState.RUNNING),
                        tunnel("session", "vite", TunnelState.STARTING)),
                false);
        assertEquals(
                List.of(
                        "gotunnel — 2 tunnels running",
                        "---",
                        "api — A backend is down",
                        "docs",
                        "shop — https://shop.localhost:8443",
                        "session",
                        "vite — Starting…",
                        "---",
                        "Open",
                        "Copy URL",
                        "Stop all",
                        "---",
                        "Open gotunnel",
                        "Quit"),
                labels(contents));
        assertEquals(TrayState.ATTENTION, contents.state());
    }

    @Test
    void ticksWhatIsOnAndLeavesAloneWhatIsUnderWay() {
        TrayMenu menu = new TrayContents(
                        List.of(
                                tunnel("default", "docs", TunnelState.STOPPED),
                                tunnel("default", "shop", TunnelState.RUNNING),
                                tunnel("default", "vite", TunnelState.STARTING)),
                        false)
                .menu(new Recorder());
        assertEquals(
                List.of("docs false true", "shop true true", "vite true false"),
                menu.items().stream()
                        .filter(TrayItem.Toggle.class::isInstance)
                        .map(TrayItem.Toggle.class::cast)
                        .map(t -> t.label().split(" ")[0] + " " + t.checked() + " " + t.enabled())
                        .toList());
    }

    @Test
    void nothingToShowIsStillAMenu() {
        TrayContents contents = new TrayContents(List.of(), false);
        assertEquals(List.of("gotunnel — nothing running", "---", "Open gotunnel", "Quit"), labels(contents));
        assertEquals(TrayState.IDLE, contents.state());
    }

    @Test
    void oneTunnelIsNotCalledTunnels() {
        TrayContents contents = new TrayContents(List.of(tunnel("default", "shop", TunnelState.RUNNING)), false);
        assertEquals("gotunnel — 1 tunnel running", contents.tooltip());
        assertEquals(TrayState.RUNNING, contents.state());
    }

    @Test
    void offersToTakeOverWhenTheOwnerLeft() {
        TrayContents contents = new TrayContents(List.of(), true);
        assertTrue(labels(contents).contains("Take over"));
        assertEquals(TrayState.ATTENTION, contents.state());
    }

    @Test
    void everyEntryDoesWhatItSays() {
        FakeTray tray = new FakeTray(true);
        tray.menu =
                new TrayContents(List.of(tunnel("default", "shop", TunnelState.RUNNING)), false).menu(new Recorder());
        for (String label : List.of("shop", "https://", "Stop all", "Open gotunnel", "Quit")) {
            tray.choose(label);
        }
        assertEquals(List.of("toggle shop", "open https://shop.localhost:8443", "stop all", "window", "quit"), done);
    }

    private List<String> labels(TrayContents contents) {
        return contents.menu(new Recorder()).items().stream()
                .map(FakeTray::label)
                .toList();
    }

    private static Tunnel tunnel(String profile, String name, TunnelState state) {
        List<String> urls = state.serves() ? List.of("https://" + name + ".localhost:8443") : List.of();
        return new Tunnel(
                profile + "/" + name,
                profile,
                name,
                name + ".local",
                state,
                urls,
                List.of(new Backend("http://localhost:3000", true)),
                List.of());
    }

    private final class Recorder implements TrayContents.Deeds {
        @Override
        public void toggle(Tunnel tunnel) {
            done.add("toggle " + tunnel.name());
        }

        @Override
        public void open(String url) {
            done.add("open " + url);
        }

        @Override
        public void copy(String url) {
            done.add("copy " + url);
        }

        @Override
        public void stopAll() {
            done.add("stop all");
        }

        @Override
        public void takeOver() {
            done.add("take over");
        }

        @Override
        public void showWindow() {
            done.add("window");
        }

        @Override
        public void quit() {
            done.add("quit");
        }
    }
}
