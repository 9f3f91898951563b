package dev.gotunnel.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.testing.Await;
import dev.gotunnel.testing.EngineFixture;
import dev.gotunnel.testing.TestBackend;
import dev.gotunnel.testing.WireClient;
import dev.gotunnel.testing.WireClient.Response;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Backends that are not there, go away, or talk nonsense. */
class BackendFailureTest {
    private static final String HOST = "shop.localhost";

    @AutoClose
    private final EngineFixture fixture = EngineFixture.start();

    private static TestBackend gone() {
        TestBackend backend = TestBackend.saying("");
        backend.close();
        return backend;
    }

    @Test
    void saysInPlainTextThatTheBackendIsDown() throws IOException {
        fixture.route(HOST, gone());
        try (WireClient client = fixture.secure(HOST)) {
            Response answer = client.get(HOST, "/").readResponse();
            assertEquals(502, answer.status());
            assertEquals("502", answer.field("x-gotunnel-error"));
            assertEquals("text/plain; charset=utf-8", answer.field("content-type"));
            assertEquals("no-store", answer.field("cache-control"));
            assertTrue(answer.text().contains("Last error: connection refused"), answer.text());
            assertTrue(answer.text().contains("Request: " + answer.field("x-request-id")), answer.text());
        }
    }

    @Test
    void showsBrowsersAPageThatReloadsItself() throws IOException {
        fixture.route(HOST, gone());
        try (WireClient client = fixture.secure(HOST)) {
            String head = " / HTTP/1.1\r\nHost: " + HOST + "\r\nAccept: text/html,*/*\r\n";
            Response answer = client.send("GET" + head + "\r\n").readResponse();
            assertEquals("text/html; charset=utf-8", answer.field("content-type"));
            assertTrue(answer.text().contains("setInterval"));
            assertTrue(answer.field("content-security-policy").contains("default-src 'none'"));
            Response post =
                    client.send("POST" + head + "Content-Length: 0\r\n\r\n").readResponse();
            assertFalse(post.text().contains("setInterval"));
        }
    }

    @Test
    void servesAgainAsSoonAsTheBackendIsBack() throws IOException {
        TestBackend gone = gone();
        fixture.route(HOST, gone);
        try (WireClient client = fixture.secure(HOST)) {
            assertEquals(502, client.get(HOST, "/").readResponse().status());
            assertFalse(fixture.engine().health("test/" + HOST).getFirst().healthy());
            try (TestBackend _ = TestBackend.on(
                    "127.0.0.1", gone.port(), TestBackend.serving((_, peer) -> peer.respond(200, "back")))) {
                assertEquals("back", client.get(HOST, "/").readResponse().text());
                assertTrue(fixture.engine().health("test/" + HOST).getFirst().healthy());
                assertEquals(List.of("test/" + HOST, "test/" + HOST), List.copyOf(fixture.healthChanges()));
            }
        }
    }

