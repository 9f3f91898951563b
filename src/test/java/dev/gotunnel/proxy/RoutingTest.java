package dev.gotunnel.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.policy.TlsVersion;
import dev.gotunnel.policy.TrafficPolicy;
import dev.gotunnel.testing.Await;
import dev.gotunnel.testing.EngineFixture;
import dev.gotunnel.testing.TestBackend;
import dev.gotunnel.testing.WireClient;
import dev.gotunnel.testing.WireClient.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which name leads where, over which port, with which certificate; and how that changes while it is in use. */
class RoutingTest {
    private static final String HOST = "shop.localhost";

    @AutoClose
    private final EngineFixture fixture = EngineFixture.start();

    @AutoClose
    private final TestBackend backend = TestBackend.saying("shop");

    private Route plainRoute(String id, String... names) {
        return new Route(id, List.of(names), List.of(new BackendAddress("127.0.0.1", backend.port())), false);
    }

    @ParameterizedTest
    @ValueSource(strings = {HOST, "SHOP.Localhost", "shop.localhost.", "shop.localhost:8443"})
    void findsANameHoweverItIsWritten(String host) throws IOException {
        fixture.route(HOST, backend);
        try (WireClient client = fixture.secure(HOST)) {
            assertEquals("shop", client.get(host, "/").readResponse().text());
        }
    }

    @Test
    void aWildcardServesTheNamesBelowAnotherAndTheExactNameWins() throws Exception {
        try (TestBackend any = TestBackend.saying("any");
                TestBackend deep = TestBackend.saying("deep")) {
            fixture.route("api.shop.localhost", backend)
                    .route("*.shop.localhost", any)
                    .route("*.a.shop.localhost", deep);
            assertEquals("shop", said("api.shop.localhost"));
            assertEquals("any", said("web.shop.localhost"));
            assertEquals("any", said("x.web.shop.localhost"), "at any depth, with a certificate of its own");
            assertEquals("deep", said("x.a.shop.localhost"), "the longest wildcard wins");
            assertEquals(404, status("shop.localhost"));
            assertEquals(404, status("webshop.localhost"));
            fixture.engine().remove("test/*.shop.localhost", Duration.ZERO).join();
            assertEquals(404, status("web.shop.localhost"));
        }
    }

    private String said(String name) throws Exception {
        try (WireClient client = fixture.secure(name)) {
            assertTrue(namesOf(client.certificate()).stream()
                    .anyMatch(san -> san.equals(name) || san.equals("*" + name.substring(name.indexOf('.')))));
            return client.get(name, "/").readResponse().text();
        }
    }

    private int status(String name) throws IOException {
        try (WireClient client = fixture.secure(name)) {
            return client.get(name, "/").readResponse().status();
        }
    }

    @Test
    void listsTheTunnelsToWhoAsksForAnotherName() throws IOException {
        fixture.route(HOST, backend);
        try (WireClient client = fixture.secure("none.localhost")) {
            Response answer = client.get("none.localhost", "/").readResponse();
            assertEquals(404, answer.status());
            assertEquals("404", answer.field("x-gotunnel-error"));
            assertTrue(answer.text()
                    .contains("https://" + HOST + ":" + fixture.securePort() + "  ->  127.0.0.1:" + backend.port()));
            assertTrue(answer.text().contains("gotunnel start --port 3000 --domain none"));
            // It is an answer like any other: the connection goes on.
            assertEquals("shop", client.get(HOST, "/").readResponse().text());
        }
    }

    @Test
    void redirectsPlainHttpAndKeepsPathAndQuery() throws IOException {
        fixture.route(HOST, backend);
        try (WireClient client = fixture.plain()) {
            Response answer = client.get(HOST, "/a/b?c=d&e=%20").readResponse();
            assertEquals(307, answer.status());
            assertEquals("https://shop.localhost:" + fixture.securePort() + "/a/b?c=d&e=%20", answer.field("location"));
            client.send("POST / HTTP/1.1\r\nHost: " + HOST + "\r\nContent-Length: 2\r\n\r\nab");
            assertEquals(307, client.readResponse().status());
            assertTrue(backend.requests().isEmpty());
        }
    }

