package dev.gotunnel.ui.tray;

/**
 * What a tray tells the application. Both methods, and the {@link Runnable}s of menu items, run one after the other on
 * one thread of the tray, named {@code tray-callbacks}; never on the thread that serves the panel, so they may take
 * their time and may call any method of the {@link Tray}. What they throw is logged as an error and ends nothing.
 */
public interface TrayCallbacks {

    /** The icon itself was clicked (a left or middle click on Linux, a left click on Windows). */
    void activated();

    /**
     * The icon became visible to the user or ceased to be. Only changes are told: compare with {@link Tray#alive()}
     * after opening; a change may be told before opening returns.
     *
     * @param alive whether a panel shows the icon
     */
    void aliveChanged(boolean alive);
}
