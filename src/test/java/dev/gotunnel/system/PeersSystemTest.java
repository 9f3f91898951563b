package dev.gotunnel.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * HTTP as programs of others speak it: curl, nghttp, h2load, OpenSSL and Node's clients, to Node's servers of both versions.
 * (Browsers, WebSockets and gRPC have tests of their own.) Needs these programs.
 */
@Tag("system")
class PeersSystemTest {
    @TempDir
    Path folder;

    private Program program;
    private String https;
    private String http;
    private String ca;

    private void serve(String scheme) throws Exception {
        for (String script : List.of("server.js", "client.js")) {
            try (InputStream in = PeersSystemTest.class.getResourceAsStream("/peers/" + script)) {
                Files.copy(Objects.requireNonNull(in), folder.resolve(script));
            }
        }
        int backend = Program.freePort();
        program.launch(
                folder,
                List.of("node", "server.js", String.valueOf(backend), scheme),
                folder.resolve("server.txt"),
                Map.of());
        Program.await(
                "the server",
                Duration.ofSeconds(20),
                () -> Files.readString(folder.resolve("server.txt")).contains("listening"));
        Path configuration = Files.createDirectories(
                folder.resolve("CONFIG"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        int tls = Program.freePort();
        int plain = Program.freePort();
        Files.writeString(configuration.resolve("gotunnel.yaml"), """
                version: 1
                server: {https_port: %d, http_port: %d}
                tunnels:
                  - {domain: peers, backends: ["%3$s://localhost:%4$d"]}
                  - {domain: plain, backends: ["%3$s://localhost:%4$d"], https: false}
                """.formatted(tls, plain, scheme, backend));
        program.start("start", "peers");
        program.awaitOutput(1, "peers is running");
        program.run("start", "plain", "--detach");
        https = "https://peers.localhost:" + tls;
        http = "http://plain.localhost:" + plain;
        ca = program.rootCertificate().toString();
    }

    /** What a program prints, once it has ended well. */
    private String say(String... command) throws Exception {
        Path output = Files.createTempFile(folder, "said", ".txt");
        Process process = program.launch(folder, List.of(command), output, Map.of());
        assertTrue(process.waitFor(90, TimeUnit.SECONDS), () -> command[0] + " did not end");
        String said = Files.readString(output);
        assertEquals(0, process.exitValue(), () -> String.join(" ", command) + "\n" + said);
        return said;
    }

    private String curl(String... more) throws Exception {
        List<String> command = new ArrayList<>(List.of("curl", "-sS", "--max-time", "30", "--cacert", ca));
        command.addAll(List.of(more));
        return say(command.toArray(String[]::new));
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "h2c"})
    void allOfThemAreServed(String scheme) throws Exception {
        try (Program opened = new Program(folder)) {
            program = opened;
            serve(scheme);
            curlIsServed();
            nghttpIsServed();
            h2loadIsServed();
            opensslResumes();
            assertTrue(say("node", "client.js", https, ca).contains("all passed"));
        }
    }

    private void curlIsServed() throws Exception {
        String format = " %{http_version} %{response_code}";
        assertEquals("GET /a 0 1.1 200", curl("--http1.1", "-w", format, https + "/a"));
        assertEquals("GET /a 0 2 200", curl("--http2", "-w", format, https + "/a"));
        assertEquals("GET /a 0 2 200", curl("--http2-prior-knowledge", "-w", format, http + "/a"));
        assertEquals("GET /a 0 1.1 200", curl("--http2", "-w", format, http + "/a"));
        assertEquals("GET /a 0 1.1 200", curl("--http1.0", "-w", format, https + "/a"));
        Path file = Files.write(folder.resolve("upload"), new byte[3_000_000]);
        for (String version : List.of("--http1.1", "--http2")) {
            for (String expect : List.of("Expect: 100-continue", "Expect:")) {
                assertEquals("PUT /up 3000000", curl(version, "-H", expect, "-T", file.toString(), https + "/up"));
                assertEquals(
                        "PUT /up 3000000",
                        curl(
                                version,
                                "-H",
                                expect,
                                "-H",
                                "Transfer-Encoding: chunked",
                                "-T",
                                file.toString(),
                                https + "/up"));
            }
            String head = curl(version, "-I", https + "/");
            assertTrue(head.toLowerCase(java.util.Locale.ROOT).contains("content-length: 12345"), head);
            assertTrue(curl(version, "-X", "OPTIONS", "--request-target", "*", https)
                    .startsWith("OPTIONS * 0"));
        }
    }

    private void nghttpIsServed() throws Exception {
        // It does not know that every name below localhost is this machine.
        String here = "https://127.0.0.1" + https.substring(https.lastIndexOf(':'));
        String name = ":authority: " + https.substring("https://".length());
        String said = say("nghttp", "-nv", "--no-verify-peer", "-H", name, here + "/one", here + "/two");
        assertEquals(2, said.split(":status: 200", -1).length - 1, said);
        assertTrue(!said.contains("error_code=0x01"), said);
    }

    private void h2loadIsServed() throws Exception {
        String both = h2load(https, "-n", "20000", "-c", "10", "-m", "50");
        assertTrue(both.contains("20000 succeeded, 0 failed, 0 errored, 0 timeout"), both);
        String one = h2load(https, "--h1", "-n", "10000", "-c", "10");
        assertTrue(one.contains("10000 succeeded, 0 failed, 0 errored, 0 timeout"), one);
        String plain = h2load(http, "-n", "5000", "-c", "5", "-m", "20");
        assertTrue(plain.contains("5000 succeeded, 0 failed, 0 errored, 0 timeout"), plain);
    }

    private String h2load(String origin, String... more) throws Exception {
        List<String> command = new ArrayList<>(
                List.of("h2load", "--connect-to=127.0.0.1" + origin.substring(origin.lastIndexOf(':'))));
        command.addAll(List.of(more));
        command.add(origin + "/load");
        return say(command.toArray(String[]::new));
    }

    private void opensslResumes() throws Exception {
        String host = https.substring("https://".length(), https.lastIndexOf(':'));
        for (String version : List.of("-tls1_2", "-tls1_3")) {
            String client =
                    "printf 'GET / HTTP/1.1\\r\\nHost: %s\\r\\nConnection: close\\r\\n\\r\\n' | openssl s_client -connect"
                                    .formatted(host)
                            + " 127.0.0.1" + https.substring(https.lastIndexOf(':')) + " -servername " + host
                            + " -ign_eof -CAfile '" + ca + "' " + version + " ";
            String first = say("sh", "-c", client + "-sess_out session");
            assertTrue(first.contains("\nNew, TLSv1"), first);
            assertTrue(first.contains("Verify return code: 0"), first);
            assertTrue(first.contains("HTTP/1.1 200"), first);
            String second = say("sh", "-c", client + "-sess_in session");
            assertTrue(second.contains("\nReused, TLSv1"), second);
            assertTrue(second.contains("HTTP/1.1 200"), second);
        }
    }
}
