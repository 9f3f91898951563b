package dev.gotunnel.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.testing.EngineFixture;
import dev.gotunnel.testing.TestBackend;
import dev.gotunnel.testing.TestBackend.Request;
import dev.gotunnel.testing.WireClient;
import dev.gotunnel.testing.WireClient.Response;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a backend learns of its client, and what neither learns of the other's connection. */
class ForwardingTest {
    @AutoClose
    private final EngineFixture fixture = EngineFixture.start();

    @AutoClose
    private final TestBackend backend = TestBackend.answering((request, peer) -> {
        peer.readBody(request);
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive, X-Private, Content-Length\r\n"
                + "Keep-Alive: timeout=9\r\nX-Private: 1\r\nProxy-Authenticate: Basic\r\nUpgrade: h2c\r\n"
                + "Set-Cookie: a=1\r\nSet-Cookie: b=2\r\nServer: theirs\r\n\r\n");
    });

    private Request forwarded(String host, String... fields) throws IOException {
        if (fixture.engine().health("test/shop.localhost").isEmpty()) {
            fixture.route("shop.localhost", backend);
        }
        try (WireClient client = fixture.secure("shop.localhost")) {
            StringBuilder text = new StringBuilder("GET / HTTP/1.1\r\nHost: " + host + "\r\n");
            List.of(fields).forEach(field -> text.append(field).append("\r\n"));
            assertEquals(200, client.send(text + "\r\n").readResponse().status());
            return backend.requests().getLast();
        }
    }

    @Test
    void tellsTheBackendWhoAskedForWhat() throws IOException {
        Request request = forwarded("shop.localhost:8443");
        assertEquals("127.0.0.1", request.field("x-forwarded-for"));
        assertEquals("https", request.field("x-forwarded-proto"));
        assertEquals("shop.localhost:8443", request.field("x-forwarded-host"));
        assertEquals("8443", request.field("x-forwarded-port"));
        assertEquals("for=127.0.0.1;host=\"shop.localhost:8443\";proto=https", request.field("forwarded"));
    }

    @Test
    void keepsTheHostAsItWasAsked() throws IOException {
        assertEquals("SHOP.localhost:1234", forwarded("SHOP.localhost:1234").field("host"));
        assertEquals("shop.localhost.", forwarded("shop.localhost.").field("host"));
        assertEquals("443", backend.requests().getLast().field("x-forwarded-port"));
    }

    @Test
    void believesNoClaimOfTheClient() throws IOException {
        Request request = forwarded(
                "shop.localhost",
                "X-Forwarded-For: 8.8.8.8",
                "X-Forwarded-For: 8.8.4.4",
                "X-Forwarded-Proto: http",
                "X-Forwarded-Host: evil",
                "X-Forwarded-Port: 1",
                "Forwarded: for=8.8.8.8");
        assertEquals("127.0.0.1", request.field("x-forwarded-for"));
        assertEquals("https", request.field("x-forwarded-proto"));
        assertEquals("shop.localhost", request.field("x-forwarded-host"));
        assertEquals("for=127.0.0.1;host=\"shop.localhost\";proto=https", request.field("forwarded"));
    }

    @Test
    void keepsASaneRequestIdAndMakesOneElse() throws IOException {
        assertEquals(
                "abc-123", forwarded("shop.localhost", "X-Request-Id: abc-123").field("x-request-id"));
        String first = forwarded("shop.localhost").field("x-request-id");
        String second = forwarded("shop.localhost", "X-Request-Id: a b").field("x-request-id");
        String third =
                forwarded("shop.localhost", "X-Request-Id: " + "x".repeat(200)).field("x-request-id");
        for (String made : List.of(first, second, third)) {
            assertTrue(made.matches("[0-9a-f]{32}"), made);
        }
        assertNotEquals(first, second);
    }

    @Test
    void endsHopByHopFieldsOfTheRequestHere() throws IOException {
        Request request = forwarded(
                "shop.localhost",
                "Connection: X-Secret, keep-alive, Host, X-Forwarded-For",
                "X-Secret: 1",
                "Keep-Alive: 5",
                "Proxy-Connection: keep-alive",
                "Proxy-Authorization: Basic eA==",
                "Upgrade: h2c",
                "TE: trailers, deflate",
                "X-Kept: 1");
        for (String name : List.of(
                "connection", "x-secret", "keep-alive", "proxy-connection", "proxy-authorization", "upgrade", "te")) {
            assertFalse(request.fields().containsKey(name), name);
        }
        assertEquals("1", request.field("x-kept"));
        assertEquals("shop.localhost", request.field("host"));
        assertEquals("127.0.0.1", request.field("x-forwarded-for"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length", "Transfer-Encoding", "Host", "Trailer"})
    void letsNoClientNameAFieldAwayThatFramesOrRoutes(String name) throws IOException {
        fixture.route("shop.localhost", backend);
        try (WireClient client = fixture.secure("shop.localhost")) {
            client.send(
                    "POST / HTTP/1.1\r\nHost: shop.localhost\r\nTransfer-Encoding: chunked\r\nTrailer: x\r\nConnection: "
                            + name + "\r\n\r\n0\r\n\r\n");
            assertEquals(200, client.readResponse().status());
            Request request = backend.requests().getLast();
            assertEquals("chunked", request.field("transfer-encoding"));
            assertEquals("shop.localhost", request.field("host"));
            assertEquals("x", request.field("trailer"));
        }
    }

    @Test
    void endsHopByHopFieldsOfTheResponseHere() throws IOException {
        fixture.route("shop.localhost", backend);
        try (WireClient client = fixture.secure("shop.localhost")) {
            Response answer = client.get("shop.localhost", "/").readResponse();
            for (String name : List.of("connection", "keep-alive", "x-private", "proxy-authenticate", "upgrade")) {
                assertFalse(answer.fields().containsKey(name), name);
            }
            assertEquals("0", answer.field("content-length"));
            assertEquals("a=1\nb=2", answer.field("set-cookie"));
            assertEquals("theirs", answer.field("server"));
        }
    }

    @Test
    void passesFieldsWithTheirBytesAsTheyAre() throws IOException {
        assertEquals(
                "gr\u00fcn", forwarded("shop.localhost", "X-Colour: gr\u00fcn").field("x-colour"));
    }
}
