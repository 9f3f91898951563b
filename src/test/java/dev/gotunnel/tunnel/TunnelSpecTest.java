package dev.gotunnel.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.names.DomainName;
import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.testing.Failures;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TunnelSpecTest {
    private static final TunnelId ID = new TunnelId("default", "shop");
    private static final DomainName DOMAIN = DomainName.parse("shop");
    private static final List<BackendAddress> BACKENDS = List.of(new BackendAddress("localhost", 3000));

    // ---- backends

    @ParameterizedTest
    @CsvSource({
        "3000, http://localhost:3000",
        "localhost:3000, http://localhost:3000",
        "http://localhost:3000, http://localhost:3000",
        "http://localhost:3000/, http://localhost:3000",
        "HTTP://LocalHost:3000, http://localhost:3000",
        "127.0.0.1:1, http://127.0.0.1:1",
        "[::1]:65535, http://[::1]:65535",
        "http://example.test, http://example.test:80",
        "https://example.test, https://example.test:443",
        "https://localhost:3443, https://localhost:3443",
        "h2c://localhost:50051, h2c://localhost:50051",
        "unix:/run/app.sock, unix:/run/app.sock",
        "unix:///run/app.sock, unix:/run/app.sock",
        "' 3000 ', http://localhost:3000"
    })
    void aBackendIsAPortAHostWithPortOrAUrl(String text, String url) {
        assertEquals(url, BackendAddress.parse(text).url());
        assertEquals(BackendAddress.parse(text), BackendAddress.parse(url), "reads what it writes");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "0",
                "65536",
                "999999",
                "-1",
                "localhost:0",
                "localhost:70000",
                "http://",
                "http://localhost:1/path",
                "http://localhost:1?q",
                "http://user@localhost:1",
                "https://localhost:1/path",
                "ftp://localhost:1",
                "::1",
                "local host:1",
                "localhost:port",
                "/etc/passwd",
                "unix:",
                "unix:relative.sock",
                "unix:/run/x\u0000.sock",
                "h2c://",
                "http://[::1",
                "\u0000:1"
            })
    void anythingElseIsRefused(String text) {
        Failures.of(ErrorCode.USAGE, () -> BackendAddress.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "a/b", "a@b", "a\u0000"})
    void aHostIsAWord(String host) {
        Failures.of(ErrorCode.USAGE, () -> new BackendAddress(host, 1));
    }

    @Test
    void knowsWhatIsThisVeryMachine() {
        for (String here : List.of(
                "localhost", "a.localhost", "127.0.0.1", "127.9.9.9", "::1", "0.0.0.0", "::", "0:0:0:0:0:0:0:1")) {
            assertTrue(new BackendAddress(here, 1).isHere(), here);
        }
        for (String elsewhere :
                List.of("192.168.1.1", "example.test", "notlocalhost", "fe80::1", "127.0.0.1.nip.test")) {
            assertFalse(new BackendAddress(elsewhere, 1).isHere(), elsewhere);
        }
    }

    // ---- ids

    @ParameterizedTest
    @ValueSource(strings = {"", "-a", ".a", "_a", "A", "a b", "a/b", "ä", "a\n"})
    void aNameIsAPlainWord(String name) {
        assertFalse(TunnelId.isWord(name));
        Failures.of(ErrorCode.USAGE, () -> new TunnelId("default", name));
        Failures.of(ErrorCode.USAGE, () -> new TunnelId(name, "shop"));
    }

    @Test
    void aNameHasUpTo63Characters() {
        assertTrue(TunnelId.isWord("a".repeat(63)));
        assertFalse(TunnelId.isWord("a".repeat(64)));
        assertTrue(TunnelId.isWord("api.shop-2_x"));
    }

    @Test
    void anIdReadsWhatItWritesAndSortsByProfileFirst() {
        assertEquals(ID, TunnelId.parse(ID.toString()));
        Failures.of(ErrorCode.USAGE, () -> TunnelId.parse("shop"));
        Failures.of(ErrorCode.USAGE, () -> TunnelId.parse("a/b/c"));
        List<String> sorted = Stream.of("b/a", "a/b", "a/a")
                .map(TunnelId::parse)
                .sorted()
                .map(TunnelId::toString)
                .toList();
        assertEquals(List.of("a/a", "a/b", "b/a"), sorted);
    }

    // ---- specifications

    @Test
    void aTunnelLeadsSomewhere() {
        Failures.of(ErrorCode.USAGE, () -> new TunnelSpec(ID, DOMAIN, List.of(), true, null));
    }

    @Test
    void anHttpsPortIsInRangeAndNeedsHttps() {
        assertEquals(0, new TunnelSpec(ID, DOMAIN, BACKENDS, true, 0).httpsPort());
        Failures.of(ErrorCode.USAGE, () -> new TunnelSpec(ID, DOMAIN, BACKENDS, true, -1));
        Failures.of(ErrorCode.USAGE, () -> new TunnelSpec(ID, DOMAIN, BACKENDS, true, 65536));
        Failures.of(ErrorCode.USAGE, () -> new TunnelSpec(ID, DOMAIN, BACKENDS, false, 9443));
    }

    @Test
    void statesKnowWhetherTheyServeAndRest() {
        assertEquals("degraded", TunnelState.DEGRADED.id());
        assertEquals(
                List.of(TunnelState.RUNNING, TunnelState.DEGRADED),
                Stream.of(TunnelState.values()).filter(TunnelState::serves).toList());
        assertEquals(
                List.of(TunnelState.STOPPED, TunnelState.FAILED),
                Stream.of(TunnelState.values())
                        .filter(state -> !state.isActive())
                        .toList());
    }
}
