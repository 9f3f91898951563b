package dev.gotunnel.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * WebSockets with the client and the server that most people use, {@code ws} from npm: fragments, pings, close codes,
 * compression and large messages, over HTTP/1.1 and over HTTP/2 (RFC 8441), and in Chromium. Needs node and npm.
 */
@Tag("system")
class WebSocketSystemTest {
    @TempDir
    Path folder;

    private Program program;
    private String origin;

    @BeforeEach
    void serve() throws Exception {
        program = new Program(folder);
        copy("server.js");
        copy("client.js");
        Files.writeString(folder.resolve("package.json"), "{\"private\":true}");
        Process install = program.launch(
                folder,
                List.of("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "ws@8"),
                folder.resolve("npm.txt"),
                Map.of("HOME", System.getenv("HOME")));
        assertEquals(0, install.waitFor(), () -> read("npm.txt"));
        int backend = Program.freePort();
        program.launch(
                folder, List.of("node", "server.js", String.valueOf(backend)), folder.resolve("server.txt"), Map.of());
        Program.await(
                "the server", Duration.ofSeconds(20), () -> read("server.txt").contains("listening"));
        int https = Program.freePort();
        program.start(
                "start",
                "--port",
                String.valueOf(backend),
                "--domain",
                "sockets",
                "--proxy-https-port",
                String.valueOf(https),
                "--proxy-http-port",
                "0");
        program.awaitOutput(2, "sockets is running");
        origin = "https://sockets.localhost:" + https;
    }

    @AfterEach
    void stop() throws InterruptedException {
        program.close();
    }

    private void copy(String name) throws IOException {
        try (InputStream script = WebSocketSystemTest.class.getResourceAsStream("/websocket/" + name)) {
            Files.copy(Objects.requireNonNull(script), folder.resolve(name));
        }
    }

    private String read(String name) {
        try {
            Path file = folder.resolve(name);
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http1", "http2"})
    void conformsWithARealClient(String transport) throws Exception {
        Process client = program.launch(
                folder,
                List.of(
                        "node",
                        "client.js",
                        transport,
                        origin,
                        program.rootCertificate().toString()),
                folder.resolve("client.txt"),
                Map.of());
        assertTrue(client.waitFor(90, TimeUnit.SECONDS), () -> read("client.txt"));
        assertTrue(read("client.txt").contains("all passed"), () -> read("client.txt"));
    }

    @Test
    void isUsedByChromiumOverHttp2() throws Exception {
        try (Chromium browser = new Chromium(program, folder.resolve("home"), program.rootCertificate())) {
            assertEquals("", browser.open(origin + "/"));
            browser.await("document.title", "over HTTP/2 chat");
        }
    }
}
