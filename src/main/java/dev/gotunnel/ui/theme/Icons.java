package dev.gotunnel.ui.theme;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.Stream;
import javafx.scene.Node;
import javafx.scene.image.Image;
import javafx.scene.image.ImageView;
import org.jspecify.annotations.Nullable;
import org.kordamp.ikonli.feather.Feather;
import org.kordamp.ikonli.javafx.FontIcon;

/** The pictures of the windows: one family of line icons, and the brand mark. FX thread only. */
public final class Icons {
    private static final List<Integer> SIZES = List.of(16, 32, 48, 64, 128, 256);

    private Icons() {}

    /** A line icon of 16 px in the colour of the text around it. */
    public static FontIcon of(Feather feather) {
        FontIcon icon = new FontIcon(feather);
        icon.getStyleClass().add("icon");
        return icon;
    }

    /** The brand mark in the sizes that window managers ask for; empty in a build that has not drawn it. */
    public static List<Image> ofApplication() {
        return SIZES.stream().map(Icons::load).flatMap(Stream::ofNullable).toList();
    }

    /** The brand mark to stand in a window, sharp also on dense screens; a globe in a build that has not drawn it. */
    public static Node brand(double size) {
        Image largest = load(SIZES.getLast());
        if (largest == null) {
            FontIcon globe = new FontIcon(Feather.GLOBE);
            globe.getStyleClass().add("brand");
            return globe;
        }
        ImageView mark = new ImageView(largest);
        mark.setFitWidth(size);
        mark.setFitHeight(size);
        mark.setSmooth(true);
        return mark;
    }

    private static @Nullable Image load(int size) {
        try (InputStream png = Icons.class.getResourceAsStream("/dev/gotunnel/ui/icons/gotunnel-" + size + ".png")) {
            return png == null ? null : new Image(png);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
