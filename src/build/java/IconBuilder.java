import com.github.weisj.jsvg.SVGDocument;
import com.github.weisj.jsvg.parser.LoaderContext;
import com.github.weisj.jsvg.parser.SVGLoader;
import com.github.weisj.jsvg.view.ViewBox;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;

/**
 * Turns the drawings in {@code icons/} into what the program and its installers show: PNG files for windows and tray,
 * one .ico (Windows), one .icns (macOS). Run by the build; does nothing when every output is newer than every drawing.
 *
 * <p>Arguments: folder of the drawings, folder for the PNG files, folder for the containers.
 */
final class IconBuilder {
    private static final int[] APP_SIZES = {16, 24, 32, 48, 64, 128, 256, 512};
    private static final int[] ICO_SIZES = {16, 24, 32, 48, 64, 128, 256};
    private static final int[] TRAY_SIZES = {16, 22, 24, 32, 48, 64};
    private static final List<String> TRAY_STATES = List.of("idle", "running", "attention");

    /** Colour of the glyph by the theme of the panel that it lies on. */
    private static final Map<String, String> TRAY_COLOURS = Map.of("light", "#1f2328", "dark", "#f6f8fa");

    /** Entry types of .icns that hold a PNG, with their size in pixels; several sizes stand there twice, as 1x and 2x. */
    private static final Map<String, Integer> ICNS_TYPES = icnsTypes();

    /** Apple draws its tiles 824 wide on a canvas of 1024; ours are 480 on 512. */
    private static final double ICNS_SCALE = (824 / 1024.0) / (480 / 512.0);

    /** The large drawing blurs below this size, the small one is made for it. */
    private static final int SMALL_BELOW = 48;

    private final Path drawings;

    private IconBuilder(Path drawings) {
        this.drawings = drawings;
    }

    public static void main(String[] args) throws IOException {
        System.setProperty("java.awt.headless", "true");
        ImageIO.setUseCache(false);
        Path drawings = Path.of(args[0]);
        Path pngs = Path.of(args[1]);
        Path containers = Path.of(args[2]);
        // Written last: it exists only after a complete run.
        Path stamp = containers.resolve("gotunnel.icns");
        if (upToDate(drawings, pngs, stamp)) {
            return;
        }
        Files.createDirectories(pngs);
        Files.createDirectories(containers);
        Files.deleteIfExists(stamp);
        IconBuilder builder = new IconBuilder(drawings);
        for (int size : APP_SIZES) {
            Files.write(pngs.resolve("gotunnel-" + size + ".png"), png(builder.appImage(size, 1)));
        }
        for (String state : TRAY_STATES) {
            for (String theme : TRAY_COLOURS.keySet()) {
                for (int size : TRAY_SIZES) {
                    Path file = pngs.resolve("tray-" + state + "-" + theme + "-" + size + ".png");
                    Files.write(file, builder.tray(state, TRAY_COLOURS.get(theme), size));
                }
            }
        }
        Files.write(containers.resolve("gotunnel.ico"), builder.ico());
        Files.write(stamp, builder.icns());
    }

    private static boolean upToDate(Path drawings, Path pngs, Path stamp) throws IOException {
        if (!Files.exists(stamp) || !Files.exists(pngs)) {
            return false;
        }
        var built = Files.getLastModifiedTime(stamp);
        List<Path> sources = new ArrayList<>();
        // The program itself counts as a source: `java IconBuilder.java` tells where it stands.
        String self = System.getProperty("jdk.launcher.sourcefile");
        if (self != null) {
            sources.add(Path.of(self));
        }
        try (var files = Files.list(drawings)) {
            files.forEach(sources::add);
        }
        for (Path source : sources) {
            if (Files.getLastModifiedTime(source).compareTo(built) >= 0) {
                return false;
            }
        }
        return true;
    }

    private BufferedImage appImage(int size, double scale) throws IOException {
        return render(size < SMALL_BELOW ? "gotunnel-small.svg" : "gotunnel.svg", "#000", size, scale);
    }

    private byte[] tray(String state, String colour, int size) throws IOException {
        return png(render("tray-" + state + ".svg", colour, size, 1));
    }

