package dev.gotunnel.platform;

import java.util.Locale;

/** The families of operating systems that gotunnel tells apart. */
public enum OperatingSystem {
    /** Linux and other Unix systems that follow the XDG directories. */
    LINUX,
    /** macOS. */
    MACOS,
    /** Windows. */
    WINDOWS;

    private static final OperatingSystem CURRENT = ofName(System.getProperty("os.name", ""));

    /** The system that this process runs on. */
    public static OperatingSystem current() {
        return CURRENT;
    }

    static OperatingSystem ofName(String osName) {
        String name = osName.toLowerCase(Locale.ROOT);
        if (name.startsWith("mac") || name.startsWith("darwin")) {
            return MACOS;
        }
        return name.startsWith("windows") ? WINDOWS : LINUX;
    }
}
