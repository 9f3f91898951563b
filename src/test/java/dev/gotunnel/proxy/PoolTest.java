package dev.gotunnel.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.policy.Balance;
import dev.gotunnel.policy.Ejection;
import dev.gotunnel.policy.Fault;
import dev.gotunnel.policy.HealthProbe;
import dev.gotunnel.policy.Limits;
import dev.gotunnel.policy.StickyCookie;
import dev.gotunnel.policy.Timeouts;
import dev.gotunnel.policy.UpstreamTls;
import dev.gotunnel.testing.Await;
import dev.gotunnel.testing.EngineFixture;
import dev.gotunnel.testing.Http2Client;
import dev.gotunnel.testing.PolicyBuilder;
import dev.gotunnel.testing.TestBackend;
import dev.gotunnel.testing.WireClient;
import dev.gotunnel.testing.WireClient.Response;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** How a request's backend is chosen, what happens when one fails, and how long is waited for one. */
class PoolTest {
    private static final String HOST = "shop.localhost";

    @AutoClose
    private final EngineFixture fixture = EngineFixture.start();

    @AutoClose
    private final TestBackend one = TestBackend.saying("one");

    @AutoClose
    private final TestBackend two = TestBackend.saying("two");

    private final PolicyBuilder policy = new PolicyBuilder();

    private static BackendAddress address(TestBackend backend) {
        return new BackendAddress("127.0.0.1", backend.port());
    }

    private Route route(BackendAddress... backends) {
        return new Route("default/shop", List.of(HOST), Arrays.asList(backends), true, policy.build(), List.of(), null);
    }

    private Response ask(String... fields) throws IOException {
        return send("GET", fields);
    }

    private Response send(String method, String... fields) throws IOException {
        try (WireClient client = fixture.secure(HOST)) {
            String more = fields.length == 0 ? "" : String.join("\r\n", fields) + "\r\n";
            return client.send(method + " / HTTP/1.1\r\nHost: " + HOST + "\r\n" + more + "\r\n")
                    .readResponse();
        }
    }

