package dev.gotunnel.platform;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BrowserTest {
    /** The only program that every machine with these tests has: it prints, and ends with 0 or 1. */
    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    @Test
    void asksWhatEachSystemOpensPagesWith() {
        assertEquals(List.of("xdg-open"), Browser.commandOf("Linux"));
        assertEquals(List.of("open"), Browser.commandOf("Mac OS X"));
        assertEquals(List.of("rundll32", "url.dll,FileProtocolHandler"), Browser.commandOf("Windows 11"));
    }

    @Test
    void opensAPage() {
        assertDoesNotThrow(() -> new Browser(List.of(JAVA, "-version")).open("https://shop.localhost:8443"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "file:///etc/passwd",
                "javascript:alert(1)",
                "shop.local",
                "--help",
                "https:",
                "https:///path",
                "http://a b",
                "calc.exe",
                ""
            })
    void opensNothingElse(String text) {
        GotunnelException refused = assertThrows(GotunnelException.class, () -> new Browser(List.of(JAVA)).open(text));
        assertEquals(ErrorCode.USAGE, refused.code());
    }

    @Test
    void saysWhenThereIsNoOpener() {
        GotunnelException failed = assertThrows(
                GotunnelException.class, () -> new Browser(List.of("no-such-opener")).open("http://shop.localhost"));
        assertEquals(ErrorCode.NO_DESKTOP, failed.code());
        assertEquals("Open it yourself: http://shop.localhost", failed.hint());
    }

    @Test
    void saysWhenTheOpenerFails() {
        GotunnelException failed = assertThrows(
                GotunnelException.class,
                () -> new Browser(List.of(JAVA, "-no-such-option")).open("http://shop.localhost"));
        assertEquals(ErrorCode.NO_DESKTOP, failed.code());
    }
}
