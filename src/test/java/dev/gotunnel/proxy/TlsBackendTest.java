package dev.gotunnel.proxy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.cert.CertificateAuthority;
import dev.gotunnel.cert.Leaf;
import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.policy.BackendAddress.Scheme;
import dev.gotunnel.policy.Timeouts;
import dev.gotunnel.policy.TrafficPolicy;
import dev.gotunnel.policy.UpstreamTls;
import dev.gotunnel.testing.Await;
import dev.gotunnel.testing.EngineFixture;
import dev.gotunnel.testing.Http2Backend;
import dev.gotunnel.testing.Http2Client;
import dev.gotunnel.testing.PolicyBuilder;
import dev.gotunnel.testing.TestBackend;
import dev.gotunnel.testing.WireClient;
import dev.gotunnel.testing.WireClient.Response;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Backends that speak TLS, and how they prove who they are. */
class TlsBackendTest {
    private static final String HOST = "shop.localhost";
    private static final List<String> BOTH = List.of("h2", "http/1.1");

    @TempDir
    private Path folder;

    private Path ca;

    @AutoClose
    private final EngineFixture fixture = EngineFixture.start();

    private final ConcurrentLinkedQueue<List<String>> offered = new ConcurrentLinkedQueue<>();

    @BeforeEach
    void writeIssuer() throws Exception {
        ca = pem("ca.pem", EngineFixture.root());
    }

    private Path pem(String name, X509Certificate certificate) throws Exception {
        return Files.writeString(
                folder.resolve(name),
                "-----BEGIN CERTIFICATE-----\n"
                        + Base64.getMimeEncoder().encodeToString(certificate.getEncoded())
                        + "\n-----END CERTIFICATE-----\n");
    }

    private TestBackend saying(KeyMaterial material, String text) {
        return TestBackend.secure(material, offered, TestBackend.serving((_, peer) -> peer.respond(200, text)));
    }

    private void route(String host, int port, UpstreamTls tls) {
        TrafficPolicy policy = new TrafficPolicy(
                null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, tls, null);
        fixture.route(HOST, new BackendAddress(Scheme.HTTPS, host, port, 1), policy);
    }

    private UpstreamTls trusting() {
        return new UpstreamTls(true, ca, null);
    }

    private Response get() throws IOException {
        try (WireClient client = fixture.secure(HOST)) {
            return client.get(HOST, "/").readResponse();
        }
    }

    private void assertDown(String reason, String hint) throws IOException {
        Response answer = get();
        assertEquals(502, answer.status());
        assertTrue(answer.text().contains("Last error: " + reason), answer.text());
        assertTrue(answer.text().contains(hint), answer.text());
        assertEquals(reason, fixture.engine().health("test/" + HOST).getFirst().reason());
    }

    @ParameterizedTest
    @CsvSource({"localhost, localhost", "127.0.0.1, ''"})
    void trustsABackendWhoseIssuerIsInTheFile(String host, String certificate) throws Exception {
        try (TestBackend backend = saying(EngineFixture.material(certificate), "trusted")) {
            route(host, backend.port(), trusting());
            assertEquals("trusted", get().text());
            assertEquals(BOTH, offered.element());
        }
    }

    @Test
    void doesNotTrustOurOwnIssuerUnasked() throws Exception {
        try (TestBackend backend = saying(EngineFixture.material("localhost"), "secret")) {
            route("localhost", backend.port(), UpstreamTls.DEFAULT);
            assertDown("its certificate is not trusted", "tls.upstream_ca");
            assertTrue(get().text().contains("tls.upstream_verify: false"));
            assertTrue(backend.requests().isEmpty());
        }
    }

    @Test
    void takesAnyCertificateWhenTold() throws Exception {
        try (TestBackend backend = saying(EngineFixture.material("other.localhost"), "whoever")) {
            route("localhost", backend.port(), new UpstreamTls(false, null, null));
            assertEquals("whoever", get().text());
        }
    }

    @Test
    void refusesACertificateForAnotherName() throws Exception {
        try (TestBackend backend = saying(EngineFixture.material("other.localhost"), "secret")) {
            route("localhost", backend.port(), trusting());
            assertDown("its certificate is for another name", "tls.upstream_verify: false");
        }
    }

