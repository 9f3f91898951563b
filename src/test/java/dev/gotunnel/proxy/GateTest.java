package dev.gotunnel.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.policy.Access;
import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.policy.BasicUser;
import dev.gotunnel.policy.Cors;
import dev.gotunnel.policy.Limits;
import dev.gotunnel.policy.Network;
import dev.gotunnel.policy.PathRoute;
import dev.gotunnel.policy.RateLimit;
import dev.gotunnel.testing.Await;
import dev.gotunnel.testing.EngineFixture;
import dev.gotunnel.testing.Http2Client;
import dev.gotunnel.testing.PolicyBuilder;
import dev.gotunnel.testing.TestBackend;
import dev.gotunnel.testing.WireClient;
import dev.gotunnel.testing.WireClient.Response;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.crypto.generators.OpenBSDBCrypt;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may pass to a tunnel, and how much. */
class GateTest {
    private static final String HOST = "shop.localhost";
    private static final String HASH = OpenBSDBCrypt.generate(
            "2b", "secret".toCharArray(), "0123456789abcdef".getBytes(StandardCharsets.US_ASCII), 4);

    @AutoClose
    private final EngineFixture fixture = EngineFixture.start();

    @AutoClose
    private final TestBackend backend = TestBackend.saying("ok");

    private final PolicyBuilder policy = new PolicyBuilder();

    private Route route(PathRoute... paths) {
        return new Route(
                "default/shop",
                List.of(HOST),
                List.of(new BackendAddress("127.0.0.1", backend.port())),
                true,
                policy.build(),
                List.of(paths),
                null);
    }

    private void serve(PathRoute... paths) {
        fixture.route(route(paths));
    }

    private Response ask(String method, String target, String... fields) throws IOException {
        try (WireClient client = fixture.secure(HOST)) {
            String more = fields.length == 0 ? "" : String.join("\r\n", fields) + "\r\n";
            return client.send(method + " " + target + " HTTP/1.1\r\nHost: " + HOST + "\r\n" + more + "\r\n")
                    .readResponse();
        }
    }

    private static String basic(String credentials) {
        return "Authorization: Basic "
                + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
    }

    // ---- networks

    @ParameterizedTest
    @CsvSource({
        "127.0.0.0/8, , 200",
        "127.0.0.1, , 200",
        "10.0.0.0/8, , 403",
        ", 127.0.0.1, 403",
        ", 10.0.0.0/8, 200",
        "127.0.0.0/8, 127.0.0.1, 403",
        "::1, , 403"
    })
    void networksDecideFirst(String allow, String deny, int status) throws IOException {
        policy.access = new Access(List.of(), networks(allow), networks(deny));
        serve();
        Response answer = ask("GET", "/");
        assertEquals(status, answer.status());
        assertEquals(status == 200 ? 1 : 0, backend.requests().size());
        assertFalse(answer.text().contains("127.0.0.1:" + backend.port()), "nothing internal is told");
    }

    private static List<Network> networks(String text) {
        return text == null ? List.of() : List.of(Network.parse(text));
    }

    // ---- passwords

    @Test
    void aPasswordIsAskedForAndKeptFromTheBackend() throws IOException {
        policy.access = new Access(List.of(new BasicUser("ann", HASH)), List.of(), List.of());
        serve();
        Response asked = ask("GET", "/");
        assertEquals(401, asked.status());
        assertTrue(asked.field("www-authenticate").startsWith("Basic realm="));
        for (String wrong : List.of("ann:wrong", "bob:secret", "ann:", ":", "ann", "ann:secret:", "")) {
            assertEquals(401, ask("GET", "/", basic(wrong)).status(), wrong);
        }
        assertEquals(401, ask("GET", "/", "Authorization: Basic %%%").status());
        assertEquals(401, ask("GET", "/", "Authorization: Bearer x").status());
        assertTrue(backend.requests().isEmpty());
        for (int i = 0; i < 2; i++) {
            // Computed first, remembered then.
            assertEquals("ok", ask("GET", "/", basic("ann:secret")).text());
            assertEquals("", backend.requests().getLast().field("authorization"));
        }
        assertEquals(401, ask("GET", "/", basic("ann:secret2")).status(), "what is remembered is the whole of it");
    }

