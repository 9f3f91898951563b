package dev.gotunnel.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.system.PrivateMachine.Answer;
import dev.gotunnel.system.PrivateMachine.User;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** That gotunnel goes without a trace from a machine with real stores, killed or not, and what the doctor says before. */
@Tag("system")
class UninstallSystemTest {
    @TempDir
    Path folder;

    /** Every file that gotunnel could have touched, with its content; databases are compared by what stands in them. */
    private static Map<String, String> everything(PrivateMachine machine) throws Exception {
        String text = machine.must("sh", "-c", """
                find "$HOME" /etc/ssl/certs /usr/local/share/ca-certificates /etc/hosts \\
                    -path "$HOME/.jdks" -prune -o \\( -type f -o -type l -o -type d -empty \\) -print | sort |
                while read -r file; do
                    case $file in
                        */java/cacerts) content=$(keytool -list -keystore "$file" -storepass changeit 2>/dev/null |
                            grep -o '([^ ]*): .*' | sort | sha256sum) ;;
                        */cert9.db) content=$(certutil -L -d "sql:${file%/*}" | tr '\\n' ' ') ;;
                        */key4.db) content=$(certutil -K -d "sql:${file%/*}" 2>&1 | tr '\\n' ' ') ;;
                        *) if [ -L "$file" ]; then content=$(readlink "$file")
                            elif [ -d "$file" ]; then content=folder
                            else content=$(sha256sum < "$file"); fi ;;
                    esac
                    echo "$file|$content"
                done
                """);
        Map<String, String> found = new TreeMap<>();
        text.lines()
                .forEach(line -> found.put(line.substring(0, line.indexOf('|')), line.substring(line.indexOf('|'))));
        return found;
    }

    /** Shows only what differs, of hundreds of files. */
    private static void assertSame(Map<String, String> before, Map<String, String> after) {
        Map<String, String> gone = new TreeMap<>(before);
        gone.entrySet().removeAll(after.entrySet());
        Map<String, String> more = new TreeMap<>(after);
        more.entrySet().removeAll(before.entrySet());
        assertEquals(gone, more);
    }

    private void use(PrivateMachine machine) throws Exception {
        Answer started = machine.gotunnel(
                "--proxy-https-port",
                "0",
                "--proxy-http-port",
                "0",
                "start",
                "--port",
                "1",
                "--domain",
                "shop.localhost",
                "--detach",
                "--save");
        assertEquals(0, started.exit(), started.text());
        machine.gotunnel("trust", "install", "--yes");
        machine.must("/mnt/gotunnel/bin/gotunnel", "env", "--shell", "bash");
        machine.must("sh", "-c", "mkdir -p .config/autostart && echo x > .config/autostart/gotunnel.desktop");
    }

    private static Map<String, String> prepared(PrivateMachine machine) throws Exception {
        machine.asRoot("PATH=$PATH:/usr/sbin:/sbin update-ca-certificates --fresh");
        machine.must(
                "sh",
                "-c",
                "mkdir -p .config/autostart .config/gotunnel .local/share .local/state .mozilla/firefox/a"
                        + " && certutil -N --empty-password -d sql:.mozilla/firefox/a"
                        + " && printf '[Profile0]\\nIsRelative=1\\nPath=a\\n' > .mozilla/firefox/profiles.ini"
                        + " && echo mine > .config/autostart/other.desktop");
        return everything(machine);
    }

    @Test
    void leavesNothingOnAnAdministratorsMachineAndProvesIt() throws Exception {
        try (PrivateMachine machine = new PrivateMachine(folder, User.ADMINISTRATOR)) {
            Map<String, String> before = prepared(machine);
            use(machine);
            assertFalse(everything(machine).equals(before));
            String owner = pid(machine);
            Answer answer = machine.gotunnel("uninstall", "--purge", "--yes");
            assertEquals(0, answer.exit(), answer.text());
            assertTrue(
                    answer.text().contains("/etc/ssl/certs/ca-certificates.crt is byte for byte as it was before"),
                    answer.text());
            assertTrue(answer.text().endsWith("A new search finds nothing of gotunnel any more.\n"), answer.text());
            machine.must("sh", "-c", "mkdir -p .config/gotunnel");
            assertSame(before, everything(machine));
            // Nobody here asks for the exit code of a process that has ended: what is left of it has no command line.
            Program.await(
                    "the end of the engine",
                    Duration.ofSeconds(10),
                    () -> machine.must("sh", "-c", "cat /proc/" + owner + "/cmdline 2>/dev/null || true")
                            .isEmpty());
        }
    }

