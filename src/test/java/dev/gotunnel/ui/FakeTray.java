package dev.gotunnel.ui;

import dev.gotunnel.ui.tray.Tray;
import dev.gotunnel.ui.tray.TrayCallbacks;
import dev.gotunnel.ui.tray.TrayItem;
import dev.gotunnel.ui.tray.TrayMenu;
import dev.gotunnel.ui.tray.TrayState;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/** A tray that remembers what it shows, in a panel that comes and goes as the test says. */
final class FakeTray implements Tray {
    final List<String> notifications = new CopyOnWriteArrayList<>();
    volatile TrayMenu menu = TrayMenu.EMPTY;
    volatile TrayState state = TrayState.IDLE;
    volatile String tooltip = "";
    volatile boolean closed;
    private volatile boolean alive;
    private volatile Optional<TrayCallbacks> callbacks = Optional.empty();

    FakeTray(boolean alive) {
        this.alive = alive;
    }

    Optional<Tray> open(TrayCallbacks told) {
        callbacks = Optional.of(told);
        return Optional.of(this);
    }

    void alive(boolean now) {
        alive = now;
        callbacks.orElseThrow().aliveChanged(now);
    }

    void click() {
        callbacks.orElseThrow().activated();
    }

    /** Chooses the entry whose label starts so, also in a submenu. */
    void choose(String label) {
        all(menu.items())
                .filter(item -> label(item).startsWith(label))
                .findFirst()
                .ifPresentOrElse(FakeTray::run, () -> {
                    throw new AssertionError("no entry " + label + " in " + menu);
                });
    }

    static Stream<TrayItem> all(List<TrayItem> items) {
        return items.stream()
                .flatMap(item -> item instanceof TrayItem.SubMenu sub
                        ? Stream.concat(Stream.of(item), all(sub.items()))
                        : Stream.of(item));
    }

    static String label(TrayItem item) {
        return switch (item) {
            case TrayItem.Action action -> action.label();
            case TrayItem.Toggle toggle -> toggle.label();
            case TrayItem.SubMenu sub -> sub.label();
            case TrayItem.Heading heading -> heading.label();
            case TrayItem.Separator separator -> "---";
        };
    }

    private static void run(TrayItem item) {
        switch (item) {
            case TrayItem.Action action -> action.run().run();
            case TrayItem.Toggle toggle -> toggle.run().run();
            default -> throw new AssertionError(label(item) + " cannot be chosen");
        }
    }

    @Override
    public void show(TrayMenu now, TrayState icon, String line) {
        menu = now;
        state = icon;
        tooltip = line;
    }

    @Override
    public boolean alive() {
        return alive;
    }

    @Override
    public boolean notify(String title, String body) {
        notifications.add(title + " " + body);
        return true;
    }

    @Override
    public void close() {
        closed = true;
    }
}
