package dev.gotunnel.ui.tray;

/**
 * An icon in the panel of the desktop. All methods may be called from any thread; none throws because of the desktop.
 * Obtained from {@link Trays#open}.
 */
public interface Tray extends AutoCloseable {

    /** The name under which panels and notification services know the program. */
    String APPLICATION = "gotunnel";

    /**
     * Shows this menu, icon and tooltip from now on. Returns at once; of several calls in quick succession only the
     * last may become visible. After {@link #close()} nothing happens.
     *
     * @param menu the whole menu
     * @param state which icon
     * @param tooltip one plain line
     */
    void show(TrayMenu menu, TrayState state, String tooltip);

    /**
     * Whether a panel shows the icon now. While it does not, the user can reach the program by its window only. Never
     * blocks; changes are told by {@link TrayCallbacks#aliveChanged}.
     */
    boolean alive();

    /**
     * Shows a notification of the desktop. Waits for the notification service for up to two seconds.
     *
     * @param title one plain line
     * @param body plain text, may be empty
     * @return whether the desktop took it; {@code false} when it has no notification service
     */
    boolean notify(String title, String body);

    /** Removes the icon and ends the tray's threads, within two seconds. No callback starts afterwards. Idempotent. */
    @Override
    void close();
}
