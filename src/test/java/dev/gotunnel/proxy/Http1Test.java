package dev.gotunnel.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.testing.Await;
import dev.gotunnel.testing.EngineFixture;
import dev.gotunnel.testing.TestBackend;
import dev.gotunnel.testing.WireClient;
import dev.gotunnel.testing.WireClient.Response;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP/1.1 as RFC 9112 has it, between a client and a backend that both follow it. */
class Http1Test {
    private static final String HOST = "shop.localhost";

    @AutoClose
    private final EngineFixture fixture = EngineFixture.start();

    private WireClient through(TestBackend backend) throws IOException {
        return fixture.route(HOST, backend).secure(HOST);
    }

    private static String request(String method, String target, String... fields) {
        StringBuilder text = new StringBuilder(method + " " + target + " HTTP/1.1\r\nHost: " + HOST + "\r\n");
        for (String field : fields) {
            text.append(field).append("\r\n");
        }
        return text.append("\r\n").toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "PROPFIND"})
    void passesEveryMethodWithItsBody(String method) throws IOException {
        try (TestBackend backend = TestBackend.answering((request, peer) -> peer.respond(
                        200, request.method() + " " + new String(peer.readBody(request), StandardCharsets.UTF_8)));
                WireClient client = through(backend)) {
            client.send(request(method, "/a?b=c", "Content-Length: 4") + "body");
            assertEquals(method + " body", client.readResponse().text());
            assertEquals(
                    method + " /a?b=c HTTP/1.1", backend.requests().getFirst().line());
        }
    }

    @Test
    void passesOptionsOfTheServerAsAWhole() throws IOException {
        try (TestBackend backend = TestBackend.saying("all");
                WireClient client = through(backend)) {
            client.send(request("OPTIONS", "*"));
            assertEquals("all", client.readResponse().text());
            assertEquals("OPTIONS * HTTP/1.1", backend.requests().getFirst().line());
        }
    }

    @Test
    void servesManyRequestsOnOneConnectionOnEachSide() throws IOException {
        try (TestBackend backend = TestBackend.saying("again");
                WireClient client = through(backend)) {
            for (int i = 0; i < 5; i++) {
                assertEquals("again", client.get(HOST, "/" + i).readResponse().text());
            }
            assertEquals(1, backend.accepted());
        }
    }

    @Test
    void answersPipelinedRequestsInTheirOrder() throws IOException {
        try (TestBackend backend = TestBackend.answering((request, peer) -> peer.respond(200, request.target()));
                WireClient client = through(backend)) {
            StringBuilder pipeline = new StringBuilder();
            for (int i = 0; i < 20; i++) {
                pipeline.append(request("GET", "/" + i));
            }
            client.send(pipeline.toString());
            for (int i = 0; i < 20; i++) {
                assertEquals("/" + i, client.readResponse().text());
            }
        }
    }

    @Test
    void answersPipelinedRequestsOfWhichSomeHaveNoTunnel() throws IOException {
        try (TestBackend backend = TestBackend.answering((request, peer) ->
                        peer.respond(200, new String(peer.readBody(request), StandardCharsets.UTF_8)));
                WireClient client = through(backend)) {
            String stranger = "GET / HTTP/1.1\r\nHost: none.localhost\r\n\r\n";
            String post = request("POST", "/", "Content-Length: 2") + "ab";
            client.send(stranger + post + stranger + stranger + post + post);
            for (int status : new int[] {404, 200, 404, 404, 200, 200}) {
                assertEquals(status, client.readResponse().status());
            }
        }
    }

    @Test
    void passesChunksAndTrailersBothWays() throws IOException {
        try (TestBackend backend = TestBackend.answering((request, peer) -> {
                    peer.readBody(request);
                    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
                            + "5\r\nhello\r\n6;ext=1\r\n world\r\n0\r\nX-Sum: 11\r\n\r\n");
                });
                WireClient client = through(backend)) {
            client.send(request("POST", "/", "Transfer-Encoding: chunked")
                    + "3\r\nabc\r\n2\r\nde\r\n0\r\nX-Sent: 5\r\n\r\n");
            Response answer = client.readResponse();
            assertEquals("hello world", answer.text());
            assertEquals("11", answer.field("x-sum"));
            assertTrue(backend.received().toLowerCase().contains("0\r\nx-sent: 5\r\n\r\n"), backend.received());
        }
    }

    @Test
    void lets100ContinuePassAndThenTheBody() throws IOException {
        try (TestBackend backend = TestBackend.answering((request, peer) -> {
                    assertEquals("100-continue", request.field("expect"));
                    peer.send("HTTP/1.1 100 Continue\r\n\r\n");
                    peer.respond(200, new String(peer.readBody(request), StandardCharsets.UTF_8));
                });
                WireClient client = through(backend)) {
            for (int i = 0; i < 2; i++) {
                client.send(request("POST", "/", "Expect: 100-continue", "Content-Length: 4"));
                assertEquals(100, client.readResponse().status());
                client.send("body");
                assertEquals("body", client.readResponse().text());
            }
            assertTrue(backend.failures().isEmpty(), backend.failures()::toString);
        }
    }

    @Test
    void letsEarlyHintsPass() throws IOException {
        try (TestBackend backend = TestBackend.answering((_, peer) -> {
                    peer.send("HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n");
                    peer.send("HTTP/1.1 103 Early Hints\r\nLink: </b.css>; rel=preload\r\n\r\n");
                    peer.respond(200, "done");
                });
                WireClient client = through(backend)) {
            client.get(HOST, "/");
            assertEquals("</a.css>; rel=preload", client.readResponse().field("link"));
            assertEquals(103, client.readResponse().status());
            assertEquals("done", client.readResponse().text());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "204, ''",
        "304, ''",
        "304, 'Content-Length: 7'",
        "204, 'X-Empty: yes'",
    })
    void readsNoBodyWhereNoneCanBe(int status, String field) throws IOException {
        try (TestBackend backend = TestBackend.answering((_, peer) ->
                        peer.send("HTTP/1.1 " + status + " X\r\n" + (field.isEmpty() ? "" : field + "\r\n") + "\r\n"));
                WireClient client = through(backend)) {
            for (int i = 0; i < 2; i++) {
                Response answer = client.get(HOST, "/").readResponse();
                assertEquals(status, answer.status());
                assertEquals("", answer.field("transfer-encoding"));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 1000", "X-Length: unknown"})
    void keepsTheHeadOfAnAnswerToHead(String framing) throws IOException {
        try (TestBackend backend =
                        TestBackend.answering((_, peer) -> peer.send("HTTP/1.1 200 OK\r\n" + framing + "\r\n\r\n"));
                WireClient client = through(backend)) {
            String name = framing.substring(0, framing.indexOf(':')).toLowerCase();
            for (int i = 0; i < 2; i++) {
                client.send(request("HEAD", "/"));
                assertEquals(
                        framing.substring(framing.indexOf(' ') + 1),
                        client.readHead().field(name));
            }
        }
    }

    @Test
    void servesAClientOfHttp10() throws IOException {
        try (TestBackend backend = TestBackend.answering((_, peer) ->
                        peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nold\r\n0\r\n\r\n"));
                WireClient client = through(backend)) {
            client.send("GET / HTTP/1.0\r\nHost: " + HOST + "\r\n\r\n");
            Response answer = client.readResponse();
            assertEquals("old", answer.text());
            assertEquals("", answer.field("transfer-encoding"));
            assertEquals("close", answer.field("connection"));
            assertTrue(client.isEnded());
        }
    }

    @Test
    void keepsAnHttp10ConnectionThatAsksForIt() throws IOException {
        try (TestBackend backend = TestBackend.saying("kept");
                WireClient client = through(backend)) {
            for (int i = 0; i < 2; i++) {
                client.send("GET / HTTP/1.0\r\nHost: " + HOST + "\r\nConnection: keep-alive\r\n\r\n");
                Response answer = client.readResponse();
                assertEquals("kept", answer.text());
                assertEquals("keep-alive", answer.field("connection"));
            }
        }
    }

    @Test
    void closesWhenTheClientAsksForIt() throws IOException {
        try (TestBackend backend = TestBackend.saying("bye");
                WireClient client = through(backend)) {
            client.send(request("GET", "/", "Connection: close"));
            Response answer = client.readResponse();
            assertEquals("bye", answer.text());
            assertEquals("close", answer.field("connection"));
            assertTrue(client.isEnded());
            assertEquals("", backend.requests().getFirst().field("connection"));
        }
    }

    @Test
    void givesAnAnswerThatEndsWithItsConnectionAnEndOfItsOwn() throws IOException {
        try (TestBackend backend = TestBackend.scripted(peer -> {
                    peer.readHead();
                    peer.send("HTTP/1.0 200 OK\r\n\r\nto the ");
                    peer.send("end");
                });
                WireClient client = through(backend)) {
            for (int i = 0; i < 2; i++) {
                Response answer = client.get(HOST, "/").readResponse();
                assertEquals("to the end", answer.text());
                assertEquals("chunked", answer.field("transfer-encoding"));
            }
        }
    }

    @Test
    void passesAnAnswerThatComesBeforeTheRequestIsComplete() throws Exception {
        CountDownLatch answered = new CountDownLatch(1);
        try (TestBackend backend = TestBackend.scripted(peer -> {
                    peer.readHead();
                    peer.respond(413, "too much");
                    answered.await();
                });
                WireClient client = through(backend)) {
            client.send(request("POST", "/", "Content-Length: 100000000"));
            client.send(new byte[100_000]);
            assertEquals("too much", client.readResponse().text());
            answered.countDown();
            assertTrue(client.isEnded());
            Await.until("the backend is left alone", () -> backend.open() == 0);
        }
    }

    @Test
    void passesALargeEarlyAnswerToASlowReader() throws Exception {
        String large = "x".repeat(30_000_000);
        try (TestBackend backend = TestBackend.scripted(peer -> {
                    peer.readHead();
                    peer.respond(403, large);
                    peer.awaitEnd();
                });
                WireClient client = through(backend)) {
            client.send(request("POST", "/", "Content-Length: 100"));
            Response head = client.readHead();
            int length = Integer.parseInt(head.field("content-length"));
            int taken = 0;
            while (backend.open() > 0 && taken < length) {
                taken += client.readFully(10_000).length;
            }
            // The engine has it all now, the client has not; then it pauses for longer than a connection lingers.
            LockSupport.parkNanos(Duration.ofMillis(1500).toNanos());
            assertEquals(length, taken + client.readFully(length - taken).length);
        }
    }

    @Test
    void passesTheAnswerOfABackendThatClosesOnAnUpload() throws Exception {
        try (TestBackend backend = TestBackend.scripted(peer -> {
                    peer.readHead();
                    peer.respond(401, "who are you");
                });
                WireClient client = through(backend)) {
            client.send(request("POST", "/", "Content-Length: 30000000"));
            try {
                client.send(new byte[30_000_000]);
            } catch (IOException e) {
                // As soon as the answer is there, no more is taken.
                assertFalse(e.getMessage().isEmpty());
            }
            assertEquals(401, client.readResponse().status());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nnonsense\r\n",
            })
    void showsTheClientThatAnAnswerBrokeOff(String half) throws IOException {
        try (TestBackend backend = TestBackend.scripted(peer -> {
                    peer.readHead();
                    peer.send(half);
                });
                WireClient client = through(backend)) {
            client.get(HOST, "/");
            assertEquals(200, client.readHead().status());
            assertThrows(IOException.class, () -> {
                while (client.in().read() >= 0) {
                    // Up to where it breaks off.
                }
                throw new EOFException();
            });
            // A response is over only with its last chunk or its full length; neither has come.
        }
    }

    @Test
    void showsTheClientThatAnUnframedAnswerWasReset() throws IOException {
        CountDownLatch read = new CountDownLatch(1);
        try (TestBackend backend = TestBackend.scripted(peer -> {
                    peer.readHead();
                    peer.send("HTTP/1.1 200 OK\r\n\r\nhalf");
                    read.await();
                    peer.reset();
                });
                WireClient client = through(backend)) {
            client.get(HOST, "/");
            assertEquals("chunked", client.readHead().field("transfer-encoding"));
            assertEquals("4", client.readLine());
            assertEquals("half", client.readLine());
            read.countDown();
            // Not a last chunk, which would say that this was all.
            assertThrows(IOException.class, client::readLine);
        }
    }

    @Test
    void stopsTheBackendWhenTheClientGoesAway() throws IOException {
        try (TestBackend backend = TestBackend.answering((_, peer) -> {
                    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                    while (true) {
                        peer.send("4\r\nmore\r\n");
                        Thread.sleep(1);
                    }
                });
                WireClient client = through(backend)) {
            client.get(HOST, "/");
            assertEquals(200, client.readHead().status());
            client.reset();
            Await.until("the backend's connection is closed", () -> backend.open() == 0);
        }
    }

    @Test
    void passesLongTargets() throws IOException {
        try (TestBackend backend = TestBackend.saying("long");
                WireClient client = through(backend)) {
            String target = "/" + "q".repeat(20_000);
            assertEquals("long", client.get(HOST, target).readResponse().text());
            assertEquals(target, backend.requests().getFirst().target());
        }
    }

    @Test
    void refusesHeadersBeyondItsLimit() throws IOException {
        try (TestBackend backend = TestBackend.saying("no");
                WireClient client = through(backend)) {
            client.send(request("GET", "/", "X-Large: " + "x".repeat(70_000)));
            assertEquals(431, client.readResponse().status());
            assertTrue(client.isEnded());
            assertTrue(backend.requests().isEmpty());
        }
    }

    @Test
    void tellsTheBackendOfAnAbsoluteTargetOnlyItsPath() throws IOException {
        try (TestBackend backend = TestBackend.saying("absolute");
                WireClient client = through(backend)) {
            client.send("GET HTTP://shop.localhost/a|b?c HTTP/1.1\r\nHost: other.localhost\r\n\r\n");
            assertEquals("absolute", client.readResponse().text());
            assertEquals("/a|b?c", backend.requests().getFirst().target());
            assertEquals(HOST, backend.requests().getFirst().field("host"));
            client.send("GET http://shop.localhost?c HTTP/1.1\r\nHost: shop.localhost\r\n\r\n");
            assertEquals("absolute", client.readResponse().text());
            assertEquals("/?c", backend.requests().getLast().target());
        }
    }

    @Test
    void refusesToBeATunnelToElsewhere() throws IOException {
        try (WireClient client = fixture.secure(HOST)) {
            client.send("CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n");
            assertEquals(400, client.readResponse().status());
        }
    }

    @Test
    void flushesServerSentEventsAtOnce() throws Exception {
        CountDownLatch seen = new CountDownLatch(1);
        try (TestBackend backend = TestBackend.answering((_, peer) -> {
                    peer.send(
                            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
                    peer.send("9\r\ndata: 1\n\n\r\n");
                    seen.await();
                    peer.send("9\r\ndata: 2\n\n\r\n");
                    peer.awaitEnd();
                });
                WireClient client = through(backend)) {
            client.get(HOST, "/");
            assertEquals("text/event-stream", client.readHead().field("content-type"));
            client.readLine();
            assertEquals("data: 1", client.readLine());
            seen.countDown();
            client.readLine();
            client.readLine();
            client.readLine();
            assertEquals("data: 2", client.readLine());
        }
    }

    @Test
    void letsAConnectionGoThatStaysIdle() throws IOException {
        try (TestBackend backend = TestBackend.saying("here");
                WireClient idle = through(backend);
                WireClient silent = fixture.plain(fixture.securePort());
                WireClient busy = fixture.secure(HOST)) {
            idle.get(HOST, "/").readResponse();
            for (int i = 0; i <= ClientLimits.ticks(ClientLimits.DEFAULT.idle()); i++) {
                assertEquals("here", busy.get(HOST, "/").readResponse().text());
                Ticks.one(fixture);
            }
            assertTrue(idle.isEnded());
            assertTrue(silent.isEnded());
            assertEquals("here", busy.get(HOST, "/").readResponse().text());
        }
    }

    @Test
    void waitsForABackendThatThinksForLong() throws Exception {
        CountDownLatch ticked = new CountDownLatch(1);
        try (TestBackend backend = TestBackend.answering((_, peer) -> {
                    ticked.await();
                    peer.respond(200, "at last");
                });
                WireClient client = through(backend)) {
            client.get(HOST, "/");
            Await.until("the backend has the request", () -> !backend.requests().isEmpty());
            Ticks.over(ClientLimits.DEFAULT.idle(), fixture);
            ticked.countDown();
            assertEquals("at last", client.readResponse().text());
            assertNull(backend.failures().peek());
        }
    }
}
