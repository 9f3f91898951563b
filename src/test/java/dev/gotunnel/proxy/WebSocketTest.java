package dev.gotunnel.proxy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.testing.Await;
import dev.gotunnel.testing.EngineFixture;
import dev.gotunnel.testing.TestBackend;
import dev.gotunnel.testing.TestBackend.Request;
import dev.gotunnel.testing.WireClient;
import dev.gotunnel.testing.WireClient.Response;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** WebSockets (RFC 6455) pass as the bytes that they are. */
class WebSocketTest {
    private static final String HOST = "shop.localhost";
    private static final String HANDSHAKE = "GET /ws HTTP/1.1\r\nHost: " + HOST
            + "\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Protocol: chat\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    private static final int CLOSE = 0x88;
    private static final int TEXT = 0x81;
    private static final int BINARY = 0x82;

    @AutoClose
    private final EngineFixture fixture = EngineFixture.start();

    @AutoClose
    private final TestBackend echo = TestBackend.scripted(peer -> {
        accept(peer, peer.readHead(), "");
        byte[] some = new byte[16_384];
        for (int n = peer.read(some); n >= 0; n = peer.read(some)) {
            peer.send(java.util.Arrays.copyOf(some, n));
        }
    });

    private static void accept(TestBackend.Peer peer, Request request, String first) throws IOException {
        String key = request.field("sec-websocket-key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest(key.getBytes(StandardCharsets.US_ASCII));
            peer.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Protocol: chat\r\nSec-WebSocket-Accept: "
                    + Base64.getEncoder().encodeToString(digest) + "\r\n\r\n" + first);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private WireClient open(TestBackend backend) throws IOException {
        WireClient client = fixture.route(HOST, backend).secure(HOST).send(HANDSHAKE);
        Response head = client.readHead();
        assertEquals(101, head.status());
        assertEquals("upgrade", head.field("connection").toLowerCase());
        assertEquals("websocket", head.field("upgrade").toLowerCase());
        assertEquals("chat", head.field("sec-websocket-protocol"));
        assertEquals("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", head.field("sec-websocket-accept"));
        return client;
    }

    private static byte[] frame(int opcode, byte[] payload) {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(opcode);
        if (payload.length < 126) {
            frame.write(payload.length);
        } else {
            frame.write(127);
            for (int shift = 56; shift >= 0; shift -= 8) {
                frame.write((int) ((long) payload.length >>> shift));
            }
        }
        frame.writeBytes(payload);
        return frame.toByteArray();
    }

    private static void echoes(WireClient client, byte[] frame) throws IOException {
        Thread sender = Thread.ofVirtual().start(() -> {
            try {
                client.send(frame);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        assertArrayEquals(frame, client.readFully(frame.length));
        try {
            sender.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void tellsTheBackendOfTheUpgrade() throws IOException {
        try (WireClient _ = open(echo)) {
            Request request = echo.requests().getFirst();
            assertEquals("upgrade", request.field("connection"));
            assertEquals("websocket", request.field("upgrade"));
            assertEquals("13", request.field("sec-websocket-version"));
            assertEquals("https", request.field("x-forwarded-proto"));
        }
    }

    @Test
    void carriesTextBinaryAndFragments() throws IOException {
        try (WireClient client = open(echo)) {
            echoes(client, frame(TEXT, "grüße".getBytes(StandardCharsets.UTF_8)));
            echoes(client, frame(BINARY, new byte[] {0, 1, 2, (byte) 0xff}));
            echoes(client, frame(0x01, "first".getBytes(StandardCharsets.US_ASCII)));
            echoes(client, frame(0x00, "middle".getBytes(StandardCharsets.US_ASCII)));
            echoes(client, frame(0x80, "last".getBytes(StandardCharsets.US_ASCII)));
            echoes(client, frame(0x89, "ping".getBytes(StandardCharsets.US_ASCII)));
        }
    }

    @Test
    void carriesAMessageOfManyMegabytes() throws IOException {
        byte[] large = new byte[20_000_000];
        new Random(1).nextBytes(large);
        try (WireClient client = open(echo)) {
            echoes(client, frame(BINARY, large));
        }
    }

    @Test
    void passesAFrameThatComesWithTheAnswerToTheHandshake() throws IOException {
        String hello =
                new String(frame(TEXT, "hello".getBytes(StandardCharsets.US_ASCII)), StandardCharsets.ISO_8859_1);
        try (TestBackend eager = TestBackend.scripted(peer -> {
                    accept(peer, peer.readHead(), hello);
                    peer.awaitEnd();
                });
                WireClient client = open(eager)) {
            assertArrayEquals(hello.getBytes(StandardCharsets.ISO_8859_1), client.readFully(hello.length()));
        }
    }

    @Test
    void passesTheClosingHandshakeAndThenCloses() throws IOException {
        byte[] close = frame(CLOSE, new byte[] {3, (byte) 0xe8});
        try (TestBackend polite = TestBackend.scripted(peer -> {
                    accept(peer, peer.readHead(), "");
                    peer.send(peer.readFully(close.length));
                });
                WireClient client = open(polite)) {
            client.send(close);
            assertArrayEquals(close, client.readFully(close.length));
            assertTrue(client.isEnded());
        }
    }

    @Test
    void endsWithTheBackend() throws IOException {
        try (TestBackend dying = TestBackend.scripted(peer -> {
                    accept(peer, peer.readHead(), "");
                    peer.read();
                    peer.reset();
                });
                WireClient client = open(dying)) {
            client.send("x");
            assertTrue(client.isEnded());
        }
    }

    @Test
    void endsWithTheClient() throws IOException {
        try (WireClient client = open(echo)) {
            echoes(client, frame(TEXT, new byte[] {'a'}));
            client.reset();
            Await.until("the backend's connection is closed", () -> echo.open() == 0);
        }
    }

    @Test
    void isClosedAtOnceWhenItsRouteGoes() throws Exception {
        try (WireClient client = open(echo)) {
            CompletableFuture<Void> drained = fixture.engine().remove("test/" + HOST, Duration.ofMinutes(1));
            assertTrue(client.isEnded());
            drained.get(5, TimeUnit.SECONDS);
        }
    }

    @Test
    void leavesAnAnswerThatRefusesTheUpgradeAsItIs() throws IOException {
        try (TestBackend backend = TestBackend.saying("no socket here")) {
            fixture.route(HOST, backend);
            try (WireClient client = fixture.secure(HOST)) {
                for (int i = 0; i < 2; i++) {
                    assertEquals(
                            "no socket here",
                            client.send(HANDSHAKE).readResponse().text());
                }
            }
        }
    }

    @Test
    void passesWhatTheClientSaysBeforeItHasTheAnswer() throws IOException {
        byte[] hasty = frame(TEXT, "hasty\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        byte[] masked = frame(CLOSE, new byte[70_000]);
        try (WireClient client = fixture.route(HOST, echo).secure(HOST)) {
            client.send(HANDSHAKE + new String(hasty, StandardCharsets.ISO_8859_1))
                    .send(masked);
            assertEquals(101, client.readHead().status());
            assertArrayEquals(hasty, client.readFully(hasty.length));
            assertArrayEquals(masked, client.readFully(masked.length));
            echoes(client, hasty);
        }
    }

    @Test
    void servesARequestThatCameWithAHandshakeThatIsRefused() throws IOException {
        try (TestBackend backend = TestBackend.answering((request, peer) -> peer.respond(200, request.line()));
                WireClient client = fixture.route(HOST, backend).secure(HOST)) {
            client.send(HANDSHAKE + "GET /two HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n" + HANDSHAKE
                    + "GET /four HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n");
            for (String path : java.util.List.of("/ws", "/two", "/ws", "/four")) {
                assertEquals("GET " + path + " HTTP/1.1", client.readResponse().text());
            }
        }
    }

    @Test
    void passesOverPlainHttpWhereTheRouteIsPlain() throws IOException {
        fixture.route(new Route(
                "test/plain",
                java.util.List.of(HOST),
                java.util.List.of(new BackendAddress("127.0.0.1", echo.port())),
                false));
        try (WireClient client = fixture.plain()) {
            assertEquals(101, client.send(HANDSHAKE).readHead().status());
            echoes(client, frame(TEXT, new byte[] {'a'}));
        }
    }
}
