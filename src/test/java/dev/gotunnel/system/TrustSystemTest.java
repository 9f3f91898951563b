package dev.gotunnel.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.cert.CertificateAuthority;
import dev.gotunnel.system.PrivateMachine.Answer;
import dev.gotunnel.system.PrivateMachine.User;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Trust as real programs see it: before an installation, after it, and after it was taken back. */
@Tag("system")
class TrustSystemTest {
    private static final String BUNDLE = "/etc/ssl/certs/ca-certificates.crt";
    private static final Path VARIABLES = Path.of("/mnt/variables");

    @TempDir
    Path folder;

    /** A tunnel of a machine, and two servers with certificates that its authority signed, as only a thief would. */
    private final class Servers implements AutoCloseable {
        final WebServer backend = WebServer.plain();
        final WebServer bank;
        final WebServer fake;
        final String tunnel;

        Servers(PrivateMachine machine) throws Exception {
            int port = Program.freePort();
            machine.launch(
                    List.of(
                            "/mnt/gotunnel/bin/gotunnel",
                            "--proxy-https-port",
                            String.valueOf(port),
                            "--proxy-http-port",
                            "0",
                            "start",
                            "--port",
                            String.valueOf(backend.port()),
                            "--domain",
                            "shop.localhost"),
                    folder.resolve("tunnel.txt"));
            Program.await(
                    "the tunnel",
                    Duration.ofSeconds(60),
                    () -> Files.readString(folder.resolve("tunnel.txt")).contains("is running"));
            tunnel = "https://shop.localhost:" + port;
            Path stolen = folder.resolve("stolen");
            machine.must("cp", "-r", machine.home() + "/.local/share/gotunnel/ca", machine.home() + "/stolen");
            copy(machine.file(machine.home().resolve("stolen")), stolen);
            machine.must("rm", "-r", machine.home() + "/stolen");
            CertificateAuthority authority = CertificateAuthority.open(stolen, List.of("localhost"), Clock.systemUTC());
            bank = WebServer.showing(authority.issue(List.of("bank.com")));
            fake = WebServer.showing(authority.issue(List.of("fake.localhost")));
        }

        String bankUrl() {
            return "https://bank.com:" + bank.port();
        }

        String fakeUrl() {
            return "https://fake.localhost:" + fake.port();
        }

        @Override
        public void close() {
            backend.close();
            bank.close();
            fake.close();
        }
    }

