package dev.gotunnel.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.policy.DevServer;
import dev.gotunnel.policy.HeaderRule;
import dev.gotunnel.policy.HeaderRules;
import dev.gotunnel.policy.HostHeader;
import dev.gotunnel.policy.PathRoute;
import dev.gotunnel.policy.TrafficPolicy;
import dev.gotunnel.testing.EngineFixture;
import dev.gotunnel.testing.Http2Client;
import dev.gotunnel.testing.PolicyBuilder;
import dev.gotunnel.testing.TestBackend;
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

/** What a policy changes in requests and answers: paths, {@code Host} and {@code Origin}, header fields. */
class MessageEditsTest {
    private static final String HOST = "shop.localhost";

    @AutoClose
    private final EngineFixture fixture = EngineFixture.start();

    private final PolicyBuilder policy = new PolicyBuilder();

    private BackendAddress address(TestBackend backend) {
        return new BackendAddress("127.0.0.1", backend.port());
    }

    private void serve(TestBackend backend, PathRoute... paths) {
        fixture.route(new Route(
                "default/shop", List.of(HOST), List.of(address(backend)), true, policy.build(), List.of(paths), null));
    }

    private Response ask(String target, String... fields) throws IOException {
        try (WireClient client = fixture.secure(HOST)) {
            String more = fields.length == 0 ? "" : String.join("\r\n", fields) + "\r\n";
            return client.send("GET " + target + " HTTP/1.1\r\nHost: " + HOST + ":" + fixture.securePort() + "\r\n"
                            + more + "\r\n")
                    .readResponse();
        }
    }

    private String own() {
        return "https://" + HOST + ":" + fixture.securePort();
    }

    private static HeaderRules request(HeaderRule... rules) {
        return new HeaderRules(List.of(rules), List.of());
    }

    private static HeaderRules response(HeaderRule... rules) {
        return new HeaderRules(List.of(), List.of(rules));
    }

    // ---- paths

