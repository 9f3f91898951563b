package dev.gotunnel.ui.tray;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.freedesktop.dbus.types.UInt32;
import org.freedesktop.dbus.types.Variant;
import org.junit.jupiter.api.Test;

class PanelToneTest {

    @Test
    void followsTheWishForLightPrograms() {
        assertEquals(PanelTone.LIGHT, PanelToneSetting.tone(new UInt32(2), "KDE"));
        assertEquals(PanelTone.DARK, PanelToneSetting.tone(new UInt32(1), "KDE"));
    }

    @Test
    void unwrapsWhatThePortalWrapsTwice() {
        Object twice = new Variant<>(new Variant<>(new UInt32(2)), "v");
        assertEquals(PanelTone.LIGHT, PanelToneSetting.tone(twice, "XFCE"));
    }

    @Test
    void takesThePanelAsDarkWithoutAWish() {
        assertEquals(PanelTone.DARK, PanelToneSetting.tone(new UInt32(0), ""));
        assertEquals(PanelTone.DARK, PanelToneSetting.tone("surprise", ""));
    }

    @Test
    void takesTheBarOfGnomeAsDarkAlways() {
        assertEquals(PanelTone.DARK, PanelToneSetting.tone(new UInt32(2), "ubuntu:GNOME"));
    }

    @Test
    void readsTheTaskbarOfWindowsFromTheRegistry() {
        String answer =
                "\r\nHKEY_CURRENT_USER\\Software\\x\\Personalize\r\n    SystemUsesLightTheme    REG_DWORD    0x%s\r\n";
        assertEquals(PanelTone.LIGHT, WindowsTaskbar.parse(answer.formatted("1")));
        assertEquals(PanelTone.DARK, WindowsTaskbar.parse(answer.formatted("0")));
        assertEquals(PanelTone.DARK, WindowsTaskbar.parse("ERROR: unable to find the registry key or value"));
    }

    @Test
    void showsNotificationTextAsItIs() {
        assertEquals("a &lt;b&gt; &amp;amp; c", DesktopNotifications.escaped("a <b> &amp; c"));
    }
}
