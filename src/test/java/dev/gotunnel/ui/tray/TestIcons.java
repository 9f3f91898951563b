package dev.gotunnel.ui.tray;

import java.util.Arrays;
import java.util.List;

/** Small icons of one colour each, so that a test sees by a pixel which icon it got. */
final class TestIcons implements TrayIcons {

    @Override
    public List<TrayIconImage> images(TrayState state, PanelTone tone) {
        return List.of(square(16, state, tone), square(22, state, tone));
    }

    /** The value of every byte of an icon. */
    static byte colour(TrayState state, PanelTone tone) {
        return (byte) (10 * (state.ordinal() + 1) + tone.ordinal());
    }

    private static TrayIconImage square(int size, TrayState state, PanelTone tone) {
        byte[] pixels = new byte[size * size * 4];
        Arrays.fill(pixels, colour(state, tone));
        return new TrayIconImage(size, size, pixels);
    }
}