    @Test
    void theLongestPrefixWins() throws IOException {
        try (TestBackend root = TestBackend.saying("root");
                TestBackend api = TestBackend.saying("api");
                TestBackend admin = TestBackend.saying("admin")) {
            serve(
                    root,
                    new PathRoute("/api/", null, List.of(address(api)), TrafficPolicy.NONE),
                    new PathRoute("/api/admin", null, List.of(address(admin)), TrafficPolicy.NONE));
            assertEquals("root", ask("/").text());
            assertEquals("root", ask("/apix").text());
            assertEquals("root", ask("/api").text());
            assertEquals("api", ask("/api/").text());
            assertEquals("api", ask("/api/administrators").text());
            assertEquals("admin", ask("/api/admin").text());
            assertEquals("admin", ask("/api/admin/x?y").text());
            assertEquals("admin", ask("/api/x/..%2fadmin").text());
            assertEquals("/api/x/..%2fadmin", admin.requests().getLast().target(), "forwarded as it was sent");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/, /, /v1/, /, /v1",
        "/v1/, /, /v1/users?id=1, /users?id=1, /v1",
        "/v1, /, /v1, /, /v1",
        "/v1, /, /v1?x, /?x, /v1",
        "/v1, /, /v1/users, /users, /v1",
        "/v1/, /v2/, /v1/users, /v2/users, /v1",
        "/v1, /v2, /v1/a%20b, /v2/a%20b, /v1",
        "/v1/, /v2, /v1/users, /v2/users, /v1"
    })
    void aPrefixGivesWayToAnotherPath(String prefix, String replacement, String asked, String got, String told)
            throws IOException {
        try (TestBackend backend = TestBackend.saying("ok")) {
            serve(backend, new PathRoute(prefix, replacement, List.of(), TrafficPolicy.NONE));
            assertEquals(200, ask(asked).status());
            assertEquals(got, backend.requests().getFirst().target());
            assertEquals(told, backend.requests().getFirst().field("x-forwarded-prefix"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/../v1/x", "//v1/x", "/v1//x", "/v1/%2e%2e/v1/x", "/%76%31/x", "/v1/x;y"})
    void aPathThatServersReadDifferentlyIsNotRewritten(String target) throws IOException {
        try (TestBackend backend = TestBackend.saying("ok")) {
            serve(backend, new PathRoute("/v1/", "/", List.of(), TrafficPolicy.NONE));
            assertEquals(400, ask(target).status());
            assertTrue(backend.requests().isEmpty());
        }
    }

    @Test
    void aPrefixThatTheClientClaimsIsNotBelieved() throws IOException {
        try (TestBackend backend = TestBackend.saying("ok")) {
            serve(backend);
            ask("/", "X-Forwarded-Prefix: /evil");
            assertEquals("", backend.requests().getFirst().field("x-forwarded-prefix"));
        }
    }

    // ---- header fields

    @Test
    void requestFieldsAreSetAddedAndRemoved() throws IOException {
        policy.headers = request(
                HeaderRule.parse("X-Env", "dev"),
                HeaderRule.parse("+X-Also", "two"),
                HeaderRule.parse("-X-Secret", ""),
                HeaderRule.parse(
                        "X-Facts",
                        "{host} {method} {scheme} {path} {query} {remote_ip} {request_id} {tunnel} {backend} {{"));
        try (TestBackend backend = TestBackend.saying("ok")) {
            serve(backend);
            ask("/a?b=c", "X-Env: prod", "X-Also: one", "X-Secret: s", "X-Request-Id: id-1");
            Request got = backend.requests().getFirst();
            assertEquals("dev", got.field("x-env"));
            assertTrue(backend.received().toLowerCase().contains("x-also: one\r\n"));
            assertTrue(backend.received().toLowerCase().contains("x-also: two\r\n"));
            assertEquals("", got.field("x-secret"));
            assertEquals(
                    "shop.localhost GET https /a b=c 127.0.0.1 id-1 default/shop 127.0.0.1:" + backend.port() + " {",
                    got.field("x-facts"));
        }
    }

    @Test
    void aRuleMayOverrideWhatWeSayOfTheClient() throws IOException {
        policy.headers = request(HeaderRule.parse("X-Forwarded-Proto", "http"));
        try (TestBackend backend = TestBackend.saying("ok")) {
            serve(backend);
            ask("/");
            assertEquals("http", backend.requests().getFirst().field("x-forwarded-proto"));
        }
    }

    @Test
    void responseFieldsOfBackendsAreChangedAndOurOwnPagesLeft() throws IOException {
        policy.headers = response(HeaderRule.parse("-Server", ""), HeaderRule.parse("X-Env", "dev {path}"));
        try (TestBackend backend = TestBackend.answering(
                (request, peer) -> peer.send("HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 2\r\n\r\nok"))) {
            serve(backend);
            Response answer = ask("/p");
            assertEquals("", answer.field("server"));
            assertEquals("dev /p", answer.field("x-env"));
        }
        Response page = ask("/p");
        assertEquals(502, page.status());
        assertEquals("", page.field("x-env"));
    }

    @Test
    void bothProtocolsAreEditedAlike() throws IOException, InterruptedException {
        policy.headers = new HeaderRules(
                List.of(HeaderRule.parse("X-Env", "{request_id}")), List.of(HeaderRule.parse("X-Env", "dev")));
        try (TestBackend backend = TestBackend.saying("ok");
                Http2Client client = new Http2Client(fixture, HOST)) {
            serve(backend);
            client.headers(1, Http2Client.request("GET", HOST, "/", "x-request-id", "id-2"), true);
            assertEquals(
                    "dev",
                    String.valueOf(client.next(Http2Client.Frame.Headers.class, 1)
                            .headers()
                            .get("x-env")));
            assertEquals("id-2", backend.requests().getFirst().field("x-env"));
        }
    }

    @Test
    void aPathsRulesComeAfterItsTunnels() throws IOException {
        policy.headers = request(HeaderRule.parse("X-Env", "tunnel"), HeaderRule.parse("X-Other", "tunnel"));
        PolicyBuilder below = new PolicyBuilder();
        below.headers = request(HeaderRule.parse("X-Env", "path"));
        try (TestBackend backend = TestBackend.saying("ok")) {
            serve(backend, new PathRoute("/v1/", null, List.of(), below.build()));
            ask("/v1/");
            assertEquals("path", backend.requests().getFirst().field("x-env"));
            assertEquals("tunnel", backend.requests().getFirst().field("x-other"));
        }
    }

    // ---- host and origin

    @Test
    void theHostIsTheClientsUnlessAnotherIsAskedFor() throws IOException {
        try (TestBackend backend = TestBackend.saying("ok")) {
            serve(backend);
            ask("/");
            assertEquals(
                    HOST + ":" + fixture.securePort(),
                    backend.requests().getFirst().field("host"));
        }
    }

    @ParameterizedTest
    @CsvSource({"backend, 127.0.0.1:PORT", "other.test:81, other.test:81"})
    void theBackendGetsAnotherHost(String wish, String expected) throws IOException {
        policy.host = HostHeader.parse(wish);
        try (TestBackend backend = TestBackend.saying("ok")) {
            serve(backend);
            ask("/", "Origin: " + own());
            Request got = backend.requests().getFirst();
            assertEquals(expected.replace("PORT", "" + backend.port()), got.field("host"));
            assertEquals(own(), got.field("origin"), "without a preset the origin is the client's");
            assertEquals(HOST + ":" + fixture.securePort(), got.field("x-forwarded-host"));
        }
    }

    @Test
    void redirectsToTheBackendsOwnAddressLeadThroughTheTunnel() throws IOException {
        policy.host = new HostHeader.OfBackend();
        try (TestBackend backend = TestBackend.answering((request, peer) -> peer.send("HTTP/1.1 302 Found\r\nLocation: "
                + (request.target().equals("/far")
                        ? "http://example.com/x"
                        : "http://" + request.field("host") + "/login?a=b")
                + "\r\nContent-Length: 0\r\n\r\n"))) {
            serve(backend, new PathRoute("/v1/", "/", List.of(), TrafficPolicy.NONE));
            assertEquals(own() + "/login?a=b", ask("/").field("location"));
            assertEquals(
                    own() + "/v1/login?a=b", ask("/v1/").field("location"), "and below the prefix that was stripped");
            assertEquals("http://example.com/x", ask("/far").field("location"));
        }
    }

    @ParameterizedTest
    @EnumSource(DevServer.class)
    void aPresetMakesRequestsLookLikeTheServersOwn(DevServer preset) throws IOException {
        policy.preset = preset;
        try (TestBackend backend = TestBackend.saying("ok")) {
            serve(backend);
            ask("/", "Origin: " + own(), "Referer: " + own() + "/page");
            Request got = backend.requests().getFirst();
            String authority = "127.0.0.1:" + backend.port();
            String origin = (preset == DevServer.RAILS ? "https://" : "http://") + authority;
            assertEquals(authority, got.field("host"));
            assertEquals(origin, got.field("origin"));
            assertEquals(origin + "/page", got.field("referer"));
            boolean checksForwarded = preset != DevServer.VITE && preset != DevServer.WEBPACK;
            assertEquals(
                    checksForwarded ? authority : HOST + ":" + fixture.securePort(), got.field("x-forwarded-host"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://evil.example", "null", "https://shop.localhost:1", "http://shop.localhost"})
    void aForeignOriginStaysForeign(String origin) throws IOException {
        policy.preset = DevServer.RAILS;
        try (TestBackend backend = TestBackend.saying("ok")) {
            serve(backend);
            ask("/", "Origin: " + origin, "Referer: " + own() + ".evil.example/");
            assertEquals(origin, backend.requests().getFirst().field("origin"));
            assertEquals(own() + ".evil.example/", backend.requests().getFirst().field("referer"));
        }
    }

    @Test
    void anOriginThatTheServerAllowsIsNamedAsThePageNamesIt() throws IOException {
        policy.preset = DevServer.VITE;
        try (TestBackend backend =
                TestBackend.answering((request, peer) -> peer.send("HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: "
                        + request.field("origin") + "\r\nContent-Length: 0\r\n\r\n"))) {
            serve(backend);
            assertEquals(own(), ask("/", "Origin: " + own()).field("access-control-allow-origin"));
        }
    }
}