    @Test
    void refusesACertificateForAnotherAddress() throws Exception {
        try (TestBackend backend = saying(EngineFixture.material("other.localhost"), "secret")) {
            route("127.0.0.1", backend.port(), trusting());
            assertDown("its certificate is for another name", "tls.upstream_verify: false");
        }
    }

    @Test
    void asksForTheNameThatItIsTold() throws Exception {
        try (TestBackend backend = saying(EngineFixture.material("other.localhost"), "asked by name")) {
            route("127.0.0.1", backend.port(), new UpstreamTls(true, ca, "other.localhost"));
            assertEquals("asked by name", get().text());
        }
    }

    @Test
    void refusesACertificateOfTheBackendsHostWhenToldToExpectAnotherName() throws Exception {
        try (TestBackend backend = saying(EngineFixture.material("localhost"), "secret")) {
            route("localhost", backend.port(), new UpstreamTls(true, ca, "other.localhost"));
            assertDown("its certificate is for another name", "tls.upstream_verify: false");
        }
    }

    @Test
    void refusesAnExpiredCertificate() throws Exception {
        Clock then = Clock.offset(Clock.systemUTC(), Duration.ofDays(-900));
        CertificateAuthority authority = CertificateAuthority.open(folder.resolve("old"), List.of("localhost"), then);
        Leaf leaf = authority.issue(List.of("localhost"));
        try (TestBackend backend = saying(new KeyMaterial(leaf.key(), leaf.chain()), "secret")) {
            route("localhost", backend.port(), new UpstreamTls(true, pem("old.pem", authority.root()), null));
            assertDown("its certificate has expired", "tls.upstream_verify: false");
        }
    }

    @Test
    void saysWhenTheBackendDoesNotSpeakTls() throws Exception {
        try (TestBackend backend = TestBackend.scripted(peer -> {
            peer.read();
            peer.respond(400, "TLS?");
        })) {
            route("localhost", backend.port(), trusting());
            assertDown("it does not speak TLS", "write http:// in place of https://");
        }
    }

    @Test
    void saysWhenTheBackendEndsTheHandshake() throws Exception {
        try (TestBackend backend = TestBackend.scripted(peer -> peer.read())) {
            route("localhost", backend.port(), trusting());
            assertDown("it closed the connection during the TLS handshake", "write http:// in place of https://");
        }
    }

    @Test
    void readsTheFileOfIssuersAgainOnceItHasBeenMended() throws Exception {
        Path file = folder.resolve("later.pem");
        try (TestBackend backend = saying(EngineFixture.material("localhost"), "trusted")) {
            route("localhost", backend.port(), new UpstreamTls(true, file, null));
            assertDown("the issuers to trust cannot be read", "tls.upstream_ca");
            CertificateAuthority stranger =
                    CertificateAuthority.open(folder.resolve("stranger"), List.of("localhost"), Clock.systemUTC());
            Files.copy(pem("stranger.pem", stranger.root()), file);
            assertDown("its certificate is not trusted", "tls.upstream_ca");
            Files.delete(file);
            Files.copy(ca, file);
            Await.until(
                    "the look every two seconds finds it mended",
                    () -> fixture.engine().health("test/" + HOST).getFirst().healthy());
            assertEquals("trusted", get().text());
        }
    }

    @Test
    void findsOutAboutACertificateBeforeTheFirstRequest() {
        try (TestBackend backend = saying(EngineFixture.material("localhost"), "secret")) {
            route("localhost", backend.port(), UpstreamTls.DEFAULT);
            fixture.engine().checkNow("test/" + HOST);
            assertEquals(
                    "its certificate is not trusted",
                    fixture.engine().health("test/" + HOST).getFirst().reason());
        }
    }

    @Test
    void keepsConnectionsForTheNextRequest() throws Exception {
        try (TestBackend backend = saying(EngineFixture.material("localhost"), "again");
                WireClient client = fixture.secure(HOST)) {
            route("localhost", backend.port(), trusting());
            for (int i = 0; i < 5; i++) {
                assertEquals("again", client.get(HOST, "/").readResponse().text());
            }
            assertEquals(1, backend.accepted());
        }
    }

