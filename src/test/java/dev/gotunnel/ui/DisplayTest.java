package dev.gotunnel.ui;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class DisplayTest {
    @Test
    void linuxNeedsADisplayServer() {
        assertFalse(Display.isAvailable(system("Linux"), Map.of()));
        assertFalse(Display.isAvailable(system("Linux"), Map.of("DISPLAY", "")));
        assertTrue(Display.isAvailable(system("Linux"), Map.of("DISPLAY", ":0")));
        assertTrue(Display.isAvailable(system("Linux"), Map.of("WAYLAND_DISPLAY", "wayland-0")));
    }

    @Test
    void macOverSshHasNone() {
        assertTrue(Display.isAvailable(system("Mac OS X"), Map.of()));
        assertFalse(Display.isAvailable(system("Mac OS X"), Map.of("SSH_CONNECTION", "192.0.2.1 22")));
    }

    @Test
    void aWindowsServiceHasNone() {
        assertTrue(Display.isAvailable(system("Windows 11"), Map.of("SESSIONNAME", "Console")));
        assertFalse(Display.isAvailable(system("Windows 11"), Map.of("SESSIONNAME", "Services")));
    }

    @Test
    void theHeadlessToolkitNeedsNothing() {
        Properties properties = system("Linux");
        properties.setProperty("glass.platform", "Headless");
        assertTrue(Display.isAvailable(properties, Map.of()));
    }

    private static Properties system(String name) {
        Properties properties = new Properties();
        properties.setProperty("os.name", name);
        return properties;
    }
}
