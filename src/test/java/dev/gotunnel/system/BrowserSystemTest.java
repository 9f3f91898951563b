package dev.gotunnel.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("system")
class BrowserSystemTest {
    @TempDir
    Path folder;

    @Test
    void showsTheDemoWithoutAWarningOnceTheRootIsTrusted() throws Exception {
        try (Program program = new Program(folder)) {
            int port = Program.freePort();
            program.start("demo", "--proxy-https-port", String.valueOf(port), "--proxy-http-port", "0");
            program.awaitOutput(0, "demo is running");
            String url = "https://demo.localhost:" + port + "/";
            try (Chromium browser = new Chromium(program, folder.resolve("trusting"), program.rootCertificate())) {
                assertEquals("", browser.open(url));
                browser.await("document.title", "gotunnel works");
                browser.await("document.getElementById('protocol').textContent", "HTTP/2");
                browser.await("document.getElementById('socket').textContent", "Open");
                browser.evaluate("document.getElementById('text').value='ping';"
                        + "document.querySelector('#say button').click()");
                browser.await("document.getElementById('said').textContent", "You said: ping");
                assertEquals("", browser.open("https://nobody.localhost:" + port + "/"));
                browser.await("document.querySelector('h1').textContent", "No tunnel is called nobody.localhost");
            }
            try (Chromium stranger = new Chromium(program, folder.resolve("stranger"), null)) {
                assertEquals("net::ERR_CERT_AUTHORITY_INVALID", stranger.open(url));
            }
        }
    }

    @Test
    void reloadsThePageByItselfWhenTheBackendAnswers() throws Exception {
        try (Program program = new Program(folder)) {
            int https = Program.freePort();
            int backend = Program.freePort();
            program.start(
                    "start",
                    "--port",
                    String.valueOf(backend),
                    "--domain",
                    "late",
                    "--proxy-https-port",
                    String.valueOf(https),
                    "--proxy-http-port",
                    "0");
            program.awaitOutput(0, "late is degraded");
            try (Chromium browser = new Chromium(program, folder.resolve("home"), program.rootCertificate())) {
                assertEquals("", browser.open("https://late.localhost:" + https + "/"));
                browser.await(
                        "document.querySelector('h1').textContent", "The backend of late.localhost does not answer");
                program.launch(
                        folder,
                        List.of(
                                "node",
                                "-e",
                                "require('http').createServer((q, r) => r.end('<title>awake</title>')).listen("
                                        + backend + ")"),
                        folder.resolve("node.txt"),
                        Map.of());
                browser.await("document.title", "awake");
            }
        }
    }

    @Test
    void hotReloadsARealViteProject() throws Exception {
        try (Program program = new Program(folder)) {
            Path project = folder.resolve("project");
            Path source = Files.createDirectories(project.resolve("src"));
            Files.writeString(project.resolve("package.json"), "{\"type\":\"module\",\"private\":true}");
            Files.writeString(
                    project.resolve("index.html"),
                    "<!doctype html><title>web</title><script type=module src=/src/main.js></script>");
            Files.writeString(source.resolve("main.js"), """
                    import { word } from './word.js'
                    document.title = word
                    window.loads = (window.loads || 0) + 1
                    import.meta.hot.accept('./word.js', changed => { document.title = changed.word })
                    """);
            Files.writeString(source.resolve("word.js"), "export const word = 'before'");
            Process install = program.launch(
                    project,
                    List.of("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "vite"),
                    folder.resolve("npm.txt"),
                    Map.of("HOME", System.getenv("HOME")));
            assertEquals(0, install.waitFor(), () -> read(folder.resolve("npm.txt")));
            int vite = Program.freePort();
            program.launch(
                    project,
                    List.of("npx", "vite", "--port", String.valueOf(vite), "--strictPort"),
                    folder.resolve("vite.txt"),
                    Map.of());
            Program.await(
                    "Vite",
                    Duration.ofSeconds(30),
                    () -> read(folder.resolve("vite.txt")).contains("ready in"));
            int https = Program.freePort();
            Process tunnel = program.start(
                    "start",
                    "--port",
                    String.valueOf(vite),
                    "--domain",
                    "web",
                    "--proxy-https-port",
                    String.valueOf(https),
                    "--proxy-http-port",
                    "0");
            Path log = program.log(2);
            Program.await("the tunnel", Duration.ofSeconds(30), () -> read(log).contains("web is running"));
            assertTrue(tunnel.isAlive());
            try (Chromium browser = new Chromium(program, folder.resolve("home"), program.rootCertificate())) {
                assertEquals("", browser.open("https://web.localhost:" + https + "/"));
                browser.await("document.title", "before");
                browser.evaluate("window.stayed = 'yes'");
                AtomicInteger saves = new AtomicInteger();
                // Vite tells only browsers whose WebSocket is open by then: save until it is.
                Program.await("the update", Duration.ofSeconds(30), () -> {
                    if (saves.incrementAndGet() % 20 == 1) {
                        Files.writeString(source.resolve("word.js"), "export const word = 'after' // " + saves);
                    }
                    return browser.evaluate("document.title").equals("after");
                });
                assertEquals("yes", browser.evaluate("window.stayed"), "the page was reloaded instead of updated");
            }
        }
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
