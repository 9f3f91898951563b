package dev.gotunnel.ui.tray.dbus;

import java.util.List;
import org.freedesktop.dbus.Struct;
import org.freedesktop.dbus.annotations.Position;

/** What the panel shows beside the pointer: {@code (sa(iiay)ss)}. */
public final class ToolTip extends Struct {

    /** Name of an icon of the theme, empty for none. */
    @Position(0)
    public final String iconName;

    /** An icon as images, empty for none. */
    @Position(1)
    public final List<Pixmap> icon;

    /** The line. */
    @Position(2)
    public final String title;

    /** Further text, may be empty. */
    @Position(3)
    public final String text;

    /** All fields. */
    public ToolTip(String iconName, List<Pixmap> icon, String title, String text) {
        this.iconName = iconName;
        this.icon = icon;
        this.title = title;
        this.text = text;
    }
}
