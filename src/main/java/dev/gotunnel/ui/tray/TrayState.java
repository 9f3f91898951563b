package dev.gotunnel.ui.tray;

/** What the icon tells at a glance. */
public enum TrayState {
    /** Nothing runs. */
    IDLE,
    /** At least one tunnel runs and all is well. */
    RUNNING,
    /** Something needs the user: the icon carries a dot, and panels that highlight icons highlight it. */
    ATTENTION
}
