package dev.gotunnel.proxy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.policy.BackendAddress.Scheme;
import dev.gotunnel.policy.TrafficPolicy;
import dev.gotunnel.testing.Await;
import dev.gotunnel.testing.EngineFixture;
import dev.gotunnel.testing.Http2Backend;
import dev.gotunnel.testing.Http2Client;
import dev.gotunnel.testing.Http2Client.Frame;
import dev.gotunnel.testing.TestBackend;
import dev.gotunnel.testing.WireClient;
import dev.gotunnel.testing.WireClient.Response;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Settings;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Backends that are spoken to in HTTP/2 without TLS (RFC 9113 section 3.3). */
class Http2BackendTest {
    private static final String HOST = "grpc.localhost";

    @AutoClose
    private final EngineFixture fixture = EngineFixture.start();

    private Http2Backend serve(Http2Backend backend) {
        fixture.route(HOST, new BackendAddress(Scheme.H2C, "127.0.0.1", backend.port(), 1), TrafficPolicy.NONE);
        return backend;
    }

    private static String post(int length, String... fields) {
        return "POST /form HTTP/1.1\r\nHost: " + HOST + "\r\nContent-Length: " + length + "\r\n"
                + String.join("", List.of(fields).stream().map(f -> f + "\r\n").toList()) + "\r\n";
    }

    @Test
    void saysTheSameOfARequestAsTheClientDid() throws Exception {
        try (Http2Backend backend = serve(Http2Backend.scripted(s -> s.respond(200, "hello")));
                WireClient client = fixture.secure(HOST)) {
            client.send("GET /a?b=c HTTP/1.1\r\nHost: " + HOST + ":8443\r\nCookie: a=1; b=2\r\nX-Mixed-Case: Kept\r\n"
                    + "Connection: keep-alive, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: 5\r\nTE: gzip\r\n\r\n");
            assertEquals("hello", client.readResponse().text());
            Http2Backend.Stream seen = backend.streams().element();
            assertEquals("GET", seen.headers().method().toString());
            assertEquals("/a?b=c", seen.headers().path().toString());
            assertEquals("http", seen.headers().scheme().toString());
            assertEquals(HOST + ":8443", seen.headers().authority().toString());
            assertEquals("a=1; b=2", seen.field("cookie"));
            assertEquals("Kept", seen.field("x-mixed-case"));
            assertEquals("127.0.0.1", seen.field("x-forwarded-for"));
            for (String gone : List.of("host", "connection", "x-hop", "keep-alive", "te", "transfer-encoding")) {
                assertFalse(seen.headers().contains(gone), gone);
            }
            assertTrue(seen.endedWithHead());
        }
    }

