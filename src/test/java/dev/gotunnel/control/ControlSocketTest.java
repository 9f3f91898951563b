package dev.gotunnel.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.names.DomainName;
import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.policy.Fault;
import dev.gotunnel.testing.Await;
import dev.gotunnel.testing.EngineFixture;
import dev.gotunnel.testing.Failures;
import dev.gotunnel.testing.FakeTunnelService;
import dev.gotunnel.tunnel.Limitation;
import dev.gotunnel.tunnel.Tunnel;
import dev.gotunnel.tunnel.TunnelEvent;
import dev.gotunnel.tunnel.TunnelId;
import dev.gotunnel.tunnel.TunnelService.Subscription;
import dev.gotunnel.tunnel.TunnelSpec;
import dev.gotunnel.tunnel.TunnelState;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Server and client over a real socket; the tunnels behind it are in memory. */
@Timeout(60)
class ControlSocketTest {
    private static final TunnelId SHOP = new TunnelId("default", "shop");

    @TempDir
    Path temp;

    private final FakeTunnelService tunnels = new FakeTunnelService();
    private final AtomicInteger windows = new AtomicInteger();
    private Path socket;
    private ControlServer server;
    private ControlClient client;

    @BeforeEach
    void open() {
        socket = temp.resolve("control.sock");
        server = new ControlServer(socket, tunnels, EngineFixture::root, windows::incrementAndGet);
        client = new ControlClient(socket);
    }

    @AfterEach
    void close() {
        client.close();
        server.close();
        tunnels.close();
    }

    private static TunnelSpec spec(TunnelId id, int port) {
        return new TunnelSpec(
                id, DomainName.parse(id.name()), List.of(new BackendAddress("localhost", port)), true, null);
    }

    /** The answer to bytes that no client of ours would send, to the end of the connection. */
    private String raw(String request) throws IOException {
        return raw(request.getBytes(StandardCharsets.ISO_8859_1));
    }

    private String raw(byte[] request) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            ByteBuffer bytes = ByteBuffer.wrap(request);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String request(String method, String path, String body, String... fields) {
        return method + " /api/v1/" + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: " + body.length() + "\r\n"
                + String.join("", fields) + "\r\n" + body;
    }

    // ---- calls

    @Test
    void theOwnerLooksAgainWhenItIsTold() {
        tunnels.running("shop", "3000")
                .whenLookingAgain(() -> tunnels.limit(
                        new TunnelId("default", "shop"),
                        new Limitation("name-unresolved", "It does not.", "Mend it.")));
        assertEquals(1, client.lookAgain().getFirst().limitations().size());
        assertTrue(tunnels.calls().contains("lookAgain"));
    }

    @Test
    void everyCallReachesTheOwner() {
        assertEquals(List.of(), client.list());
        Tunnel saved = client.save(spec(SHOP, 3000));
        assertEquals(TunnelState.STOPPED, saved.state());
        Tunnel started = client.start(SHOP);
        assertEquals(tunnels.list(), List.of(started));
        assertEquals(tunnels.list(), client.list());
        assertEquals(started, client.find("shop"));
        assertEquals(TunnelState.STOPPED, client.stop(SHOP).state());
        TunnelId other = new TunnelId("session", "other");
        assertEquals(tunnels.start(spec(other, 1)), client.start(spec(other, 1)));
        assertEquals(
                List.of("session/other"),
                client.stopAll().stream().map(Tunnel::id).toList());
        client.remove(SHOP);
        assertTrue(client.list().stream().noneMatch(t -> t.id().equals("default/shop")));
        assertEquals(tunnels.info(), client.info());
        assertEquals(EngineFixture.root(), client.rootCertificate());
        client.showWindow();
        assertEquals(1, windows.get());
    }

    @Test
    void aSpecificationTravelsWhole() {
        TunnelSpec whole = new TunnelSpec(
                SHOP,
                DomainName.parse("shop.test"),
                List.of(new BackendAddress("::1", 3000), new BackendAddress("127.0.0.1", 3001)),
                true,
                9443);
        client.save(whole);
        assertEquals(whole, tunnels.spec(SHOP));
        assertEquals(whole, client.spec(SHOP));
        TunnelSpec plain = new TunnelSpec(SHOP, whole.domain(), whole.backends(), false, null);
        client.save(plain);
        assertEquals(plain, client.spec(SHOP));
    }