    @Test
    void aBodyWaitsForThePasswordToBeChecked() throws Exception {
        policy.access = new Access(List.of(new BasicUser("ann", HASH)), List.of(), List.of());
        serve();
        try (WireClient client = fixture.secure(HOST);
                Http2Client http2 = new Http2Client(fixture, HOST)) {
            client.send("POST / HTTP/1.1\r\nHost: " + HOST + "\r\nContent-Length: 5\r\n" + basic("ann:secret")
                    + "\r\n\r\nhello");
            assertEquals("ok", client.readResponse().text());
            assertTrue(backend.received().contains("hello"));
            http2.headers(1, Http2Client.request("GET", HOST, "/"), true);
            assertEquals(
                    "401",
                    String.valueOf(http2.next(Http2Client.Frame.Headers.class, 1)
                            .headers()
                            .status()));
        }
    }

    @Test
    void onePathMayAskForAPasswordAndHowItIsSpelledDoesNotMatter() throws IOException {
        PolicyBuilder closed = new PolicyBuilder();
        closed.access = new Access(List.of(new BasicUser("ann", HASH)), List.of(), List.of());
        serve(new PathRoute("/admin", null, List.of(), closed.build()));
        assertEquals(200, ask("GET", "/").status());
        for (String target : List.of("/admin", "/admin/x", "/%61dmin", "/admin/.x")) {
            assertEquals(401, ask("GET", target).status(), target);
        }
        int before = backend.requests().size();
        for (String target : List.of(
                "//admin",
                "/x/../admin",
                "/x/..%2fadmin",
                "/admin/../x",
                "/admin/..%2fx",
                "/admin/..;/x",
                "/admin;/x",
                "/admin#",
                "/admin#x",
                "/admin#/../../x",
                "/x?/../admin#")) {
            assertEquals(400, ask("GET", target).status(), target);
        }
        assertEquals(before, backend.requests().size(), "what a backend may read in another way does not reach it");
        assertEquals(200, ask("GET", "/.vite/deps/a.js").status());
    }

    @Test
    void aFragmentLeadsRoundNoGateOverHttp2Either() throws Exception {
        PolicyBuilder closed = new PolicyBuilder();
        closed.access = new Access(List.of(new BasicUser("ann", HASH)), List.of(), List.of());
        serve(new PathRoute("/admin", null, List.of(), closed.build()));
        try (Http2Client client = new Http2Client(fixture, HOST)) {
            client.headers(1, Http2Client.request("GET", HOST, "/admin#x"), true);
            client.next(Http2Client.Frame.Reset.class, 1);
            assertTrue(backend.requests().isEmpty());
        }
    }

