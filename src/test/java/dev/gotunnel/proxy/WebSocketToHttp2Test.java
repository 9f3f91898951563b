package dev.gotunnel.proxy;

import static dev.gotunnel.testing.Http2Client.bytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.policy.BackendAddress.Scheme;
import dev.gotunnel.policy.TrafficPolicy;
import dev.gotunnel.policy.UpstreamTls;
import dev.gotunnel.testing.Await;
import dev.gotunnel.testing.EngineFixture;
import dev.gotunnel.testing.Http2Backend;
import dev.gotunnel.testing.Http2Backend.Event;
import dev.gotunnel.testing.Http2Backend.Stream;
import dev.gotunnel.testing.Http2Client;
import dev.gotunnel.testing.Http2Client.Frame;
import dev.gotunnel.testing.PolicyBuilder;
import dev.gotunnel.testing.TestBackend;
import dev.gotunnel.testing.WireClient;
import dev.gotunnel.testing.WireClient.Response;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** WebSockets to backends of HTTP/2 (RFC 8441): of clients of HTTP/1.1 and HTTP/2, and where the backend allows none. */
class WebSocketToHttp2Test {
    private static final String HOST = "localhost";
    private static final String HANDSHAKE = "GET /ws?x=1 HTTP/1.1\r\nHost: " + HOST
            + "\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Protocol: chat\r\nOrigin: https://localhost\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

    @AutoClose
    private final EngineFixture fixture = EngineFixture.start();

    private static Http2Settings allowing() {
        return Http2Settings.defaultSettings().connectProtocolEnabled(true);
    }

    private Http2Backend serve(Http2Backend.Script script) {
        Http2Backend backend = Http2Backend.scripted(allowing(), script);
        route(Scheme.H2C, backend.port(), TrafficPolicy.NONE);
        return backend;
    }

    private void route(Scheme scheme, int port, TrafficPolicy policy) {
        fixture.route(HOST, new BackendAddress(scheme, "localhost", port, 1), policy);
    }

    private static TrafficPolicy trusting() {
        PolicyBuilder policy = new PolicyBuilder();
        policy.tls = new UpstreamTls(false, null, null);
        return policy.build();
    }

    /** Consents and sends back what comes, until the client ends it. */
    private static void echo(Stream stream) throws InterruptedException {
        stream.head(200, false, "sec-websocket-protocol", "chat");
        while (stream.next() instanceof Event.Data data) {
            stream.grant(data.counted());
            stream.data(data.bytes(), data.end());
        }
    }

    private WireClient open() throws IOException {
        WireClient client = fixture.secure(HOST).send(HANDSHAKE);
        Response head = client.readHead();
        assertEquals(101, head.status());
        assertEquals("upgrade", head.field("connection"));
        assertEquals("websocket", head.field("upgrade"));
        assertEquals("chat", head.field("sec-websocket-protocol"));
        assertEquals("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", head.field("sec-websocket-accept"));
        return client;
    }

    private static Http2Headers connect() {
        return Http2Client.request("CONNECT", HOST, "/ws?x=1")
                .add(":protocol", "websocket")
                .add("sec-websocket-version", "13")
                .add("sec-websocket-protocol", "chat")
                .add("origin", "https://localhost");
    }

    private static Frame.Headers open(Http2Client client, int stream) throws InterruptedException {
        Frame.Headers head = client.headers(stream, connect(), false).next(Frame.Headers.class, stream);
        assertEquals("200", head.headers().status().toString());
        assertFalse(head.end());
        assertFalse(head.headers().contains("sec-websocket-accept"));
        return head;
    }

