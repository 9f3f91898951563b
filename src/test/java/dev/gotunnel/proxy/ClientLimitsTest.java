package dev.gotunnel.proxy;

import static dev.gotunnel.testing.Http2Wire.DATA;
import static dev.gotunnel.testing.Http2Wire.END_HEADERS;
import static dev.gotunnel.testing.Http2Wire.END_STREAM;
import static dev.gotunnel.testing.Http2Wire.HEADERS;
import static dev.gotunnel.testing.Http2Wire.PING;
import static dev.gotunnel.testing.Http2Wire.PRIORITY;
import static dev.gotunnel.testing.Http2Wire.RST_STREAM;
import static dev.gotunnel.testing.Http2Wire.SETTINGS;
import static dev.gotunnel.testing.Http2Wire.WINDOW_UPDATE;
import static dev.gotunnel.testing.Http2Wire.block;
import static dev.gotunnel.testing.Http2Wire.bytes;
import static dev.gotunnel.testing.Http2Wire.frame;
import static dev.gotunnel.testing.Http2Wire.octets;
import static dev.gotunnel.testing.Http2Wire.setting;
import static dev.gotunnel.testing.Http2Wire.words;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.testing.Await;
import dev.gotunnel.testing.EngineFixture;
import dev.gotunnel.testing.Http2Wire;
import dev.gotunnel.testing.TestBackend;
import dev.gotunnel.testing.WireClient;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client may ask for at once and how slow it may be; time is told by ticks instead of waited for. */
class ClientLimitsTest {
    private static final String HOST = "plain.localhost";
    private static final ClientLimits LIMITS =
            ClientLimits.DEFAULT.withLocalConnections(4).withFrames(10, 50, 200);

    @AutoClose
    private final EngineFixture fixture = EngineFixture.start(LIMITS);

    private void serve(TestBackend backend) {
        fixture.plainRoute(HOST, backend);
    }

    private WireClient through(TestBackend backend) throws IOException {
        serve(backend);
        return fixture.plain();
    }

    private static String request(String method, String... fields) {
        StringBuilder text = new StringBuilder(method + " / HTTP/1.1\r\nHost: " + HOST + "\r\n");
        for (String field : fields) {
            text.append(field).append("\r\n");
        }
        return text.append("\r\n").toString();
    }

    // ---- how much

    @Test
    void takesAsManyFieldsAsItSaysAndNoMore() throws IOException {
        try (TestBackend backend = TestBackend.saying("ok");
                WireClient client = through(backend)) {
            String[] fields = Stream.iterate(2, i -> i + 1)
                    .limit(LIMITS.fields())
                    .map(i -> "X-" + i + ": y")
                    .toArray(String[]::new);
            client.send(request("GET", Arrays.copyOf(fields, LIMITS.fields() - 1)));
            assertEquals(200, client.readResponse().status());
            client.send(request("GET", fields));
            assertEquals(431, client.readResponse().status());
            assertTrue(client.isEnded());
        }
    }

    @Test
    void takesAsManyTrailersAsItSaysAndNoMore() throws IOException {
        try (TestBackend backend = TestBackend.answering((request, peer) -> {
                    peer.readBody(request);
                    peer.respond(200, "ok");
                });
                WireClient client = through(backend)) {
            client.send(request("POST", "Transfer-Encoding: chunked") + "0\r\n" + "X: y\r\n".repeat(257) + "\r\n");
            assertEquals(400, client.readResponse().status());
        }
    }

