package dev.gotunnel.ui.tray;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PngTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 16, 22, 24, 32, 48, 64})
    void readsWhatTheJdkWritesPixelByPixel(int size) throws IOException {
        BufferedImage drawn = noise(size);
        TrayIconImage read = Png.decode(written(drawn));
        assertEquals(size, read.width());
        assertEquals(size, read.height());
        for (int y = 0; y < size; y++) {
            for (int x = 0; x < size; x++) {
                assertEquals(drawn.getRGB(x, y), read.pixel(x, y), "pixel " + x + "," + y);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void understandsEveryRowFilter(int filter) throws IOException {
        byte[] rgba = new byte[3 * 3 * 4];
        new Random(filter).nextBytes(rgba);
        TrayIconImage read = Png.decode(png(3, 0x08, filtered(rgba, filter)));
        for (int pixel = 0; pixel < 9; pixel++) {
            int at = pixel * 4;
            int expected = (rgba[at + 3] & 0xff) << 24
                    | (rgba[at] & 0xff) << 16
                    | (rgba[at + 1] & 0xff) << 8
                    | (rgba[at + 2] & 0xff);
            assertEquals(expected, read.pixel(pixel % 3, pixel / 3));
        }
    }

    @Test
    void refusesOtherKindsInsteadOfShowingRubbish() throws IOException {
        assertThrows(IOException.class, () -> Png.decode(new byte[40]));
        assertThrows(IOException.class, () -> Png.decode(png(3, 0x10, new byte[39])));
        assertThrows(IOException.class, () -> Png.decode(png(3, 0x08, filtered(new byte[36], 9))));
        BufferedImage grey = new BufferedImage(4, 4, BufferedImage.TYPE_BYTE_GRAY);
        assertThrows(IOException.class, () -> Png.decode(written(grey)));
    }

    @Test
    void refusesAFileCutShortAnywhere() throws IOException {
        byte[] whole = written(noise(16));
        for (int length = 0; length < whole.length - 4; length++) { // the last four are an unread checksum
            byte[] cut = Arrays.copyOf(whole, length);
            assertThrows(IOException.class, () -> Png.decode(cut), "cut after " + length);
        }
    }

    private static BufferedImage noise(int size) {
        BufferedImage image = new BufferedImage(size, size, BufferedImage.TYPE_INT_ARGB);
        Random random = new Random(size);
        for (int y = 0; y < size; y++) {
            for (int x = 0; x < size; x++) {
                image.setRGB(x, y, random.nextInt());
            }
        }
        return image;
    }

    private static byte[] written(BufferedImage image) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, "png", out);
        return out.toByteArray();
    }

    /** Rows of three pixels, each preceded by the filter that was applied to it. */
    private static byte[] filtered(byte[] rgba, int filter) {
        byte[] out = new byte[39];
        for (int y = 0; y < 3; y++) {
            out[y * 13] = (byte) filter;
            for (int x = 0; x < 12; x++) {
                int left = x < 4 ? 0 : rgba[y * 12 + x - 4] & 0xff;
                int up = y == 0 ? 0 : rgba[y * 12 + x - 12] & 0xff;
                int corner = x < 4 || y == 0 ? 0 : rgba[y * 12 + x - 16] & 0xff;
                int p = left + up - corner;
                int nearest = Math.abs(p - left) <= Math.abs(p - up) && Math.abs(p - left) <= Math.abs(p - corner)
                        ? left
                        : Math.abs(p - up) <= Math.abs(p - corner) ? up : corner;
                int[] predictions = {0, left, up, (left + up) / 2, nearest};
                out[y * 13 + 1 + x] = (byte) (rgba[y * 12 + x] - (filter < 5 ? predictions[filter] : 0));
            }
        }
        return out;
    }

    private static byte[] png(int size, int depth, byte[] rows) throws IOException {
        Deflater deflater = new Deflater();
        deflater.setInput(rows);
        deflater.finish();
        byte[] packed = new byte[256];
        int length = deflater.deflate(packed);
        deflater.end();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
        chunk(out, "IHDR", new byte[] {0, 0, 0, (byte) size, 0, 0, 0, (byte) size, (byte) depth, 6, 0, 0, 0});
        chunk(out, "IDAT", Arrays.copyOf(packed, length));
        chunk(out, "IEND", new byte[0]);
        return out.toByteArray();
    }

    private static void chunk(ByteArrayOutputStream out, String type, byte[] data) throws IOException {
        CRC32 crc = new CRC32();
        byte[] name = type.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        crc.update(name);
        crc.update(data);
        out.write(number(data.length));
        out.write(name);
        out.write(data);
        out.write(number((int) crc.getValue()));
    }

    private static byte[] number(int value) {
        return java.nio.ByteBuffer.allocate(4).putInt(value).array();
    }
}