    private static void asksForIt(Http2Backend backend) {
        Stream stream = backend.streams().element();
        assertEquals("CONNECT", stream.headers().method().toString());
        assertEquals("websocket", stream.field(":protocol"));
        assertEquals("http", stream.headers().scheme().toString());
        assertEquals("/ws?x=1", stream.headers().path().toString());
        assertEquals(HOST, stream.headers().authority().toString());
        assertEquals("13", stream.field("sec-websocket-version"));
        assertEquals("chat", stream.field("sec-websocket-protocol"));
        assertEquals("https://localhost", stream.field("origin"));
        assertEquals("https", stream.field("x-forwarded-proto"));
        for (String field : List.of("connection", "upgrade", "sec-websocket-key", "content-length", "host")) {
            assertFalse(stream.headers().contains(field), field);
        }
        assertFalse(stream.endedWithHead());
    }

    @Test
    void makesAnExtendedConnectOfAnUpgrade() throws Exception {
        try (Http2Backend backend = serve(WebSocketToHttp2Test::echo);
                WireClient client = open()) {
            asksForIt(backend);
            for (String word : List.of("one", "two", "three")) {
                client.send(word);
                assertEquals(word, new String(client.readFully(word.length()), StandardCharsets.US_ASCII));
            }
        }
    }

    /** Without its key the handshake could be answered by nobody, and those who wait for the same connection with it. */
    @Test
    void losesNothingOfTheHandshakeToAConnectionField() throws Exception {
        try (Http2Backend _ = serve(WebSocketToHttp2Test::echo);
                WireClient client = fixture.secure(HOST)) {
            client.send(HANDSHAKE.replace("keep-alive, Upgrade", "Upgrade, Sec-WebSocket-Key"));
            assertEquals(101, client.readHead().status());
        }
    }

    @Test
    void passesAnExtendedConnectOn() throws Exception {
        try (Http2Backend backend = serve(WebSocketToHttp2Test::echo);
                Http2Client client = new Http2Client(fixture, HOST)) {
            assertEquals(
                    "chat",
                    open(client, 3).headers().get("sec-websocket-protocol").toString());
            asksForIt(backend);
            for (String word : List.of("one", "two", "three")) {
                client.data(3, word.getBytes(StandardCharsets.US_ASCII), false);
                assertEquals(word, client.next(Frame.Data.class, 3).text());
            }
        }
    }

    @Test
    void sharesTheConnectionWithRequests() throws Exception {
        try (Http2Backend backend = serve(stream -> {
                    if (stream.headers().contains(":protocol")) {
                        echo(stream);
                    } else {
                        stream.respond(200, "page");
                    }
                });
                Http2Client client = new Http2Client(fixture, HOST)) {
            client.headers(1, Http2Client.request("GET", HOST, "/"), true);
            assertEquals("page", client.body(1));
            open(client, 3);
            client.headers(5, Http2Client.request("GET", HOST, "/"), true);
            assertEquals("page", client.body(5));
            assertEquals(1, backend.connections());
        }
    }

