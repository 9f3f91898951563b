package dev.gotunnel.ui.tray;

import java.util.List;

/**
 * What the menu of the tray icon shows, top to bottom. Immutable: a change is a new menu given to
 * {@link Tray#show}, which works out the difference itself.
 *
 * @param items the entries; copied
 */
public record TrayMenu(List<TrayItem> items) {

    /** A menu without entries: what a tray has before the first {@link Tray#show}. */
    public static final TrayMenu EMPTY = new TrayMenu(List.of());

    /** Copies the entries. */
    public TrayMenu {
        items = List.copyOf(items);
    }

    /** The menu with these entries. */
    public static TrayMenu of(TrayItem... items) {
        return new TrayMenu(List.of(items));
    }
}
