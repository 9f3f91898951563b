package dev.gotunnel.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.policy.DevServer;
import dev.gotunnel.policy.Network;
import dev.gotunnel.policy.PathRoute;
import dev.gotunnel.policy.TrafficPolicy;
import dev.gotunnel.proxy.ProxyEngine.HostRefusal;
import dev.gotunnel.testing.EngineFixture;
import dev.gotunnel.testing.PolicyBuilder;
import dev.gotunnel.testing.TestBackend;
import dev.gotunnel.testing.TestBackend.Answer;
import dev.gotunnel.testing.TestBackend.Request;
import dev.gotunnel.testing.WireClient;
import dev.gotunnel.testing.WireClient.Response;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Development servers that refuse a name: they are recognised, and forgiven once they let requests for it pass. */
class HostCheckTest {
    private static final String ID = "default/shop";
    private static final String HOST = "shop.test";
    private static final String OTHER = "shop.localhost";
    private static final String VITE = "Blocked request. This host (\"shop.test\") is not allowed.";
    private static final String ORIGIN = "Origin: https://shop.test";
    private static final String UPGRADE =
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";

    @AutoClose
    private final EngineFixture fixture = EngineFixture.start();

    private final PolicyBuilder policy = new PolicyBuilder();

    private TestBackend serve(Answer answer, PathRoute... paths) {
        TestBackend backend = TestBackend.answering(answer);
        fixture.route(route(backend, paths));
        return backend;
    }

    private Route route(TestBackend backend, PathRoute... paths) {
        return new Route(
                ID,
                List.of(HOST, OTHER),
                List.of(new BackendAddress("127.0.0.1", backend.port())),
                true,
                policy.build(),
                List.of(paths),
                null);
    }

    private static Answer saying(int status, String body) {
        return (_, peer) -> peer.respond(status, body);
    }

    private Response ask(String line, String host, String... fields) throws IOException {
        try (WireClient client = fixture.secure(HOST)) {
            String more = fields.length == 0 ? "" : String.join("\r\n", fields) + "\r\n";
            return client.send(line + " HTTP/1.1\r\nHost: " + host + "\r\n" + more + "\r\n")
                    .readResponse();
        }
    }