    @Test
    void passesWhatComesBeforeTheAnswer() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (Http2Backend _ = serve(stream -> {
                    go.await();
                    echo(stream);
                });
                WireClient client = fixture.secure(HOST);
                Http2Client multiplexed = new Http2Client(fixture, HOST)) {
            client.send(HANDSHAKE + "\u0081hasty\r\n\r\n");
            multiplexed.headers(3, connect(), false).data(3, "hasty".getBytes(StandardCharsets.US_ASCII), false);
            go.countDown();
            assertEquals(101, client.readHead().status());
            assertEquals("\u0081hasty\r\n\r\n", new String(client.readFully(10), StandardCharsets.ISO_8859_1));
            assertEquals("hasty", multiplexed.next(Frame.Data.class, 3).text());
        }
    }

    @Test
    void passesWhatComesWithTheAnswer() throws Exception {
        try (Http2Backend _ = serve(stream -> stream.head(200, false, "sec-websocket-protocol", "chat")
                        .data("hello".getBytes(StandardCharsets.US_ASCII), false));
                WireClient client = open();
                Http2Client multiplexed = new Http2Client(fixture, HOST)) {
            assertEquals("hello", new String(client.readFully(5), StandardCharsets.US_ASCII));
            open(multiplexed, 3);
            assertEquals("hello", multiplexed.next(Frame.Data.class, 3).text());
        }
    }

    @Test
    void letsEachSideBeSlowerThanTheOther() throws Exception {
        int length = 20_000_000;
        CountDownLatch go = new CountDownLatch(1);
        try (Http2Backend backend = serve(stream -> {
                    stream.head(200, false, "sec-websocket-protocol", "chat");
                    go.await();
                    int taken = 0;
                    while (taken < length && stream.next() instanceof Event.Data data) {
                        taken += data.bytes().length;
                        stream.grant(data.counted());
                    }
                    stream.data(bytes(length), false);
                });
                WireClient client = open()) {
            AtomicReference<Throwable> failure = new AtomicReference<>();
            Thread sender = Thread.ofVirtual().start(() -> {
                try {
                    client.send(bytes(length));
                } catch (IOException e) {
                    failure.set(e);
                }
            });
            Stream stream = backend.streams().element();
            // No more comes than the stream's window, whatever the client sends.
            Await.until("the window is used up", () -> stream.waiting() > 0);
            assertTrue(sender.isAlive());
            go.countDown();
            sender.join();
            assertEquals(null, failure.get());
            assertEquals(length, client.readFully(length).length);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void doesNotReadABackendWhoseClientDoesNotRead(boolean http2) throws Exception {
        try (Http2Backend backend = serve(stream -> stream.head(200, false, "sec-websocket-protocol", "chat")
                        .data(bytes(50_000_000), false));
                WireClient wire = http2 ? null : open();
                Http2Client client = http2 ? new Http2Client(fixture, HOST) : null) {
            if (client != null) {
                open(client, 3);
            }
            Stream stream = backend.streams().element();
            // Once the kernel's buffers are full.
            Await.until("the backend has to wait", () -> !Await.within(Duration.ofMillis(300), stream::isWritable));
            int read = 0;
            if (wire != null) {
                read = wire.readFully(50_000_000).length;
            } else {
                while (read < 50_000_000) {
                    int more = client.next(Frame.Data.class, 3).text().length();
                    read += more;
                    client.grant(0, more).grant(3, more);
                }
            }
            assertEquals(50_000_000, read);
        }
    }

    @Test
    void endsInOrderWithTheBackend() throws Exception {
        try (Http2Backend backend = serve(stream -> {
                    stream.head(200, false, "sec-websocket-protocol", "chat");
                    stream.data("bye".getBytes(StandardCharsets.US_ASCII), true);
                });
                WireClient client = open();
                Http2Client multiplexed = new Http2Client(fixture, HOST)) {
            assertEquals("bye", new String(client.readFully(3), StandardCharsets.US_ASCII));
            assertTrue(client.isEnded());
            open(multiplexed, 3);
            assertEquals("bye", multiplexed.body(3));
            for (Stream stream : backend.streams()) {
                assertTrue(stream.next() instanceof Event.Data data && data.end());
            }
        }
    }

    @Test
    void endsInOrderWithTheClientAndStillPassesTheLastWord() throws Exception {
        try (Http2Backend backend = serve(stream -> {
                    stream.head(200, false);
                    assertEquals("xxx", new String(stream.readBody(), StandardCharsets.US_ASCII));
                    stream.data("last word".getBytes(StandardCharsets.US_ASCII), true);
                });
                Http2Client client = new Http2Client(fixture, HOST)) {
            open(client, 3);
            client.data(3, bytes(3), true);
            assertEquals("last word", client.body(3));
            assertEquals(List.of(), List.copyOf(backend.failures()));
        }
    }

    @Test
    void endsInOrderWithAClientOfHttp1() throws Exception {
        try (Http2Backend backend = serve(stream -> stream.head(200, false, "sec-websocket-protocol", "chat"))) {
            try (WireClient client = open()) {
                client.send("bye");
            }
            assertEquals("bye", new String(backend.streams().element().readBody(), StandardCharsets.US_ASCII));
        }
    }

    @Test
    void endsTheStreamOfABackendThatDoesNot() throws Exception {
        try (Http2Backend backend = serve(stream -> stream.head(200, false, "sec-websocket-protocol", "chat"))) {
            try (WireClient client = open()) {
                client.send("bye");
            }
            assertEquals(Http2Error.CANCEL.code(), backend.streams().element().awaitReset());
        }
    }

    @Test
    void passesOnABackendsReset() throws Exception {
        try (Http2Backend _ = serve(stream -> {
                    stream.head(200, false, "sec-websocket-protocol", "chat");
                    stream.next();
                    stream.reset(Http2Error.INTERNAL_ERROR);
                });
                WireClient client = open();
                Http2Client multiplexed = new Http2Client(fixture, HOST)) {
            client.send("x");
            assertTrue(client.isEnded());
            open(multiplexed, 3);
            multiplexed.data(3, bytes(1), false);
            assertEquals(
                    Http2Error.CANCEL.code(),
                    multiplexed.next(Frame.Reset.class, 3).error());
        }
    }

    @Test
    void endsWithTheBackendsConnection() throws Exception {
        try (Http2Backend _ = serve(stream -> {
                    stream.head(200, false, "sec-websocket-protocol", "chat");
                    stream.next();
                    stream.drop();
                });
                WireClient client = open()) {
            client.send("x");
            assertTrue(client.isEnded());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void passesOnAClientsReset(boolean http2) throws Exception {
        try (Http2Backend backend = serve(stream -> stream.head(200, false, "sec-websocket-protocol", "chat"))) {
            if (http2) {
                try (Http2Client client = new Http2Client(fixture, HOST)) {
                    open(client, 3);
                    client.reset(3);
                    assertEquals(
                            Http2Error.CANCEL.code(),
                            backend.streams().element().awaitReset());
                }
            } else {
                open().reset();
                assertEquals(
                        Http2Error.CANCEL.code(), backend.streams().element().awaitReset());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void isClosedAtOnceWhenItsRouteGoes(boolean http2) throws Exception {
        try (Http2Backend backend = serve(WebSocketToHttp2Test::echo);
                WireClient wire = http2 ? null : open();
                Http2Client client = http2 ? new Http2Client(fixture, HOST) : null) {
            if (client != null) {
                open(client, 3);
            }
            fixture.engine().remove("test/" + HOST, Duration.ofMinutes(1)).get(5, TimeUnit.SECONDS);
            if (client != null) {
                assertEquals(
                        Http2Error.CANCEL.code(),
                        client.next(Frame.Reset.class, 3).error());
            } else {
                assertTrue(wire.isEnded());
            }
            Await.until("the backend's connection is closed", () -> backend.open() == 0);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 403, 426})
    void leavesAnAnswerThatRefusesAsItIs(int status) throws Exception {
        try (Http2Backend _ = serve(stream -> stream.respond(status, "no socket"));
                WireClient client = fixture.secure(HOST);
                Http2Client multiplexed = new Http2Client(fixture, HOST)) {
            for (int i = 0; i < 2; i++) {
                Response answer = client.send(HANDSHAKE).readResponse();
                assertEquals(status, answer.status());
                assertEquals("no socket", answer.text());
            }
            multiplexed.headers(3, connect(), false);
            assertEquals(
                    String.valueOf(status),
                    multiplexed.next(Frame.Headers.class, 3).headers().status().toString());
        }
    }

    @Test
    void isSentAgainWhenItWasRefusedUnread() throws Exception {
        try (Http2Backend backend = serve(stream -> {
                    if (stream.id() == 3) {
                        stream.reset(Http2Error.REFUSED_STREAM);
                    } else {
                        echo(stream);
                    }
                });
                WireClient client = open()) {
            client.send("x");
            assertEquals("x", new String(client.readFully(1), StandardCharsets.US_ASCII));
            assertEquals(2, backend.streams().size());
        }
    }

    @Test
    void saysThatABackendAllowsNone() throws Exception {
        try (Http2Backend backend = Http2Backend.scripted(s -> s.respond(200, "page"));
                WireClient client = fixture.secure(HOST)) {
            route(Scheme.H2C, backend.port(), TrafficPolicy.NONE);
            for (int i = 0; i < 2; i++) {
                Response answer = client.send(HANDSHAKE).readResponse();
                assertEquals(502, answer.status());
                assertTrue(answer.text().contains("takes no WebSockets"), answer.text());
                assertTrue(answer.text().contains("Switch extended CONNECT (RFC 8441) on"), answer.text());
            }
            assertEquals("page", client.get(HOST, "/").readResponse().text());
            assertEquals(1, backend.connections());
            assertTrue(fixture.engine().health("test/" + HOST).getFirst().healthy());
        }
    }

    @Test
    void goesToAnotherBackendThatAllowsThem() throws Exception {
        try (Http2Backend none = Http2Backend.scripted(s -> s.respond(200, "page"));
                Http2Backend one = Http2Backend.scripted(allowing(), WebSocketToHttp2Test::echo)) {
            fixture.route(new Route(
                    "test/" + HOST,
                    List.of(HOST),
                    List.of(
                            new BackendAddress(Scheme.H2C, "localhost", none.port(), 1),
                            new BackendAddress(Scheme.H2C, "localhost", one.port(), 1)),
                    true));
            for (int i = 0; i < 3; i++) {
                open().close();
            }
            assertEquals(3, one.streams().size());
        }
    }

    @Test
    void goesOverTlsToo() throws Exception {
        try (Http2Backend backend =
                Http2Backend.secure(EngineFixture.material("localhost"), allowing(), WebSocketToHttp2Test::echo)) {
            route(Scheme.HTTPS, backend.port(), trusting());
            try (WireClient client = open()) {
                client.send("x");
                assertEquals("x", new String(client.readFully(1), StandardCharsets.US_ASCII));
            }
            assertEquals("https", backend.streams().element().headers().scheme().toString());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void goesByHttp1WhereHttp2OverTlsDoesNotAllowIt(boolean asked) throws Exception {
        try (Http2Backend backend =
                Http2Backend.secureWithEcho(EngineFixture.material("localhost"), s -> s.respond(200, "page"))) {
            route(Scheme.HTTPS, backend.port(), trusting());
            try (WireClient client = fixture.secure(HOST)) {
                if (asked) {
                    assertEquals("page", client.get(HOST, "/").readResponse().text());
                }
                assertEquals(101, client.send(HANDSHAKE).readHead().status());
                client.send("x");
                assertEquals("x", new String(client.readFully(1), StandardCharsets.US_ASCII));
            }
            try (WireClient client = fixture.secure(HOST)) {
                assertEquals("page", client.get(HOST, "/").readResponse().text());
            }
        }
    }

    @Test
    void saysThatABackendOverTlsAllowsNoneEither() throws Exception {
        try (Http2Backend backend =
                        Http2Backend.secure(EngineFixture.material("localhost"), s -> s.respond(200, "page"));
                WireClient client = fixture.secure(HOST)) {
            route(Scheme.HTTPS, backend.port(), trusting());
            for (int i = 0; i < 2; i++) {
                Response answer = client.send(HANDSHAKE).readResponse();
                assertEquals(502, answer.status());
                assertTrue(answer.text().contains("takes no WebSockets"), answer.text());
            }
            assertEquals("page", client.get(HOST, "/").readResponse().text());
            assertTrue(fixture.engine().health("test/" + HOST).getFirst().healthy());
        }
    }

    @Test
    void aRequestThatOnlyLooksLikeAHandshakeIsOneLikeAnyOther() throws Exception {
        try (TestBackend backend = TestBackend.saying("page");
                WireClient client = fixture.route(HOST, backend).secure(HOST)) {
            String lines = "\r\nHost: " + HOST + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n";
            for (String rest : List.of("\r\n", "Sec-WebSocket-Key: a\r\nContent-Length: 2\r\n\r\nab")) {
                assertEquals(
                        "page",
                        client.send("GET / HTTP/1.1" + lines + rest)
                                .readResponse()
                                .text());
                assertEquals("", backend.requests().getLast().field("upgrade"));
            }
        }
    }
}
