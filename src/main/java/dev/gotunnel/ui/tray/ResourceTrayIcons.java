package dev.gotunnel.ui.tray;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The icons that come with the program: {@code /dev/gotunnel/ui/icons/tray-<state>-<tone>-<size>.png} on the class path.
 * That all are there is checked at once, so that a missing one is found when the program starts and not when the state
 * changes; each look is decoded when it is first shown and kept. Any thread.
 */
public final class ResourceTrayIcons implements TrayIcons {

    /** The edge lengths every icon is drawn in, in pixels. */
    public static final List<Integer> SIZES = List.of(16, 22, 24, 32, 48, 64);

    private static final String FOLDER = "/dev/gotunnel/ui/icons/";

    private final Function<String, @Nullable InputStream> files;
    private final Map<Look, List<TrayIconImage>> images = new ConcurrentHashMap<>();

    /**
     * The product's icons.
     *
     * @throws UncheckedIOException when one is missing: the build is broken
     */
    public ResourceTrayIcons() {
        this(name -> ResourceTrayIcons.class.getResourceAsStream(FOLDER + name));
    }

    /**
     * Icons from elsewhere.
     *
     * @param files opens a file by its name, null when it does not exist
     * @throws UncheckedIOException when one is missing
     */
    ResourceTrayIcons(Function<String, @Nullable InputStream> files) {
        this.files = files;
        for (TrayState state : TrayState.values()) {
            for (PanelTone tone : PanelTone.values()) {
                for (int size : SIZES) {
                    String name = new Look(state, tone).file(size);
                    try {
                        open(name).close();
                    } catch (IOException e) {
                        throw unreadable(name, e);
                    }
                }
            }
        }
    }

    @Override
    public List<TrayIconImage> images(TrayState state, PanelTone tone) {
        return images.computeIfAbsent(
                new Look(state, tone),
                look -> SIZES.stream().map(size -> read(look.file(size))).toList());
    }

    private TrayIconImage read(String name) {
        try (InputStream in = open(name)) {
            return Png.decode(in.readAllBytes());
        } catch (IOException e) {
            throw unreadable(name, e);
        }
    }

    private InputStream open(String name) throws IOException {
        InputStream in = files.apply(name);
        if (in == null) {
            throw new FileNotFoundException("it is missing from the program");
        }
        return in;
    }

    private static UncheckedIOException unreadable(String name, IOException cause) {
        return new UncheckedIOException("Cannot read the icon " + name + ": " + cause.getMessage(), cause);
    }

    private record Look(TrayState state, PanelTone tone) {
        String file(int size) {
            return ("tray-" + state + "-" + tone + "-" + size + ".png").toLowerCase(Locale.ROOT);
        }
    }
}
