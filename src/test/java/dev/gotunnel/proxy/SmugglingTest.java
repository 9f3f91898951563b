package dev.gotunnel.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.testing.EngineFixture;
import dev.gotunnel.testing.TestBackend;
import dev.gotunnel.testing.WireClient;
import java.io.IOException;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A request that two readers could take apart differently reaches no backend (RFC 9112 section 11.2). */
class SmugglingTest {
    private static final String HOST = "shop.localhost";
    private static final String HIDDEN = "GET /hidden HTTP/1.1\r\nHost: shop.localhost\r\n\r\n";

    @AutoClose
    private final EngineFixture fixture = EngineFixture.start();

    @AutoClose
    private final TestBackend backend = TestBackend.answering((request, peer) -> {
        peer.readBody(request);
        peer.respond(200, "reached");
    });

    private WireClient client() throws IOException {
        return fixture.route(HOST, backend).secure(HOST);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 5\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: chunked\r\nContent-Length: 5",
                "Content-Length: 5\r\nContent-Length: 6",
                "Content-Length: 5, 6",
                "Content-Length: +5",
                "Content-Length: -1",
                "Content-Length: 5a",
                "Content-Length: 0x5",
                "Content-Length: ",
                "Content-Length : 5",
                "Content-Length: 99999999999999999999",
                "Transfer-Encoding: xchunked",
                "Transfer-Encoding: identity",
                "Transfer-Encoding: chunked, identity",
                "Transfer-Encoding: gzip, chunked",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: \"chunked\"",
                "Transfer-Encoding : chunked",
                "Transfer-Encoding:\u000bchunked",
                "Transfer-Encoding: chunked\r\n , identity",
                " Transfer-Encoding: chunked",
                "X: y\nTransfer-Encoding: chunked",
                "X: y\rTransfer-Encoding: chunked",
                "X: y\u0000z",
                "X\u0000: y",
                "X y: z",
                "X",
                ": z",
                "X(: z",
            })
    void refusesWhatFramesARequestInTwoWays(String fields) throws IOException {
        try (WireClient client = client()) {
            client.send("POST / HTTP/1.1\r\nHost: " + HOST + "\r\n" + fields + "\r\n\r\n0\r\n\r\n" + HIDDEN);
            assertEquals(400, client.readResponse().status());
            assertTrue(client.isEnded());
            assertEquals("", backend.received());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\nHost: shop.localhost\n\n",
                "GET / HTTP/1.1\r\nHost: shop.localhost\n\r\n",
                "GET / HTTP/1.1\r\nHost: shop.localhost\r\n\n",
                "GET / HTTP/1.1 \r\nHost: shop.localhost\r\n\r\n",
                "GET /a b HTTP/1.1\r\nHost: shop.localhost\r\n\r\n",
                "GET /\u0000 HTTP/1.1\r\nHost: shop.localhost\r\n\r\n",
                "GET /a\rb HTTP/1.1\r\nHost: shop.localhost\r\n\r\n",
                "G(T / HTTP/1.1\r\nHost: shop.localhost\r\n\r\n",
                "GET /\r\nHost: shop.localhost\r\n\r\n",
                "GET shop HTTP/1.1\r\nHost: shop.localhost\r\n\r\n",
                "GET / HTTP/2.0\r\nHost: shop.localhost\r\n\r\n",
                "GET / HTTP/0.9\r\nHost: shop.localhost\r\n\r\n",
                "GET / HTTP/1.12\r\nHost: shop.localhost\r\n\r\n",
                "GET / HTTX/1.1\r\nHost: shop.localhost\r\n\r\n",
                "GET / HTTP/1.1\r\n Host: shop.localhost\r\n\r\n",
                "GET / HTTP/1.1\r\n\r\n",
                "GET / HTTP/1.1\r\nHost:\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: shop.localhost\r\nHost: shop.localhost\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: shop.localhost\r\nHost: other.localhost\r\n\r\n",
                "GET http://shop.localhost/ HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                "GET http://user@shop.localhost/ HTTP/1.1\r\nHost: shop.localhost\r\n\r\n",
                "GET ftp://shop.localhost/ HTTP/1.1\r\nHost: shop.localhost\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: shop.localhost/other\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: shop.localhost:port\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a@shop.localhost\r\n\r\n",
                "POST / HTTP/1.0\r\nHost: shop.localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "\u0001\u0002\u0003\r\n\r\n",
            })
    void refusesWhatIsNoRequest(String text) throws IOException {
        try (WireClient client = client()) {
            client.send(text);
            assertEquals(400, client.readResponse().status());
            assertEquals("", backend.received());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x\r\nabc\r\n0\r\n\r\n",
                "-1\r\nabc\r\n0\r\n\r\n",
                "ffffffffffffffff\r\nabc\r\n",
                "3\r\nabcd\r\n0\r\n\r\n",
                "3\nabc\n0\n\n",
                "3\r\nabc0\r\n\r\n",
                "0x3\r\nabc\r\n0\r\n\r\n",
                "3 3\r\nabc\r\n0\r\n\r\n",
                "3;a\nb\r\nabc\r\n0\r\n\r\n",
                "\r\nabc\r\n0\r\n\r\n",
            })
    void breaksOffAtAChunkThatIsNone(String body) throws IOException {
        try (WireClient client = client()) {
            client.send("POST / HTTP/1.1\r\nHost: " + HOST + "\r\nTransfer-Encoding: chunked\r\n\r\n" + body + HIDDEN);
            assertTrue(client.isEnded() || !client.readLine().contains(" 200 "));
            assertFalse(backend.received().contains("/hidden"), backend.received());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"X: y\r\n folded", "X: y\r\n\tfolded"})
    void unfoldsALineOfTheOldForm(String field) throws IOException {
        try (WireClient client = client()) {
            client.send("GET / HTTP/1.1\r\nHost: " + HOST + "\r\n" + field + "\r\n\r\n");
            assertEquals(200, client.readResponse().status());
            assertEquals("y folded", backend.requests().getFirst().field("x"));
        }
    }

    @Test
    void writesTheRequestLineInItsStrictForm() throws IOException {
        try (WireClient client = client()) {
            client.send("GET   /a  HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n");
            assertEquals(200, client.readResponse().status());
            assertEquals("GET /a HTTP/1.1", backend.requests().getFirst().line());
        }
    }

    @Test
    void dropsFieldsOfTheTrailersThatFrameOrRoute() throws IOException {
        try (WireClient client = client()) {
            client.send(
                    "POST / HTTP/1.1\r\nHost: " + HOST + "\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
                            + "Content-Length: 7\r\nHost: other.localhost\r\nX-Forwarded-For: 9.9.9.9\r\nConnection: x\r\nX-Good: 1\r\n\r\n");
            assertEquals(200, client.readResponse().status());
            String trailers = backend.received().substring(backend.received().indexOf("\r\n\r\n") + 4);
            assertEquals("0\r\nx-good: 1\r\n\r\n", trailers.toLowerCase());
        }
    }

    @Test
    void answersAtMostWhatWasAsked() throws IOException {
        try (TestBackend talkative = TestBackend.scripted(peer -> {
                    while (peer.readHead() != null) {
                        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none"
                                + "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged");
                    }
                });
                WireClient client = fixture.route("talk.localhost", talkative).secure("talk.localhost")) {
            String get = "GET / HTTP/1.1\r\nHost: talk.localhost\r\n\r\n";
            client.send(get + get + get);
            for (int i = 0; i < 3; i++) {
                assertEquals("one", client.readResponse().text());
            }
        }
    }
}