    @Test
    void leadsPlainHttpOnATlsPortToTheSamePort() throws IOException {
        fixture.route(HOST, backend);
        int other = fixture.engine().listen(0, true);
        for (int port : new int[] {fixture.securePort(), other}) {
            try (WireClient client = fixture.plain(port)) {
                Response answer = client.get(HOST, "/a").readResponse();
                assertEquals(307, answer.status());
                assertEquals("https://shop.localhost:" + port + "/a", answer.field("location"));
            }
        }
    }

    @Test
    void servesAPlainRouteOverPlainHttp() throws IOException {
        fixture.route(plainRoute("test/plain", HOST));
        try (WireClient client = fixture.plain()) {
            assertEquals("shop", client.get(HOST, "/").readResponse().text());
            assertEquals("http", backend.requests().getFirst().field("x-forwarded-proto"));
        }
    }

    @Test
    void letsNoTwoRoutesHaveOneName() {
        fixture.route(plainRoute("test/one", "a.localhost", "b.localhost"));
        GotunnelException e = assertThrows(
                GotunnelException.class, () -> fixture.route(plainRoute("test/two", "c.localhost", "b.localhost")));
        assertEquals(ErrorCode.NAME_TAKEN, e.code());
        fixture.route(plainRoute("test/three", "c.localhost"));
    }

    // ---- certificates