    @Test
    void passesBodiesBothWays() throws Exception {
        byte[] large = Http2Client.bytes(3 << 20);
        try (Http2Backend _ = serve(Http2Backend.scripted(s -> {
                    byte[] body = s.readBody();
                    s.head(200, false, "content-length", Integer.toString(body.length))
                            .data(body, true);
                }));
                WireClient client = fixture.secure(HOST)) {
            Thread sending = Thread.startVirtualThread(() -> {
                try {
                    client.send(post(large.length)).send(large);
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            assertArrayEquals(large, client.readResponse().body());
            sending.join();
        }
    }

    @Test
    void passesTrailersBothWaysAndSaysThatTheyAreWelcome() throws Exception {
        try (Http2Backend backend = serve(Http2Backend.scripted(s -> {
                    s.readBody();
                    s.head(200, false).data("x".getBytes(StandardCharsets.US_ASCII), false);
                    s.endWith("grpc-status", "0");
                }));
                Http2Client client = new Http2Client(fixture, HOST)) {
            client.headers(1, Http2Client.request("POST", HOST, "/", "te", "trailers"), false)
                    .data(1, Http2Client.bytes(3), false)
                    .headers(1, new io.netty.handler.codec.http2.DefaultHttp2Headers().add("x-sum", "7"), true);
            assertEquals(
                    "200",
                    client.next(Frame.Headers.class, 1).headers().status().toString());
            Frame.Headers trailers = client.next(Frame.Headers.class, 1);
            assertEquals("0", trailers.headers().get("grpc-status").toString());
            assertTrue(trailers.end());
            Http2Backend.Stream seen = backend.streams().element();
            assertEquals("trailers", seen.field("te"));
            assertEquals("7", seen.trailers().get("x-sum").toString());
        }
    }

    @Test
    void passesInterimResponses() throws Exception {
        try (Http2Backend _ = serve(Http2Backend.scripted(s -> {
                    s.head(103, false, "link", "</style.css>; rel=preload");
                    s.head(100, false);
                    s.readBody();
                    s.respond(200, "done");
                }));
                WireClient client = fixture.secure(HOST)) {
            client.send(post(2, "Expect: 100-continue"));
            Response hints = client.readHead();
            assertEquals(103, hints.status());
            assertEquals("</style.css>; rel=preload", hints.field("link"));
            assertEquals(100, client.readHead().status());
            client.send("ok");
            assertEquals("done", client.readResponse().text());
        }
    }

    @Test
    void knowsAnswersWithoutABody() throws Exception {
        try (Http2Backend _ = serve(Http2Backend.scripted(s -> {
                    switch (s.headers().path().toString()) {
                        case "/none" -> s.head(204, true);
                        case "/same" -> s.head(304, true, "content-length", "5");
                        case "/empty" -> s.head(200, true);
                        default -> s.head(200, true, "content-length", "5");
                    }
                }));
                WireClient client = fixture.secure(HOST)) {
            assertEquals(204, client.get(HOST, "/none").readResponse().status());
            assertEquals(304, client.get(HOST, "/same").readResponse().status());
            Response empty = client.get(HOST, "/empty").readResponse();
            assertEquals("", empty.text());
            assertEquals("0", empty.field("content-length"));
            Response head =
                    client.send("HEAD / HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n").readHead();
            assertEquals("5", head.field("content-length"));
            assertEquals(204, client.get(HOST, "/none").readResponse().status());
        }
    }

    @Test
    void framesABodyWithoutALengthAnew() throws Exception {
        try (Http2Backend _ = serve(Http2Backend.scripted(s ->
                        s.head(200, false).data(Http2Client.bytes(7), false).data(new byte[0], true)));
                WireClient client = fixture.secure(HOST)) {
            Response answer = client.get(HOST, "/").readResponse();
            assertEquals("chunked", answer.field("transfer-encoding"));
            assertEquals("xxxxxxx", answer.text());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4, 6})
    void breaksOffAnAnswerThatIsNotAsLongAsItSays(int sent) throws Exception {
        try (Http2Backend _ = serve(Http2Backend.scripted(s -> {
                    if (sent == 0) {
                        s.head(200, true, "content-length", "5");
                    } else {
                        s.head(200, false, "content-length", "5").data(Http2Client.bytes(sent), true);
                    }
                }));
                WireClient client = fixture.secure(HOST)) {
            client.get(HOST, "/");
            assertThrows(EOFException.class, () -> client.readResponse());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"abc", "99", "101", ""})
    void says502ToAStatusThatIsNone(String status) throws Exception {
        try (Http2Backend _ = serve(Http2Backend.scripted(s -> s.headStatus(status)));
                WireClient client = fixture.secure(HOST)) {
            assertEquals(502, client.get(HOST, "/").readResponse().status());
        }
    }

    @Test
    void sharesOneConnectionAmongTheRequestsOfALoop() throws Exception {
        CountDownLatch all = new CountDownLatch(20);
        try (Http2Backend backend = serve(Http2Backend.scripted(s -> {
                    all.countDown();
                    all.await();
                    s.respond(200, "ok");
                }));
                Http2Client client = new Http2Client(fixture, HOST)) {
            for (int i = 0; i < 20; i++) {
                client.headers(1 + 2 * i, Http2Client.request("GET", HOST, "/" + i), true);
            }
            for (int i = 0; i < 20; i++) {
                client.next(Frame.Data.class);
            }
            assertEquals(1, backend.connections());
        }
    }

    @Test
    void opensAnotherConnectionWhenThePeerTakesNoMoreStreams() throws Exception {
        CountDownLatch all = new CountDownLatch(5);
        try (Http2Backend backend = serve(Http2Backend.scripted(new Http2Settings().maxConcurrentStreams(2), s -> {
                    all.countDown();
                    all.await();
                    s.respond(200, "ok");
                }));
                Http2Client client = new Http2Client(fixture, HOST)) {
            for (int i = 0; i < 5; i++) {
                client.headers(1 + 2 * i, Http2Client.request("GET", HOST, "/" + i), true);
            }
            for (int i = 0; i < 5; i++) {
                assertEquals("ok", client.next(Frame.Data.class).text());
            }
            assertEquals(3, backend.connections());
        }
    }

    @Test
    void saysWhenAPeerTakesNoStreamsAtAll() throws Exception {
        try (Http2Backend _ = serve(Http2Backend.scripted(new Http2Settings().maxConcurrentStreams(0), _ -> {}));
                WireClient client = fixture.secure(HOST)) {
            Response answer = client.get(HOST, "/").readResponse();
            assertEquals(502, answer.status());
            assertTrue(answer.text().contains("it allows no requests"), answer.text());
        }
    }

    @Test
    void repeatsARefusedPostWithItsBody() throws Exception {
        AtomicInteger refusals = new AtomicInteger();
        try (Http2Backend _ = serve(Http2Backend.scripted(s -> {
                    if (refusals.getAndIncrement() < 2) {
                        s.next();
                        s.reset(Http2Error.REFUSED_STREAM);
                    } else {
                        s.respond(200, new String(s.readBody(), StandardCharsets.US_ASCII));
                    }
                }));
                WireClient client = fixture.secure(HOST)) {
            assertEquals("body", client.send(post(4) + "body").readResponse().text());
            assertEquals(3, refusals.get());
        }
    }

    @Test
    void givesUpAfterSomeRefusals() throws Exception {
        AtomicInteger refusals = new AtomicInteger();
        try (Http2Backend _ = serve(Http2Backend.scripted(s -> {
                    refusals.incrementAndGet();
                    s.reset(Http2Error.REFUSED_STREAM);
                }));
                WireClient client = fixture.secure(HOST)) {
            Response answer = client.get(HOST, "/").readResponse();
            assertEquals(502, answer.status());
            assertTrue(answer.text().contains("REFUSED_STREAM"), answer.text());
            assertEquals(4, refusals.get());
        }
    }

    @Test
    void sendsARequestThatAGoodbyeLeavesUnreadToTheNextConnection() throws Exception {
        try (Http2Backend backend = serve(Http2Backend.scripted(s -> {
                    if (s.connection() == 1) {
                        s.readBody();
                        s.goodbye(false);
                    } else {
                        s.respond(200, new String(s.readBody(), StandardCharsets.US_ASCII));
                    }
                }));
                WireClient client = fixture.secure(HOST)) {
            assertEquals("body", client.send(post(4) + "body").readResponse().text());
            assertEquals(2, backend.connections());
        }
    }

    @Test
    void letsWhatIsUnderWayEndAfterAGoodbyeAndBeginsNothingNewThere() throws Exception {
        CountDownLatch second = new CountDownLatch(1);
        try (Http2Backend backend = serve(Http2Backend.scripted(s -> {
                    if (s.field(":path").equals("/1")) {
                        s.head(200, false);
                        s.goodbye(true);
                        second.await();
                        s.data("late".getBytes(StandardCharsets.US_ASCII), true);
                    } else {
                        s.respond(200, "new");
                    }
                }));
                Http2Client client = new Http2Client(fixture, HOST)) {
            client.headers(1, Http2Client.request("GET", HOST, "/1"), true);
            client.next(Frame.Headers.class, 1);
            // The goodbye comes after the head; ask until it has arrived.
            for (int stream = 3; backend.connections() < 2; stream += 2) {
                client.headers(stream, Http2Client.request("GET", HOST, "/2"), true);
                assertEquals("new", client.body(stream));
            }
            second.countDown();
            assertEquals("late", client.body(1));
            assertEquals(2, backend.connections());
            Await.until("the first connection is closed", () -> backend.open() == 1);
        }
    }

    @Test
    void repeatsAGetWhenAUsedConnectionIsLost() throws Exception {
        AtomicInteger requests = new AtomicInteger();
        try (Http2Backend backend = serve(Http2Backend.scripted(s -> {
                    if (requests.incrementAndGet() == 2) {
                        s.drop();
                    } else {
                        s.respond(200, "ok");
                    }
                }));
                WireClient client = fixture.secure(HOST)) {
            assertEquals("ok", client.get(HOST, "/1").readResponse().text());
            assertEquals("ok", client.get(HOST, "/2").readResponse().text());
            assertEquals(2, backend.connections());
            assertEquals(3, requests.get());
        }
    }

    @Test
    void tellsEveryExchangeThatTheConnectionIsLost() throws Exception {
        CountDownLatch both = new CountDownLatch(2);
        try (Http2Backend _ = serve(Http2Backend.scripted(s -> {
                    s.head(200, false).data(Http2Client.bytes(1), false);
                    both.countDown();
                    both.await();
                    s.drop();
                }));
                Http2Client client = new Http2Client(fixture, HOST)) {
            client.headers(1, Http2Client.request("POST", HOST, "/1"), false)
                    .headers(3, Http2Client.request("POST", HOST, "/2"), false);
            List<Integer> reset = new ArrayList<>(
                    List.of(client.next(Frame.Reset.class).stream(), client.next(Frame.Reset.class).stream()));
            reset.sort(null);
            assertEquals(List.of(1, 3), reset);
        }
    }

    @Test
    void cancelsWhatTheClientCancels() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        try (Http2Backend backend = serve(Http2Backend.scripted(s -> begun.countDown()));
                Http2Client client = new Http2Client(fixture, HOST)) {
            client.headers(1, Http2Client.request("POST", HOST, "/"), false);
            begun.await();
            client.reset(1);
            assertEquals(Http2Error.CANCEL.code(), backend.streams().element().awaitReset());
            // Only the stream has ended.
            assertEquals(1, backend.open());
        }
    }

    @Test
    void cancelsWhenAnHttp1ClientGoesAway() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        try (Http2Backend backend = serve(Http2Backend.scripted(s -> begun.countDown()))) {
            try (WireClient client = fixture.secure(HOST)) {
                client.get(HOST, "/");
                begun.await();
            }
            assertEquals(Http2Error.CANCEL.code(), backend.streams().element().awaitReset());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {2, 8, 11, 0xabc})
    void resetsTheClientsStreamWithTheBackendsCode(long code) throws Exception {
        try (Http2Backend _ = serve(Http2Backend.scripted(s -> {
                    s.head(200, false).data(Http2Client.bytes(1), false);
                    s.reset(code);
                }));
                Http2Client client = new Http2Client(fixture, HOST)) {
            client.headers(1, Http2Client.request("GET", HOST, "/"), true);
            assertEquals(code, client.next(Frame.Reset.class, 1).error());
        }
    }

    @Test
    void saysInWordsThatTheBackendResetTheRequest() throws Exception {
        try (Http2Backend _ = serve(Http2Backend.scripted(s -> s.reset(Http2Error.INTERNAL_ERROR)));
                WireClient client = fixture.secure(HOST)) {
            Response answer = client.get(HOST, "/").readResponse();
            assertEquals(502, answer.status());
            assertTrue(answer.text().contains("INTERNAL_ERROR"), answer.text());
        }
    }

    @Test
    void breaksAnHttp1ClientOffWhenTheBackendResets() throws Exception {
        try (Http2Backend _ = serve(Http2Backend.scripted(s -> {
                    s.head(200, false).data(Http2Client.bytes(1), false);
                    s.reset(Http2Error.INTERNAL_ERROR);
                }));
                WireClient client = fixture.secure(HOST)) {
            client.get(HOST, "/");
            assertThrows(EOFException.class, () -> client.readResponse());
        }
    }

    @Test
    void takesAWholeAnswerToAnUnfinishedRequest() throws Exception {
        try (Http2Backend backend = serve(Http2Backend.scripted(s -> s.respond(413, "too large")));
                Http2Client client = new Http2Client(fixture, HOST)) {
            client.headers(1, Http2Client.request("POST", HOST, "/"), false);
            assertEquals(
                    "413",
                    client.next(Frame.Headers.class, 1).headers().status().toString());
            assertEquals("too large", client.body(1));
            assertEquals(Http2Error.CANCEL.code(), backend.streams().element().awaitReset());
        }
    }

    @Test
    void letsTheBackendSendNoMoreThanTheClientTakes() throws Exception {
        int chunk = 16 * 1024;
        int chunks = 256;
        try (Http2Backend backend = serve(Http2Backend.scripted(s -> {
                    s.head(200, false);
                    for (int i = 1; i <= chunks; i++) {
                        s.data(Http2Client.bytes(chunk), i == chunks);
                    }
                }));
                Http2Client client = new Http2Client(fixture, HOST)) {
            client.headers(1, Http2Client.request("GET", HOST, "/held"), true);
            client.next(Frame.Headers.class, 1);
            // The first client's window is used up, and takes nothing more: another on the same connection is served.
            Await.until(
                    "the backend waits for a window",
                    () -> !backend.streams().element().isWritable());
            client.grant(0, 8 << 20);
            client.headers(3, Http2Client.request("GET", HOST, "/other"), true).grant(3, 8 << 20);
            int taken = 0;
            for (Frame.Data data = client.next(Frame.Data.class, 3); ; data = client.next(Frame.Data.class, 3)) {
                taken += data.text().length();
                if (data.end()) {
                    break;
                }
            }
            assertEquals(chunk * chunks, taken);
            assertEquals(1, backend.connections());
            assertFalse(backend.streams().element().isWritable());
        }
    }

    @Test
    void takesNoMoreFromTheClientThanTheBackendDoes() throws Exception {
        int offered = 4 << 20;
        CountDownLatch begun = new CountDownLatch(1);
        try (Http2Backend backend = serve(Http2Backend.scripted(s -> begun.countDown()));
                Http2Client client = new Http2Client(fixture, HOST)) {
            client.headers(1, Http2Client.request("POST", HOST, "/"), false);
            begun.await();
            // As much as the first window takes; the rest would have to be granted.
            client.data(1, Http2Client.bytes(1 << 20), false);
            Http2Backend.Stream seen = backend.streams().element();
            int granted = 0;
            int read = 0;
            while (read < 65_535) {
                read += ((Http2Backend.Event.Data) seen.next()).bytes().length;
            }
            assertEquals(65_535, read);
            while (client.hasNext()) {
                if (client.next() instanceof Frame.Window window && window.stream() == 1) {
                    granted += window.increment();
                }
            }
            assertTrue(granted < offered - (1 << 20), "granted " + granted);
            seen.grant(read);
            while (read < 1 << 20) {
                int more = ((Http2Backend.Event.Data) seen.next()).bytes().length;
                seen.grant(more);
                read += more;
            }
            assertNotEquals(0, client.next(Frame.Window.class, 1).increment());
        }
    }

    @Test
    void saysWhenTheBackendDoesNotSpeakHttp2() throws Exception {
        try (TestBackend backend = TestBackend.scripted(peer -> {
            peer.readHead();
            peer.respond(400, "what?");
        })) {
            fixture.route(HOST, new BackendAddress(Scheme.H2C, "127.0.0.1", backend.port(), 1), TrafficPolicy.NONE);
            try (WireClient client = fixture.secure(HOST)) {
                Response answer = client.get(HOST, "/").readResponse();
                assertEquals(502, answer.status());
                assertTrue(answer.text().contains("it does not speak HTTP/2"), answer.text());
                assertTrue(answer.text().contains("write http:// in place of h2c://"), answer.text());
            }
            assertEquals(
                    "it does not speak HTTP/2",
                    fixture.engine().health("test/" + HOST).getFirst().reason());
        }
    }

    @Test
    void asksNoSecondTimeOnceAnAnswerHasBegunWhateverTheBackendSaysThen() throws Exception {
        try (Http2Backend backend = serve(Http2Backend.scripted(stream -> {
                    stream.head(200, false, "content-length", "9")
                            .data("half".getBytes(StandardCharsets.US_ASCII), false);
                    stream.goodbye(false);
                }));
                WireClient client = fixture.secure(HOST)) {
            client.get(HOST, "/");
            assertEquals("9", client.readHead().field("content-length"));
            assertEquals("half", new String(client.readFully(4), StandardCharsets.US_ASCII));
            assertTrue(client.isEnded());
            assertEquals(1, backend.streams().size());
        }
    }

    @Test
    void saysThatAWebSocketCannotGoThere() throws Exception {
        try (Http2Backend _ = serve(Http2Backend.scripted(s -> s.respond(200, "")));
                WireClient client = fixture.secure(HOST)) {
            Response answer = client.send("GET / HTTP/1.1\r\nHost: " + HOST + "\r\nConnection: Upgrade\r\n"
                            + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAA\r\n\r\n")
                    .readResponse();
            assertEquals(502, answer.status());
            assertTrue(answer.text().contains("takes no WebSockets"), answer.text());
        }
    }
}