    private List<DevServer> refusing() {
        return fixture.engine().refusals(ID).stream().map(HostRefusal::server).toList();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "403 | Blocked request. This host (\"shop.test\") is not allowed. | VITE",
                "403 | Invalid Host header                                        | WEBPACK",
                "403 | <h1>Blocked host: shop.test</h1>                           | RAILS",
                "403 | <h1>Blocked hosts: shop.test</h1>                          | RAILS",
                "400 | <title>DisallowedHost at /</title>                         | DJANGO",
                "400 | <body> <h1>Bad Request (400)</h1><p></p> </body>           | DJANGO",
            })
    void aRefusalOfTheNameIsRecognisedAndPassedOn(int status, String body, DevServer server) throws IOException {
        try (TestBackend backend = serve(saying(status, body))) {
            Response answer = ask("GET /", HOST);
            assertEquals(status, answer.status());
            assertEquals(body, answer.text());
            assertEquals(
                    List.of(new HostRefusal(server, HOST, new BackendAddress("127.0.0.1", backend.port()), null)),
                    fixture.engine().refusals(ID));
            assertEquals(List.of(ID), List.copyOf(fixture.healthChanges()), "and told");
            ask("GET /", HOST);
            assertEquals(1, fixture.healthChanges().size(), "once");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET /     | 403 | no",
                "GET /     | 200 | Invalid Host header",
                "GET /     | 400 | Invalid Host header",
                "GET /     | 403 | DisallowedHost",
                "GET /     | 403 | Unauthorized",
                "GET /_next | 403 | Unauthorized",
                "DELETE /  | 400 | <h1>Bad Request (400)</h1>",
            })
    void whatSoundsAlikeIsNone(String line, int status, String body) throws IOException {
        try (TestBackend _ = serve(saying(status, body))) {
            assertEquals(body, ask(line, HOST).text());
            assertEquals(List.of(), refusing());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 1000, 8192})
    void theWordsMayComeLateAndInPieces(int piece) throws IOException {
        String page = "<style>" + "Blocked ho Blocked host ".repeat(250) + "</style><h1>Blocked hosts: shop.test</h1>";
        try (TestBackend _ = serve((_, peer) -> {
            StringBuilder chunks = new StringBuilder();
            for (int i = 0; i < page.length(); i += piece) {
                String part = page.substring(i, Math.min(page.length(), i + piece));
                chunks.append(Integer.toHexString(part.length())).append("\r\n");
                chunks.append(part).append("\r\n");
            }
            peer.send("HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + "0\r\n\r\n");
        })) {
            assertEquals(page, ask("GET /", HOST).text());
            assertEquals(List.of(DevServer.RAILS), refusing());
        }
    }

    @Test
    void noMoreThanTheBeginningOfALargeBodyIsLookedAt() throws IOException {
        String page = " ".repeat(32 * 1024) + VITE;
        try (TestBackend _ = serve(saying(403, page))) {
            assertEquals(page, ask("GET /", HOST).text());
            assertEquals(List.of(), refusing());
        }
    }

    @Test
    void aRefusalEndsOnceTheNameIsAnswered() throws IOException {
        try (TestBackend _ = serve((request, peer) -> {
            boolean refused = request.field("host").equals(HOST)
                    && !request.method().equals("OPTIONS")
                    && request.target().equals("/");
            peer.respond(refused ? 403 : 204, refused ? VITE : "");
        })) {
            ask("GET /", HOST);
            ask("GET /", OTHER);
            assertEquals(List.of(DevServer.VITE), refusing(), "another name says nothing of this one");
            ask("OPTIONS /", HOST);
            assertEquals(List.of(DevServer.VITE), refusing(), "nor does a preflight");
            ask("GET /allowed", HOST);
            assertEquals(List.of(), refusing());
            assertEquals(2, fixture.healthChanges().size());
        }
    }

    @Test
    void aRefusalEndsWithThePreset() throws IOException {
        try (TestBackend backend = serve((request, peer) -> {
            boolean refused = request.field("host").equals(HOST);
            peer.respond(refused ? 403 : 200, refused ? VITE : "ok");
        })) {
            ask("GET /", HOST);
            assertEquals(List.of(DevServer.VITE), refusing());
            policy.preset = DevServer.VITE;
            fixture.engine().update(route(backend));
            assertEquals(List.of(), refusing());
            assertEquals("ok", ask("GET /", HOST).text());
        }
    }

    @Test
    void whereThePresetIsSetItIsNotSuggestedButAnotherIs() throws IOException {
        policy.preset = DevServer.VITE;
        try (TestBackend _ = serve((request, peer) ->
                peer.respond(403, request.target().equals("/") ? VITE : "Blocked hosts: 127.0.0.1"))) {
            ask("GET /", HOST);
            assertEquals(List.of(), refusing());
            ask("GET /rails", HOST);
            assertEquals(List.of(DevServer.RAILS), refusing());
        }
    }

    @Test
    void eachPathHasItsOwn() throws IOException {
        try (TestBackend api = TestBackend.answering(saying(403, "Invalid Host header"));
                TestBackend _ = serve(
                        saying(200, "ok"),
                        new PathRoute(
                                "/api/",
                                null,
                                List.of(new BackendAddress("127.0.0.1", api.port())),
                                TrafficPolicy.NONE))) {
            ask("GET /api/x", HOST);
            ask("GET /", HOST);
            assertEquals(
                    List.of(new HostRefusal(
                            DevServer.WEBPACK, HOST, new BackendAddress("127.0.0.1", api.port()), "/api/")),
                    fixture.engine().refusals(ID));
        }
    }

    @Test
    void nextRefusesWhatItsPagesAskForAndNotThePages() throws IOException {
        try (TestBackend _ = serve((request, peer) -> {
            boolean refused = request.field("origin").equals("https://shop.test")
                    && request.target().startsWith("/__nextjs");
            peer.respond(refused ? 403 : 200, refused ? "Unauthorized" : "ok");
        })) {
            ask("POST /__nextjs_source-map", HOST, ORIGIN);
            assertEquals(List.of(DevServer.NEXT), refusing());
            ask("GET /", HOST, ORIGIN);
            ask("GET /_next/static/chunk.js", HOST);
            assertEquals(List.of(DevServer.NEXT), refusing(), "it does not check these");
            ask("GET /_next/static/chunk.js", HOST, ORIGIN);
            assertEquals(List.of(), refusing());
        }
    }

    @Test
    void nextRefusesAWebSocketWithAWordThatIsNoAnswer() throws IOException {
        try (TestBackend _ = serve((request, peer) -> {
            if (request.field("origin").equals("https://shop.test")) {
                peer.send("Unauthorized");
                peer.close();
            } else {
                peer.send(
                        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept:"
                                + " s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
            }
        })) {
            assertEquals(502, ask("GET /_next/hmr", HOST, UPGRADE, ORIGIN).status());
            assertEquals(List.of(DevServer.NEXT), refusing());
            try (WireClient client = fixture.secure(HOST)) {
                client.send("GET /_next/hmr HTTP/1.1\r\nHost: " + HOST + "\r\n" + UPGRADE
                        + "\r\nOrigin: http://localhost\r\n\r\n");
                assertEquals(101, client.readHead().status());
            }
            assertEquals(List.of(), refusing());
        }
    }

    @Test
    void theLogNamesThePresetOnce() throws IOException {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger(ActiveRoute.class);
        log.start();
        logger.addAppender(log);
        try (TestBackend _ = serve((request, peer) -> peer.respond(
                request.target().equals("/") ? 403 : 200, request.target().equals("/") ? VITE : "ok"))) {
            ask("GET /", HOST);
            ask("GET /page", HOST);
            ask("GET /", HOST);
            assertEquals(1, log.list.size());
            assertTrue(log.list.getFirst().getFormattedMessage().contains("preset: vite"));
        } finally {
            logger.detachAppender(log);
        }
    }

    // ---- behind a proxy that is believed

    @ParameterizedTest
    @EnumSource(DevServer.class)
    void behindATrustedProxyThePageIsThatOfTheNameItTells(DevServer preset) throws IOException {
        fixture.engine().trust(List.of(Network.parse("127.0.0.1")));
        policy.preset = preset;
        try (TestBackend backend = serve((request, peer) -> peer.send("HTTP/1.1 302 Found\r\nLocation: http://"
                + request.field("host") + "/login\r\nAccess-Control-Allow-Origin: " + request.field("origin")
                + "\r\nContent-Length: 0\r\n\r\n"))) {
            String page = "https://shop.example:4443";
            Response answer;
            try (WireClient client = fixture.plain()) {
                client.send("GET / HTTP/1.1\r\nHost: " + HOST + "\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host:"
                        + " shop.example:4443\r\nOrigin: " + page + "\r\nReferer: " + page + "/x\r\n\r\n");
                answer = client.readResponse();
            }
            Request got = backend.requests().getFirst();
            String own = (preset == DevServer.RAILS ? "https" : "http") + "://127.0.0.1:" + backend.port();
            assertEquals(own, got.field("origin"));
            assertEquals(own + "/x", got.field("referer"));
            assertEquals("127.0.0.1:" + backend.port(), got.field("host"));
            boolean tellsItself = preset != DevServer.VITE && preset != DevServer.WEBPACK;
            assertEquals(
                    tellsItself ? "127.0.0.1:" + backend.port() : "shop.example:4443", got.field("x-forwarded-host"));
            assertEquals(page + "/login", answer.field("location"));
            assertEquals(page, answer.field("access-control-allow-origin"));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "127.0.0.1 | X-Forwarded-Host: shop.example,X-Forwarded-Port: 4443    | https://shop.example:4443",
                "127.0.0.1 | X-Forwarded-Host: shop.example,X-Forwarded-Port: 443     | https://shop.example",
                "127.0.0.1 | X-Forwarded-Host: shop.example,X-Forwarded-Port: x       | https://shop.example",
                "127.0.0.1 | X-Forwarded-Host: shop.example:1,X-Forwarded-Port: 4443  | https://shop.example:1",
                "127.0.0.1 | X-Forwarded-Host: [2001:db8::7],X-Forwarded-Port: 4443   | https://[2001:db8::7]:4443",
                "127.0.0.1 | X-Request-Id: none                                       | https://shop.test",
                "10.0.0.1  | X-Forwarded-Host: shop.example                           | https://shop.test",
            })
    void thePagesOriginIsMadeOfWhatIsBelieved(String trusted, String fields, String origin) throws IOException {
        fixture.engine().trust(List.of(Network.parse(trusted)));
        policy.preset = DevServer.VITE;
        try (TestBackend backend = serve(saying(200, "ok"))) {
            String[] told = (fields + ",Origin: " + origin).split(",");
            assertEquals(200, ask("GET /", HOST, told).status());
            assertEquals(
                    "http://127.0.0.1:" + backend.port(),
                    backend.requests().getFirst().field("origin"));
            assertEquals(
                    200,
                    ask("GET /", HOST, fields.split(",")[0], "Origin: https://evil.example")
                            .status());
            assertEquals("https://evil.example", backend.requests().getLast().field("origin"), "others stay foreign");
        }
    }
}
