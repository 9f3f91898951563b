package dev.gotunnel.ui.tray;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The icons that come with the program: {@code /dev/gotunnel/ui/icons/tray-<state>-<tone>-<size>.png} on the class path. All are read
 * at once, a few milliseconds, so that a missing one is found when the program starts and not when the state changes.
 */
public final class ResourceTrayIcons implements TrayIcons {

    /** The edge lengths every icon is drawn in, in pixels. */
    public static final List<Integer> SIZES = List.of(16, 22, 24, 32, 48, 64);

    private static final String FOLDER = "/dev/gotunnel/ui/icons/";

    private final Map<TrayState, Map<PanelTone, List<TrayIconImage>>> images = new EnumMap<>(TrayState.class);

    /**
     * Reads the product's icons.
     *
     * @throws UncheckedIOException when one is missing or unreadable: the build is broken
     */
    public ResourceTrayIcons() {
        this(name -> ResourceTrayIcons.class.getResourceAsStream(FOLDER + name));
    }

    /**
     * Reads icons from elsewhere.
     *
     * @param files opens a file by its name, null when it does not exist
     * @throws UncheckedIOException when one is missing or unreadable
     */
    ResourceTrayIcons(Function<String, @Nullable InputStream> files) {
        for (TrayState state : TrayState.values()) {
            Map<PanelTone, List<TrayIconImage>> tones = new EnumMap<>(PanelTone.class);
            for (PanelTone tone : PanelTone.values()) {
                List<TrayIconImage> sizes = new ArrayList<>();
                for (int size : SIZES) {
                    sizes.add(read(files, "tray-" + lower(state) + "-" + lower(tone) + "-" + size + ".png"));
                }
                tones.put(tone, List.copyOf(sizes));
            }
            images.put(state, tones);
        }
    }

    @Override
    public List<TrayIconImage> images(TrayState state, PanelTone tone) {
        Map<PanelTone, List<TrayIconImage>> tones = images.getOrDefault(state, Map.of());
        return tones.getOrDefault(tone, List.of());
    }

    private static TrayIconImage read(Function<String, @Nullable InputStream> files, String name) {
        try (InputStream in = files.apply(name)) {
            if (in == null) {
                throw new FileNotFoundException("it is missing from the program");
            }
            return Png.decode(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the icon " + name + ": " + e.getMessage(), e);
        }
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