    @Test
    void aSpecificationHasTheKeysOfTheConfigurationAndItsPasswordHashes() throws Exception {
        String hash = "$2b$10$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234";
        String tunnel = "{\"profile\":\"default\",\"name\":\"shop\",\"domain\":\"shop.local\",\"port\":3000,"
                + "\"retries\":2,\"auth\":{\"basic\":[{\"user\":\"a\",\"password_hash\":\"" + hash + "\"}]},"
                + "\"tls\":{\"min_version\":\"1.3\"},"
                + "\"routes\":[{\"path\":\"/v1/\",\"strip_prefix\":true,\"backend\":\"http://localhost:9000\"}]}";
        String saved = raw(request("PUT", "tunnels/default/shop", tunnel));
        assertTrue(saved.startsWith("HTTP/1.1 200 "), saved);
        assertFalse(saved.contains(hash), "what lists show has no secrets");
        String answer = raw(request("GET", "tunnels/default/shop/spec", ""));
        assertTrue(answer.endsWith("\r\n\r\n" + tunnel), answer);
        assertTrue(raw(request("GET", "tunnels/default/gone/spec", "")).startsWith("HTTP/1.1 404 "));
        Failures.of(ErrorCode.NO_SUCH_TUNNEL, () -> client.spec(new TunnelId("default", "gone")));
    }

    @Test
    void troubleIsMadeAndEnded() throws Exception {
        tunnels.running("shop", "3000");
        Fault fault = new Fault(Duration.ofMillis(200), Duration.ZERO, 1024L, 0.1, 500, 0.01);
        assertEquals(TunnelState.RUNNING, client.fault(SHOP, fault).state());
        assertEquals(fault, client.spec(SHOP).policy().fault());
        client.fault(SHOP, null);
        assertNull(client.spec(SHOP).policy().fault());
        String answer = raw(request("PUT", "tunnels/default/shop/fault", "{\"error_rate\":2}"));
        assertTrue(answer.startsWith("HTTP/1.1 400 "), answer);
        assertTrue(
                answer.contains("body:1:15: error_rate: \\\"2\\\" is not allowed; a number from 0 to 1 is."), answer);
    }

    @Test
    void aWrongValueIsToldByItsKeyPath() throws Exception {
        String answer = raw(
                request(
                        "POST",
                        "tunnels",
                        "{\"profile\":\"default\",\"domain\":\"a\",\"port\":1,\n\"routes\":[{\"path\":\"/\",\"hold\":\"x\"}]}"));
        assertTrue(answer.startsWith("HTTP/1.1 400 "), answer);
        assertTrue(answer.contains("\"detail\":\"body:2:30: routes[0].hold: \\\"x\\\" is not allowed; a time"), answer);
    }

    @ParameterizedTest
    @EnumSource
    void aFailureTravelsWithItsCodeAndHint(ErrorCode code) {
        tunnels.failStart(SHOP, new GotunnelException(code, "It is “so”.", "Do this."));
        GotunnelException failure = Failures.of(code, () -> client.start(spec(SHOP, 1)));
        assertEquals("It is “so”.", failure.getMessage());
        assertEquals("Do this.", failure.hint());
        tunnels.failStart(SHOP, new GotunnelException(code, "Without a hint.", null));
        assertEquals(null, Failures.of(code, () -> client.start(spec(SHOP, 1))).hint());
    }

    @ParameterizedTest
    @CsvSource({
        "NO_SUCH_TUNNEL, 404",
        "USAGE, 400",
        "NOT_PERMITTED, 403",
        "NAME_TAKEN, 409",
        "PORT_TAKEN, 409",
        "INTERNAL, 500",
        "IO, 500"
    })
    void aFailureIsAProblemOfItsStatus(ErrorCode code, int status) throws Exception {
        tunnels.failStart(SHOP, new GotunnelException(code, "So.", "Do."));
        tunnels.with("shop", "3000");
        String answer = raw(request("POST", "tunnels/default/shop/start", ""));
        assertTrue(answer.startsWith("HTTP/1.1 " + status + " "), answer);
        assertTrue(answer.contains("content-type: application/problem+json"), answer);
        assertTrue(
                answer.endsWith("{\"title\":\"" + code.id().replace('-', ' ') + "\",\"status\":" + status
                        + ",\"detail\":\"So.\",\"code\":\"" + code.id() + "\",\"hint\":\"Do.\"}"),
                answer);
    }

