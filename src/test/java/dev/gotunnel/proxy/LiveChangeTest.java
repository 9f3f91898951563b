package dev.gotunnel.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.policy.BackendAddress.Scheme;
import dev.gotunnel.policy.HealthProbe;
import dev.gotunnel.policy.TlsVersion;
import dev.gotunnel.testing.Await;
import dev.gotunnel.testing.EngineFixture;
import dev.gotunnel.testing.Http2Backend;
import dev.gotunnel.testing.PolicyBuilder;
import dev.gotunnel.testing.TestBackend;
import dev.gotunnel.testing.WireClient;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What a change of a route's backends means to what is under way, to idle connections and to probes. */
class LiveChangeTest {
    private static final String HOST = "shop.localhost";
    private static final String ID = "default/shop";

    @AutoClose
    private final EngineFixture fixture = EngineFixture.start();

    @AutoClose
    private final TestBackend other = TestBackend.saying("other");

    private final PolicyBuilder policy = new PolicyBuilder();

    private static BackendAddress address(TestBackend backend) {
        return new BackendAddress("127.0.0.1", backend.port());
    }

    private Route route(BackendAddress... backends) {
        return new Route(ID, List.of(HOST), Arrays.asList(backends), true, policy.build(), List.of(), null);
    }

    @Test
    void aDownloadGoesOnFromABackendThatIsRemovedWhoseConnectionThenCloses() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (TestBackend slow = TestBackend.answering((_, peer) -> {
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
                    go.await();
                    peer.send("world");
                });
                WireClient client = fixture.secure(HOST)) {
            fixture.route(route(address(slow)));
            client.get(HOST, "/");
            client.readHead();
            client.readFully(5);
            fixture.engine().update(route(address(other)));
            try (WireClient next = fixture.secure(HOST)) {
                assertEquals("other", next.get(HOST, "/").readResponse().text());
            }
            go.countDown();
            assertEquals("world", new String(client.readFully(5), StandardCharsets.US_ASCII));
            Await.until("the connection is closed", () -> slow.open() == 0);
        } finally {
            go.countDown();
        }
    }

    @Test
    void aWebSocketGoesOnAtABackendThatIsRemoved() throws Exception {
        try (TestBackend chat = TestBackend.scripted(peer -> {
                    TestBackend.Request request = peer.readHead();
                    if (request != null) {
                        peer.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                + "Sec-WebSocket-Accept: " + accept(request.field("sec-websocket-key")) + "\r\n\r\n");
                        for (int b = peer.read(); b >= 0; b = peer.read()) {
                            peer.send(new byte[] {(byte) b});
                        }
                    }
                });
                WireClient client = fixture.secure(HOST)) {
            fixture.route(route(address(chat)));
            client.send("GET / HTTP/1.1\r\nHost: " + HOST + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                    + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
            assertEquals(101, client.readHead().status());
            fixture.engine().update(route(address(other)));
            fixture.engine().update(route(address(other), address(other)));
            client.send("ping");
            assertEquals("ping", new String(client.readFully(4), StandardCharsets.US_ASCII));
            fixture.engine().remove(ID, Duration.ofMinutes(1)).join();
            assertTrue(client.isEnded(), "though two changes lie between");
        }
    }

    private static String accept(String key) throws Exception {
        byte[] text = (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.US_ASCII);
        return Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("SHA-1").digest(text));
    }

    @Test
    void aProbeOfHttp2FailsByItsTimeAndEndsWithTheTunnel() {
        policy.health = new HealthProbe("/up", Duration.ofMillis(100), Duration.ofMillis(300), 200, 299, 1, 1);
        AtomicBoolean well = new AtomicBoolean();
        try (Http2Backend probed = Http2Backend.scripted(stream -> {
            if (well.get()) {
                stream.respond(204, "");
            }
        })) {
            fixture.route(route(new BackendAddress(Scheme.H2C, "127.0.0.1", probed.port(), 1)));
            Await.until(
                    "it is found down",
                    () -> fixture.engine().health(ID).stream()
                            .anyMatch(h -> "no answer to /up within 300 ms".equals(h.reason())));
            well.set(true);
            Await.until(
                    "it is found up",
                    () -> fixture.engine().health(ID).getFirst().healthy());
            fixture.engine().remove(ID, Duration.ZERO).join();
            Await.until("nobody asks any more", () -> probed.open() == 0);
            int asked = probed.streams().size();
            assertTrue(
                    !Await.within(Duration.ofMillis(400), () -> probed.streams().size() > asked + 1));
        }
    }

    @Test
    void aNewMinimumOfTlsHoldsFromTheNextHandshakeOnAndForOldConnections() throws Exception {
        fixture.route(route(address(other)));
        try (WireClient old = fixture.tls12(HOST)) {
            assertEquals("other", old.get(HOST, "/").readResponse().text());
            fixture.engine()
                    .update(new Route(
                            ID,
                            List.of(HOST),
                            List.of(address(other)),
                            true,
                            policy.build(),
                            List.of(),
                            TlsVersion.TLS_1_3));
            assertThrows(SSLException.class, () -> fixture.tls12(HOST));
            assertEquals(421, old.get(HOST, "/").readResponse().status());
        }
    }

    @Test
    void namesAreKept() {
        fixture.route(route(address(other)));
        Route renamed = new Route(ID, List.of("other.localhost"), List.of(address(other)), true);
        assertThrows(IllegalArgumentException.class, () -> fixture.engine().update(renamed));
    }
}
