package dev.gotunnel.ui.tray;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.zip.InflaterInputStream;

/**
 * Reads the one kind of PNG our build writes: eight bits per channel, red, green, blue and alpha, not interlaced.
 * Written because the JDK's own reader pulls in the desktop classes and their native library: measured 40 to 50 ms and
 * up to 12 MB for the first icon of a program that otherwise starts without them. See the PNG specification, chapters
 * 9 (filters) and 11 (chunks); checksums are not verified, the files come from our own jar.
 */
final class Png {

    private static final long SIGNATURE = 0x89504e470d0a1a0aL;
    private static final int HEADER = 0x49484452; // IHDR
    private static final int DATA = 0x49444154; // IDAT
    private static final int END = 0x49454e44; // IEND
    private static final int BYTES_PER_PIXEL = 4;
    private static final int MAX_EDGE = 1024;

    private Png() {}

    /**
     * Decodes a whole file.
     *
     * @throws IOException when it is no PNG, is cut short, or is of another kind
     */
    static TrayIconImage decode(byte[] file) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(file);
        ByteArrayOutputStream packed = new ByteArrayOutputStream(file.length);
        int width = 0;
        int height = 0;
        try {
            if (in.getLong() != SIGNATURE) {
                throw new IOException("not a PNG file");
            }
            int type;
            do {
                int length = in.getInt();
                type = in.getInt();
                if (length < 0 || length > in.remaining()) {
                    throw new BufferUnderflowException();
                }
                ByteBuffer chunk = in.slice(in.position(), length);
                in.position(in.position() + length + Integer.BYTES); // the checksum follows the data
                if (type == HEADER) {
                    width = chunk.getInt();
                    height = chunk.getInt();
                    requireKind(width, height, chunk.getInt(), chunk.get());
                } else if (type == DATA) {
                    packed.write(file, in.position() - length - Integer.BYTES, length);
                }
            } while (type != END);
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new IOException("the PNG file is cut short", e);
        }
        int rowBytes = width * BYTES_PER_PIXEL;
        byte[] filtered;
        try (InflaterInputStream unpacked = new InflaterInputStream(new ByteArrayInputStream(packed.toByteArray()))) {
            filtered = unpacked.readNBytes(height * (rowBytes + 1));
        }
        if (width == 0 || filtered.length < height * (rowBytes + 1)) {
            throw new IOException("the PNG file is cut short");
        }
        return new TrayIconImage(width, height, toArgb(unfilter(filtered, height, rowBytes)));
    }

    private static void requireKind(int width, int height, int depthColourPackingFilter, byte interlace)
            throws IOException {
        if (width < 1 || height < 1 || width > MAX_EDGE || height > MAX_EDGE) {
            throw new IOException("unexpected image size " + width + "x" + height);
        }
        // depth 8, colour type 6 (RGBA), the only packing and the only filter method
        if (depthColourPackingFilter != 0x08060000 || interlace != 0) {
            throw new IOException("only 8 bit RGBA PNG files without interlacing are understood");
        }
    }

    private static byte[] unfilter(byte[] in, int height, int rowBytes) throws IOException {
        byte[] out = new byte[height * rowBytes];
        for (int y = 0; y < height; y++) {
            int filter = in[y * (rowBytes + 1)];
            for (int x = 0; x < rowBytes; x++) {
                int at = y * rowBytes + x;
                int left = x < BYTES_PER_PIXEL ? 0 : out[at - BYTES_PER_PIXEL] & 0xff;
                int up = y == 0 ? 0 : out[at - rowBytes] & 0xff;
                int upLeft = x < BYTES_PER_PIXEL || y == 0 ? 0 : out[at - rowBytes - BYTES_PER_PIXEL] & 0xff;
                int predicted = switch (filter) {
                    case 0 -> 0;
                    case 1 -> left;
                    case 2 -> up;
                    case 3 -> (left + up) / 2;
                    case 4 -> paeth(left, up, upLeft);
                    default -> throw new IOException("unknown PNG filter " + filter);
                };
                out[at] = (byte) (in[y * (rowBytes + 1) + 1 + x] + predicted);
            }
        }
        return out;
    }

    private static int paeth(int left, int up, int upLeft) {
        int estimate = left + up - upLeft;
        int toLeft = Math.abs(estimate - left);
        int toUp = Math.abs(estimate - up);
        int toUpLeft = Math.abs(estimate - upLeft);
        if (toLeft <= toUp && toLeft <= toUpLeft) {
            return left;
        }
        return toUp <= toUpLeft ? up : upLeft;
    }

    private static byte[] toArgb(byte[] rgba) {
        byte[] argb = new byte[rgba.length];
        for (int i = 0; i < rgba.length; i += BYTES_PER_PIXEL) {
            argb[i] = rgba[i + 3];
            argb[i + 1] = rgba[i];
            argb[i + 2] = rgba[i + 1];
            argb[i + 3] = rgba[i + 2];
        }
        return argb;
    }
}
