package dev.gotunnel.ui.tray;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class ResourceTrayIconsTest {

    @Test
    void readsEveryStateToneAndSizeByItsName() {
        ResourceTrayIcons icons = new ResourceTrayIcons(ResourceTrayIconsTest::drawn);
        for (TrayState state : TrayState.values()) {
            for (PanelTone tone : PanelTone.values()) {
                assertEquals(
                        ResourceTrayIcons.SIZES,
                        icons.images(state, tone).stream()
                                .map(TrayIconImage::width)
                                .toList());
                assertEquals(
                        ("tray-" + state + "-" + tone)
                                        .toLowerCase(java.util.Locale.ROOT)
                                        .hashCode()
                                | 0xff000000,
                        icons.images(state, tone).getFirst().pixel(0, 0));
            }
        }
    }

    @Test
    void namesTheIconThatIsMissing() {
        UncheckedIOException missing = assertThrows(
                UncheckedIOException.class,
                () -> new ResourceTrayIcons(name -> name.startsWith("tray-running") ? null : drawn(name)));
        assertTrue(missing.getMessage().contains("tray-running-light-16.png"), missing.getMessage());
    }

    /** An icon of the size that its name tells, in a colour of its own. */
    private static InputStream drawn(String name) {
        int dash = name.lastIndexOf('-');
        int size = Integer.parseInt(name.substring(dash + 1, name.length() - ".png".length()));
        BufferedImage image = new BufferedImage(size, size, BufferedImage.TYPE_INT_ARGB);
        image.setRGB(0, 0, name.substring(0, dash).hashCode() | 0xff000000);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new ByteArrayInputStream(out.toByteArray());
    }
}
