package dev.gotunnel.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.names.DomainName;
import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.testing.Failures;
import dev.gotunnel.tunnel.TunnelId;
import dev.gotunnel.tunnel.TunnelSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class ProfileStoreTest {
    private static final String WRITTEN_BY_A_USER = """
            # My tunnels.
            version: 1 # the format

            server:
              https_port: 8443 # mine

            # The shop
            tunnels:
              - {name: web, domain: "shop", port: 3000} # flow
              - name: 'api' # in quotes
                domain: api.shop
                backends:
                  - "http://localhost:8080" # first
                  - http://localhost:8081
            profiles:
              work:
                tunnels:
                  - domain: wiki # w
                    port: 4000
            # The end.
            """;

    @TempDir
    Path temp;

    private Path file;

    @BeforeEach
    void file() {
        file = temp.resolve("config/gotunnel.yaml");
    }

    private ProfileStore store() {
        return new ProfileStore(file, "work");
    }

    private void written(String text) throws Exception {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static TunnelSpec spec(String id, int... ports) {
        List<BackendAddress> backends = new ArrayList<>();
        for (int port : ports) {
            backends.add(new BackendAddress("localhost", port));
        }
        TunnelId parsed = TunnelId.parse(id);
        return new TunnelSpec(parsed, DomainName.parse(parsed.name()), backends, true, null);
    }

    private List<String> ids() {
        return store().load().stream().map(spec -> spec.id().toString()).toList();
    }

    // ---- reading

    @Test
    void jsonStaysJson() throws Exception {
        written("{\"tunnels\": [{\"domain\": \"js\", \"port\": 3000}]}");
        store().put(new TunnelSpec(
                new TunnelId("default", "new"),
                DomainName.parse("new"),
                List.of(BackendAddress.parse("localhost:4000")),
                true,
                null));
        assertEquals(
                2,
                JsonMapper.shared()
                        .readTree(Files.readString(file))
                        .get("tunnels")
                        .size());
        assertEquals(List.of("default/js", "default/new"), ids());
    }

    @Test
    void loadsTheDefaultProfileAndTheActiveOne() throws Exception {
        written(WRITTEN_BY_A_USER);
        assertEquals(List.of("default/web", "default/api", "work/wiki"), ids());
        assertEquals(2, new ProfileStore(file, null).load().size());
        assertEquals(2, new ProfileStore(file, "default").load().size(), "not twice");
    }

    @Test
    void aFileThatIsNotThereHoldsNothing() {
        assertEquals(List.of(), store().load());
        store().remove(new TunnelId("default", "web"));
        assertFalse(Files.exists(file));
    }

    // ---- a file of our own

    @Test
    void theFirstTunnelMakesTheFile() throws Exception {
        store().put(spec("default/shop", 3000));
        assertEquals("""
                version: 1
                tunnels:
                  - name: shop
                    domain: shop.local
                    port: 3000
                """, Files.readString(file));
        assertEquals(List.of(spec("default/shop", 3000)), store().load());
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void theFileIsForItsOwnerAlone() throws Exception {
        store().put(spec("default/shop", 3000));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }

    @Test
    void everyKindOfTunnelReadsBackAsItWas() {
        List<TunnelSpec> specs = List.of(
                spec("default/one", 1),
                spec("default/two", 1, 2),
                new TunnelSpec(
                        new TunnelId("default", "plain"),
                        DomainName.parse("plain.test"),
                        List.of(new BackendAddress("::1", 3000)),
                        false,
                        null),
                new TunnelSpec(
                        new TunnelId("default", "more"),
                        DomainName.parse("more.localhost"),
                        List.of(new BackendAddress("127.0.0.1", 3000)),
                        true,
                        0));
        specs.forEach(store()::put);
        assertEquals(specs, store().load());
    }

    @ParameterizedTest
    @ValueSource(strings = {"123", "1e5", "true", "null", "0x1f", "1.5", "no", "1_000"})
    void aNameThatYamlWouldReadAsSomethingElseStaysAName(String name) {
        TunnelSpec odd = new TunnelSpec(
                new TunnelId("default", name),
                DomainName.parse("odd"),
                List.of(new BackendAddress("localhost", 1)),
                true,
                null);
        store().put(odd);
        store().put(spec("default/other", 2));
        assertEquals(List.of(odd, spec("default/other", 2)), store().load());
        store().remove(odd.id());
        assertEquals(List.of("default/other"), ids());
    }

    @Test
    void aNamedProfileIsMadeWhenItIsMissing() throws Exception {
        store().put(spec("work/wiki", 1));
        store().put(spec("work/docs", 2));
        assertEquals("""
                version: 1
                profiles:
                  work:
                    tunnels:
                      - name: wiki
                        domain: wiki.local
                        port: 1
                      - name: docs
                        domain: docs.local
                        port: 2
                """, Files.readString(file));
    }

    @Test
    void theSessionIsNotSaved() {
        Failures.of(ErrorCode.USAGE, () -> store().put(spec("session/shop", 1)));
        assertFalse(Files.exists(file));
    }

    // ---- a file of the user's

    @Test
    void anAddedTunnelLeavesCommentsOrderAndQuotesAsTheyAre() throws Exception {
        written(WRITTEN_BY_A_USER);
        store().put(spec("default/new", 5000));
        String added = "  - name: new\n    domain: new.local\n    port: 5000\n";
        assertEquals(
                WRITTEN_BY_A_USER.replace("      - http://localhost:8081\n", "      - http://localhost:8081\n" + added),
                Files.readString(file));
    }

    @Test
    void whatWasAddedIsRemovedWithoutATrace() throws Exception {
        written(WRITTEN_BY_A_USER);
        store().put(spec("default/new", 5000));
        store().put(spec("work/new", 5000));
        store().remove(new TunnelId("default", "new"));
        store().remove(new TunnelId("work", "new"));
        assertEquals(WRITTEN_BY_A_USER, Files.readString(file));
    }

    @Test
    void aReplacedTunnelStaysInItsPlace() throws Exception {
        written(WRITTEN_BY_A_USER);
        store().put(spec("default/web", 3001));
        assertEquals(List.of("default/web", "default/api", "work/wiki"), ids());
        assertEquals(spec("default/web", 3001), store().load().getFirst());
        String text = Files.readString(file);
        for (String kept :
                List.of("# My tunnels.", "# the format", "# The shop", "# in quotes", "# first", "# The end.")) {
            assertTrue(text.contains(kept), kept);
        }
    }

    @Test
    void oneWithoutANameIsFoundByItsDomain() throws Exception {
        written(WRITTEN_BY_A_USER);
        store().put(spec("work/wiki", 4001));
        assertEquals(spec("work/wiki", 4001), store().load().getLast());
        store().remove(new TunnelId("work", "wiki"));
        assertEquals(List.of("default/web", "default/api"), ids());
    }

    @Test
    void theDefaultProfileIsEditedWhereItStands() throws Exception {
        written("profiles:\n  default:\n    tunnels: []\n");
        store().put(spec("default/shop", 3000));
        assertEquals(List.of("default/shop"), ids());
        assertFalse(Files.readString(file).startsWith("tunnels"));
    }

    @Test
    void anUnknownTunnelIsRemovedWithoutTouchingTheFile() throws Exception {
        written("tunnels:    [ ]   # odd, but mine\n");
        store().remove(new TunnelId("default", "gone"));
        assertEquals("tunnels:    [ ]   # odd, but mine\n", Files.readString(file));
    }

    @Test
    void windowsLineEndsStay() throws Exception {
        written(WRITTEN_BY_A_USER.replace("\n", "\r\n"));
        store().put(spec("default/new", 5000));
        store().remove(new TunnelId("default", "new"));
        assertEquals(WRITTEN_BY_A_USER.replace("\n", "\r\n"), Files.readString(file));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tunnels:\n  - {domain: shop, port: 1}",
                "{\"tunnels\": [{\"domain\": \"shop\", \"port\": 1}]}",
                "tunnels: [{domain: shop, port: 1}]",
                "\ufefftunnels:\n- domain: shop\n  port: 1\n",
                "profiles: {default: {tunnels: [{domain: shop, port: &p 1}]}, work: {tunnels: [{domain: a, port: *p}]}}"
            })
    void everyStyleOfFileCanBeEdited(String text) throws Exception {
        written(text);
        List<String> before = ids();
        store().put(spec("default/new", 2));
        assertTrue(ids().contains("default/new"));
        store().remove(new TunnelId("default", "new"));
        assertEquals(before, ids());
    }

    @Test
    void aFileThatIsNotValidIsNotTouched() throws Exception {
        written("tunnels: 3\n");
        Failures.of(ErrorCode.CONFIG, () -> store().put(spec("default/new", 1)));
        Failures.of(ErrorCode.CONFIG, () -> store().remove(new TunnelId("default", "new")));
        assertEquals("tunnels: 3\n", Files.readString(file));
    }

    @Test
    void aFailedWriteLeavesTheOldFileAndNothingBeside() throws Exception {
        written("tunnels: []\n");
        Path link = temp.resolve("config/link.yaml");
        Files.createSymbolicLink(link, temp.resolve("gone"));
        Failures.of(ErrorCode.IO, () -> new ProfileStore(link, null).put(spec("default/new", 1)));
        try (Stream<Path> left = Files.list(file.getParent())) {
            assertEquals(List.of(file, link), left.sorted().toList());
        }
    }

    @Test
    void storesThatEditAtOnceLoseNothing() throws Exception {
        written(WRITTEN_BY_A_USER);
        List<Thread> editors = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            TunnelSpec spec = spec("work/t" + i, 1000 + i);
            editors.add(Thread.ofPlatform().start(() -> store().put(spec)));
        }
        for (Thread editor : editors) {
            editor.join();
        }
        assertEquals(11, ids().size());
    }
}
