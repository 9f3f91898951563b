package dev.gotunnel.proxy;

import static dev.gotunnel.testing.Http2Client.bytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.testing.Await;
import dev.gotunnel.testing.EngineFixture;
import dev.gotunnel.testing.Http2Client;
import dev.gotunnel.testing.Http2Client.Frame;
import dev.gotunnel.testing.TestBackend;
import dev.gotunnel.testing.TestBackend.Peer;
import dev.gotunnel.testing.TestBackend.Request;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** WebSockets over HTTP/2 (RFC 8441) become WebSockets over HTTP/1.1 for the backend. */
class WebSocketOverHttp2Test {
    private static final String HOST = "localhost";

    @AutoClose
    private final EngineFixture fixture = EngineFixture.start();

    @AutoClose
    private final TestBackend echo = TestBackend.scripted(peer -> {
        accept(peer);
        byte[] some = new byte[16_384];
        for (int n = peer.read(some); n >= 0; n = peer.read(some)) {
            peer.send(Arrays.copyOf(some, n));
        }
    });

    private static void accept(Peer peer) throws IOException {
        Request request = peer.readHead();
        peer.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Protocol: chat\r\nSec-WebSocket-Extensions: permessage-deflate\r\n"
                + "Sec-WebSocket-Accept: " + acceptOf(request.field("sec-websocket-key")) + "\r\n\r\n");
    }

    private static String acceptOf(String key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1")
                    .digest((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static Http2Headers connect(String... fields) {
        return Http2Client.request("CONNECT", HOST, "/ws?x=1", fields)
                .add(":protocol", "websocket")
                .add("sec-websocket-version", "13")
                .add("sec-websocket-protocol", "chat, other")
                .add("sec-websocket-extensions", "permessage-deflate")
                .add("origin", "https://localhost");
    }

    private Http2Client peer(TestBackend backend) {
        return new Http2Client(fixture.route(HOST, backend), HOST);
    }

    private static Frame.Headers open(Http2Client client, int stream) throws InterruptedException {
        return client.headers(stream, connect(), false).next(Frame.Headers.class, stream);
    }

    @Test
    void saysThatItCan() {
        try (Http2Client client = peer(echo)) {
            assertEquals(Boolean.TRUE, client.settings().connectProtocolEnabled());
        }
    }

    @Test
    void makesAnUpgradeOfItForTheBackend() throws Exception {
        try (Http2Client client = peer(echo)) {
            Frame.Headers head = open(client, 3);
            assertEquals("200", head.headers().status().toString());
            assertFalse(head.end());
            assertEquals("chat", head.headers().get("sec-websocket-protocol").toString());
            assertEquals(
                    "permessage-deflate",
                    head.headers().get("sec-websocket-extensions").toString());
            for (String field : new String[] {"connection", "upgrade", "sec-websocket-accept"}) {
                assertNull(head.headers().get(field), field);
            }
            Request request = echo.requests().getFirst();
            assertEquals("GET /ws?x=1 HTTP/1.1", request.line());
            assertEquals("upgrade", request.field("connection"));
            assertEquals("websocket", request.field("upgrade"));
            assertEquals("13", request.field("sec-websocket-version"));
            assertEquals("chat, other", request.field("sec-websocket-protocol"));
            assertEquals("permessage-deflate", request.field("sec-websocket-extensions"));
            assertEquals("https://localhost", request.field("origin"));
            assertEquals(16, Base64.getDecoder().decode(request.field("sec-websocket-key")).length);
            assertEquals("", request.field("transfer-encoding"));
        }
    }

    @Test
    void carriesBytesBothWaysBesideOtherStreams() throws Exception {
        try (Http2Client client = peer(echo)) {
            open(client, 3);
            open(client, 5);
            for (int i = 0; i < 20; i++) {
                client.data(3, ("three" + i).getBytes(StandardCharsets.US_ASCII), false);
                assertEquals("three" + i, client.next(Frame.Data.class, 3).text());
                client.data(5, ("five" + i).getBytes(StandardCharsets.US_ASCII), false);
                assertEquals("five" + i, client.next(Frame.Data.class, 5).text());
            }
        }
    }

    @Test
    void carriesWhatComesBeforeTheAnswer() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (TestBackend late = TestBackend.scripted(peer -> {
                    go.await();
                    accept(peer);
                    peer.send(peer.readFully(9));
                });
                Http2Client client = peer(late)) {
            client.headers(3, connect(), false)
                    .data(3, "hasty".getBytes(StandardCharsets.US_ASCII), false)
                    .data(3, "more".getBytes(StandardCharsets.US_ASCII), false);
            go.countDown();
            assertEquals("hastymore", client.body(3));
        }
    }

    @Test
    void carriesWhatComesWithTheBackendsAnswer() throws Exception {
        try (TestBackend eager = TestBackend.scripted(peer -> {
                    Request request = peer.readHead();
                    peer.send("HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
                            + acceptOf(request.field("sec-websocket-key")) + "\r\n\r\nhello");
                    peer.awaitEnd();
                });
                Http2Client client = peer(eager)) {
            open(client, 3);
            assertEquals("hello", client.next(Frame.Data.class, 3).text());
        }
    }

    @Test
    void letsEachSideBeSlowerThanTheOther() throws Exception {
        int length = 20_000_000;
        CountDownLatch go = new CountDownLatch(1);
        try (TestBackend slow = TestBackend.scripted(peer -> {
                    accept(peer);
                    go.await();
                    byte[] some = new byte[65_536];
                    int taken = 0;
                    while (taken < length) {
                        taken += peer.read(some);
                    }
                    peer.send(bytes(length));
                });
                Http2Client client = peer(slow)) {
            open(client, 3);
            int window = 1 << 20;
            int sent = 0;
            while (sent < length) {
                while (window >= 16_000 && sent < length) {
                    client.data(3, bytes(16_000), false);
                    window -= 16_000;
                    sent += 16_000;
                }
                if (go.getCount() > 0 && !Await.within(Duration.ofMillis(300), client::hasNext)) {
                    // No more is granted than the kernel's buffers hold: from now on the backend reads.
                    assertTrue(sent < length, "all was taken although the backend reads nothing");
                    go.countDown();
                }
                while (window < 16_000 && sent < length) {
                    window += client.next(Frame.Window.class, 3).increment();
                }
            }
            assertEquals(length, client.body(3).length());
        }
    }

    @Test
    void endsInOrderWithTheBackend() throws Exception {
        try (TestBackend polite = TestBackend.scripted(peer -> {
                    accept(peer);
                    peer.send("bye");
                });
                Http2Client client = peer(polite)) {
            open(client, 3);
            assertEquals("bye", client.body(3));
            assertEquals(
                    Http2Error.NO_ERROR.code(),
                    client.next(Frame.Reset.class, 3).error());
        }
    }

    @Test
    void endsInOrderWithTheClientAndStillPassesTheLastWord() throws Exception {
        try (TestBackend polite = TestBackend.scripted(peer -> {
                    accept(peer);
                    peer.awaitEnd();
                    peer.send("last word");
                });
                Http2Client client = peer(polite)) {
            open(client, 3);
            client.data(3, bytes(3), true);
            assertEquals("last word", client.body(3));
            assertTrue(polite.received().endsWith("\r\n\r\nxxx"));
        }
    }

    @Test
    void passesOnABackendsReset() throws Exception {
        try (TestBackend dying = TestBackend.scripted(peer -> {
                    accept(peer);
                    peer.read();
                    peer.reset();
                });
                Http2Client client = peer(dying)) {
            open(client, 3);
            client.data(3, bytes(1), false);
            assertEquals(
                    Http2Error.CANCEL.code(), client.next(Frame.Reset.class, 3).error());
        }
    }

    @Test
    void passesOnAClientsReset() throws Exception {
        try (Http2Client client = peer(echo)) {
            open(client, 3);
            client.reset(3);
            Await.until("the backend's connection is closed", () -> echo.open() == 0);
            open(client, 5);
            client.data(5, bytes(2), false);
            assertEquals("xx", client.next(Frame.Data.class, 5).text());
        }
    }

    @Test
    void endsWithTheConnection() throws Exception {
        try (Http2Client client = peer(echo)) {
            open(client, 3);
        }
        Await.until("the backend's connection is closed", () -> echo.open() == 0);
    }

    @Test
    void isCancelledAtOnceWhenItsRouteGoes() throws Exception {
        try (Http2Client client = peer(echo)) {
            open(client, 3);
            fixture.engine().remove("test/" + HOST, Duration.ofMinutes(1)).get(5, TimeUnit.SECONDS);
            assertEquals(
                    Http2Error.CANCEL.code(), client.next(Frame.Reset.class, 3).error());
            Await.until("the backend's connection is closed", () -> echo.open() == 0);
        }
    }

    @Test
    void believesNoAcceptThatIsNotTheKeys() throws Exception {
        try (TestBackend lying = TestBackend.scripted(peer -> {
                    peer.readHead();
                    peer.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
                    peer.awaitEnd();
                });
                Http2Client client = peer(lying)) {
            assertEquals("502", open(client, 3).headers().status().toString());
            Await.until("the backend's connection is closed", () -> lying.open() == 0);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 403, 426})
    void leavesAnAnswerThatRefusesAsItIs(int status) throws Exception {
        try (TestBackend refusing = TestBackend.answering((_, peer) -> peer.respond(status, "no socket"));
                Http2Client client = peer(refusing)) {
            client.headers(3, connect(), false).data(3, bytes(5), false);
            assertEquals(
                    String.valueOf(status == 200 ? 502 : status),
                    client.next(Frame.Headers.class, 3).headers().status().toString());
            client.next(Frame.Reset.class, 3);
            assertFalse(refusing.received().contains("xxxxx"));
        }
    }

    @Test
    void refusesTrailersOnIt() throws Exception {
        try (Http2Client client = peer(echo)) {
            open(client, 3);
            client.headers(3, new io.netty.handler.codec.http2.DefaultHttp2Headers(false).add("x", "y"), true);
            client.next(Frame.Reset.class, 3);
            Await.until("the backend's connection is closed", () -> echo.open() == 0);
        }
    }
}
