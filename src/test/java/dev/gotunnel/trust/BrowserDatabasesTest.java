package dev.gotunnel.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the databases of Firefox and Chromium are looked for. */
class BrowserDatabasesTest {
    @TempDir
    Path home;

    private Path folder(String path) throws IOException {
        return Files.createDirectories(home.resolve(path));
    }

    @Test
    void readsTheProfilesOfEveryKindOfFirefox() throws IOException {
        String list = """
                [Install4F96D1932A9F858E]
                Default=Profiles/x.default
                [Profile1]
                Name=default-release
                IsRelative=1
                Path=x.default-release
                [Profile0]
                Name=elsewhere
                IsRelative=0
                Path=/srv/profile
                Default=1

                [General]
                Path=no-profile
                """;
        for (String root : List.of(".mozilla/firefox", "snap/firefox/common/.mozilla/firefox", "xdg/mozilla/firefox")) {
            Files.writeString(folder(root).resolve("profiles.ini"), list.replace("x.default", root.length() + ".d"));
        }
        assertEquals(
                List.of(
                        home.resolve("xdg/mozilla/firefox/19.d-release"),
                        Path.of("/srv/profile"),
                        home.resolve(".mozilla/firefox/16.d-release"),
                        home.resolve("snap/firefox/common/.mozilla/firefox/36.d-release")),
                FirefoxProfiles.find(home, Map.of("XDG_CONFIG_HOME", home + "/xdg")));
    }

    @Test
    void survivesAListOfProfilesThatIsNone() throws IOException {
        Files.write(folder(".mozilla/firefox").resolve("profiles.ini"), new byte[] {(byte) 0xff, 0, 'P', '='});
        folder(".config/mozilla/firefox/profiles.ini");
        assertEquals(List.of(), FirefoxProfiles.find(home, Map.of()));
        assertEquals(
                List.of(home.resolve("ok")),
                FirefoxProfiles.parse(home, List.of("[Profile0]", "Path=a\0b", "[Profile1]", "Path=ok")));
    }

    @Test
    void tellsByTheLockWhetherFirefoxRuns() throws Exception {
        Path profile = folder("profile");
        assertFalse(FirefoxProfiles.isRunning(profile));
        Path lock = Files.createFile(profile.resolve(".parentlock"));
        assertFalse(FirefoxProfiles.isRunning(profile), "what a Firefox that has ended leaves behind");
        Process firefox = new ProcessBuilder(
                        "python3",
                        "-c",
                        "import fcntl,sys\nf=open(sys.argv[1],'w')\nfcntl.lockf(f,fcntl.LOCK_EX)\n"
                                + "print('held',flush=True)\nsys.stdin.read()",
                        lock.toString())
                .start();
        try {
            assertEquals('h', firefox.getInputStream().read());
            assertTrue(FirefoxProfiles.isRunning(profile));
        } finally {
            firefox.getOutputStream().close();
            firefox.waitFor();
        }
        assertFalse(FirefoxProfiles.isRunning(profile));
    }

    @Test
    void aDatabaseThatIsThereIsTakenWhoeverReadsIt() throws IOException {
        assertEquals(Map.of(), ChromiumDatabases.find(home, program -> false));
        Path newer = folder(".local/share/pki/nssdb");
        assertEquals(Map.of(newer, ""), ChromiumDatabases.find(home, program -> true));
        Path older = folder(".pki/nssdb");
        assertEquals(Map.of(older, "", newer, ""), ChromiumDatabases.find(home, program -> false));
    }

    @Test
    void aBrowserWithoutADatabaseGetsTheOneThatEveryVersionReads() throws IOException {
        Path expected = home.resolve(".pki/nssdb");
        assertEquals(Map.of(expected, ""), ChromiumDatabases.find(home, "google-chrome"::equals));
        folder(".config/chromium");
        assertEquals(Map.of(expected, ""), ChromiumDatabases.find(home, program -> false));
    }

    @Test
    void findsSandboxedBrowsersAndNothingElseInSandboxes() throws IOException {
        folder("snap/chromium/current");
        folder("snap/code/current");
        folder(".var/app/org.gimp.GIMP");
        folder(".var/app/com.google.Chrome");
        Path other = folder(".var/app/org.example.Browser/data/pki/nssdb");
        assertEquals(
                Map.of(
                        home.resolve("snap/chromium/current/.pki/nssdb"),
                        "chromium",
                        home.resolve(".var/app/com.google.Chrome/.pki/nssdb"),
                        "com.google.Chrome",
                        other,
                        "org.example.Browser"),
                ChromiumDatabases.find(home, program -> false));
    }
}