    @Test
    void aWebSocketPassesTheSameGate() throws IOException {
        policy.access = new Access(List.of(new BasicUser("ann", HASH)), List.of(), List.of());
        serve();
        assertEquals(
                401,
                ask(
                                "GET",
                                "/",
                                "Connection: Upgrade",
                                "Upgrade: websocket",
                                "Sec-WebSocket-Version: 13",
                                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
                        .status());
    }

    // ---- how much

    @Test
    void aBurstPassesAndThenSoManyInATime() {
        AtomicLong now = new AtomicLong();
        RateBuckets buckets =
                new RateBuckets(new RateLimit(10, Duration.ofSeconds(1), 3, RateLimit.Key.CLIENT), now::get);
        for (int i = 0; i < 3; i++) {
            assertEquals(0, buckets.take("a"));
        }
        assertEquals(1, buckets.take("a"));
        assertEquals(0, buckets.take("b"), "each client has a bucket");
        now.addAndGet(Duration.ofMillis(101).toNanos());
        assertEquals(0, buckets.take("a"));
        assertEquals(1, buckets.take("a"));
        RateBuckets slow = new RateBuckets(new RateLimit(1, Duration.ofMinutes(1), 1, RateLimit.Key.TUNNEL), now::get);
        assertEquals(0, slow.take("a"));
        assertEquals(60, slow.take("b"), "all share one");
    }

    @Test
    void tooManyRequestsAreToldWhenToComeAgain() throws IOException {
        policy.rateLimit = new RateLimit(1, Duration.ofHours(1), 1, RateLimit.Key.CLIENT);
        serve();
        assertEquals(200, ask("GET", "/").status());
        Response answer = ask("GET", "/");
        assertEquals(429, answer.status());
        assertTrue(Integer.parseInt(answer.field("retry-after")) > 3500);
        assertEquals(1, backend.requests().size());
    }

    @Test
    void onlySoManyRequestsAreUnderWayAtOnce() throws Exception {
        policy.limits = new Limits(null, 1, null);
        CountDownLatch go = new CountDownLatch(1);
        try (TestBackend slow = TestBackend.answering((request, peer) -> {
                    go.await();
                    peer.respond(200, "slow");
                });
                WireClient first = fixture.secure(HOST)) {
            fixture.route(HOST, new BackendAddress("127.0.0.1", slow.port()), policy.build());
            first.get(HOST, "/");
            Await.until("the backend has it", () -> slow.requests().size() == 1);
            Response refused = ask("GET", "/");
            assertEquals(503, refused.status());
            assertEquals("1", refused.field("retry-after"));
            go.countDown();
            assertEquals("slow", first.readResponse().text());
            assertEquals(200, ask("GET", "/").status(), "room again");
        } finally {
            go.countDown();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 11\r\n\r\n",
                "Content-Length: 11\r\n\r\nhello world",
                "Transfer-Encoding: chunked\r\n\r\n6\r\nhello \r\n5\r\nworld\r\n0\r\n\r\n"
            })
    void aBodyThatIsTooLargeIsRefused(String rest) throws IOException {
        policy.limits = new Limits(10L, null, null);
        serve();
        try (WireClient client = fixture.secure(HOST)) {
            client.send("POST / HTTP/1.1\r\nHost: " + HOST + "\r\n" + rest);
            Response answer = client.readHead();
            assertEquals(413, answer.status());
        }
        try (WireClient client = fixture.secure(HOST)) {
            client.send("POST / HTTP/1.1\r\nHost: " + HOST + "\r\nContent-Length: 10\r\n\r\nhelloworld");
            assertEquals("ok", client.readResponse().text());
        }
    }

    @Test
    void aBodyThatGrowsTooLargeOverHttp2IsRefused() throws Exception {
        policy.limits = new Limits(10L, null, null);
        try (TestBackend patient = TestBackend.answering((request, peer) -> {
                    peer.readBody(request);
                    peer.respond(200, "all");
                });
                Http2Client client = new Http2Client(
                        fixture.route(HOST, new BackendAddress("127.0.0.1", patient.port()), policy.build()), HOST)) {
            client.headers(1, Http2Client.request("POST", HOST, "/"), false);
            client.data(1, Http2Client.bytes(8), false);
            client.data(1, Http2Client.bytes(8), false);
            assertEquals(
                    "413",
                    String.valueOf(client.next(Http2Client.Frame.Headers.class, 1)
                            .headers()
                            .status()));
        }
    }

    // ---- CORS

    @Test
    void preflightsAreAnsweredBeforeThePassword() throws IOException {
        policy.access = new Access(List.of(new BasicUser("ann", HASH)), List.of(), List.of());
        policy.cors = new Cors(
                List.of("https://app.test"), List.of(), List.of(), List.of("x-total"), true, Duration.ofMinutes(5));
        serve();
        Response yes = ask(
                "OPTIONS",
                "/",
                "Origin: https://app.test",
                "Access-Control-Request-Method: PUT",
                "Access-Control-Request-Headers: x-a, x-b");
        assertEquals(204, yes.status());
        assertEquals("https://app.test", yes.field("access-control-allow-origin"));
        assertEquals("PUT", yes.field("access-control-allow-methods"));
        assertEquals("x-a, x-b", yes.field("access-control-allow-headers"));
        assertEquals("true", yes.field("access-control-allow-credentials"));
        assertEquals("300", yes.field("access-control-max-age"));
        Response no = ask("OPTIONS", "/", "Origin: https://evil.test", "Access-Control-Request-Method: PUT");
        assertEquals(204, no.status());
        assertEquals("", no.field("access-control-allow-origin"));
        assertEquals(401, ask("OPTIONS", "/", "Origin: https://app.test").status(), "that is no preflight");
        assertTrue(backend.requests().isEmpty());
    }

    @ParameterizedTest
    @CsvSource({
        "https://app.test, https://app.test, true, https://app.test, true",
        "https://app.test, https://evil.test, true, '', ''",
        "*, https://evil.test, true, *, ''"
    })
    void theAnswerSaysWhoMayReadItWhateverTheBackendSays(
            String allowed, String origin, boolean credentials, String told, String toldCredentials)
            throws IOException {
        policy.cors = new Cors(List.of(allowed), List.of(), List.of(), List.of("x-total"), credentials, Duration.ZERO);
        try (TestBackend loose = TestBackend.answering((request, peer) -> peer.send(
                "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: https://any.test\r\nContent-Length: 0\r\n\r\n"))) {
            fixture.route(HOST, new BackendAddress("127.0.0.1", loose.port()), policy.build());
            Response answer = ask("GET", "/", "Origin: " + origin);
            assertEquals(told, answer.field("access-control-allow-origin"));
            assertEquals(toldCredentials, answer.field("access-control-allow-credentials"), "never with every origin");
            assertEquals(told.isEmpty() ? "" : "x-total", answer.field("access-control-expose-headers"));
        }
    }

    // ---- proxies in front

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "127.0.0.0/8 | X-Forwarded-For: 10.1.2.3                          | 10.1.2.3",
                "127.0.0.0/8 | X-Forwarded-For: 6.6.6.6, 10.1.2.3                 | 10.1.2.3",
                "127.0.0.0/8 | X-Forwarded-For: 10.1.2.3, 127.0.0.9               | 10.1.2.3",
                "127.0.0.0/8 | X-Forwarded-For: nonsense                          | unknown",
                "127.0.0.0/8 | X-Forwarded-For: 10.1.2.3, unknown                 | unknown",
                "127.0.0.0/8 | X-Forwarded-For: 10.1.2.3:4711                     | 10.1.2.3",
                "127.0.0.0/8 | X-Forwarded-For: [2001:db8::7]:80                  | 2001:db8::7",
                "127.0.0.0/8 | X-Forwarded-For: 2001:db8::7                       | 2001:db8::7",
                "127.0.0.0/8 | Forwarded: for=_hidden                             | unknown",
                "127.0.0.0/8 | Forwarded: for=\"[2001:db8::7]:4711\";proto=https  | 2001:db8::7",
                "127.0.0.0/8 | Forwarded: for=10.1.2.3:80                         | 10.1.2.3",
                "10.0.0.0/8  | X-Forwarded-For: 10.1.2.3                          | 127.0.0.1",
            })
    void onlyATrustedProxyIsBelieved(String trusted, String field, String client) throws IOException {
        fixture.engine().trust(List.of(Network.parse(trusted)));
        serve();
        ask("GET", "/", field);
        assertEquals(client, backend.requests().getFirst().field("x-forwarded-for"));
    }

    @Test
    void whomAProxyDoesNotTellOfIsInNoNetworkAndNotHere() throws IOException {
        fixture.engine().trust(List.of(Network.parse("127.0.0.1")));
        PolicyBuilder here = new PolicyBuilder();
        here.access = new Access(List.of(), List.of(Network.parse("127.0.0.0/8")), List.of());
        fixture.route(HOST, new BackendAddress("127.0.0.1", backend.port()), here.build());
        assertEquals(200, ask("GET", "/").status());
        for (String field : List.of("X-Forwarded-For: unknown", "Forwarded: for=unknown", "Forwarded: for=_x")) {
            assertEquals(403, ask("GET", "/", field).status(), field);
        }
    }

    @Test
    void aClientElsewhereLearnsNothingOfWhatRunsHere() throws IOException {
        fixture.engine().trust(List.of(Network.parse("127.0.0.1")));
        serve();
        backend.close();
        for (String accept : List.of("text/html", "*/*")) {
            Response here = ask("GET", "/", "Accept: " + accept);
            assertEquals(502, here.status());
            assertTrue(here.text().contains("127.0.0.1:" + backend.port()), here.text());
            Response there = ask("GET", "/", "Accept: " + accept, "X-Forwarded-For: 10.1.2.3");
            assertEquals(502, there.status());
            assertTrue(there.text().contains("does not answer"), there.text());
            assertFalse(there.text().contains("127.0.0.1"), there.text());
            assertFalse(there.text().contains("refused"), there.text());
        }
        try (WireClient client = fixture.secure("other.localhost")) {
            client.send("GET / HTTP/1.1\r\nHost: other.localhost\r\nX-Forwarded-For: 10.1.2.3\r\n\r\n");
            Response unknown = client.readResponse();
            assertEquals(404, unknown.status());
            assertEquals("", unknown.text());
        }
    }

    @Test
    void aTrustedProxyTellsTheSchemeAndHostAsWell() throws IOException {
        fixture.engine().trust(List.of(Network.parse("127.0.0.1")));
        serve();
        try (WireClient client = fixture.plain()) {
            client.send("GET / HTTP/1.1\r\nHost: " + HOST
                    + "\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: shop.example\r\n\r\n");
            assertEquals(200, client.readResponse().status(), "no redirect: the client has come by HTTPS");
            assertEquals("https", backend.requests().getFirst().field("x-forwarded-proto"));
            assertEquals("shop.example", backend.requests().getFirst().field("x-forwarded-host"));
        }
    }

    @Test
    void requestsThatComeTogetherHaveTheirPasswordCheckedOnce() throws Exception {
        String costly = OpenBSDBCrypt.generate(
                "2b", "secret".toCharArray(), "0123456789abcdef".getBytes(StandardCharsets.US_ASCII), 12);
        BasicAuth auth = new BasicAuth(List.of(new BasicUser("ann", costly)), "shop");
        List<Runnable> work = new ArrayList<>();
        String right = Base64.getEncoder().encodeToString("ann:secret".getBytes(StandardCharsets.UTF_8));
        CompletableFuture<Boolean> first = auth.check(right, "10.0.0.1", work::add);
        assertSame(first, auth.check(right, "10.0.0.2", work::add));
        assertEquals(1, work.size());
        assertFalse(auth.remembers(right));
        work.getFirst().run();
        assertTrue(first.join());
        assertTrue(auth.remembers(right));
    }

    @Test
    void whoGuessesKeepsNobodyElseFromBeingChecked() {
        BasicAuth auth = new BasicAuth(List.of(new BasicUser("ann", HASH)), "shop");
        List<Runnable> work = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            assertNotNull(auth.check("guess" + i, "10.0.0.1", work::add));
        }
        assertNull(auth.check("one more", "10.0.0.1", work::add));
        assertNotNull(auth.check("somebody else", "10.0.0.2", work::add));
        work.forEach(Runnable::run);
        assertNotNull(auth.check("one more", "10.0.0.1", work::add));
    }

    @Test
    void aChangeOfSomethingElseDoesNotLetAnybodyBeginAnew() throws IOException {
        policy.rateLimit = new RateLimit(1, Duration.ofHours(1), 2, RateLimit.Key.CLIENT);
        serve();
        assertEquals(200, ask("GET", "/").status());
        policy.retries = 2;
        fixture.engine().update(route());
        assertEquals(200, ask("GET", "/").status());
        assertEquals(429, ask("GET", "/").status());
        policy.rateLimit = new RateLimit(1, Duration.ofHours(1), 3, RateLimit.Key.CLIENT);
        fixture.engine().update(route());
        assertEquals(200, ask("GET", "/").status(), "another rule counts from its beginning");
    }
}
