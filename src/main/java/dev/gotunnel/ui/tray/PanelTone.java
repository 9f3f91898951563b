package dev.gotunnel.ui.tray;

/** The brightness of the panel that an icon has to stand out from. */
public enum PanelTone {
    /** A light panel: wants a dark glyph. */
    LIGHT,
    /** A dark panel: wants a light glyph. */
    DARK
}
