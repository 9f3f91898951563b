package dev.gotunnel.ui.tray;

import java.util.List;

/** The images a tray may show. Called from any thread, must be quick: implementations keep the images in memory. */
@FunctionalInterface
public interface TrayIcons {

    /**
     * The icon in every size it was drawn in.
     *
     * @param state what the icon has to tell
     * @param tone the panel it lies on
     * @return square images, smallest first, at least one
     */
    List<TrayIconImage> images(TrayState state, PanelTone tone);
}
