package dev.gotunnel.tunnel;

import static dev.gotunnel.tunnel.ManagerFixture.freePort;
import static dev.gotunnel.tunnel.ManagerFixture.listens;
import static dev.gotunnel.tunnel.ManagerFixture.plain;
import static dev.gotunnel.tunnel.ManagerFixture.spec;
import static dev.gotunnel.tunnel.ManagerFixture.withDomain;
import static dev.gotunnel.tunnel.ManagerFixture.withHttpsPort;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.names.Suffixes;
import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.policy.DevServer;
import dev.gotunnel.policy.Fault;
import dev.gotunnel.policy.PathRoute;
import dev.gotunnel.policy.TrafficPolicy;
import dev.gotunnel.testing.Await;
import dev.gotunnel.testing.EngineFixture;
import dev.gotunnel.testing.Failures;
import dev.gotunnel.testing.PolicyBuilder;
import dev.gotunnel.testing.TestBackend;
import dev.gotunnel.testing.WireClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TunnelManagerTest {
    private ManagerFixture fixture;
    private TunnelManager manager;
    private TestBackend backend;

    @BeforeEach
    void open() {
        backend = TestBackend.saying("hello");
        fixture = new ManagerFixture();
        manager = fixture.manager;
    }

    @AfterEach
    void close() {
        fixture.close();
        backend.close();
    }

    private void reopen(TunnelSpec... saved) {
        fixture.close();
        fixture = new ManagerFixture(saved);
        manager = fixture.manager;
    }

    private static CompletableFuture<Object> inBackground(java.util.function.Supplier<Object> work) {
        CompletableFuture<Object> done = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                done.complete(work.get());
            } catch (RuntimeException e) {
                done.complete(e);
            }
        });
        return done;
    }

    // ---- a life

    @Test
    void aStartedTunnelAnswersAndAStoppedOneIsForgotten() throws Exception {
        Tunnel started = manager.start(spec("session/shop", backend.port()));
        assertEquals(TunnelState.RUNNING, started.state());
        assertEquals(List.of(started), manager.list());
        assertEquals("hello", fixture.get("shop.localhost"));
        assertEquals("hello", fixture.get("shop.local"));
        assertEquals(Set.of("shop.local"), fixture.certificates.kept());

        Tunnel stopped = manager.stop(new TunnelId("session", "shop"));
        assertEquals(TunnelState.STOPPED, stopped.state());
        assertEquals(List.of(), stopped.urls());
        assertEquals(List.of(), manager.list());
        assertEquals("404", fixture.get("shop.localhost"));
        assertEquals(Set.of(), fixture.certificates.kept(), "its key is forgotten with it");
    }

    @Test
    void nothingListensBeforeTheFirstTunnel() {
        assertEquals(
                new EngineInfo("1.0", ProcessHandle.current().pid(), null, null, false, Suffixes.BUILT_IN.all()),
                manager.info());
    }

    @Test
    void theStoryIsToldInOrder() {
        manager.start(spec("session/shop", backend.port()));
        manager.stop(new TunnelId("session", "shop"));
        Await.until("the end is told", () -> fixture.story("session/shop").contains("removed"));
        List<String> once = new ArrayList<>();
        for (String word : fixture.story("session/shop")) {
            if (once.isEmpty() || !once.getLast().equals(word)) {
                once.add(word);
            }
        }
        assertEquals(List.of("starting", "running", "stopping", "stopped", "removed"), once);
    }

    @Test
    void aSubscriptionEndsWhenItIsClosedAndOneThatFailsHarmsNobody() {
        List<TunnelEvent> heard = new ArrayList<>();
        TunnelService.Subscription subscription = manager.subscribe(heard::add);
        subscription.close();
        manager.subscribe(_ -> {
            throw new IllegalStateException("a subscriber's own trouble");
        });
        manager.start(spec("session/shop", backend.port()));
        Await.until("the others hear of it", () -> fixture.story("session/shop").contains("running"));
        assertEquals(List.of(), heard);
    }

    @Test
    void theSameStartTwiceIsOneTunnel() {
        Tunnel first = manager.start(spec("session/shop", backend.port()));
        assertEquals(first, manager.start(spec("session/shop", backend.port())));
        assertEquals(1, manager.list().size());
    }

    @Test
    void manyStartsOfTheSameAtOnceAreOneTunnel() throws Exception {
        Set<Tunnel> tunnels = new HashSet<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(6)) {
            for (Future<Tunnel> started : threads.invokeAll(IntStream.range(0, 6)
                    .<java.util.concurrent.Callable<Tunnel>>mapToObj(
                            i -> () -> manager.start(spec("session/shop", backend.port())))
                    .toList())) {
                tunnels.add(started.get());
            }
        }
        assertEquals(1, tunnels.size());
        assertEquals(TunnelState.RUNNING, tunnels.iterator().next().state());
    }

    @Test
    void whoWaitedForAStartThatFailsFailsAsWell() throws Exception {
        CountDownLatch gate = fixture.certificates.hold();
        CompletableFuture<Object> first = inBackground(() -> manager.start(spec("session/shop", 1)));
        Await.until("it starts", () -> !manager.list().isEmpty());
        CompletableFuture<Object> second = inBackground(() -> manager.start(spec("session/shop", 1)));
        fixture.certificates.failWith(new GotunnelException(ErrorCode.CERTIFICATE, "No.", "Try."));
        gate.countDown();
        for (CompletableFuture<Object> start : List.of(first, second)) {
            if (start.get() instanceof GotunnelException failure) {
                assertEquals(ErrorCode.CERTIFICATE, failure.code());
                assertEquals("No.", failure.getMessage());
            } else {
                throw new AssertionError(start.get());
            }
        }
        assertEquals(List.of(), manager.list());
    }

    // ---- names that are taken

    @Test
    void aRunningNameWithOtherPortsOrNamesIsTaken() {
        TunnelSpec shop = spec("session/shop", backend.port());
        manager.start(shop);
        for (TunnelSpec other : List.of(plain(shop), withHttpsPort(shop, 0), withDomain(shop, "other.test"))) {
            GotunnelException failure = Failures.of(ErrorCode.NAME_TAKEN, () -> manager.start(other));
            assertTrue(String.valueOf(failure.hint()).contains("gotunnel stop session/shop"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"shop", "shop.test", "shop.localhost"})
    void aRunningDomainIsTakenAlsoByItsLocalhostName(String domain) {
        manager.start(spec("session/shop", backend.port()));
        TunnelSpec other = withDomain(spec("session/other", backend.port()), domain);
        GotunnelException failure = Failures.of(ErrorCode.NAME_TAKEN, () -> manager.start(other));
        assertTrue(failure.getMessage().contains("session/shop"));
        assertEquals(1, manager.list().size());
    }

    @Test
    void aDomainIsFreeAgainOnceItsTunnelStopped() throws Exception {
        manager.start(spec("session/shop", backend.port()));
        manager.stop(new TunnelId("session", "shop"));
        manager.start(withDomain(spec("session/other", backend.port()), "shop"));
        assertEquals("hello", fixture.get("shop.local"));
    }

    // ---- finding

    @Test
    void aTunnelIsFoundByNameIdAndDomain() {
        manager.start(withDomain(spec("session/web", backend.port()), "shop.test"));
        for (String reference : List.of("web", "session/web", "shop.test")) {
            assertEquals("session/web", manager.find(reference).id());
        }
        Failures.of(ErrorCode.NO_SUCH_TUNNEL, () -> manager.find("shop"));
    }

    @Test
    void aNameOfTwoTunnelsIsAmbiguousAndTheHintSaysBothIds() {
        reopen(spec("default/shop", 1), spec("work/shop", 2));
        GotunnelException failure = Failures.of(ErrorCode.AMBIGUOUS, () -> manager.find("shop"));
        assertEquals("Say default/shop or work/shop.", failure.hint());
        assertEquals("work/shop", manager.find("work/shop").id());
    }

    @Test
    void whatIsNotKnownCannotBeStartedStoppedOrRemoved() {
        TunnelId unknown = new TunnelId("default", "unknown");
        Failures.of(ErrorCode.NO_SUCH_TUNNEL, () -> manager.start(unknown));
        Failures.of(ErrorCode.NO_SUCH_TUNNEL, () -> manager.stop(unknown));
        Failures.of(ErrorCode.NO_SUCH_TUNNEL, () -> manager.remove(unknown));
    }

    // ---- ports

    @Test
    void anExtraPortServesItAsWellAndIsGivenBack() throws Exception {
        Tunnel tunnel = manager.start(withHttpsPort(spec("session/shop", backend.port()), 0));
        assertEquals(2, tunnel.urls().size());
        int extra = Integer.parseInt(tunnel.urls().getLast().replaceAll(".*:", ""));
        try (WireClient client = ManagerFixture.connect("shop.localhost", extra)) {
            assertEquals(
                    "hello", client.get("shop.localhost", "/").readResponse().text());
        }
        manager.stop(tunnel.tunnelId());
        assertFalse(listens(extra));
        assertTrue(listens(fixture.port()), "the shared ports stay");
    }

    @Test
    void anExtraPortThatIsTakenUndoesTheStart() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            TunnelSpec spec = withHttpsPort(spec("session/shop", backend.port()), taken.getLocalPort());
            GotunnelException failure = Failures.of(ErrorCode.PORT_TAKEN, () -> manager.start(spec));
            assertTrue(failure.getMessage().contains("Port " + taken.getLocalPort()));
        }
        assertEquals(List.of(), manager.list(), "a tunnel of the session vanishes");
        assertEquals(Set.of(), fixture.certificates.kept());
        assertEquals("404", fixture.get("shop.localhost"));
        manager.start(spec("session/shop", backend.port()));
        assertEquals("hello", fixture.get("shop.localhost"));
    }

    @Test
    void aTunnelToGotunnelItselfIsRefusedAlsoWhenItIsTheFirst() throws Exception {
        int own = freePort();
        fixture.close();
        fixture = new ManagerFixture(new PortPlan(0, own, false), dev.gotunnel.observability.Telemetry.off());
        for (String host : List.of("localhost", "127.0.0.1", "127.1.2.3", "::1", "0.0.0.0", "::", "shop.localhost")) {
            TunnelSpec loop = new TunnelSpec(
                    new TunnelId("session", "loop"),
                    dev.gotunnel.names.DomainName.parse("loop"),
                    List.of(new BackendAddress(host, own)),
                    true,
                    null);
            Failures.of(ErrorCode.USAGE, () -> fixture.manager.start(loop));
        }
        assertEquals(List.of(), fixture.manager.list());
        int extra = freePort();
        Failures.of(ErrorCode.USAGE, () -> fixture.manager.start(withHttpsPort(spec("session/loop", extra), extra)));
    }

    @Test
    void withoutHttpsItIsServedPlainly() throws Exception {
        Tunnel tunnel = manager.start(plain(spec("session/shop", backend.port())));
        assertEquals(List.of("http://shop.localhost:" + manager.info().httpPort()), tunnel.urls());
    }

    // ---- what it says of itself

    @Test
    void urlsHoldOnlyWhatWorksAndBeginWithLocalhost() {
        fixture.names.knows("known.local");
        assertEquals(
                List.of("https://unknown.localhost:" + port(spec("session/unknown", backend.port()))),
                manager.find("unknown").urls());
        Tunnel known = manager.start(spec("session/known", backend.port()));
        assertEquals(
                List.of("https://known.localhost:" + fixture.port(), "https://known.local:" + fixture.port()),
                known.urls());
        Tunnel localhost = manager.start(withDomain(spec("session/third", backend.port()), "third.localhost"));
        assertEquals(List.of("https://third.localhost:" + fixture.port()), localhost.urls());
        assertEquals(List.of(), localhost.limitations());
    }

    private int port(TunnelSpec spec) {
        manager.start(spec);
        return fixture.port();
    }

    @Test
    void aNameThatDoesNotResolveIsALimitationUntilItDoes() {
        Tunnel tunnel = manager.start(spec("session/shop", backend.port()));
        Limitation limitation = tunnel.limitations().getFirst();
        assertEquals("name-unresolved", limitation.code());
        assertEquals(
                "shop.local does not lead to this machine yet; https://shop.localhost:" + fixture.port()
                        + " does in browsers.",
                limitation.message());
        assertTrue(limitation.fix().contains("shop.local"));
        assertEquals(TunnelState.RUNNING, tunnel.state(), "a limitation never changes the state");

        fixture.names.knows("shop.local");
        manager.look();
        assertEquals(List.of(), fixture.tunnel("session/shop").limitations());
        assertEquals(2, fixture.tunnel("session/shop").urls().size());
        fixture.names.forgets("shop.local");
        manager.look();
        assertEquals(1, fixture.tunnel("session/shop").urls().size());
    }

    @Test
    void aBackendThatRefusesTheNameIsALimitationUntilItsChecksAreMet() throws IOException {
        try (TestBackend vite = TestBackend.answering((request, peer) -> {
            boolean refused = request.field("host").startsWith("app.localhost");
            peer.respond(refused ? 403 : 200, refused ? "Blocked request. This host is not allowed." : "page");
        })) {
            TunnelSpec spec = withDomain(spec("default/app", vite.port()), "app.localhost");
            manager.save(spec);
            assertEquals(List.of(), manager.start(spec).limitations());
            assertEquals("403", fixture.get("app.localhost"));
            Limitation limitation = new Limitation(
                    "host-refused",
                    "Vite at http://127.0.0.1:" + vite.port()
                            + " refuses requests for app.localhost, a name that it was not told of.",
                    "gotunnel start default/app --preset vite --save");
            Await.until(
                    "it is told",
                    () -> fixture.events.stream()
                            .anyMatch(event -> event instanceof TunnelEvent.Changed changed
                                    && changed.tunnel().limitations().equals(List.of(limitation))));
            assertEquals(List.of(limitation), fixture.tunnel("default/app").limitations());
            assertEquals(TunnelState.RUNNING, fixture.tunnel("default/app").state());

            PolicyBuilder policy = new PolicyBuilder();
            policy.preset = DevServer.VITE;
            assertEquals(
                    List.of(), manager.save(spec.withPolicy(policy.build())).limitations());
            assertEquals("page", fixture.get("app.localhost"));
            assertEquals(List.of(), fixture.tunnel("default/app").limitations());
        }
    }

    @Test
    void aBackendThatTakesTheNameAfterAllEndsTheLimitationByItself() throws IOException {
        AtomicBoolean allowed = new AtomicBoolean();
        try (TestBackend rails = TestBackend.answering((_, peer) ->
                peer.respond(allowed.get() ? 200 : 403, allowed.get() ? "page" : "Blocked hosts: app.localhost"))) {
            manager.start(withDomain(spec("session/app", rails.port()), "app.localhost"));
            assertEquals("403", fixture.get("app.localhost"));
            assertEquals(1, fixture.tunnel("session/app").limitations().size());
            int before = fixture.events.size();
            allowed.set(true);
            assertEquals("page", fixture.get("app.localhost"));
            assertEquals(List.of(), fixture.tunnel("session/app").limitations());
            Await.until(
                    "that is told",
                    () -> fixture.events.stream()
                            .skip(before)
                            .anyMatch(event -> event instanceof TunnelEvent.Changed changed
                                    && changed.tunnel().limitations().isEmpty()));
        }
    }

    @Test
    void aSlowResolverDelaysNoStartAndItsAnswerComesAsAChange() {
        fixture.names.knows("shop.local");
        CountDownLatch gate = fixture.names.hold();
        Tunnel tunnel = manager.start(spec("session/shop", backend.port()));
        assertEquals("name-unresolved", tunnel.limitations().getFirst().code());
        gate.countDown();
        Await.until(
                "the name resolves",
                () -> fixture.tunnel("session/shop").limitations().isEmpty());
        Await.until(
                "it is told",
                () -> fixture.events.stream()
                        .anyMatch(event -> event instanceof TunnelEvent.Changed changed
                                && changed.tunnel().urls().size() == 2));
    }

    @Test
    void aBackendThatGoesMakesItDegradedUntilItComesBack() throws Exception {
        int port = freePort();
        Tunnel tunnel = manager.start(spec("session/shop", port));
        assertEquals(TunnelState.DEGRADED, tunnel.state());
        assertEquals(List.of(new Backend("http://127.0.0.1:" + port, false)), tunnel.backends());
        try (TestBackend _ =
                TestBackend.on("127.0.0.1", port, TestBackend.serving((_, peer) -> peer.respond(200, "up")))) {
            fixture.awaitState("session/shop", TunnelState.RUNNING);
            assertEquals("up", fixture.get("shop.localhost"));
        }
        fixture.awaitState("session/shop", TunnelState.DEGRADED);
        Await.until("it is told", () -> fixture.story("session/shop").containsAll(List.of("running", "degraded")));
    }

    // ---- saved ones

    @Test
    void savedTunnelsAreThereAtRest() {
        reopen(spec("default/shop", 1));
        Tunnel tunnel = fixture.tunnel("default/shop");
        assertEquals(TunnelState.STOPPED, tunnel.state());
        assertEquals(List.of(new Backend("http://127.0.0.1:1", false)), tunnel.backends());
    }

    @Test
    void aSavedTunnelKeepsItsCertificateAndStaysListedWhenItStops() throws Exception {
        reopen(spec("default/shop", backend.port()));
        TunnelId id = new TunnelId("default", "shop");
        assertEquals(TunnelState.RUNNING, manager.start(id).state());
        assertEquals(TunnelState.STOPPED, manager.stop(id).state());
        assertEquals(TunnelState.STOPPED, fixture.tunnel("default/shop").state());
        assertEquals(Set.of("shop.local"), fixture.certificates.kept());
        assertEquals(TunnelState.STOPPED, manager.stop(id).state(), "once more is no error");
        assertEquals(TunnelState.RUNNING, manager.start(id).state());
    }

    @Test
    void aSavedTunnelThatFailedSaysWhyAndCanBeStartedAgain() {
        reopen(spec("default/shop", backend.port()));
        TunnelId id = new TunnelId("default", "shop");
        fixture.certificates.failWith(new GotunnelException(ErrorCode.CERTIFICATE, "No certificate.", "Try again."));
        Failures.of(ErrorCode.CERTIFICATE, () -> manager.start(id));
        Tunnel failed = fixture.tunnel("default/shop");
        assertEquals(TunnelState.FAILED, failed.state());
        assertEquals(List.of(new Limitation("certificate", "No certificate.", "Try again.")), failed.limitations());
        fixture.certificates.failWith(null);
        assertEquals(TunnelState.RUNNING, manager.start(id).state());
        assertTrue(fixture.tunnel("default/shop").limitations().stream()
                .noneMatch(l -> l.code().equals("certificate")));
    }

    @Test
    void stoppingAFailedOnePutsItToRest() {
        reopen(spec("default/shop", backend.port()));
        TunnelId id = new TunnelId("default", "shop");
        fixture.certificates.failWith(new GotunnelException(ErrorCode.CERTIFICATE, "No.", null));
        Failures.of(ErrorCode.CERTIFICATE, () -> manager.start(id));
        assertEquals(TunnelState.STOPPED, manager.stop(id).state());
    }

    // ---- changes while it runs

    @Test
    void aSavedChangeHoldsForTheNextRequestOfTheSameConnection() throws Exception {
        reopen(spec("default/shop", backend.port()));
        manager.start(new TunnelId("default", "shop"));
        try (TestBackend other = TestBackend.saying("other");
                WireClient client = fixture.connect("shop.local")) {
            assertEquals("hello", client.get("shop.local", "/").readResponse().text());
            TunnelSpec changed = spec("default/shop", other.port());
            Tunnel answer = manager.save(changed);
            assertEquals(
                    "http://127.0.0.1:" + other.port(),
                    answer.backends().getFirst().url());
            assertEquals(TunnelState.RUNNING, answer.state());
            assertEquals(List.of(changed), fixture.store.load());
            assertEquals("other", client.get("shop.local", "/").readResponse().text());
        }
    }

    @Test
    void aRequestUnderWayEndsAsItBegan() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        try (TestBackend slow = TestBackend.scripted(peer -> {
                    peer.readHead();
                    gate.await();
                    peer.respond(200, "slow");
                    peer.awaitEnd();
                });
                TestBackend other = TestBackend.saying("other")) {
            manager.start(spec("session/shop", slow.port()));
            try (WireClient client = fixture.connect("shop.local")) {
                client.get("shop.local", "/");
                Await.until("it is asked", () -> slow.received().contains("GET /"));
                manager.start(spec("session/shop", other.port()));
                assertEquals("other", fixture.get("shop.local"));
                gate.countDown();
                assertEquals("slow", client.readResponse().text());
                assertEquals(
                        "other", client.get("shop.local", "/").readResponse().text());
            }
            Await.until("the old backend's connections close", () -> slow.open() == 0);
        }
    }

    @Test
    void aChangeThatIsNotSavedEndsWithTheRun() {
        TunnelSpec saved = spec("default/shop", backend.port());
        reopen(saved);
        TunnelId id = saved.id();
        manager.start(id);
        assertEquals(
                2,
                manager.start(spec("default/shop", backend.port(), 1))
                        .backends()
                        .size());
        assertEquals(saved, manager.spec(id));
        assertEquals(List.of(saved), fixture.store.load());
        assertEquals(1, manager.stop(id).backends().size());
        assertEquals(1, manager.start(id).backends().size());
    }

    @Test
    void aSavedChangeOfPortsWaitsForTheNextStartAndSaysSo() {
        TunnelSpec saved = withDomain(spec("default/shop", backend.port()), "shop.localhost");
        reopen(saved);
        Tunnel before = manager.start(saved.id());
        assertEquals(List.of(), before.limitations());
        TunnelSpec changed = withHttpsPort(saved, 0);
        Tunnel after = manager.save(changed);
        assertEquals(before.urls(), after.urls());
        Limitation limitation = after.limitations().getFirst();
        assertEquals("restart-needed", limitation.code());
        assertEquals("gotunnel stop default/shop && gotunnel start default/shop --detach", limitation.fix());
        assertEquals(changed, manager.spec(saved.id()));
        manager.stop(saved.id());
        Tunnel again = manager.start(saved.id());
        assertEquals(List.of(), again.limitations());
        assertEquals(2, again.urls().size());
    }

    @Test
    void aChangeOfATunnelWithAPortOfItsOwnIsNoConflictWithItself() {
        TunnelSpec spec = withHttpsPort(spec("session/shop", backend.port()), 0);
        Tunnel before = manager.start(spec);
        Tunnel after = manager.start(withHttpsPort(spec("session/shop", backend.port(), 1), 0));
        assertEquals(before.urls(), after.urls());
        assertEquals(2, after.backends().size());
    }

    @Test
    void aChangeThatLeadsToGotunnelItselfIsRefusedAndNothingIsSaved() {
        TunnelSpec saved = spec("default/shop", backend.port());
        reopen(saved);
        manager.start(saved.id());
        TunnelSpec loop = spec("default/shop", fixture.port());
        Failures.of(ErrorCode.USAGE, () -> manager.start(loop));
        Failures.of(ErrorCode.USAGE, () -> manager.save(loop));
        TunnelSpec byPath = new TunnelSpec(
                saved.id(),
                saved.domain(),
                saved.backends(),
                true,
                null,
                TrafficPolicy.NONE,
                List.of(new PathRoute("/a", null, loop.backends(), TrafficPolicy.NONE)),
                null,
                null);
        Failures.of(ErrorCode.USAGE, () -> manager.start(byPath));
        assertEquals(List.of(saved), fixture.store.load());
        assertEquals(saved, manager.spec(saved.id()));
    }

    @Test
    void troubleLastsUntilItIsEndedOrTheTunnelStops() {
        TunnelSpec saved = spec("default/shop", backend.port());
        reopen(saved);
        Fault fault = new Fault(Duration.ofMillis(1), Duration.ZERO, null, 0, 503, 0);
        Failures.of(ErrorCode.NO_SUCH_TUNNEL, () -> manager.fault(saved.id(), fault));
        manager.start(saved.id());
        assertEquals(TunnelState.RUNNING, manager.fault(saved.id(), fault).state());
        assertEquals(saved, manager.spec(saved.id()), "what is saved has none");
        manager.start(spec("session/other", backend.port()));
        TunnelId session = new TunnelId("session", "other");
        manager.fault(session, fault);
        assertEquals(fault, manager.spec(session).policy().fault());
        manager.fault(session, null);
        assertNull(manager.spec(session).policy().fault());
    }

    @Test
    void aStoppedTunnelTakesItsLatestConnectionsWithIt() throws Exception {
        TestBackend.Script endless = peer -> {
            peer.readHead();
            peer.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n");
            peer.awaitEnd();
        };
        try (TestBackend stream = TestBackend.scripted(endless)) {
            manager.start(spec("session/shop", stream.port()));
            try (WireClient client = fixture.connect("shop.local")) {
                client.get("shop.local", "/").readHead();
                manager.start(spec("session/shop", backend.port()));
                manager.start(spec("session/shop", backend.port(), 1));
                assertEquals(1, stream.open(), "a change drops nothing");
                manager.stop(new TunnelId("session", "shop"));
                Await.until("the stream ends", () -> stream.open() == 0);
            }
        }
    }

    @Test
    void aNewTunnelIsSavedAtRest() {
        assertEquals(TunnelState.STOPPED, manager.save(spec("default/shop", 1)).state());
        assertEquals(List.of(spec("default/shop", 1)), fixture.store.load());
    }

    @Test
    void whatCannotBeSavedIsNotListed() {
        fixture.store.failWith(new GotunnelException(ErrorCode.IO, "No.", null));
        Failures.of(ErrorCode.IO, () -> manager.save(spec("default/shop", 1)));
        assertEquals(List.of(), manager.list());
    }

    @Test
    void aRemovedTunnelStopsAndLeavesNothing() throws Exception {
        reopen(spec("default/shop", backend.port()));
        TunnelId id = new TunnelId("default", "shop");
        manager.start(id);
        manager.remove(id);
        assertEquals(List.of(), manager.list());
        assertEquals(List.of(), fixture.store.load());
        assertEquals(Set.of(), fixture.certificates.kept());
        assertEquals("404", fixture.get("shop.local"));
        Await.until("it is told", () -> fixture.story("default/shop").contains("removed"));
        assertEquals("removed", fixture.story("default/shop").getLast());
    }

    @Test
    void aRemovedTunnelOfTheSessionIsTheLastThingTold() {
        manager.start(spec("session/shop", backend.port()));
        manager.remove(new TunnelId("session", "shop"));
        manager.start(spec("session/next", backend.port()));
        Await.until("the next is told", () -> fixture.story("session/next").contains("running"));
        assertEquals("removed", fixture.story("session/shop").getLast());
        assertEquals(
                1,
                fixture.story("session/shop").stream().filter("removed"::equals).count());
    }

    // ---- stopping

    @Test
    void stopWaitsForTheRequestUnderWay() throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        try (TestBackend slow = TestBackend.answering((_, peer) -> {
            arrived.countDown();
            answer.await();
            peer.respond(200, "late");
        })) {
            manager.start(spec("session/shop", slow.port()));
            try (WireClient client = fixture.connect("shop.local")) {
                client.get("shop.local", "/");
                arrived.await();
                CompletableFuture<Object> stop = inBackground(() -> manager.stop(new TunnelId("session", "shop")));
                fixture.awaitState("session/shop", TunnelState.STOPPING);
                CompletableFuture<Object> again = inBackground(() -> manager.stop(new TunnelId("session", "shop")));
                assertFalse(stop.isDone());
                answer.countDown();
                assertEquals("late", client.readResponse().text());
                assertEquals(TunnelState.STOPPED, ((Tunnel) stop.get()).state());
                assertFalse(
                        again.get() instanceof GotunnelException failed && failed.code() != ErrorCode.NO_SUCH_TUNNEL);
            }
        }
        assertEquals(List.of(), manager.list());
    }

    @Test
    void aStopDuringTheStartStopsItOnceItHasStarted() throws Exception {
        CountDownLatch gate = fixture.certificates.hold();
        CompletableFuture<Object> start = inBackground(() -> manager.start(spec("session/shop", backend.port())));
        Await.until("it starts", () -> !manager.list().isEmpty());
        CompletableFuture<Object> stop = inBackground(() -> manager.stop(new TunnelId("session", "shop")));
        assertFalse(stop.isDone());
        gate.countDown();
        assertEquals(TunnelState.STOPPED, ((Tunnel) stop.get()).state());
        start.get();
        assertEquals(List.of(), manager.list());
        assertEquals(Set.of(), fixture.certificates.kept());
    }

    @Test
    void manyStopsAndStartsAtOnceEndInOneState() throws Exception {
        reopen(spec("default/shop", backend.port()));
        TunnelId id = new TunnelId("default", "shop");
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                boolean start = i % 2 == 0;
                all.add(threads.submit(() -> {
                    try {
                        return start ? manager.start(id) : manager.stop(id);
                    } catch (GotunnelException e) {
                        assertSame(ErrorCode.NAME_TAKEN, e.code());
                        return e;
                    }
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
        manager.stop(id);
        assertEquals("404", fixture.get("shop.local"));
        manager.start(id);
        assertEquals("hello", fixture.get("shop.local"));
    }

    @Test
    void stopAllStopsWhatRuns() {
        reopen(spec("default/rests", 1));
        manager.start(spec("session/a", backend.port()));
        manager.start(spec("session/b", backend.port()));
        assertEquals(
                List.of("session/a", "session/b"),
                manager.stopAll().stream().map(Tunnel::id).toList());
        assertEquals(
                List.of("default/rests"),
                manager.list().stream().map(Tunnel::id).toList());
        assertEquals(List.of(), manager.stopAll());
    }

    // ---- certificates

    @Test
    void theRootIsThatOfTheMachine() {
        assertEquals(EngineFixture.root(), manager.rootCertificate());
    }

    @Test
    void aNewCertificateIsUsedFromTheNextHandshakeOn() throws Exception {
        manager.start(spec("session/shop", backend.port()));
        try (WireClient before = fixture.connect("shop.local")) {
            fixture.certificates.cleanupCert("shop.local");
            manager.renewCertificates();
            try (WireClient after = fixture.connect("shop.local")) {
                assertFalse(before.certificate().equals(after.certificate()));
            }
        }
    }

    @Test
    void aRenewalThatFailsLeavesTheTunnelRunning() throws Exception {
        manager.start(spec("session/shop", backend.port()));
        fixture.certificates.failWith(new GotunnelException(ErrorCode.CERTIFICATE, "No.", null));
        manager.renewCertificates();
        assertEquals("hello", fixture.get("shop.local"));
    }

    // ---- the end

    @Test
    void closeStopsAllSaysSoAndFreesThePorts() {
        manager.start(spec("session/shop", backend.port()));
        int port = fixture.port();
        manager.close();
        assertFalse(listens(port));
        assertEquals("leaving", fixture.story("session/shop").getLast());
        assertTrue(fixture.story("session/shop").contains("removed"));
        assertEquals(Set.of(), fixture.certificates.kept());
        Failures.of(ErrorCode.OWNER_UNREACHABLE, () -> manager.start(spec("session/shop", backend.port())));
        manager.close();
        assertNull(Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("gotunnel-clock"))
                .filter(Thread::isAlive)
                .filter(thread -> !thread.isDaemon())
                .findAny()
                .orElse(null));
    }
}