    @Test
    void passesLargeBodiesBothWays() throws Exception {
        byte[] large = Http2Client.bytes(2 << 20);
        try (TestBackend backend = TestBackend.secure(
                        EngineFixture.material("localhost"), offered, TestBackend.serving((request, peer) -> {
                            byte[] body = peer.readBody(request);
                            peer.send("HTTP/1.1 200 OK\r\nContent-Length: " + body.length + "\r\n\r\n");
                            peer.send(body);
                        }));
                WireClient client = fixture.secure(HOST)) {
            route("localhost", backend.port(), trusting());
            client.send("POST / HTTP/1.1\r\nHost: " + HOST + "\r\nContent-Length: " + large.length + "\r\n\r\n");
            client.send(large);
            assertArrayEquals(large, client.readResponse().body());
        }
    }

    @Test
    void speaksHttp2WithABackendThatChoosesIt() throws Exception {
        try (Http2Backend backend = Http2Backend.secure(
                EngineFixture.material("localhost"),
                s -> s.respond(200, new String(s.readBody(), StandardCharsets.US_ASCII)))) {
            route("localhost", backend.port(), trusting());
            try (WireClient client = fixture.secure(HOST)) {
                for (String body : List.of("one", "two")) {
                    client.send("POST / HTTP/1.1\r\nHost: " + HOST + "\r\nContent-Length: 3\r\n\r\n" + body);
                    assertEquals(body, client.readResponse().text());
                }
            }
            assertEquals("https", backend.streams().element().headers().scheme().toString());
            assertEquals(1, backend.connections());
        }
    }

    @Test
    void givesRequestsThatCameTogetherConnectionsOfTheirOwnWhereTheBackendChoosesHttp1() throws Exception {
        try (TestBackend backend = saying(EngineFixture.material("localhost"), "ok");
                Http2Client client = new Http2Client(fixture, HOST)) {
            route("localhost", backend.port(), trusting());
            for (int i = 0; i < 10; i++) {
                client.headers(1 + 2 * i, Http2Client.request("GET", HOST, "/" + i), true);
            }
            List<String> answers = new ArrayList<>();
            while (answers.size() < 10) {
                Http2Client.Frame.Data data = client.next(Http2Client.Frame.Data.class);
                if (!data.text().isEmpty()) {
                    answers.add(data.text());
                }
            }
            assertFalse(answers.stream().anyMatch(a -> !a.equals("ok")));
            assertEquals(10, backend.requests().size());
        }
    }

    @Test
    void opensAWebSocketOnTheConnectionThatTheBackendChooses() throws Exception {
        try (TestBackend backend = TestBackend.secure(EngineFixture.material("localhost"), offered, peer -> {
                    peer.readHead();
                    peer.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            + "Sec-WebSocket-Accept: any\r\n\r\n");
                    peer.send(peer.readFully(4));
                    peer.awaitEnd();
                });
                WireClient client = fixture.secure(HOST)) {
            route("localhost", backend.port(), trusting());
            client.send("GET / HTTP/1.1\r\nHost: " + HOST + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                    + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAA\r\n\r\n");
            assertEquals(101, client.readHead().status());
            client.send("ping");
            assertEquals("ping", new String(client.readFully(4), StandardCharsets.US_ASCII));
            assertEquals(List.of("h2", "http/1.1"), offered.element());
        }
    }

    @Test
    void saysForHowLongItHasWaitedInVain() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        try (TestBackend mute = TestBackend.scripted(_ -> end.await())) {
            PolicyBuilder policy = new PolicyBuilder();
            policy.timeouts = new Timeouts(Duration.ofMillis(300), null, null);
            for (Scheme scheme : List.of(Scheme.HTTPS, Scheme.H2C)) {
                fixture.route(
                        scheme.name().toLowerCase(Locale.ROOT) + ".localhost",
                        new BackendAddress(scheme, "127.0.0.1", mute.port(), 1),
                        policy.build());
            }
            assertTrue(get("https.localhost").contains("no TLS handshake in 300ms"));
            assertTrue(get("h2c.localhost").contains("no HTTP/2 settings in 300ms"));
        } finally {
            end.countDown();
        }
    }

    private String get(String host) throws IOException {
        try (WireClient client = fixture.secure(host)) {
            return client.get(host, "/").readResponse().text();
        }
    }
}