    private static void copy(Path from, Path to) throws Exception {
        Files.createDirectories(to);
        new ProcessBuilder("chmod", "700", to.toString()).start().waitFor();
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(file.getFileName().toString());
                Files.write(target, Files.readAllBytes(file));
                new ProcessBuilder("chmod", "600", target.toString()).start().waitFor();
            }
        }
    }

    /** A profile that a real Firefox makes, at the place that its version prefers. */
    private static Path newProfile(PrivateMachine machine, String name) throws Exception {
        machine.must("firefox-esr", "--headless", "-CreateProfile", name);
        String found =
                machine.must("find", machine.home() + "/.config/mozilla", "-name", "*." + name, "-path", "*firefox/*");
        return Path.of(found.lines()
                .filter(line -> line.contains("/mozilla/firefox/"))
                .findFirst()
                .orElseThrow());
    }

    private static void database(PrivateMachine machine, Path place) throws Exception {
        machine.must("mkdir", "-p", place.toString());
        machine.must("certutil", "-N", "--empty-password", "-d", "sql:" + place);
    }

    /** A profile as it lies in a sandbox or where older versions have it, with a list that names it. */
    private static Path profile(PrivateMachine machine, String root, String name) throws Exception {
        Path folder = machine.home().resolve(root);
        database(machine, folder.resolve(name));
        machine.must(
                "sh",
                "-c",
                "printf '[Profile0]\\nName=a\\nIsRelative=1\\nPath=%s\\n' \"$1\" > \"$2\"/profiles.ini",
                "sh",
                name,
                folder.toString());
        return folder.resolve(name);
    }

    private static Map<String, String> trusted(PrivateMachine machine) throws Exception {
        Answer answer = machine.gotunnel("trust", "status", "--format", "json");
        assertEquals(0, answer.exit(), answer.text());
        Map<String, String> found = new TreeMap<>();
        for (JsonNode row : JsonMapper.shared().readTree(answer.text())) {
            if (row.get("found").asBoolean()) {
                found.put(
                        row.get("store").asString(),
                        row.get("trusted").asString() + " "
                                + row.get("verified").asString());
            }
        }
        return found;
    }

    /** Rows of the table that say so, of stores that there are. */
    private static Map<String, String> states(PrivateMachine machine, String state, List<String> stores)
            throws Exception {
        String table = machine.gotunnel("trust", "status").text();
        Map<String, String> expected = new TreeMap<>();
        for (String store : stores) {
            expected.put(store, state);
            String row = table.lines()
                    .filter(line -> line.startsWith(store + " "))
                    .findFirst()
                    .orElse(table);
            assertTrue(row.matches("\\S+ +yes +" + state.replace(" ", " +") + "( .*)?"), row);
        }
        return expected;
    }

    /** All databases of NSS below the home folder with what stands in them, keys too. */
    private static String databases(PrivateMachine machine) throws Exception {
        return machine.must("sh", "-c", """
                find "$HOME" -name cert9.db | sort | while read -r file; do
                    echo "$file"
                    certutil -L -d "sql:${file%/*}"
                    certutil -K -d "sql:${file%/*}" 2>&1 || true
                done
                """);
    }

    /** What Java's own tool reads of a file with authorities. */
    private static String authorities(PrivateMachine machine, String file) throws Exception {
        return machine.must(
                "sh",
                "-c",
                "keytool -list -keystore '" + file + "' -storepass changeit 2>/dev/null"
                        + " | grep -o '([^ ]*): .*\\|([0-9A-F:]*$\\|: [0-9A-F:]*$' | sort");
    }

    @Test
    void anAdministratorsMachineTrustsTheTunnelAndNothingElseUntilItIsTakenBack() throws Exception {
        try (PrivateMachine machine = new PrivateMachine(folder, User.ADMINISTRATOR);
                Servers servers = new Servers(machine)) {
            // Those of this machine may lag behind, and only what is done here is to be seen.
            machine.asRoot("PATH=$PATH:/usr/sbin:/sbin update-ca-certificates --fresh");
            Path own = machine.home().resolve(".jdks/own/lib/security/cacerts");
            Map<String, Path> profiles = Map.of("firefox", newProfile(machine, "real"));
            String bundle = machine.must("sha256sum", BUNDLE);
            String ofJava = authorities(machine, own.toString());
            String ofSystemJava = authorities(machine, "/etc/ssl/certs/java/cacerts");
            String databases;
            List<String> stores;
            try (Visitors visitors = new Visitors(machine, folder, null, List.of(), profiles)) {
                assertEquals(visitors.all(Visitors.REFUSES), visitors.visit(servers.tunnel, servers.backend));
                Map<String, String> before = trusted(machine);
                stores = List.copyOf(before.keySet());
                assertTrue(stores.containsAll(List.of("system", "chromium", "java:own")), stores.toString());
                assertEquals(states(machine, "no no", stores), before);
                databases = databases(machine);
                Answer installed = machine.gotunnel("trust", "install");
                assertEquals(0, installed.exit(), installed.text());
                assertTrue(installed.text().contains("Firefox runs with this profile: restart it."), installed.text());
            }
            assertEquals(states(machine, "yes yes", stores), trusted(machine));
            assertTrue(machine.gotunnel("trust", "install").text().contains("system: It is trusted already."));
            takeVariables(machine);
            try (Visitors visitors = new Visitors(machine, folder, VARIABLES, List.of("node"), profiles)) {
                assertEquals(visitors.all(Visitors.ACCEPTS), visitors.visit(servers.tunnel, servers.backend));
                assertEquals(visitors.all(Visitors.ACCEPTS), visitors.visit(servers.fakeUrl(), servers.fake));
                assertEquals(visitors.all(Visitors.REFUSES), visitors.visit(servers.bankUrl(), servers.bank));
            }
            Answer removed = machine.gotunnel("trust", "uninstall", "--yes");
            assertEquals(0, removed.exit(), removed.text());
            assertEquals(states(machine, "no no", stores), trusted(machine));
            assertEquals(bundle, machine.must("sha256sum", BUNDLE));
            assertEquals(databases, databases(machine));
            assertEquals(ofJava, authorities(machine, own.toString()));
            assertEquals(ofSystemJava, authorities(machine, "/etc/ssl/certs/java/cacerts"));
            assertEquals(
                    "", machine.must("sh", "-c", "find /etc /usr/local /var/lib \"$HOME\" -iname '*gotunnel-ca*'"));
            try (Visitors visitors = new Visitors(machine, folder, VARIABLES, List.of("node"), profiles)) {
                assertEquals(visitors.all(Visitors.REFUSES), visitors.visit(servers.tunnel, servers.backend));
            }
        }
    }

    private static void takeVariables(PrivateMachine machine) throws Exception {
        Files.writeString(
                machine.file(VARIABLES), machine.must("/mnt/gotunnel/bin/gotunnel", "env", "--shell", "bash"));
    }

    @Test
    void anOrdinaryUserTrustsByBrowsersAndVariablesAndIsToldHowToMendTheSystem() throws Exception {
        List<String> taught = List.of("java-system", "curl", "git", "python", "node");
        try (PrivateMachine machine = new PrivateMachine(folder, User.ORDINARY);
                Servers servers = new Servers(machine)) {
            Map<String, Path> profiles = new LinkedHashMap<>();
            profiles.put("firefox-new", newProfile(machine, "real"));
            profiles.put("firefox-old", profile(machine, ".mozilla/firefox", "old"));
            database(machine, machine.home().resolve(".pki/nssdb"));
            database(machine, machine.home().resolve(".local/share/pki/nssdb"));
            foreignAuthority(machine, machine.home().resolve(".pki/nssdb"));
            String bundle = machine.must("sha256sum", BUNDLE);
            List<String> writable;
            String databases;
            try (Visitors visitors = new Visitors(machine, folder, null, List.of(), profiles)) {
                assertEquals(visitors.all(Visitors.REFUSES), visitors.visit(servers.tunnel, servers.backend));
                Map<String, String> before = trusted(machine);
                assertEquals(states(machine, "no no", List.copyOf(before.keySet())), before);
                writable = before.keySet().stream()
                        .filter(name -> !name.equals("system") && !name.startsWith("java:") || name.equals("java:own"))
                        .toList();
                assertEquals(5, writable.size(), writable.toString());
                databases = databases(machine);
            }
            Answer installed = machine.gotunnel("trust", "install");
            assertEquals(3, installed.exit(), installed.text());
            assertFalse(installed.text().contains("restart it"), "nobody runs Firefox: " + installed.text());
            assertTrue(
                    installed.text().contains("  gotunnel trust export | sudo tee /usr/local/share/ca-certificates/"),
                    installed.text());
            Map<String, String> after = trusted(machine);
            assertEquals("no no", after.get("system"));
            after.keySet().retainAll(writable);
            assertEquals(states(machine, "yes yes", writable), after);
            takeVariables(machine);
            try (Visitors visitors = new Visitors(machine, folder, VARIABLES, taught, profiles)) {
                assertEquals(visitors.all(Visitors.ACCEPTS), visitors.visit(servers.tunnel, servers.backend));
                assertEquals(visitors.all(Visitors.ACCEPTS), visitors.visit(servers.fakeUrl(), servers.fake));
                assertEquals(visitors.all(Visitors.REFUSES), visitors.visit(servers.bankUrl(), servers.bank));
            }
            Answer removed = machine.gotunnel("trust", "uninstall", "--yes");
            assertEquals(0, removed.exit(), removed.text());
            assertTrue(removed.text().contains("Close the shells that took its variables in"), removed.text());
            try (Visitors visitors = new Visitors(machine, folder, VARIABLES, taught, profiles)) {
                assertEquals(visitors.all(Visitors.REFUSES), visitors.visit(servers.tunnel, servers.backend));
            }
            assertEquals(bundle, machine.must("sha256sum", BUNDLE));
            assertEquals(databases, databases(machine));
            assertFalse(Files.exists(machine.file(machine.home().resolve(".local/state/gotunnel/journal"))));
        }
    }

    /** Somebody else's authority, which is none of gotunnel's business. */
    private static void foreignAuthority(PrivateMachine machine, Path database) throws Exception {
        machine.must("sh", "-c", "echo 'a noise that is long enough to make a key of' > noise");
        machine.must(
                "certutil",
                "-S",
                "-x",
                "-z",
                "noise",
                "-n",
                "company",
                "-s",
                "CN=company",
                "-t",
                "C,,",
                "-k",
                "ec",
                "-q",
                "nistp256",
                "-d",
                "sql:" + database);
    }

    @Test
    void everyLayoutOfBrowsersIsWrittenAndRealCertutilSeesIt() throws Exception {
        try (PrivateMachine machine = new PrivateMachine(folder, User.ORDINARY)) {
            List<Path> places = new ArrayList<>();
            places.add(profile(machine, ".mozilla/firefox", "a.native"));
            places.add(profile(machine, ".config/mozilla/firefox", "a.xdg"));
            places.add(profile(machine, "snap/firefox/common/.mozilla/firefox", "a.snap"));
            places.add(profile(machine, ".var/app/org.mozilla.firefox/.mozilla/firefox", "a.flatpak"));
            places.add(profile(machine, ".var/app/org.mozilla.firefox/config/mozilla/firefox", "a.flatpak-xdg"));
            places.add(machine.home().resolve(".pki/nssdb"));
            places.add(machine.home().resolve(".local/share/pki/nssdb"));
            places.add(machine.home().resolve("snap/chromium/current/.pki/nssdb"));
            places.add(machine.home().resolve(".var/app/com.google.Chrome/data/pki/nssdb"));
            for (Path place : places.subList(5, places.size())) {
                database(machine, place);
            }
            String before = databases(machine);
            machine.gotunnel("trust", "install");
            machine.must("sh", "-c", "/mnt/gotunnel/bin/gotunnel trust export > root.pem");
            for (Path place : places) {
                String list = machine.must("certutil", "-L", "-d", "sql:" + place);
                assertTrue(list.matches("(?s).*gotunnel CA [0-9A-F]{8} +C,,\\s*"), place + list);
                String name = list.replaceFirst("(?s).*(gotunnel CA [0-9A-F]{8}).*", "$1");
                assertTrue(machine.must("certutil", "-V", "-u", "L", "-n", name, "-d", "sql:" + place)
                        .contains("is valid"));
            }
            Map<String, String> all = trusted(machine);
            assertEquals(
                    places.size(),
                    all.entrySet().stream()
                            .filter(row -> row.getKey().matches("(chromium|firefox).*"))
                            .filter(row -> row.getValue().equals("yes yes"))
                            .count(),
                    all.toString());
            assertEquals(0, machine.gotunnel("trust", "uninstall").exit());
            assertEquals(before, databases(machine));
        }
    }

    @Test
    void certutilDoesItWhereTheLibraryCannotBeLoadedAndOnlyVerificationIsUnknown() throws Exception {
        try (PrivateMachine machine = new PrivateMachine(folder, User.ORDINARY)) {
            Path profile = profile(machine, ".mozilla/firefox", "a.native");
            String before = databases(machine);
            // The library moves to where only certutil is told to look for it.
            machine.asRoot("""
                    mkdir /mnt/nss
                    find /usr/lib /usr/lib64 -name 'libnss3.so*' 2>/dev/null | while read -r library; do
                        case $library in
                            */firefox*) mv "$library" "$library.away" ;;
                            *) mv "$library" /mnt/nss/ ;;
                        esac
                    done
                    printf '#!/bin/sh\\nLD_LIBRARY_PATH=/mnt/nss exec /usr/bin/certutil "$@"\\n' > /usr/local/bin/certutil
                    chmod 755 /usr/local/bin/certutil
                    """);
            Answer installed = machine.gotunnel("trust", "install", "--store", "firefox", "--store", "chromium");
            assertEquals(0, installed.exit(), installed.text());
            assertTrue(databases(machine).contains("/.pki/nssdb/cert9.db"), "none was made for Chromium");
            assertTrue(machine.must("certutil", "-L", "-d", "sql:" + profile).contains("gotunnel CA"));
            assertEquals("yes unknown", trusted(machine).get("firefox:a.native"));
            assertEquals(0, machine.gotunnel("trust", "uninstall").exit());
            assertEquals("no unknown", trusted(machine).get("firefox:a.native"));
            assertEquals(before, databases(machine));
            assertFalse(Files.exists(machine.file(machine.home().resolve(".pki"))), "Chromium's folder is left");
            machine.asRoot("rm /usr/local/bin/certutil; mount --bind /dev/null /usr/bin/certutil");
            Answer without = machine.gotunnel("trust", "install", "--store", "firefox");
            assertEquals(1, without.exit(), without.text());
            assertTrue(without.text().contains("libnss3 and libnss3-tools on Debian"), without.text());
        }
    }
}