    private BufferedImage render(String drawing, String colour, int size, double scale) throws IOException {
        // The loader knows no inherited text colour, so it is put in by hand.
        String svg = Files.readString(drawings.resolve(drawing)).replace("currentColor", colour);
        SVGDocument document = new SVGLoader()
                .load(
                        new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)),
                        null,
                        LoaderContext.createDefault());
        if (document == null) {
            throw new IOException("cannot read " + drawing);
        }
        BufferedImage image = new BufferedImage(size, size, BufferedImage.TYPE_INT_ARGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_RENDERING, RenderingHints.VALUE_RENDER_QUALITY);
        graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        float inner = (float) (size * scale);
        float margin = (size - inner) / 2;
        document.render((java.awt.Component) null, graphics, new ViewBox(margin, margin, inner, inner));
        graphics.dispose();
        return image;
    }

    private static byte[] png(BufferedImage image) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, "png", out);
        return out.toByteArray();
    }

    /** ICONDIR, one ICONDIRENTRY per size, then the PNG data (allowed since Windows Vista). */
    private byte[] ico() throws IOException {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        int head = 6 + 16 * ICO_SIZES.length;
        ByteBuffer directory = ByteBuffer.allocate(head).order(ByteOrder.LITTLE_ENDIAN);
        directory.putShort((short) 0).putShort((short) 1).putShort((short) ICO_SIZES.length);
        for (int size : ICO_SIZES) {
            byte[] png = png(appImage(size, 1));
            // Width and height are bytes, where 0 means 256; then no palette, one plane, 32 bits per pixel.
            directory.put((byte) size).put((byte) size).put((byte) 0).put((byte) 0);
            directory.putShort((short) 1).putShort((short) 32);
            directory.putInt(png.length).putInt(head + data.size());
            data.writeBytes(png);
        }
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(directory.array());
        file.writeBytes(data.toByteArray());
        return file.toByteArray();
    }

    /** "icns" and the length of all, then for each entry its type, its length with these eight bytes, and its data. */
    private byte[] icns() throws IOException {
        ByteArrayOutputStream entries = new ByteArrayOutputStream();
        // At 1x, macOS shows 16 and 32 px of an application only in the old form: colour and mask apart.
        entries.writeBytes(chunk("is32", runs(appImage(16, 1))));
        entries.writeBytes(chunk("s8mk", channel(appImage(16, 1), 24)));
        entries.writeBytes(chunk("il32", runs(appImage(32, 1))));
        entries.writeBytes(chunk("l8mk", channel(appImage(32, 1), 24)));
        for (var type : ICNS_TYPES.entrySet()) {
            byte[] png = png(appImage(type.getValue(), type.getValue() < SMALL_BELOW ? 1 : ICNS_SCALE));
            entries.writeBytes(chunk(type.getKey(), png));
        }
        return chunk("icns", entries.toByteArray());
    }

    private static byte[] chunk(String type, byte[] data) {
        ByteBuffer chunk = ByteBuffer.allocate(8 + data.length);
        chunk.put(type.getBytes(StandardCharsets.US_ASCII))
                .putInt(8 + data.length)
                .put(data);
        return chunk.array();
    }

    /** Red, green and blue one after the other in Apple's run-length form, of which only the plain run is used: n - 1, n bytes. */
    private static byte[] runs(BufferedImage image) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int shift = 16; shift >= 0; shift -= 8) {
            byte[] channel = channel(image, shift);
            for (int start = 0; start < channel.length; start += 128) {
                out.write(127);
                out.write(channel, start, 128);
            }
        }
        return out.toByteArray();
    }

    private static byte[] channel(BufferedImage image, int shift) {
        int size = image.getWidth();
        byte[] channel = new byte[size * size];
        for (int i = 0; i < channel.length; i++) {
            channel[i] = (byte) (image.getRGB(i % size, i / size) >> shift);
        }
        return channel;
    }

    private static Map<String, Integer> icnsTypes() {
        Map<String, Integer> types = new LinkedHashMap<>();
        types.put("ic07", 128);
        types.put("ic08", 256);
        types.put("ic09", 512);
        types.put("ic10", 1024);
        types.put("ic11", 32);
        types.put("ic12", 64);
        types.put("ic13", 256);
        types.put("ic14", 512);
        return types;
    }
}
