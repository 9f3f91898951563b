package dev.gotunnel.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
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
import org.junit.jupiter.params.provider.CsvSource;

/**
 * WebSockets with the client and the server that most people use, {@code ws} from npm: fragments, pings, close codes,
 * compression and large messages, from clients of HTTP/1.1 and HTTP/2 (RFC 8441), to servers of both, and in Chromium. Needs
 * node, npm and openssl.
 */
@Tag("system")
class WebSocketSystemTest {
    @TempDir
    Path folder;

    private Program program;
    private String origin;

    @BeforeEach
    void install() throws Exception {
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
    }

    /** @param scheme what the server speaks: http, h2c or https */
    private void serve(String scheme) throws Exception {
        int backend = Program.freePort();
        List<String> server = new ArrayList<>(List.of("node", "server.js", String.valueOf(backend), scheme));
        if (scheme.equals("https")) {
            certify();
            server.addAll(List.of("key.pem", "cert.pem"));
        }
        program.launch(folder, server, folder.resolve("server.txt"), Map.of());
        Program.await(
                "the server", Duration.ofSeconds(20), () -> read("server.txt").contains("listening"));
        int https = Program.freePort();
        Path configuration = Files.createDirectories(
                folder.resolve("CONFIG"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.writeString(configuration.resolve("gotunnel.yaml"), """
                version: 1
                tunnels:
                  - domain: sockets
                    backends: ["%s://localhost:%d"]
                    tls: {upstream_verify: false}
                """.formatted(scheme, backend));
        program.start("start", "sockets", "--proxy-https-port", String.valueOf(https), "--proxy-http-port", "0");
        program.awaitOutput(scheme.equals("https") ? 3 : 2, "sockets is running");
        origin = "https://sockets.localhost:" + https;
    }

    private void certify() throws Exception {
        Process made = program.launch(
                folder,
                List.of(
                        "openssl",
                        "req",
                        "-x509",
                        "-newkey",
                        "rsa:2048",
                        "-nodes",
                        "-subj",
                        "/CN=localhost",
                        "-keyout",
                        "key.pem",
                        "-out",
                        "cert.pem"),
                folder.resolve("openssl.txt"),
                Map.of());
        assertEquals(0, made.waitFor(), () -> read("openssl.txt"));
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

    /** Over https, Node's HTTP/2 allows no WebSockets: they go by HTTP/1.1. */
    @ParameterizedTest
    @CsvSource({
        "http1, http, over HTTP/1.1",
        "http2, http, over HTTP/2",
        "http1, h2c, to HTTP/2",
        "http2, h2c, to HTTP/2",
        "http1, https, over HTTP/1.1",
        "http2, https, over HTTP/2"
    })
    void conformsWithARealClient(String transport, String scheme, String seen) throws Exception {
        serve(scheme);
        Process client = program.launch(
                folder,
                List.of(
                        "node",
                        "client.js",
                        transport,
                        origin,
                        program.rootCertificate().toString(),
                        seen),
                folder.resolve("client.txt"),
                Map.of());
        assertTrue(client.waitFor(90, TimeUnit.SECONDS), () -> read("client.txt"));
        assertTrue(read("client.txt").contains("all passed"), () -> read("client.txt"));
    }

    @Test
    void isUsedByChromiumOverHttp2() throws Exception {
        serve("http");
        try (Chromium browser = new Chromium(program, folder.resolve("home"), program.rootCertificate())) {
            assertEquals("", browser.open(origin + "/"));
            browser.await("document.title", "over HTTP/2 chat");
        }
    }
}
