package dev.gotunnel.ui.tray.dbus;

import org.freedesktop.dbus.Struct;
import org.freedesktop.dbus.annotations.Position;

/** One image: {@code (iiay)}, ARGB with eight bits each in network byte order. */
public final class Pixmap extends Struct {

    /** Pixels per row. */
    @Position(0)
    public final int width;

    /** Number of rows. */
    @Position(1)
    public final int height;

    /** Four bytes per pixel. */
    @Position(2)
    public final byte[] argb;

    /** All fields; the pixels are not copied. */
    public Pixmap(int width, int height, byte[] argb) {
        this.width = width;
        this.height = height;
        this.argb = argb;
    }
}