    @Test
    void refusesATargetThatIsTooLong() throws IOException {
        try (TestBackend backend = TestBackend.saying("no");
                WireClient client = through(backend)) {
            client.get(HOST, "/" + "q".repeat(LIMITS.targetBytes()));
            assertEquals(414, client.readResponse().status());
            assertTrue(backend.requests().isEmpty());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {414, 431, 4310})
    void refusesTheSameOverHttp2(int what) throws IOException {
        try (TestBackend backend = TestBackend.saying("no");
                Http2Wire client = greeted(backend)) {
            byte[] fields = switch (what) {
                case 414 -> block(":path", "/" + "q".repeat(LIMITS.targetBytes()));
                case 431 ->
                    bytes(
                            octets(0x84),
                            block(Stream.generate(() -> "x")
                                    .limit(2L * LIMITS.fields())
                                    .toArray(String[]::new)));
                default ->
                    bytes(
                            octets(0x84),
                            octets(0x40, 1, 'x'),
                            octets(0x7f, 0xa1, 0x1e),
                            repeat(4000, octets('y')),
                            repeat(20, octets(0xbe)));
            };
            byte[] whole = bytes(octets(0x82, 0x86), block(":authority", HOST), fields);
            int cut = Math.min(whole.length, 16_384);
            byte[][] parts = {Arrays.copyOf(whole, cut), Arrays.copyOfRange(whole, cut, whole.length)};
            client.send(frame(HEADERS, END_STREAM, 1, parts[0]));
            for (int at = cut; at < whole.length; at += 16_384) {
                client.send(frame(
                        Http2Wire.CONTINUATION,
                        0,
                        1,
                        Arrays.copyOfRange(whole, at, Math.min(whole.length, at + 16_384))));
            }
            client.send(frame(Http2Wire.CONTINUATION, END_HEADERS, 1));
            assertEquals(String.valueOf(what).substring(0, 3), client.outcome());
            assertTrue(backend.requests().isEmpty());
        }
    }

    @Test
    void closesWhatIsMoreThanAnAddressMayHave() throws IOException {
        try (TestBackend backend = TestBackend.saying("ok");
                WireClient one = through(backend);
                WireClient two = fixture.plain();
                WireClient three = fixture.plain()) {
            assertEquals(200, one.get(HOST, "/").readResponse().status());
            assertEquals(200, two.get(HOST, "/").readResponse().status());
            assertEquals(200, three.get(HOST, "/").readResponse().status());
            try (WireClient four = fixture.plain()) {
                assertEquals(200, four.get(HOST, "/").readResponse().status());
                try (WireClient five = fixture.plain()) {
                    assertTrue(five.isEnded());
                }
            }
            Await.until("there is room again", () -> {
                try (WireClient six = fixture.plain()) {
                    return six.get(HOST, "/").readResponse().status() == 200;
                } catch (IOException e) {
                    return false;
                }
            });
        }
    }

    // ---- how slow

    @Test
    void answersAHeadThatDoesNotArrive() throws IOException {
        try (TestBackend backend = TestBackend.saying("ok");
                WireClient slow = through(backend)) {
            assertEquals(200, slow.get(HOST, "/").readResponse().status());
            String head = request("GET");
            for (int i = 0; i < ClientLimits.ticks(LIMITS.head()); i++) {
                slow.send(head.substring(i, i + 1));
                Ticks.one(fixture);
            }
            slow.send("x");
            // Dripping does not help: from its first byte on the whole head has its time.
            Await.until("the engine has had enough", () -> {
                Ticks.one(fixture);
                return ended(slow);
            });
            assertTrue(backend.requests().size() == 1);
        }
    }

    private static boolean ended(WireClient client) {
        try {
            return client.in().available() > 0 && client.readResponse().status() == 408;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void answersABodyThatDoesNotGoOn() throws IOException {
        CountDownLatch read = new CountDownLatch(1);
        try (TestBackend backend = TestBackend.scripted(peer -> {
                    peer.readHead();
                    peer.readFully(3);
                    read.countDown();
                    peer.awaitEnd();
                });
                WireClient client = through(backend)) {
            client.send(request("POST", "Content-Length: 10") + "abc");
            await(read);
            Ticks.over(LIMITS.body(), fixture);
            assertEquals(408, client.readResponse().status());
            assertTrue(client.isEnded());
            Await.until("the backend is left alone", () -> backend.open() == 0);
        }
    }

    private static void await(CountDownLatch latch) {
        Await.until("the backend has it", () -> latch.getCount() == 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Expect: 100-continue", "Content-Type: application/grpc"})
    void waitsForABodyThatMayTakeItsTime(String field) throws IOException {
        CountDownLatch ticked = new CountDownLatch(1);
        try (TestBackend backend = TestBackend.answering((request, peer) -> {
                    ticked.await();
                    peer.send("HTTP/1.1 100 Continue\r\n\r\n");
                    peer.readBody(request);
                    peer.respond(200, "ok");
                });
                WireClient client = through(backend)) {
            client.send(request("POST", field, "Content-Length: 3"));
            Await.until("it is under way", () -> backend.requests().size() == 1);
            Ticks.over(LIMITS.body(), fixture);
            ticked.countDown();
            assertEquals(100, client.readResponse().status());
            client.send("abc");
            assertEquals(200, client.readResponse().status());
        }
    }

    @Test
    void waitsForABackendThatTakesNoMoreOfABody() throws Exception {
        CountDownLatch ticked = new CountDownLatch(1);
        int length = 30_000_000;
        try (TestBackend backend = TestBackend.answering((request, peer) -> {
                    ticked.await();
                    peer.respond(200, "" + peer.readBody(request).length);
                });
                WireClient client = through(backend)) {
            Thread sender = Thread.ofVirtual().start(() -> {
                try {
                    client.send(request("POST", "Content-Length: " + length)).send(new byte[length]);
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            Await.until("it is under way", () -> backend.requests().size() == 1);
            // The kernel's buffers may still be filling when the first ticks come; none of them is the client's fault.
            for (int i = 0; i < ClientLimits.ticks(LIMITS.body()); i++) {
                Ticks.one(fixture);
            }
            ticked.countDown();
            assertEquals("" + length, client.readResponse().text());
            sender.join();
        }
    }

    @Test
    void resetsAClientThatTakesNothing() throws IOException {
        try (TestBackend backend = TestBackend.answering((_, peer) -> {
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n");
                    while (true) {
                        peer.send(new byte[100_000]);
                    }
                });
                WireClient client = through(backend)) {
            client.get(HOST, "/");
            assertEquals(200, client.readHead().status());
            Await.until("the backend is stopped", () -> {
                Ticks.one(fixture);
                return backend.open() == 0;
            });
            assertThrows(SocketException.class, () -> client.in().transferTo(java.io.OutputStream.nullOutputStream()));
        }
    }

    @Test
    void keepsTheEndOfAnAnswerForAClientThatPauses() throws IOException {
        byte[] body = new byte[8_000_000];
        try (TestBackend backend = TestBackend.scripted(peer -> {
                    peer.readHead();
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: " + body.length + "\r\n\r\n");
                    peer.send(body);
                });
                WireClient client = through(backend)) {
            client.get(HOST, "/");
            int taken = 0;
            assertEquals(200, client.readHead().status());
            while (backend.open() > 0) {
                taken += client.readFully(10_000).length;
            }
            // All is with the engine or in the kernel: a connection without a request, but not an idle one.
            Ticks.over(LIMITS.idle(), fixture);
            assertEquals(body.length, taken + client.readFully(body.length - taken).length);
        }
    }

    @Test
    void resetsAnAnswerToHttp10ThatBreaksOff() throws IOException {
        for (String half : List.of(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nnonsense\r\n")) {
            try (TestBackend backend = TestBackend.scripted(peer -> {
                        peer.readHead();
                        peer.send(half);
                    });
                    WireClient client = fixture.route("half.localhost", backend).secure("half.localhost")) {
                client.send("GET / HTTP/1.0\r\nHost: half.localhost\r\n\r\n");
                assertThrows(
                        SocketException.class, () -> client.in().transferTo(java.io.OutputStream.nullOutputStream()));
                fixture.engine().remove("test/half.localhost", Duration.ZERO).join();
            }
        }
    }

    // ---- HTTP/2

    private Http2Wire greeted(TestBackend backend) throws IOException {
        serve(backend);
        return Http2Wire.plain(fixture.plainPort()).greet();
    }

    private static byte[] get(int stream) {
        return frame(HEADERS, END_HEADERS | END_STREAM, stream, octets(0x82, 0x84, 0x86), block(":authority", HOST));
    }

    private static byte[] post(int stream) {
        return frame(HEADERS, END_HEADERS, stream, octets(0x83, 0x84, 0x86), block(":authority", HOST));
    }

    private static byte[] repeat(int count, byte[] one) {
        byte[][] all = new byte[count][];
        Arrays.fill(all, one);
        return bytes(all);
    }

    private record Flood(String name, byte[] once, byte[] again, int limit) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Flood> floods() {
        int idle = LIMITS.idleFrames();
        return Stream.of(
                new Flood("PING", new byte[0], frame(PING, 0, 0, new byte[8]), idle),
                new Flood("SETTINGS", new byte[0], frame(SETTINGS, 0, 0, setting(4, 1000)), idle),
                new Flood("PRIORITY", new byte[0], frame(PRIORITY, 0, 1, words(0), octets(1)), idle),
                new Flood("WINDOW_UPDATE of the connection", new byte[0], frame(WINDOW_UPDATE, 0, 0, words(1)), idle),
                new Flood("WINDOW_UPDATE of a stream", post(1), frame(WINDOW_UPDATE, 0, 1, words(1)), idle),
                new Flood("unknown frames", new byte[0], frame(0x42, 0, 0), idle),
                new Flood("empty DATA", post(1), frame(DATA, 0, 1), 2),
                new Flood("DATA of padding", post(1), frame(DATA, Http2Wire.PADDED, 1, octets(1, 0)), 2));
    }

    @ParameterizedTest
    @MethodSource("floods")
    void endsAConnectionThatIsFlooded(Flood flood) throws IOException {
        try (TestBackend backend = TestBackend.answering((request, peer) -> peer.readBody(request));
                Http2Wire client = greeted(backend)) {
            client.send(flood.once(), repeat(flood.limit() + 1, flood.again()));
            assertEquals("GOAWAY ENHANCE_YOUR_CALM", client.outcome());
        }
    }

    @Test
    void toleratesAsMuchBetweenRequests() throws IOException {
        try (TestBackend backend = TestBackend.saying("ok");
                Http2Wire client = greeted(backend)) {
            for (int stream = 1; stream < 20; stream += 2) {
                client.send(repeat(LIMITS.idleFrames() / 2, frame(PING, 0, 0, new byte[8])), get(stream));
                assertEquals("200", client.outcome());
            }
        }
    }

    @Test
    void endsAConnectionThatResetsAsFastAsItAsks() throws IOException {
        try (TestBackend backend = TestBackend.answering((_, peer) -> peer.awaitEnd());
                Http2Wire client = greeted(backend)) {
            for (int i = 0; i <= LIMITS.resets(); i++) {
                client.send(get(2 * i + 1), frame(RST_STREAM, 0, 2 * i + 1, words(8)));
            }
            assertEquals("GOAWAY ENHANCE_YOUR_CALM", client.outcome());
            Await.until("the backend is left alone", () -> backend.open() == 0);
        }
    }

    @Test
    void endsAConnectionThatMakesItReset() throws IOException {
        try (TestBackend backend = TestBackend.answering((_, peer) -> peer.awaitEnd());
                Http2Wire client = greeted(backend)) {
            for (int i = 0; i <= LIMITS.resets(); i++) {
                // A stream error of the client's own making: RFC 9113 has the server reset the stream.
                client.send(post(2 * i + 1), frame(WINDOW_UPDATE, 0, 2 * i + 1, words(0)));
            }
            String outcome = client.outcome();
            while (outcome.startsWith("RST_STREAM")) {
                outcome = client.outcome();
            }
            // Its goodbye may be lost to what is still on its way.
            assertTrue(List.of("GOAWAY ENHANCE_YOUR_CALM", "closed").contains(outcome), outcome);
            Await.until("the backend is left alone", () -> backend.open() == 0);
        }
    }

    @Test
    void refusesMoreStreamsAtOnceThanItSays() throws IOException {
        try (TestBackend backend = TestBackend.answering((_, peer) -> peer.awaitEnd());
                Http2Wire client = greeted(backend)) {
            for (int i = 0; i <= LIMITS.streams(); i++) {
                client.send(get(2 * i + 1));
            }
            assertEquals("RST_STREAM REFUSED_STREAM", client.outcome());
        }
    }

    @Test
    void answersAStreamWhoseBodyDoesNotGoOn() throws IOException {
        CountDownLatch read = new CountDownLatch(1);
        try (TestBackend backend = TestBackend.scripted(peer -> {
                    peer.readHead();
                    peer.readFully(3);
                    read.countDown();
                    peer.awaitEnd();
                });
                Http2Wire client = greeted(backend)) {
            client.send(post(1), frame(DATA, 0, 1, new byte[3]));
            await(read);
            Ticks.over(LIMITS.body(), fixture);
            assertEquals("408", client.outcome());
        }
    }

    @Test
    void resetsAStreamWhoseWindowNeverOpensAndHoldsLittleOfIt() throws IOException {
        try (TestBackend backend = TestBackend.answering((_, peer) -> {
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n");
                    while (true) {
                        peer.send(new byte[100_000]);
                    }
                });
                Http2Wire client = greeted(backend)) {
            client.send(frame(SETTINGS, 0, 0, setting(4, 0)), get(1));
            assertEquals("200", client.outcome());
            Await.until("the stream is stalled", () -> {
                Ticks.one(fixture);
                return backend.open() == 0;
            });
            assertEquals("RST_STREAM ENHANCE_YOUR_CALM", client.outcome());
        }
    }
}
