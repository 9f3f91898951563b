package dev.gotunnel.proxy;

import static dev.gotunnel.testing.Http2Client.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.testing.EngineFixture;
import dev.gotunnel.testing.Http2Client;
import dev.gotunnel.testing.Http2Client.Frame;
import dev.gotunnel.testing.Http2Wire;
import dev.gotunnel.testing.TestBackend;
import dev.gotunnel.testing.WireClient;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.IOException;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP/2 without TLS and with prior knowledge (RFC 9113 section 3.3), told by its preface. */
class PlainHttp2Test {
    private static final String PLAIN = "plain.localhost";
    private static final String SECURE = "shop.localhost";

    @AutoClose
    private final EngineFixture fixture = EngineFixture.start();

    @AutoClose
    private final TestBackend backend = TestBackend.saying("plain");

    private static Http2Headers get(String name, String path) {
        return new DefaultHttp2Headers(false)
                .method("GET")
                .scheme("http")
                .authority(name)
                .path(path);
    }

    private void serve() {
        fixture.plainRoute(PLAIN, backend);
        fixture.route(SECURE, backend);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void servesItOnBothPorts(boolean tlsPort) throws Exception {
        serve();
        try (Http2Client client = Http2Client.plain(fixture, tlsPort ? fixture.securePort() : fixture.plainPort())) {
            client.headers(1, get(PLAIN, "/a"), true);
            assertEquals("200", status(client, 1));
            assertEquals("plain", client.body(1));
            assertEquals("http", backend.requests().getFirst().field("x-forwarded-proto"));
        }
    }

    private static String status(Http2Client client, int stream) throws InterruptedException {
        return client.next(Frame.Headers.class, stream).headers().status().toString();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void redirectsToHttps(boolean tlsPort) throws Exception {
        serve();
        try (Http2Client client = Http2Client.plain(fixture, tlsPort ? fixture.securePort() : fixture.plainPort())) {
            Frame.Headers head = client.headers(1, get(SECURE, "/a?b"), true).next(Frame.Headers.class, 1);
            assertEquals("307", head.headers().status().toString());
            assertEquals(
                    "https://" + SECURE + ":" + fixture.securePort() + "/a?b",
                    head.headers().get("location").toString());
        }
    }

    @Test
    void refusesASchemeThatIsNotTheConnections() throws Exception {
        serve();
        try (Http2Client client = Http2Client.plain(fixture, fixture.plainPort())) {
            client.headers(1, request("GET", PLAIN, "/"), true);
            assertEquals("400", status(client, 1));
        }
    }

    @Test
    void knowsThePrefaceInPieces() throws IOException {
        serve();
        try (Http2Wire client = Http2Wire.plain(fixture.plainPort())) {
            for (byte one : Http2Wire.text(Http2Wire.PREFACE)) {
                client.send(new byte[] {one});
            }
            client.send(Http2Wire.frame(Http2Wire.SETTINGS, 0, 0));
            assertEquals(Http2Wire.SETTINGS, client.read().type());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PROPFIND", "PATCH", "PRI", "P"})
    void takesWhatOnlyBeginsLikeItForHttp1(String method) throws IOException {
        serve();
        try (WireClient client = fixture.plain()) {
            client.send(method).send(" / HTTP/1.1\r\nHost: " + PLAIN + "\r\n\r\n");
            assertEquals("plain", client.readResponse().text());
        }
    }

    @Test
    void refusesAPrefaceThatIsCutShort() throws IOException {
        try (WireClient client = fixture.plain()) {
            client.send("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n");
            assertEquals(400, client.readResponse().status());
            assertTrue(client.isEnded());
        }
    }
}