    @Test
    void noticesByItselfThatABackendGoesAndComes() {
        TestBackend gone = gone();
        fixture.route(HOST, gone);
        fixture.engine().checkNow("test/" + HOST);
        ProxyEngine.BackendHealth down = fixture.engine().health("test/" + HOST).getFirst();
        assertEquals("connection refused", down.reason());
        try (TestBackend _ = TestBackend.on("127.0.0.1", gone.port(), _ -> {})) {
            Await.until(
                    "the look every two seconds finds it",
                    () -> fixture.engine().health("test/" + HOST).getFirst().healthy());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void findsLocalhostOnEitherAddress(String address) throws IOException {
        try (TestBackend backend =
                TestBackend.on(address, 0, TestBackend.serving((_, peer) -> peer.respond(200, address)))) {
            fixture.route(
                    new Route("test/x", List.of(HOST), List.of(new BackendAddress("localhost", backend.port())), true));
            try (WireClient client = fixture.secure(HOST)) {
                assertEquals(address, client.get(HOST, "/").readResponse().text());
            }
        }
    }

    @Test
    void saysWhenABackendsNameDoesNotResolve() throws IOException {
        fixture.route(new Route("test/x", List.of(HOST), List.of(new BackendAddress("no.such.invalid", 80)), true));
        try (WireClient client = fixture.secure(HOST)) {
            Response answer = client.get(HOST, "/").readResponse();
            assertEquals(502, answer.status());
            assertTrue(answer.text().contains("its name does not resolve"), answer.text());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "garbage\r\n\r\n",
                "garbage",
                "",
                "SSH-2.0-OpenSSH_9.9\r\n",
                "HTTP/1.1 abc OK\r\n\r\n",
                "HTTP/1.1 200 OK\r\nX\u0000: 1\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
                "HTTP/1.1 200 OK\r\nX-Half: ",
            })
    void says502ToNonsense(String nonsense) throws IOException {
        try (TestBackend backend = TestBackend.scripted(peer -> {
            peer.readHead();
            peer.send(nonsense);
        })) {
            fixture.route(HOST, backend);
            try (WireClient client = fixture.secure(HOST)) {
                Response answer = client.get(HOST, "/").readResponse();
                assertEquals(502, answer.status());
                assertTrue(answer.text().contains("gave no proper answer"), answer.text());
                // The connection of the client is as good as before.
                assertEquals(
                        404, client.get("none.localhost", "/").readResponse().status());
            }
        }
    }

    @Test
    void takesAnAnswerWithBareLineFeeds() throws IOException {
        try (TestBackend backend = TestBackend.scripted(peer -> {
            peer.readHead();
            peer.send("HTTP/1.1 200 OK\nContent-Length: 2\n\nok");
        })) {
            fixture.route(HOST, backend);
            try (WireClient client = fixture.secure(HOST)) {
                assertEquals("ok", client.get(HOST, "/").readResponse().text());
            }
        }
    }

    @Test
    void repeatsWhatMayBeRepeatedWhenAKeptConnectionWasDead() throws IOException {
        AtomicInteger connections = new AtomicInteger();
        try (TestBackend backend = TestBackend.scripted(peer -> {
            boolean first = connections.incrementAndGet() == 1;
            peer.readHead();
            peer.respond(200, "answer");
            peer.readHead();
            if (!first) {
                peer.respond(200, "from a new connection");
            }
        })) {
            fixture.route(HOST, backend);
            try (WireClient client = fixture.secure(HOST)) {
                assertEquals("answer", client.get(HOST, "/1").readResponse().text());
                // The backend reads this one and closes, as one does that had timed the connection out just then.
                assertEquals("answer", client.get(HOST, "/2").readResponse().text());
                assertEquals(3, backend.requests().size());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "body"})
    void sendsAPostOnlyOnce(String body) throws IOException {
        try (TestBackend backend = TestBackend.scripted(peer -> {
            peer.readBody(peer.readHead());
            peer.respond(200, "answer");
            peer.readBody(peer.readHead());
        })) {
            fixture.route(HOST, backend);
            try (WireClient client = fixture.secure(HOST)) {
                assertEquals("answer", client.get(HOST, "/1").readResponse().text());
                client.send("POST /2 HTTP/1.1\r\nHost: " + HOST + "\r\nContent-Length: " + body.length() + "\r\n\r\n"
                        + body);
                assertEquals(502, client.readResponse().status());
                assertEquals(
                        1,
                        backend.requests().stream()
                                .filter(r -> r.target().equals("/2"))
                                .count());
            }
        }
    }

    @Test
    void sendsAPutWithABodyOnlyOnce() throws IOException {
        try (TestBackend backend = TestBackend.scripted(peer -> {
            peer.readHead();
            peer.respond(200, "answer");
            peer.readBody(peer.readHead());
        })) {
            fixture.route(HOST, backend);
            try (WireClient client = fixture.secure(HOST)) {
                client.get(HOST, "/1").readResponse();
                client.send("PUT /2 HTTP/1.1\r\nHost: " + HOST + "\r\nContent-Length: 1\r\n\r\nx");
                assertEquals(502, client.readResponse().status());
                assertEquals(2, backend.requests().size());
            }
        }
    }

    @Test
    void goesToTheSecondBackendWhenTheFirstIsDown() throws IOException {
        try (TestBackend second = TestBackend.answering(
                (request, peer) -> peer.respond(200, new String(peer.readBody(request), StandardCharsets.UTF_8)))) {
            fixture.route(HOST, gone(), gone(), second);
            try (WireClient client = fixture.secure(HOST)) {
                for (int i = 0; i < 3; i++) {
                    client.send("POST / HTTP/1.1\r\nHost: " + HOST + "\r\nContent-Length: 4\r\n\r\nbody");
                    assertEquals("body", client.readResponse().text());
                }
            }
        }
    }

    @Test
    void triesEveryBackendBeforeItGivesUp() throws IOException {
        fixture.route(HOST, gone(), gone());
        try (WireClient client = fixture.secure(HOST)) {
            for (int i = 0; i < 3; i++) {
                assertEquals(502, client.get(HOST, "/").readResponse().status());
            }
            assertTrue(fixture.engine().health("test/" + HOST).stream().noneMatch(ProxyEngine.BackendHealth::healthy));
        }
    }

    @Test
    void keepsTheClientsConnectionAfterA502WhenTheBodyHasBeenRead() throws IOException {
        fixture.route(HOST, gone());
        try (WireClient client = fixture.secure(HOST)) {
            for (int i = 0; i < 2; i++) {
                client.send("POST / HTTP/1.1\r\nHost: " + HOST + "\r\nContent-Length: 4\r\n\r\nbody");
                assertEquals(502, client.readResponse().status());
            }
        }
    }

    @Test
    void saysThatItClosesWhenTheBodyWillNotBeRead() throws IOException {
        fixture.route(HOST, gone());
        try (WireClient client = fixture.secure(HOST)) {
            client.send("POST / HTTP/1.1\r\nHost: " + HOST + "\r\nContent-Length: 4000000\r\n\r\nbody");
            Response answer = client.readResponse();
            assertEquals(502, answer.status());
            assertEquals("close", answer.field("connection"));
            assertTrue(client.isEnded());
        }
    }

    @Test
    void asksABackendThatHintsAtItsTimeoutInTime() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        try (TestBackend backend = TestBackend.answering(
                (_, peer) -> peer.send("HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1\r\nContent-Length: 0\r\n\r\n"))) {
            fixture.route(HOST, backend);
            try (WireClient client = fixture.secure(HOST)) {
                client.get(HOST, "/").readResponse();
                client.get(HOST, "/").readResponse();
                // One second less one of margin: never used again.
                assertEquals(2, backend.accepted());
            }
        }
        end.countDown();
    }

    @Test
    void closesConnectionsToABackendThatHaveBeenIdle() throws Exception {
        try (TestBackend backend = TestBackend.saying("x")) {
            fixture.route(HOST, backend);
            try (WireClient client = fixture.secure(HOST)) {
                client.get(HOST, "/").readResponse();
                Await.until("it is closed", () -> backend.open() == 0);
            }
        }
    }
}