    private List<String> said(int times) throws IOException {
        List<String> said = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            said.add(ask().text());
        }
        return said;
    }

    /** A port that nobody listens on. */
    private static BackendAddress nobody() {
        try (TestBackend gone = TestBackend.saying("gone")) {
            return address(gone);
        }
    }

    // ---- balance

    @Test
    void severalBackendsTakeTurns() throws IOException {
        fixture.route(route(address(one), address(two)));
        List<String> said = said(4);
        assertEquals(said.subList(0, 2), said.subList(2, 4));
        assertNotEquals(said.get(0), said.get(1));
    }

    @Test
    void failoverKeepsToTheFirst() throws IOException {
        policy.balance = Balance.FAILOVER;
        fixture.route(route(address(one), address(two)));
        assertEquals(List.of("one", "one", "one"), said(3));
    }

    @Test
    void aClientKeepsItsBackendByItsAddress() throws IOException {
        policy.balance = Balance.IP_HASH;
        fixture.route(route(address(one), address(two)));
        assertEquals(1, said(4).stream().distinct().count());
    }

    @Test
    void weightsShareWithoutRuns() throws IOException {
        policy.balance = Balance.WEIGHTED;
        fixture.route(route(address(one).withWeight(3), address(two)));
        assertEquals(List.of("one", "one", "two", "one", "one", "one", "two", "one"), said(8));
    }

    @Test
    void theOneWithTheFewestRequestsIsChosen() throws Exception {
        policy.balance = Balance.LEAST_CONNECTIONS;
        CountDownLatch go = new CountDownLatch(1);
        try (TestBackend slow = TestBackend.answering((request, peer) -> {
                    go.await();
                    peer.respond(200, "slow");
                });
                WireClient waiting = fixture.secure(HOST)) {
            fixture.route(route(address(slow)));
            waiting.get(HOST, "/");
            Await.until("the backend shows it", () -> slow.requests().size() == 1);
            fixture.engine().update(route(address(slow), address(one)));
            assertEquals(List.of("one", "one", "one"), said(3));
            go.countDown();
            assertEquals("slow", waiting.readResponse().text());
        } finally {
            go.countDown();
        }
    }

    @Test
    void aCookieKeepsAClientAtItsBackendAndTellsNothingOfIt() throws IOException {
        policy.sticky = StickyCookie.DEFAULT;
        fixture.route(route(address(one), address(two)));
        Response first = ask();
        String set = first.field("set-cookie");
        String cookie = set.substring(0, set.indexOf(';'));
        assertTrue(set.endsWith("; Path=/; HttpOnly; SameSite=Lax; Secure"), set);
        assertFalse(cookie.contains("" + one.port()) || cookie.contains("" + two.port()));
        for (int i = 0; i < 4; i++) {
            Response next = ask("Cookie: a=b; " + cookie);
            assertEquals(first.text(), next.text());
            assertEquals("", next.field("set-cookie"));
        }
        (first.text().equals("one") ? one : two).close();
        Response moved = ask("Cookie: " + cookie);
        assertEquals(first.text().equals("one") ? "two" : "one", moved.text());
        assertNotEquals(cookie, moved.field("set-cookie").split(";")[0]);
    }

    @Test
    void aBackendTakesOnlySoManyAtOnce() throws Exception {
        policy.balance = Balance.FAILOVER;
        policy.limits = new Limits(null, null, 1);
        CountDownLatch go = new CountDownLatch(1);
        try (TestBackend slow = TestBackend.answering((request, peer) -> {
                    go.await();
                    peer.respond(200, "slow");
                });
                WireClient waiting = fixture.secure(HOST)) {
            fixture.route(route(address(slow), address(one)));
            waiting.get(HOST, "/");
            Await.until("the backend shows it", () -> slow.requests().size() == 1);
            assertEquals("one", ask().text(), "the other has room");
            fixture.engine().update(route(address(slow)));
            Response full = ask();
            assertEquals(503, full.status());
            assertEquals("1", full.field("retry-after"));
            go.countDown();
            assertEquals("slow", waiting.readResponse().text());
        } finally {
            go.countDown();
        }
    }

    // ---- health

    @Test
    void aProbeTakesABackendOutAndIn() throws IOException {
        policy.health = new HealthProbe("/up", Duration.ofMillis(100), Duration.ofSeconds(5), 200, 299, 2, 1);
        AtomicInteger status = new AtomicInteger(200);
        try (TestBackend probed = TestBackend.answering(
                (request, peer) -> peer.respond(request.target().equals("/up") ? status.get() : 200, "probed"))) {
            fixture.route(route(address(probed), address(one)));
            Await.until(
                    "the backend shows it",
                    () -> probed.requests().stream().anyMatch(r -> r.target().equals("/up")));
            status.set(500);
            Await.until(
                    "the backend shows it",
                    () -> fixture.engine().health("default/shop").stream()
                            .anyMatch(h -> "/up is answered with 500".equals(h.reason())));
            assertEquals(List.of("one", "one", "one"), said(3));
            status.set(204);
            Await.until(
                    "the backend shows it",
                    () -> fixture.engine().health("default/shop").stream()
                            .allMatch(ProxyEngine.BackendHealth::healthy));
            assertTrue(said(2).contains("probed"));
        }
    }

    @Test
    void aBackendThatFailsIsLeftOutForAWhileButNeverTheLastOne() throws IOException {
        policy.ejection = new Ejection(2, Duration.ofHours(1));
        try (TestBackend broken = TestBackend.answering((request, peer) -> peer.respond(503, "broken"))) {
            fixture.route(route(address(broken), address(one)));
            said(6);
            assertEquals(2, broken.requests().size());
            assertEquals(
                    List.of("left out for a while after failures"),
                    fixture.engine().health("default/shop").stream()
                            .filter(h -> !h.healthy())
                            .map(ProxyEngine.BackendHealth::reason)
                            .toList());
            fixture.engine().update(route(address(broken)));
            assertEquals(List.of("broken", "broken", "broken", "broken"), said(4));
        }
    }

    @Test
    void afterItsTimeOneMoreFailureIsEnough() {
        UpstreamHealth health = new UpstreamHealth();
        Ejection brief = new Ejection(2, Duration.ofNanos(1));
        assertFalse(health.failed(brief));
        assertTrue(health.failed(brief));
        assertTrue(health.failed(brief), "on probation");
        health.succeeded();
        assertFalse(health.failed(brief), "and well again");
    }

    // ---- retries

    @Test
    void aRequestMovesOnFromABackendThatIsGoneWhateverItsMethod() throws IOException {
        policy.balance = Balance.FAILOVER;
        fixture.route(route(nobody(), address(one)));
        assertEquals("one", send("POST", "Content-Length: 0").text());
    }

    @Test
    void aConnectionThatBreaksIsTriedAgainElsewhereWhereThatIsSafe() throws IOException {
        policy.balance = Balance.FAILOVER;
        try (TestBackend broken = TestBackend.answering((request, peer) -> peer.close())) {
            fixture.route(route(address(broken), address(one)));
            assertEquals("one", ask().text());
            assertEquals(502, send("POST", "Content-Length: 0").status());
        }
    }

    @Test
    void anAnswerThatMeansTroubleIsBetteredOnlyWhenAskedFor() throws IOException {
        policy.balance = Balance.FAILOVER;
        try (TestBackend broken = TestBackend.answering((request, peer) -> peer.respond(503, "broken"))) {
            fixture.route(route(address(broken), address(one)));
            assertEquals("broken", ask().text());
            policy.retries = 1;
            fixture.engine().update(route(address(broken), address(one)));
            assertEquals("one", ask().text());
            assertEquals("broken", send("POST", "Content-Length: 0").text());
            policy.retries = 0;
            fixture.engine().update(route(address(broken), address(one)));
            assertEquals("broken", ask().text());
        }
    }

    // ---- waiting

    @Test
    void requestsWaitForABackendToComeUp() throws Exception {
        policy.hold = Duration.ofSeconds(30);
        BackendAddress address = nobody();
        fixture.route(route(address));
        try (WireClient get = fixture.secure(HOST);
                WireClient post = fixture.secure(HOST);
                WireClient leaving = fixture.secure(HOST)) {
            get.get(HOST, "/");
            leaving.get(HOST, "/");
            post.send("POST / HTTP/1.1\r\nHost: " + HOST + "\r\nContent-Length: 5\r\n\r\nhello");
            Await.until(
                    "the backend shows it",
                    () -> fixture.engine().health("default/shop").stream().noneMatch(h -> h.healthy()));
            leaving.close();
            try (TestBackend late = TestBackend.on("127.0.0.1", address.port(), TestBackend.serving((request, peer) -> {
                peer.readBody(request);
                peer.respond(200, "late");
            }))) {
                assertEquals("late", get.readResponse().text());
                assertEquals("late", post.readResponse().text());
                assertTrue(late.received().contains("hello"));
            }
        }
    }

    @Test
    void afterThatTimeThePageSaysThatTheBackendIsDown() throws IOException {
        policy.hold = Duration.ofMillis(150);
        fixture.route(route(nobody()));
        assertEquals(502, ask().status());
    }

    @Test
    void aBackendThatNeverWasUpIsNotWaitedForUnlessAskedTo() throws IOException {
        fixture.route(route(nobody()));
        long begun = System.nanoTime();
        assertEquals(502, ask().status());
        assertTrue(System.nanoTime() - begun < Duration.ofSeconds(4).toNanos());
    }

    // ---- change

    @Test
    void aBackendThatStaysKeepsItsConnections() throws IOException {
        fixture.route(route(address(one)));
        assertEquals("one", ask().text());
        int accepted = one.accepted();
        for (int i = 0; i < 5; i++) {
            policy.retries = i;
            assertTrue(fixture.engine().update(route(address(one), address(two))));
            assertTrue(fixture.engine().update(route(address(one))));
        }
        assertEquals("one", ask().text());
        assertTrue(one.accepted() <= accepted + 1, "at most one for the other event loop");
        assertFalse(fixture.engine().update(new Route("x", List.of("x.localhost"), List.of(address(one)), true)));
    }

    // ---- time-outs

    @Test
    void anAnswerThatDoesNotBeginInTimeIsAGatewayTimeout() throws Exception {
        policy.timeouts = new Timeouts(null, Duration.ofMillis(150), null);
        policy.retries = 0;
        CountDownLatch go = new CountDownLatch(1);
        try (TestBackend slow = TestBackend.answering((request, peer) -> go.await());
                Http2Client http2 = new Http2Client(fixture, HOST)) {
            fixture.route(route(address(slow)));
            assertEquals(504, ask().status());
            http2.headers(1, Http2Client.request("GET", HOST, "/"), true);
            assertEquals(
                    "504",
                    String.valueOf(http2.next(Http2Client.Frame.Headers.class, 1)
                            .headers()
                            .status()));
        } finally {
            go.countDown();
        }
    }

    @Test
    void anAnswerThatStandsStillIsBrokenOffAndAnEventStreamIsNot() throws Exception {
        policy.timeouts = new Timeouts(null, null, Duration.ofMillis(150));
        CountDownLatch go = new CountDownLatch(1);
        try (TestBackend stuck = TestBackend.answering((request, peer) -> {
                    peer.send("HTTP/1.1 200 OK\r\nContent-Type: "
                            + (request.target().equals("/events") ? "text/event-stream" : "text/plain")
                            + "\r\nContent-Length: 10\r\n\r\nhello");
                    go.await();
                    peer.send("world");
                });
                WireClient events = fixture.secure(HOST);
                WireClient page = fixture.secure(HOST)) {
            fixture.route(route(address(stuck)));
            events.get(HOST, "/events");
            assertEquals(200, events.readHead().status());
            page.get(HOST, "/");
            assertEquals(200, page.readHead().status());
            page.readFully(5);
            assertTrue(page.isEnded());
            go.countDown();
            assertEquals("helloworld", new String(events.readFully(10)));
        } finally {
            go.countDown();
        }
    }

    // ---- faults

    private static Fault fault(Duration delay, Long bandwidth, double errors, double resets) {
        return new Fault(delay, Duration.ZERO, bandwidth, errors, 503, resets);
    }

    @Test
    void errorsAreMadeOnPurposeAndSaySo() throws IOException {
        policy.fault = fault(Duration.ZERO, null, 1, 0);
        fixture.route(route(address(one)));
        Response answer = ask();
        assertEquals(503, answer.status());
        assertEquals("error", answer.field("x-gotunnel-fault"));
        assertTrue(one.requests().isEmpty());
        policy.fault = null;
        fixture.engine().update(route(address(one)));
        assertEquals("one", ask().text(), "and switched off while it runs");
    }

    @Test
    void connectionsAreResetOnPurpose() throws Exception {
        policy.fault = fault(Duration.ZERO, null, 0, 1);
        fixture.route(route(address(one)));
        try (WireClient client = fixture.secure(HOST);
                Http2Client http2 = new Http2Client(fixture, HOST)) {
            client.get(HOST, "/");
            assertTrue(client.isEnded());
            http2.headers(1, Http2Client.request("GET", HOST, "/"), true);
            http2.next(Http2Client.Frame.Reset.class, 1);
        }
    }

    @Test
    void requestsAreDelayedOnPurpose() throws IOException {
        policy.fault = fault(Duration.ofMillis(200), null, 0, 0);
        fixture.route(route(address(one)));
        long begun = System.nanoTime();
        assertEquals("one", send("POST", "Content-Length: 0").text());
        assertTrue(System.nanoTime() - begun >= Duration.ofMillis(200).toNanos());
    }

    @Test
    void answersAreSlowedDownOnPurposeAndComplete() throws Exception {
        policy.fault = fault(Duration.ZERO, 200_000L, 0, 0);
        String body = "x".repeat(50_000);
        try (TestBackend large = TestBackend.saying(body);
                Http2Client http2 = new Http2Client(fixture, HOST)) {
            fixture.route(route(address(large)));
            long begun = System.nanoTime();
            assertEquals(body, ask().text());
            assertTrue(System.nanoTime() - begun >= Duration.ofMillis(200).toNanos());
            http2.headers(1, Http2Client.request("GET", HOST, "/"), true);
            assertEquals(body, http2.body(1));
        }
    }

    @Test
    void afterItsTimeOneRequestTriesWhetherItIsWellAgain() {
        UpstreamHealth health = new UpstreamHealth();
        assertFalse(health.beginTrial());
        health.failed(new Ejection(1, Duration.ofNanos(1)));
        assertTrue(health.isUsable());
        assertTrue(health.beginTrial());
        assertFalse(health.isUsable(), "the others wait for its outcome");
        assertFalse(health.beginTrial());
        health.succeeded();
        assertTrue(health.isUsable());
        health.endTrial();
        assertTrue(health.isUsable());
        health.failed(new Ejection(1, Duration.ofHours(1)));
        assertFalse(health.beginTrial(), "it is left out again");
    }

    @Test
    void ofManyRequestsOnlySomeAreRepeats() {
        UpstreamPool pool = new UpstreamPool(List.of(address(one)), policy.build(), List.of());
        for (int i = 0; i < 10; i++) {
            assertTrue(pool.beginRetry());
        }
        assertFalse(pool.beginRetry());
        for (int i = 0; i < 55; i++) {
            assertTrue(pool.upstreams().getFirst().begins(Integer.MAX_VALUE));
        }
        assertTrue(pool.beginRetry(), "one in five");
        assertFalse(pool.beginRetry());
        pool.endRetries(2);
        assertTrue(pool.beginRetry());
    }

    @Test
    void aBackendTakesExactlyAsManyAsItMay() {
        Upstream upstream = new Upstream(address(one), UpstreamTls.DEFAULT, Duration.ZERO);
        assertTrue(upstream.begins(1));
        assertFalse(upstream.begins(1));
        assertEquals(1, upstream.underWay());
        upstream.ends();
        assertTrue(upstream.begins(1));
    }
}
