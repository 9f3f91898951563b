package dev.gotunnel.ui;

import java.util.Locale;
import java.util.Map;
import java.util.Properties;

/** Whether windows can be shown in this session, from what it says of itself: no toolkit is asked, none is started. */
final class Display {
    private Display() {}

    static boolean isAvailable(Properties properties, Map<String, String> environment) {
        if ("Headless".equals(properties.getProperty("glass.platform"))) {
            return true;
        }
        String os = properties.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        if (os.startsWith("windows")) {
            // Services live in session 0, which has no desktop that anyone sees.
            return !"Services".equalsIgnoreCase(environment.get("SESSIONNAME"));
        }
        if (os.startsWith("mac")) {
            return isAbsent(environment, "SSH_CONNECTION");
        }
        return !isAbsent(environment, "DISPLAY") || !isAbsent(environment, "WAYLAND_DISPLAY");
    }

    private static boolean isAbsent(Map<String, String> environment, String variable) {
        return environment.getOrDefault(variable, "").isBlank();
    }
}