    private static List<String> namesOf(Certificate certificate) throws CertificateParsingException {
        return ((X509Certificate) certificate)
                .getSubjectAlternativeNames().stream()
                        .map(name -> name.get(1).toString())
                        .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"shop.localhost", "x.shop.localhost", "x.y.shop.localhost"})
    void aTunnelMayDemandTls13(String name) throws Exception {
        for (String served : List.of(HOST, "*." + HOST)) {
            fixture.route(new Route(
                    "test/" + served,
                    List.of(served),
                    List.of(new BackendAddress("127.0.0.1", backend.port())),
                    true,
                    TrafficPolicy.NONE,
                    List.of(),
                    TlsVersion.TLS_1_3));
        }
        try (SSLSocket modern = connect(name, "TLSv1.3");
                SSLSocket old = connect(name, "TLSv1.2")) {
            modern.startHandshake();
            assertThrows(SSLException.class, old::startHandshake);
        }
        try (SSLSocket other = connect("other.localhost", "TLSv1.2")) {
            other.startHandshake();
        }
    }

    @Test
    void aConnectionBegunForAnotherNameDoesNotGetAroundThat() throws IOException {
        fixture.route("other.localhost", backend);
        fixture.route(new Route(
                "test/strict",
                List.of(HOST),
                List.of(new BackendAddress("127.0.0.1", backend.port())),
                true,
                TrafficPolicy.NONE,
                List.of(),
                TlsVersion.TLS_1_3));
        try (WireClient old = fixture.tls12("other.localhost");
                WireClient modern = fixture.secure("other.localhost")) {
            assertEquals(200, old.get("other.localhost", "/").readResponse().status());
            assertEquals(421, old.get(HOST, "/").readResponse().status());
            assertEquals(200, modern.get(HOST, "/").readResponse().status());
        }
    }

    private SSLSocket connect(String name, String version) throws IOException {
        SSLSocket socket = (SSLSocket) EngineFixture.trust()
                .getSocketFactory()
                .createSocket(
                        new Socket(InetAddress.getLoopbackAddress(), fixture.securePort()),
                        name,
                        fixture.securePort(),
                        true);
        socket.setEnabledProtocols(new String[] {version});
        return socket;
    }

    @Test
    void provesEachNameWithItsOwnCertificate() throws Exception {
        fixture.route(HOST, backend).route("api.localhost", backend);
        for (String name : List.of(HOST, "api.localhost", "SHOP.localhost", "stranger.localhost")) {
            try (WireClient client = fixture.secure(name)) {
                assertEquals(List.of(name.toLowerCase()), namesOf(client.certificate()));
            }
        }
    }

    @Test
    void provesLoopbackToWhoNamesNothing() throws Exception {
        try (WireClient client = fixture.secure("")) {
            assertTrue(namesOf(client.certificate()).contains("127.0.0.1"));
        }
    }

    @Test
    void mintsForMoreStrangersThanItKeeps() throws Exception {
        try (WireClient first = fixture.secure("s0.localhost")) {
            for (int i = 1; i < 80; i++) {
                fixture.secure("s" + i + ".localhost").close();
            }
            assertEquals(404, first.get("s0.localhost", "/").readResponse().status());
            try (WireClient again = fixture.secure("s0.localhost")) {
                assertEquals(404, again.get("s0.localhost", "/").readResponse().status());
            }
        }
    }

    @Test
    void closesAConnectionWhoseCertificateCannotBeMade() {
        assertThrows(IOException.class, () -> fixture.secure("elsewhere.example.com"));
    }

    @Test
    void replacesACertificateUnderOpenConnections() throws Exception {
        fixture.route(HOST, backend);
        try (WireClient open = fixture.secure(HOST)) {
            KeyMaterial next = EngineFixture.newMaterial(HOST);
            fixture.engine().replaceCertificate("test/" + HOST, next);
            assertEquals("shop", open.get(HOST, "/").readResponse().text());
            try (WireClient client = fixture.secure(HOST)) {
                assertEquals(next.chain().getFirst(), client.certificate());
                assertNotEquals(next.chain().getFirst(), open.certificate());
            }
        }
    }

    @Test
    void failsNoHandshakeWhileCertificatesAreReplaced() throws Exception {
        fixture.route(HOST, backend);
        KeyMaterial material = EngineFixture.material(HOST);
        AtomicBoolean stop = new AtomicBoolean();
        Thread replacing = Thread.ofPlatform().daemon().start(() -> {
            while (!stop.get()) {
                fixture.engine().replaceCertificate("test/" + HOST, material);
            }
        });
        try {
            for (int i = 0; i < 150; i++) {
                try (WireClient client = fixture.secure(HOST)) {
                    assertEquals("shop", client.get(HOST, "/").readResponse().text());
                }
            }
        } finally {
            stop.set(true);
            replacing.join();
        }
    }

    // ---- changes under load

    @Test
    void losesNothingWhileOtherRoutesComeAndGo() throws Exception {
        fixture.route(HOST, backend);
        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger served = new AtomicInteger();
        List<CompletableFuture<Void>> load = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            load.add(CompletableFuture.runAsync(() -> {
                try (WireClient client = fixture.secure(HOST)) {
                    while (!stop.get()) {
                        assertEquals(
                                "shop", client.get(HOST, "/").readResponse().text());
                        served.incrementAndGet();
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }));
        }
        for (int i = 0; i < 100 || served.get() < 1000; i++) {
            fixture.route("other.localhost", backend);
            fixture.engine()
                    .remove("test/other.localhost", Duration.ofSeconds(5))
                    .get(5, TimeUnit.SECONDS);
        }
        stop.set(true);
        for (CompletableFuture<Void> one : load) {
            one.get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void letsRequestsUnderWayFinishWhenTheirRouteGoes() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        String large = "x".repeat(5_000_000);
        try (TestBackend slow = TestBackend.answering((_, peer) -> {
            go.await();
            peer.respond(200, large);
        })) {
            fixture.route("slow.localhost", slow);
            try (WireClient client = fixture.secure("slow.localhost")) {
                client.get("slow.localhost", "/");
                Await.until("it is under way", () -> slow.requests().size() == 1);
                CompletableFuture<Void> drained = fixture.engine().remove("test/slow.localhost", Duration.ofMinutes(1));
                try (WireClient late = fixture.secure("slow.localhost")) {
                    assertEquals(
                            404, late.get("slow.localhost", "/").readResponse().status());
                }
                assertFalse(drained.isDone());
                go.countDown();
                assertEquals(5_000_000, client.readResponse().body().length);
                drained.get(5, TimeUnit.SECONDS);
                Await.until("nothing stays open to the backend", () -> slow.open() == 0);
            }
        }
    }

    @Test
    void waitsForRequestsOnlyAsLongAsItWasTold() throws Exception {
        try (TestBackend never = TestBackend.answering((_, peer) -> peer.awaitEnd())) {
            fixture.route("never.localhost", never);
            try (WireClient client = fixture.secure("never.localhost")) {
                client.get("never.localhost", "/");
                Await.until("it is under way", () -> never.requests().size() == 1);
                CompletableFuture<Void> drained =
                        fixture.engine().remove("test/never.localhost", Duration.ofMillis(200));
                assertThrows(TimeoutException.class, () -> drained.get(20, TimeUnit.MILLISECONDS));
                drained.get(5, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void endsAnEventStreamAtOnceWhenItsRouteGoes() throws Exception {
        try (TestBackend events = TestBackend.answering((_, peer) -> {
            peer.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n");
            peer.awaitEnd();
        })) {
            fixture.route("events.localhost", events);
            try (WireClient client = fixture.secure("events.localhost")) {
                client.get("events.localhost", "/");
                assertEquals(200, client.readHead().status());
                client.readLine();
                CompletableFuture<Void> drained =
                        fixture.engine().remove("test/events.localhost", Duration.ofMinutes(1));
                drained.get(5, TimeUnit.SECONDS);
                assertThrows(IOException.class, () -> {
                    while (true) {
                        client.readLine();
                    }
                });
            }
        }
    }

    // ---- the end

    @Test
    void sendsWhatIsUnderWayToItsEndBeforeItCloses() throws Exception {
        String large = "x".repeat(30_000_000);
        try (EngineFixture own = EngineFixture.start();
                TestBackend backend = TestBackend.saying(large)) {
            own.route(HOST, backend);
            try (WireClient client = own.secure(HOST)) {
                client.get(HOST, "/");
                int length = Integer.parseInt(client.readHead().field("content-length"));
                CompletableFuture<Void> drained = own.engine().remove("test/" + HOST, Duration.ofSeconds(20));
                int taken = 0;
                while (!drained.isDone() && taken < length) {
                    taken += client.readFully(10_000).length;
                }
                CompletableFuture<Void> end = drained.thenRunAsync(own.engine()::close);
                Await.until("the engine closes", () -> !isListening(own.plainPort()));
                assertEquals(length, taken + client.readFully(length - taken).length);
                assertTrue(client.isEnded());
                end.get(5, TimeUnit.SECONDS);
            }
        }
    }

    private static boolean isListening(int port) {
        try {
            new Socket(InetAddress.getLoopbackAddress(), port).close();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void closesQuicklyWithEverythingOpen() throws Exception {
        try (EngineFixture own = EngineFixture.start();
                TestBackend never = TestBackend.answering((_, peer) -> peer.awaitEnd())) {
            own.route(HOST, never);
            try (WireClient busy = own.secure(HOST);
                    WireClient idle = own.secure(HOST);
                    WireClient plain = own.plain()) {
                busy.get(HOST, "/");
                Await.until("it is under way", () -> never.requests().size() == 1);
                long began = System.nanoTime();
                own.engine().close();
                assertTrue(System.nanoTime() - began < TimeUnit.SECONDS.toNanos(2));
                assertTrue(busy.isEnded() && idle.isEnded() && plain.isEnded());
                Await.until("the backend is left alone", () -> never.open() == 0);
            }
        }
    }
}
