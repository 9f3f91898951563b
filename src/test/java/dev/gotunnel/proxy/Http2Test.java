package dev.gotunnel.proxy;

import static dev.gotunnel.testing.Http2Client.bytes;
import static dev.gotunnel.testing.Http2Client.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.testing.Await;
import dev.gotunnel.testing.EngineFixture;
import dev.gotunnel.testing.Http2Client;
import dev.gotunnel.testing.Http2Client.Frame;
import dev.gotunnel.testing.TestBackend;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP/2 (RFC 9113) towards the client, HTTP/1.1 towards the backend. */
class Http2Test {
    private static final String HOST = "localhost";

    @AutoClose
    private final EngineFixture fixture = EngineFixture.start();

    @AutoClose
    private final HttpClient browser = fixture.client(HttpClient.Version.HTTP_2);

    @AutoClose
    private final TestBackend echo = TestBackend.answering((request, peer) -> peer.respond(
            200, request.method() + " " + new String(peer.readBody(request), StandardCharsets.ISO_8859_1)));

    private Http2Client peer(TestBackend backend) {
        return new Http2Client(fixture.route(HOST, backend), HOST);
    }

    private static Http2Headers get() {
        return request("GET", HOST, "/");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "POST", "PUT", "DELETE", "OPTIONS"})
    void passesEveryMethodWithItsBody(String method) throws Exception {
        fixture.route(HOST, echo);
        HttpResponse<String> answer = browser.send(
                Requests.to(fixture, "/a?b")
                        .method(method, HttpRequest.BodyPublishers.ofString("body"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertEquals(HttpClient.Version.HTTP_2, answer.version());
        assertEquals(method + " body", answer.body());
        TestBackend.Request seen = echo.requests().getFirst();
        assertEquals(method + " /a?b HTTP/1.1", seen.line());
        assertEquals("localhost:" + fixture.securePort(), seen.field("host"));
        assertEquals("https", seen.field("x-forwarded-proto"));
    }

    @Test
    void keepsTheHeadOfAnAnswerToHead() throws Exception {
        try (TestBackend backend =
                TestBackend.answering((_, peer) -> peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n"))) {
            fixture.route(HOST, backend);
            for (int i = 0; i < 2; i++) {
                HttpResponse<String> answer =
                        browser.send(Requests.to(fixture, "/").HEAD().build(), HttpResponse.BodyHandlers.ofString());
                assertEquals(
                        "1234", answer.headers().firstValue("content-length").orElseThrow());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {204, 304})
    void endsAnAnswerWithoutABody(int status) throws Exception {
        try (TestBackend backend = TestBackend.answering((_, peer) -> peer.send("HTTP/1.1 " + status + " X\r\n\r\n"));
                Http2Client client = peer(backend)) {
            Frame.Headers head = client.headers(3, get(), true).next(Frame.Headers.class, 3);
            assertEquals(Integer.toString(status), head.headers().status().toString());
            assertTrue(head.end());
        }
    }

    @Test
    void joinsTheCookiesThatCameInPieces() throws Exception {
        try (Http2Client client = peer(echo)) {
            client.headers(3, request("GET", HOST, "/", "cookie", "a=1", "cookie", "b=2"), true);
            client.next(Frame.Headers.class, 3);
            assertEquals("a=1; b=2", echo.requests().getFirst().field("cookie"));
        }
    }

    @Test
    void passesInformationalResponses() throws Exception {
        try (TestBackend backend = TestBackend.answering((_, peer) -> {
                    peer.send("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n");
                    peer.respond(200, "x");
                });
                Http2Client client = peer(backend)) {
            client.headers(3, get(), true);
            assertEquals(
                    "103",
                    client.next(Frame.Headers.class, 3).headers().status().toString());
            assertEquals(
                    "200",
                    client.next(Frame.Headers.class, 3).headers().status().toString());
            assertEquals("x", client.body(3));
        }
    }

    @Test
    void passesTrailersBothWays() throws Exception {
        try (TestBackend backend = TestBackend.answering((request, peer) -> {
                    peer.readBody(request);
                    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 2\r\n\r\n");
                });
                Http2Client client = peer(backend)) {
            client.headers(3, request("POST", HOST, "/"), false)
                    .data(3, bytes(3), false)
                    .headers(3, new DefaultHttp2Headers(false).add("x-sent", "3"), true);
            client.next(Frame.Headers.class, 3);
            assertEquals("ok", client.next(Frame.Data.class, 3).text());
            Frame.Headers trailers = client.next(Frame.Headers.class, 3);
            assertEquals("2", trailers.headers().get("x-sum").toString());
            assertTrue(trailers.end());
            assertTrue(backend.received().endsWith("3\r\nxxx\r\n0\r\nx-sent: 3\r\n\r\n"), backend.received());
        }
    }

    @Test
    void servesManyStreamsAtOnce() throws Exception {
        CountDownLatch all = new CountDownLatch(60);
        try (TestBackend backend = TestBackend.answering((request, peer) -> {
            all.countDown();
            all.await();
            peer.respond(200, request.target().repeat(10_000));
        })) {
            fixture.route(HOST, backend);
            List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
            for (int i = 100; i < 160; i++) {
                answers.add(
                        browser.sendAsync(Requests.to(fixture, "/" + i).build(), HttpResponse.BodyHandlers.ofString()));
            }
            for (int i = 100; i < 160; i++) {
                String body = answers.get(i - 100).get(20, TimeUnit.SECONDS).body();
                assertEquals(("/" + i).repeat(10_000), body);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {70_000, 1_100_000, 6_000_000, 30_000_000})
    void takesUploadsThatExceedTheWindows(int length) throws Exception {
        try (TestBackend backend =
                TestBackend.answering((request, peer) -> peer.respond(200, "" + peer.readBody(request).length))) {
            fixture.route(HOST, backend);
            HttpRequest upload = Requests.to(fixture, "/")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[length]))
                    .build();
            for (int i = 0; i < 2; i++) {
                assertEquals(
                        "" + length,
                        browser.send(upload, HttpResponse.BodyHandlers.ofString())
                                .body());
            }
        }
    }

    @Test
    void takesAnUploadThatSaysNoLength() throws Exception {
        fixture.route(HOST, echo);
        byte[] body = bytes(3_000_000);
        HttpRequest upload = Requests.to(fixture, "/")
                .POST(HttpRequest.BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(body)))
                .build();
        assertEquals(
                body.length + 5,
                browser.send(upload, HttpResponse.BodyHandlers.ofString())
                        .body()
                        .length());
        assertEquals("chunked", echo.requests().getFirst().field("transfer-encoding"));
    }

    @Test
    void returnsTheWindowOfWhatNobodyTakes() throws Exception {
        TestBackend gone = TestBackend.saying("");
        gone.close();
        try (Http2Client client = peer(gone)) {
            int window = 65_535 + (4 << 20);
            int sent = 0;
            // Far more than the connection's window in all: it works only when each refused body gives back its share.
            for (int stream = 3; sent < 2 * window; stream += 2) {
                client.headers(stream, request("POST", HOST, "/"), false);
                for (int i = 0; i < 30; i++) {
                    client.data(stream, bytes(16_384), i == 29);
                    sent += 16_384;
                }
                assertEquals(
                        "502",
                        client.next(Frame.Headers.class, stream)
                                .headers()
                                .status()
                                .toString());
            }
        }
    }

    @Test
    void grantsOnlyWhatTheBackendHasTaken() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (TestBackend lazy = TestBackend.answering((request, peer) -> {
                    go.await();
                    peer.respond(200, "" + peer.readBody(request).length);
                });
                Http2Client client = peer(lazy)) {
            int length = 12 << 20;
            client.headers(3, request("POST", HOST, "/", "content-length", "" + length), false);
            int window = 1 << 20;
            int sent = 0;
            while (sent < length) {
                while (window >= 16_384 && sent < length) {
                    sent += 16_384;
                    window -= 16_384;
                    client.data(3, bytes(16_384), sent == length);
                }
                if (sent < length) {
                    if (go.getCount() > 0 && !moreComesWithin(client, Duration.ofMillis(300))) {
                        // The kernel's buffers are full now, and the engine lets no more in than that.
                        go.countDown();
                    }
                    window += client.next(Frame.Window.class, 3).increment();
                }
            }
            go.countDown();
            client.next(Frame.Headers.class, 3);
            assertEquals("" + length, client.body(3));
        }
    }

    private static boolean moreComesWithin(Http2Client client, Duration time) {
        return Await.within(time, client::hasNext);
    }

    @Test
    void goesOnAfterAStreamThatWasCancelledMidway() throws Exception {
        try (TestBackend backend = TestBackend.answering((request, peer) -> {
                    if (request.target().equals("/large")) {
                        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n");
                        byte[] block = bytes(100_000);
                        for (int i = 0; i < 1000; i++) {
                            peer.send(block);
                        }
                    } else {
                        peer.respond(200, "small");
                    }
                });
                Http2Client client = peer(backend)) {
            for (int stream = 3; stream < 43; stream += 4) {
                client.headers(stream, request("GET", HOST, "/large"), true);
                int length = client.next(Frame.Data.class, stream).text().length();
                client.reset(stream).grant(0, length);
                Await.until("the backend is stopped", () -> backend.open() <= 1);
                // What was in flight takes from the connection's window: grant plenty.
                client.grant(0, 200_000).headers(stream + 2, request("GET", HOST, "/small"), true);
                assertEquals("small", client.body(stream + 2));
            }
        }
    }

    @Test
    void cancelsMidwayForTheJdksClient() throws Exception {
        try (TestBackend backend = TestBackend.answering((_, peer) -> {
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
            while (true) {
                peer.send(bytes(100_000));
            }
        })) {
            fixture.route(HOST, backend);
            for (int i = 0; i < 5; i++) {
                try (InputStream in = browser.send(
                                Requests.to(fixture, "/").build(), HttpResponse.BodyHandlers.ofInputStream())
                        .body()) {
                    in.readNBytes(1_000_000);
                }
                Await.until("the backend is stopped", () -> backend.open() == 0);
            }
        }
    }

    @Test
    void sendsAnEarlyAnswerInFullThroughASmallWindow() throws Exception {
        try (TestBackend backend = TestBackend.scripted(peer -> {
                    peer.readHead();
                    peer.respond(413, "x".repeat(300_000));
                    peer.awaitEnd();
                });
                Http2Client client = peer(backend)) {
            client.headers(3, request("POST", HOST, "/", "content-length", "1000000"), false);
            client.data(3, bytes(100), false);
            assertEquals(
                    "413",
                    client.next(Frame.Headers.class, 3).headers().status().toString());
            assertEquals(300_000, client.body(3).length());
            assertEquals(
                    Http2Error.NO_ERROR.code(),
                    client.next(Frame.Reset.class, 3).error());
        }
    }

    @Test
    void resetsAStreamWhoseAnswerBrokeOff() throws Exception {
        try (TestBackend backend = TestBackend.scripted(peer -> {
                    peer.readHead();
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
                });
                Http2Client client = peer(backend)) {
            client.headers(3, get(), true);
            client.next(Frame.Headers.class, 3);
            assertEquals(
                    Http2Error.INTERNAL_ERROR.code(),
                    client.next(Frame.Reset.class, 3).error());
            client.headers(5, request("GET", "none.localhost", "/"), true);
            assertEquals(
                    "404",
                    client.next(Frame.Headers.class, 5).headers().status().toString());
        }
    }

    @Test
    void refusesABodyThatIsNotAsLongAsItSays() throws Exception {
        try (Http2Client client = peer(echo)) {
            client.headers(3, request("POST", HOST, "/", "content-length", "10"), false)
                    .data(3, bytes(20), true);
            client.next(Frame.Reset.class, 3);
            client.headers(5, request("POST", HOST, "/", "content-length", "10"), false)
                    .data(5, bytes(5), true);
            client.next(Frame.Reset.class, 5);
            Await.until("no connection with half a request stays open", () -> echo.open() == 0);
        }
    }

    @Test
    void closesAConnectionThatBreaksTheProtocol() throws Exception {
        try (Http2Client client = peer(echo)) {
            // DATA on a stream that was never opened.
            client.data(9, bytes(3), true);
            assertEquals(Http2Error.PROTOCOL_ERROR.code(), client.goodbye());
            client.next(Frame.Closed.class, 0);
        }
    }

    @Test
    void closesAConnectionThatOverflowsTheWindow() throws Exception {
        try (Http2Client client = peer(echo)) {
            client.raw(new byte[] {0, 0, 4, 8, 0, 0, 0, 0, 0, 0x7f, -1, -1, -1});
            assertEquals(Http2Error.FLOW_CONTROL_ERROR.code(), client.goodbye());
            client.next(Frame.Closed.class, 0);
        }
    }

    @Test
    void stopsTheBackendWhenTheConnectionGoes() throws Exception {
        try (TestBackend never = TestBackend.answering((_, peer) -> peer.awaitEnd())) {
            try (Http2Client client = peer(never)) {
                client.headers(3, get(), true).headers(5, get(), true);
                Await.until("both are under way", () -> never.requests().size() == 2);
            }
            Await.until("the backend is left alone", () -> never.open() == 0);
        }
    }

    @Test
    void closesQuicklyWithStreamsOpen() throws Exception {
        try (EngineFixture own = EngineFixture.start();
                TestBackend never = TestBackend.answering((_, peer) -> peer.awaitEnd());
                Http2Client client = new Http2Client(own.route(HOST, never), HOST)) {
            client.headers(3, get(), true);
            Await.until("it is under way", () -> never.requests().size() == 1);
            long began = System.nanoTime();
            own.engine().close();
            assertTrue(System.nanoTime() - began < TimeUnit.MILLISECONDS.toNanos(900));
            client.next(Frame.Closed.class, 0);
        }
    }

    @Test
    void letsAConnectionGoThatStaysIdle() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        try (TestBackend slow = TestBackend.answering((_, peer) -> {
                    answer.await();
                    peer.respond(200, "x");
                });
                Http2Client idle = peer(slow);
                Http2Client busy = new Http2Client(fixture, HOST)) {
            busy.headers(3, get(), true);
            Await.until("it is under way", () -> slow.requests().size() == 1);
            Ticks.over(ClientLimits.DEFAULT.idle(), fixture);
            assertEquals(Http2Error.NO_ERROR.code(), idle.goodbye());
            idle.next(Frame.Closed.class, 0);
            answer.countDown();
            assertEquals("x", busy.body(3));
        }
    }

    @Test
    void endsAnEventStreamAtOnceWhenItsRouteGoes() throws Exception {
        try (TestBackend events = TestBackend.answering((_, peer) -> {
                    peer.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n");
                    peer.awaitEnd();
                });
                Http2Client client = peer(events)) {
            client.headers(3, get(), true);
            assertEquals("data: 1\n\n", client.next(Frame.Data.class, 3).text());
            fixture.engine().remove("test/" + HOST, Duration.ofMinutes(1)).get(5, TimeUnit.SECONDS);
            assertEquals(
                    Http2Error.CANCEL.code(), client.next(Frame.Reset.class, 3).error());
        }
    }
}