    /** Each run is killed a little later than the one before, until one gets to its end. */
    @Test
    void isKilledAgainAndAgainAndStillLeavesNothing() throws Exception {
        try (PrivateMachine machine = new PrivateMachine(folder, User.ADMINISTRATOR)) {
            Map<String, String> before = prepared(machine);
            use(machine);
            int killed = 0;
            Answer answer = new Answer(-1, "");
            for (int millis = 400; answer.exit() != 0; millis += millis / 2) {
                assertTrue(millis < 60_000, answer.text());
                answer = machine.run(
                        "timeout",
                        "-s",
                        "KILL",
                        String.format(Locale.ROOT, "%.3f", millis / 1000.0),
                        "/mnt/gotunnel/bin/gotunnel",
                        "uninstall",
                        "--purge",
                        "--yes");
                killed += answer.exit() == 137 ? 1 : 0;
            }
            assertTrue(killed > 2, "only " + killed + " runs were killed");
            machine.must("sh", "-c", "mkdir -p .config/gotunnel");
            assertSame(before, everything(machine));
        }
    }

    @Test
    void anOrdinaryUserIsLeftWithNothingEvenWithoutTheJournal() throws Exception {
        try (PrivateMachine machine = new PrivateMachine(folder, User.ORDINARY)) {
            Map<String, String> before = prepared(machine);
            use(machine);
            machine.must("rm", ".local/state/gotunnel/journal");
            Answer answer = machine.gotunnel("uninstall", "--yes");
            assertEquals(0, answer.exit(), answer.text());
            assertTrue(answer.text().contains("Your configuration stays: "), answer.text());
            machine.must("sh", "-c", "rm .config/gotunnel/gotunnel.yaml; rm -rf .pki");
            assertSame(before, everything(machine));
        }
    }

    @Test
    void theDoctorFindsWhatIsWrongAndMendsIt() throws Exception {
        try (PrivateMachine machine = new PrivateMachine(folder, User.ORDINARY)) {
            prepared(machine);
            assertEquals(0, machine.gotunnel("doctor").exit(), "a new machine is in order");
            assertFalse(
                    Files.exists(machine.file(machine.home().resolve(".local/share/gotunnel"))),
                    "looking makes nothing");
            use(machine);
            machine.must(
                    "sh", "-c", "chmod 755 .local/share/gotunnel/ca; echo rubbish >> .local/state/gotunnel/journal");
            machine.must("certutil", "-D", "-n", nameIn(machine), "-d", "sql:.mozilla/firefox/a");
            Answer wrong = machine.gotunnel("doctor", "--format", "json");
            assertEquals(1, wrong.exit(), wrong.text());
            assertEquals("broken", level(wrong, "folders"));
            assertEquals("broken", level(wrong, "journal"));
            assertEquals("broken", level(wrong, "certificates"));
            Answer mended = machine.gotunnel("doctor", "--fix", "--yes");
            Answer second = machine.gotunnel("doctor", "--fix", "--yes", "--format", "json");
            assertEquals(0, machine.gotunnel("doctor").exit(), mended.text() + second.text());
            assertTrue(
                    machine.must("certutil", "-L", "-d", "sql:.mozilla/firefox/a")
                            .contains("gotunnel CA"),
                    second.text());
            String owner = pid(machine);
            machine.must("kill", "-STOP", owner);
            Answer silent = machine.gotunnel("doctor");
            assertEquals(1, silent.exit(), silent.text());
            assertTrue(silent.text().contains("[✗] Engine"), silent.text());
            machine.must("kill", "-CONT", owner);
            Program.await(
                    "the engine",
                    Duration.ofSeconds(20),
                    () -> machine.gotunnel("doctor").exit() == 0);
        }
    }

    private static String pid(PrivateMachine machine) throws Exception {
        Matcher running = Pattern.compile("runs \\(pid (\\d+)\\)")
                .matcher(machine.gotunnel("doctor").text());
        assertTrue(running.find(), "the engine does not run");
        return running.group(1);
    }

    private static String nameIn(PrivateMachine machine) throws Exception {
        return machine.must("certutil", "-L", "-d", "sql:.mozilla/firefox/a")
                .replaceFirst("(?s).*(gotunnel CA [0-9A-F]{8}).*", "$1");
    }

    private static String level(Answer answer, String check) {
        for (JsonNode finding : JsonMapper.shared().readTree(answer.text())) {
            if (finding.get("check").asString().equals(check)) {
                return finding.get("level").asString();
            }
        }
        throw new AssertionError("no finding of " + check + " in " + answer.text());
    }
}