    @Test
    void aDefectTellsNoInternals() {
        ControlServer defective = new ControlServer(
                temp.resolve("d.sock"),
                tunnels,
                () -> {
                    throw new IllegalStateException("field x of class Y");
                },
                () -> {});
        try (defective;
                ControlClient asking = new ControlClient(temp.resolve("d.sock"))) {
            GotunnelException failure = Failures.of(ErrorCode.INTERNAL, asking::rootCertificate);
            assertFalse(failure.getMessage().contains("class Y"));
        }
    }

    @Test
    void oneTunnelCanBeAskedFor() throws Exception {
        tunnels.with("shop", "3000");
        String answer = raw(request("GET", "tunnels/default/shop", ""));
        assertTrue(
                answer.endsWith(
                        "{\"id\":\"default/shop\",\"profile\":\"default\",\"name\":\"shop\",\"domain\":\"shop.local\","
                                + "\"state\":\"stopped\",\"urls\":[],\"backends\":[{\"url\":\"http://localhost:3000\","
                                + "\"healthy\":true}],\"limitations\":[]}"),
                answer);
        assertTrue(raw(request("GET", "tunnels/default/gone", "")).startsWith("HTTP/1.1 404 "));
    }

    // ---- what is not accepted

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /api/v1/nothing",
                "GET /",
                "GET /api/v2/tunnels",
                "DELETE /api/v1/tunnels",
                "POST /api/v1/info",
                "GET /api/v1/tunnels/A/b",
                "POST /api/v1/tunnels/default/shop/explode",
                "GET /api/v1/tunnels/../../etc",
                "GET /api/v1/tunnels/default/shop/fault",
                "PUT /api/v1/tunnels/default/shop/spec",
                "DELETE /api/v1/tunnels/default/shop/spec",
                "OPTIONS *",
                "GET /api/v1/"
            })
    void whatIsNotInTheApiIsRefused(String line) throws Exception {
        String answer = raw(line + " HTTP/1.1\r\nHost: x\r\n\r\n");
        assertTrue(answer.startsWith("HTTP/1.1 400 "), answer);
        assertTrue(answer.contains("\"code\":\"usage\""), answer);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{}",
                "{",
                "\"x\"",
                "{\"profile\":\"default\"}",
                "{\"profile\":\"default\",\"name\":\"a\",\"domain\":\"a\",\"backends\":[null]}",
                "{\"profile\":\"default\",\"name\":\"a\",\"domain\":\"a\",\"backends\":[\"1\"],\"more\":1}",
                "{\"profile\":\"default\",\"name\":\"a\",\"domain\":\"a\",\"backends\":[\"1\"],\"https_port\":99999}",
                "{\"profile\":\"default\",\"name\":\"a\",\"domain\":\"a\",\"backends\":[\"1\"],\"https\":\"x\"}",
                "{\"profile\":\"UP\",\"name\":\"a\",\"domain\":\"a\",\"backends\":[\"1\"]}",
                "{\"profile\":\"default\",\"name\":\"a\",\"domain\":\"bank.com/\",\"backends\":[\"1\"]}"
            })
    void aBodyThatIsNoTunnelIsRefusedWithoutInternals(String body) throws Exception {
        String answer = raw(request("POST", "tunnels", body));
        assertTrue(answer.startsWith("HTTP/1.1 400 "), answer);
        assertFalse(answer.contains("dev.gotunnel") || answer.contains("Exception"), answer);
        assertEquals(List.of(), tunnels.list());
    }

    @Test
    void pathAndBodyMustAgree() throws Exception {
        String body = "{\"profile\":\"default\",\"name\":\"a\",\"domain\":\"a\",\"backends\":[\"1\"]}";
        assertTrue(raw(request("PUT", "tunnels/default/b", body)).startsWith("HTTP/1.1 400 "));
    }

    @Test
    void aWebPageIsRefusedWhateverItAsks() throws Exception {
        tunnels.with("shop", "3000");
        for (String origin : List.of("https://evil.test", "null", "https://shop.localhost")) {
            String answer = raw(request("POST", "tunnels/default/shop/start", "", "Origin: " + origin + "\r\n"));
            assertTrue(answer.startsWith("HTTP/1.1 403 "), answer);
        }
        assertEquals(TunnelState.STOPPED, tunnels.list().getFirst().state());
    }

    @Test
    void aBodyBeyondAllMeasureIsRefused() throws Exception {
        String head = "POST /api/v1/tunnels HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n\r\n";
        assertTrue(raw(head).startsWith("HTTP/1.1 413 "));
        assertEquals(List.of(), client.list(), "it goes on");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\r\n\r\n",
                "garbage\r\n\r\n",
                "GET\r\n\r\n",
                "\u0016\u0003\u0001\u0002\u0000",
                "GET / HTTP/9.9\r\n\r\n",
                "GET /api/v1/info HTTP/1.1\r\n: x\r\n\r\n"
            })
    void garbageHarmsNobody(String bytes) throws Exception {
        for (String request : List.of(bytes, "GET /" + "x".repeat(100_000) + " HTTP/1.1\r\n\r\n")) {
            try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
                channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.ISO_8859_1)));
            }
        }
        assertEquals(List.of(), client.list());
    }

    // ---- events

    @Test
    void everyEventFromTheSubscriptionOnArrivesInOrder() {
        tunnels.with("shop", "3000");
        List<TunnelEvent> heard = new CopyOnWriteArrayList<>();
        Subscription subscription = client.subscribe(heard::add);
        client.start(SHOP);
        client.stop(SHOP);
        client.remove(SHOP);
        Await.until("the removal arrives", () -> heard.contains(new TunnelEvent.Removed("default/shop")));
        List<String> states = heard.stream()
                .filter(TunnelEvent.Changed.class::isInstance)
                .map(event -> ((TunnelEvent.Changed) event).tunnel().state().id())
                .toList();
        assertTrue(
                states.indexOf("running") >= 0 && states.indexOf("running") < states.indexOf("stopped"),
                states.toString());
        subscription.close();
        int before = heard.size();
        List<TunnelEvent> others = new CopyOnWriteArrayList<>();
        client.subscribe(others::add);
        client.save(spec(SHOP, 1));
        Await.until("the other one hears", () -> !others.isEmpty());
        assertEquals(before, heard.size());
    }

    @Test
    void anOwnerThatLeavesSaysSo() {
        List<TunnelEvent> heard = new CopyOnWriteArrayList<>();
        client.subscribe(heard::add);
        tunnels.tell(new TunnelEvent.OwnerLeaving());
        Await.until("it is heard", () -> heard.contains(new TunnelEvent.OwnerLeaving()));
    }

    @Test
    void anOwnerThatVanishesLeavesToo() {
        List<TunnelEvent> heard = new CopyOnWriteArrayList<>();
        client.subscribe(heard::add);
        server.close();
        Await.until("it is heard", () -> heard.contains(new TunnelEvent.OwnerLeaving()));
        Failures.of(ErrorCode.OWNER_UNREACHABLE, client::list);
        Failures.of(ErrorCode.OWNER_UNREACHABLE, () -> client.hold(spec(SHOP, 1), _ -> {}));
    }

    @Test
    void aClientThatClosesItselfHearsOfNoOwnerLeaving() throws Exception {
        List<TunnelEvent> heard = new CopyOnWriteArrayList<>();
        client.subscribe(heard::add);
        client.close();
        assertEquals(List.of(), heard);
    }

    // ---- held tunnels

    @Test
    void aHeldTunnelEndsWithItsConnection() {
        List<TunnelEvent> heard = new CopyOnWriteArrayList<>();
        TunnelId id = new TunnelId("session", "shop");
        ControlClient.HeldTunnel held = client.hold(spec(id, 3000), heard::add);
        assertEquals(TunnelState.RUNNING, held.tunnel().state());
        held.close();
        awaitRest();
        assertEquals("stop session/shop", tunnels.calls().getLast());
    }

    /** The owner lets a tunnel go on a thread of its own. */
    private void awaitRest() {
        Await.until(
                "the held tunnel rests",
                () -> tunnels.list().stream()
                        .filter(t -> t.name().equals("shop"))
                        .noneMatch(t -> t.state().isActive()));
    }

    @Test
    void aHolderHearsOfItsOwnTunnelAlone() {
        tunnels.with("other", "1");
        List<TunnelEvent> heard = new CopyOnWriteArrayList<>();
        try (ControlClient.HeldTunnel _ = client.hold(spec(SHOP, 3000), heard::add)) {
            client.start(new TunnelId("default", "other"));
            client.stop(SHOP);
            Await.until(
                    "its end is heard",
                    () -> heard.stream()
                            .anyMatch(event -> event instanceof TunnelEvent.Changed changed
                                    && !changed.tunnel().state().isActive()));
        }
        awaitRest();
        assertTrue(heard.stream()
                .allMatch(event -> !(event instanceof TunnelEvent.Changed changed)
                        || changed.tunnel().id().equals("default/shop")));
    }

    @Test
    void aTunnelHasOneHolder() {
        try (ControlClient.HeldTunnel _ = client.hold(spec(SHOP, 3000), _ -> {})) {
            Failures.of(ErrorCode.NAME_TAKEN, () -> client.hold(spec(SHOP, 3000), _ -> {}));
        }
        awaitRest();
    }

    @Test
    void aStartThatFailsIsNotHeld() {
        tunnels.failStart(SHOP, new GotunnelException(ErrorCode.PORT_TAKEN, "Taken.", "Choose."));
        GotunnelException failure = Failures.of(ErrorCode.PORT_TAKEN, () -> client.hold(spec(SHOP, 1), _ -> {}));
        assertEquals("Choose.", failure.hint());
    }

    // ---- the socket

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void theSocketIsForItsOwnerAlone() throws Exception {
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)));
    }

    @Test
    void theSocketGoesWithTheServer() {
        assertTrue(ControlClient.isAlive(socket));
        server.close();
        assertFalse(Files.exists(socket));
        assertFalse(ControlClient.isAlive(socket));
    }

    @Test
    void aSocketOfADeadOwnerIsReplaced() throws Exception {
        Path stale = temp.resolve("stale.sock");
        try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(stale));
        }
        assertTrue(Files.exists(stale));
        assertFalse(ControlClient.isAlive(stale));
        try (ControlServer _ = new ControlServer(stale, tunnels, EngineFixture::root, () -> {})) {
            assertTrue(ControlClient.isAlive(stale));
        }
    }

    @Test
    void aPathTooLongForASocketSaysWhatToDo() {
        Path far = temp.resolve("x".repeat(120)).resolve("control.sock");
        GotunnelException failure =
                Failures.of(ErrorCode.IO, () -> new ControlServer(far, tunnels, EngineFixture::root, () -> {}).close());
        assertTrue(String.valueOf(failure.hint()).contains("GOTUNNEL_RUNTIME_DIR"));
        assertFalse(ControlClient.isAlive(far));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "SSH-2.0-x\r\n", "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n"})
    void whoeverIsNotGotunnelIsNotAlive(String greeting) throws Exception {
        Path strange = temp.resolve("strange.sock");
        try (ServerSocketChannel stranger = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            stranger.bind(UnixDomainSocketAddress.of(strange));
            Thread answering = Thread.ofVirtual().start(() -> {
                for (int i = 0; i < 2; i++) {
                    try (SocketChannel peer = stranger.accept()) {
                        peer.write(ByteBuffer.wrap(greeting.getBytes(StandardCharsets.US_ASCII)));
                        // To end before the request is read would be a reset.
                        peer.read(ByteBuffer.allocate(1000));
                    } catch (IOException e) {
                        return;
                    }
                }
            });
            assertFalse(ControlClient.isAlive(strange));
            try (ControlClient asking = new ControlClient(strange)) {
                Failures.of(ErrorCode.OWNER_UNREACHABLE, asking::list);
            }
            answering.join();
        }
    }

    @Test
    void anOwnerOfAnotherVersionIsToldAsSuch() throws Exception {
        Path newer = temp.resolve("newer.sock");
        try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(UnixDomainSocketAddress.of(newer));
            Thread answering = Thread.ofVirtual().start(() -> {
                for (String status : List.of("200 OK", "500 Oh")) {
                    try (SocketChannel peer = listener.accept()) {
                        peer.read(ByteBuffer.allocate(1000));
                        String answer = "HTTP/1.1 " + status + "\r\n\r\n<html>";
                        peer.write(ByteBuffer.wrap(answer.getBytes(StandardCharsets.US_ASCII)));
                    } catch (IOException e) {
                        return;
                    }
                }
            });
            try (ControlClient asking = new ControlClient(newer)) {
                for (int i = 0; i < 2; i++) {
                    GotunnelException failure = Failures.of(ErrorCode.OWNER_UNREACHABLE, asking::list);
                    assertTrue(failure.getMessage().contains("another version"));
                }
            }
            answering.join();
        }
        assertEquals(Set.of(), Set.copyOf(tunnels.list()));
    }
}
