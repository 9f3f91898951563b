package dev.gotunnel.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class AppDirectoriesTest {
    private static final Path HOME = Path.of("/home/user");

    @TempDir
    Path temp;

    private static AppDirectories linux(Map<String, String> env) {
        return AppDirectories.of(OperatingSystem.LINUX, env, HOME);
    }

    @Test
    void linuxFollowsXdgDefaults() {
        AppDirectories found = linux(Map.of());
        assertEquals(HOME.resolve(".config/gotunnel"), found.config());
        assertEquals(HOME.resolve(".local/share/gotunnel"), found.data());
        assertEquals(HOME.resolve(".local/state/gotunnel"), found.state());
        assertEquals(HOME.resolve(".local/state/gotunnel/run"), found.runtime());
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void linuxFollowsXdgVariables() {
        AppDirectories found = linux(Map.of(
                "XDG_CONFIG_HOME",
                "/c",
                "XDG_DATA_HOME",
                "/d",
                "XDG_STATE_HOME",
                "/s",
                "XDG_RUNTIME_DIR",
                temp.toString()));
        assertEquals(Path.of("/c/gotunnel"), found.config());
        assertEquals(Path.of("/d/gotunnel"), found.data());
        assertEquals(Path.of("/s/gotunnel"), found.state());
        assertEquals(temp.resolve("gotunnel"), found.runtime());
    }

    @Test
    void aRelativeXdgVariableIsInvalidAndIgnored() {
        assertEquals(
                linux(Map.of()), linux(Map.of("XDG_CONFIG_HOME", "c", "XDG_DATA_HOME", "", "XDG_RUNTIME_DIR", "run")));
    }

    @Test
    void aRuntimeDirectoryThatIsNotThereIsIgnored() {
        AppDirectories found =
                linux(Map.of("XDG_RUNTIME_DIR", temp.resolve("gone").toString()));
        assertEquals(HOME.resolve(".local/state/gotunnel/run"), found.runtime());
    }

    @Test
    void macosKeepsEverythingInApplicationSupport() {
        AppDirectories found = AppDirectories.of(OperatingSystem.MACOS, Map.of("XDG_CONFIG_HOME", "/c"), HOME);
        Path base = HOME.resolve("Library/Application Support/gotunnel");
        assertEquals(new AppDirectories(base, base.resolve("data"), base.resolve("state"), base.resolve("run")), found);
    }

    @Test
    void windowsKeepsTheConfigurationInTheRoamingProfile() {
        AppDirectories standard = AppDirectories.of(OperatingSystem.WINDOWS, Map.of(), HOME);
        assertEquals(HOME.resolve("AppData/Roaming/gotunnel"), standard.config());
        assertEquals(HOME.resolve("AppData/Local/gotunnel/data"), standard.data());
        AppDirectories moved = AppDirectories.of(
                OperatingSystem.WINDOWS,
                Map.of(
                        "APPDATA",
                        temp.resolve("r").toString(),
                        "LOCALAPPDATA",
                        temp.resolve("l").toString()),
                HOME);
        assertEquals(temp.resolve("r/gotunnel"), moved.config());
        assertEquals(temp.resolve("l/gotunnel/state"), moved.state());
        assertEquals(temp.resolve("l/gotunnel/run"), moved.runtime());
    }

    @Test
    void ownVariablesComeFirstOnEverySystem() {
        for (OperatingSystem system : OperatingSystem.values()) {
            AppDirectories found = AppDirectories.of(
                    system,
                    Map.of(
                            "GOTUNNEL_CONFIG_DIR", temp.resolve("1").toString(),
                            "GOTUNNEL_DATA_DIR", temp.resolve("2").toString(),
                            "GOTUNNEL_STATE_DIR", temp.resolve("3").toString(),
                            "GOTUNNEL_RUNTIME_DIR", temp.resolve("4").toString()),
                    HOME);
            assertEquals(
                    new AppDirectories(temp.resolve("1"), temp.resolve("2"), temp.resolve("3"), temp.resolve("4")),
                    found);
        }
    }

    @Test
    void aRelativeOwnVariableCountsFromTheWorkingDirectoryAndABlankOneNotAtAll() {
        AppDirectories found = linux(Map.of("GOTUNNEL_CONFIG_DIR", "here", "GOTUNNEL_DATA_DIR", " "));
        assertEquals(Path.of("here").toAbsolutePath(), found.config());
        assertEquals(linux(Map.of()).data(), found.data());
    }

    @Test
    void filesHaveTheirPlace() {
        AppDirectories found = linux(Map.of());
        assertEquals(found.config().resolve("gotunnel.yaml"), found.configFile());
        assertEquals(found.runtime().resolve("control.sock"), found.controlSocket());
        assertTrue(AppDirectories.ofSystem().config().isAbsolute());
    }
}
