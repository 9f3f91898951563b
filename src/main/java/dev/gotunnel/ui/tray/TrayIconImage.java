package dev.gotunnel.ui.tray;

/**
 * One drawn icon: straight (not premultiplied) ARGB, eight bits each, in network byte order, rows from the top. That
 * is byte for byte what StatusNotifierItem wants. Immutable.
 */
public final class TrayIconImage {

    private final int width;
    private final int height;
    private final byte[] argb;

    /**
     * Copies the pixels.
     *
     * @param width pixels per row, at least 1
     * @param height rows, at least 1
     * @param argb four bytes per pixel: alpha, red, green, blue
     * @throws IllegalArgumentException when the number of bytes does not fit the size
     */
    public TrayIconImage(int width, int height, byte[] argb) {
        if (width < 1 || height < 1 || argb.length != width * height * 4) {
            throw new IllegalArgumentException(argb.length + " bytes are no " + width + "x" + height + " image");
        }
        this.width = width;
        this.height = height;
        this.argb = argb.clone();
    }

    /** Pixels per row. */
    public int width() {
        return width;
    }

    /** Number of rows. */
    public int height() {
        return height;
    }

    /** A copy of the pixels: alpha, red, green, blue, one byte each. */
    public byte[] argb() {
        return argb.clone();
    }

    /** One pixel as {@code 0xAARRGGBB}. */
    public int pixel(int x, int y) {
        int at = (y * width + x) * 4;
        return (argb[at] & 0xff) << 24
                | (argb[at + 1] & 0xff) << 16
                | (argb[at + 2] & 0xff) << 8
                | (argb[at + 3] & 0xff);
    }
}
