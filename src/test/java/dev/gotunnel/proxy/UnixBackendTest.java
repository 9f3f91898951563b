package dev.gotunnel.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.policy.TrafficPolicy;
import dev.gotunnel.testing.EngineFixture;
import dev.gotunnel.testing.TestBackend;
import dev.gotunnel.testing.UnixDoor;
import dev.gotunnel.testing.WireClient;
import dev.gotunnel.testing.WireClient.Response;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Backends behind a Unix domain socket, on every transport that this machine has. */
class UnixBackendTest {
    private static final String HOST = "shop.localhost";

    private Path folder;
    private Path socket;

    /** Not a folder of JUnit's: a socket's path has to be short. */
    @BeforeEach
    void makeFolder() throws IOException {
        folder = Files.createTempDirectory("gt");
        socket = folder.resolve("s");
    }

    @AfterEach
    void removeFolder() throws IOException {
        Files.deleteIfExists(socket);
        Files.delete(folder);
    }

    private EngineFixture start(String transport) {
        return EngineFixture.start(transport).route(HOST, BackendAddress.parse("unix:" + socket), TrafficPolicy.NONE);
    }

    @ParameterizedTest
    @MethodSource("dev.gotunnel.proxy.TransportTest#available")
    void passesRequestsAndKeepsTheConnection(String transport) throws IOException {
        try (TestBackend backend = TestBackend.answering((request, peer) ->
                        peer.respond(200, new String(peer.readBody(request), StandardCharsets.US_ASCII)));
                UnixDoor _ = new UnixDoor(socket, backend);
                EngineFixture fixture = start(transport);
                WireClient client = fixture.secure(HOST)) {
            for (String body : new String[] {"one", "two"}) {
                client.send("POST / HTTP/1.1\r\nHost: " + HOST + "\r\nContent-Length: 3\r\n\r\n" + body);
                assertEquals(body, client.readResponse().text());
            }
            assertEquals(HOST, backend.requests().getFirst().field("host"));
            assertEquals(1, backend.accepted());
        }
    }

    @ParameterizedTest
    @MethodSource("dev.gotunnel.proxy.TransportTest#available")
    void saysThatThereIsNoSuchSocket(String transport) throws IOException {
        try (EngineFixture fixture = start(transport);
                WireClient client = fixture.secure(HOST)) {
            Response answer = client.get(HOST, "/").readResponse();
            assertEquals(502, answer.status());
            assertTrue(answer.text().contains("Last error: there is no such socket"), answer.text());
            assertTrue(answer.text().contains("unix:" + socket), answer.text());
        }
    }

    @ParameterizedTest
    @MethodSource("dev.gotunnel.proxy.TransportTest#available")
    void saysThatNobodyListensBehindASocket(String transport) throws IOException {
        try (TestBackend backend = TestBackend.saying("")) {
            new UnixDoor(socket, backend).close();
        }
        try (EngineFixture fixture = start(transport);
                WireClient client = fixture.secure(HOST)) {
            Response answer = client.get(HOST, "/").readResponse();
            assertTrue(answer.text().contains("Last error: connection refused"), answer.text());
            fixture.engine().checkNow("test/" + HOST);
            assertEquals(
                    "connection refused",
                    fixture.engine().health("test/" + HOST).getFirst().reason());
        }
    }
}
