package dev.gotunnel.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.policy.Access;
import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.policy.BackendAddress.Scheme;
import dev.gotunnel.policy.Balance;
import dev.gotunnel.policy.BasicUser;
import dev.gotunnel.policy.Cors;
import dev.gotunnel.policy.DevServer;
import dev.gotunnel.policy.Ejection;
import dev.gotunnel.policy.Fault;
import dev.gotunnel.policy.HeaderRule;
import dev.gotunnel.policy.HeaderRules;
import dev.gotunnel.policy.HealthProbe;
import dev.gotunnel.policy.HostHeader;
import dev.gotunnel.policy.Limits;
import dev.gotunnel.policy.Network;
import dev.gotunnel.policy.PathRoute;
import dev.gotunnel.policy.RateLimit;
import dev.gotunnel.policy.StickyCookie;
import dev.gotunnel.policy.Timeouts;
import dev.gotunnel.policy.TlsVersion;
import dev.gotunnel.policy.TrafficPolicy;
import dev.gotunnel.policy.UpstreamTls;
import dev.gotunnel.testing.Failures;
import dev.gotunnel.testing.PolicyBuilder;
import dev.gotunnel.tunnel.TunnelSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every key of a tunnel: what it means, and what is said of a value that it cannot have. */
class TunnelKeysTest {
    private static final String HASH = "$2b$10$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234";
    private static final Path FILE = Path.of("conf", "gotunnel.yaml");

    private static TunnelSpec tunnel(String keys) {
        return ConfigLoader.parse("tunnels:\n- {domain: a, port: 1}\n- {domain: shop, port: 1, " + keys + "}", FILE)
                .profile("default")
                .getLast();
    }

    private static TrafficPolicy policy(String keys) {
        return tunnel(keys).policy();
    }

    @Test
    void everyKeyHasItsMeaning() {
        TunnelSpec spec = ConfigLoader.parse("""
                        tunnels:
                          - name: api
                            domain: api.shop
                            backends: ["http://localhost:8080", {url: "https://localhost:8443", weight: 3}, "h2c://x:1", "unix:/run/app.sock"]
                            balance: weighted
                            sticky: {cookie: mine}
                            health: {path: /healthz, interval: 5s, timeout: 500ms, status: 200-299, unhealthy_after: 3, healthy_after: 4}
                            ejection: {failures: 7, duration: 20s}
                            retries: 1
                            slow_start: 10s
                            hold: 5s
                            timeouts: {connect: 3s, first_byte: 1m, idle: 0}
                            limits: {body: 10MB, requests: 100, per_backend: 20}
                            rate_limit: {requests: 100, per: 2s, burst: 20, by: tunnel}
                            host: preserve
                            preset: vite
                            cors: {origins: ["https://a.test:8443"], methods: [PUT], headers: [X-A], exposed: [X-B], credentials: true, max_age: 1h}
                            allow: [192.168.0.0/16]
                            deny: [192.168.0.13]
                            auth: {basic: [{user: a, password_hash: "HASH"}]}
                            headers: {request: {X-Env: dev, +X-Also: "{remote_ip}", -X-Gone: }, response: {-Server: "", +Set-Cookie: [a=1, b=2]}}
                            tls: {min_version: "1.3", upstream_ca: ../ca.pem, upstream_server_name: x.test}
                            fault: {delay: 200ms, jitter: 100ms, bandwidth: 1MB, error_rate: 0.1, error_status: 500, reset_rate: 0.01}
                            routes:
                              - {path: /v1/, strip_prefix: true, backend: "http://localhost:9000", retries: 2}
                              - {path: /v2/, rewrite: /new/, backends: [9001, {url: "9002", weight: 2}], preset: rails}
                              - {path: /v3, hold: 1s}
                        """.replace("HASH", HASH), FILE)
                .profile("default")
                .getFirst();
        PolicyBuilder policy = new PolicyBuilder();
        policy.balance = Balance.WEIGHTED;
        policy.sticky = new StickyCookie("mine");
        policy.health = new HealthProbe("/healthz", Duration.ofSeconds(5), Duration.ofMillis(500), 200, 299, 3, 4);
        policy.ejection = new Ejection(7, Duration.ofSeconds(20));
        policy.retries = 1;
        policy.slowStart = Duration.ofSeconds(10);
        policy.hold = Duration.ofSeconds(5);
        policy.timeouts = new Timeouts(Duration.ofSeconds(3), Duration.ofMinutes(1), Duration.ZERO);
        policy.limits = new Limits(10L << 20, 100, 20);
        policy.rateLimit = new RateLimit(100, Duration.ofSeconds(2), 20, RateLimit.Key.TUNNEL);
        policy.host = new HostHeader.Preserved();
        policy.preset = DevServer.VITE;
        policy.cors = new Cors(
                List.of("https://a.test:8443"),
                List.of("PUT"),
                List.of("X-A"),
                List.of("X-B"),
                true,
                Duration.ofHours(1));
        policy.access = new Access(
                List.of(new BasicUser("a", HASH)),
                List.of(Network.parse("192.168.0.0/16")),
                List.of(Network.parse("192.168.0.13")));
        policy.headers = new HeaderRules(
                List.of(
                        HeaderRule.parse("X-Env", "dev"),
                        HeaderRule.parse("+X-Also", "{remote_ip}"),
                        HeaderRule.parse("-X-Gone", "")),
                List.of(
                        HeaderRule.parse("-Server", ""),
                        HeaderRule.parse("+Set-Cookie", "a=1"),
                        HeaderRule.parse("+Set-Cookie", "b=2")));
        policy.tls = new UpstreamTls(true, Path.of("ca.pem").toAbsolutePath(), "x.test");
        policy.fault = new Fault(Duration.ofMillis(200), Duration.ofMillis(100), 1L << 20, 0.1, 500, 0.01);
        assertEquals(policy.build(), spec.policy());
        assertEquals(
                List.of(
                        new BackendAddress("localhost", 8080),
                        new BackendAddress(Scheme.HTTPS, "localhost", 8443, 3),
                        new BackendAddress(Scheme.H2C, "x", 1, 1),
                        new BackendAddress(Scheme.UNIX, "/run/app.sock", 0, 1)),
                spec.backends());
        assertEquals(TlsVersion.TLS_1_3, spec.minTls());
        PolicyBuilder retries = new PolicyBuilder();
        retries.retries = 2;
        PolicyBuilder rails = new PolicyBuilder();
        rails.preset = DevServer.RAILS;
        PolicyBuilder hold = new PolicyBuilder();
        hold.hold = Duration.ofSeconds(1);
        assertEquals(
                List.of(
                        new PathRoute("/v1/", "/", List.of(new BackendAddress("localhost", 9000)), retries.build()),
                        new PathRoute(
                                "/v2/",
                                "/new/",
                                List.of(
                                        new BackendAddress("localhost", 9001),
                                        new BackendAddress("localhost", 9002).withWeight(2)),
                                rails.build()),
                        new PathRoute("/v3", null, List.of(), hold.build())),
                spec.routes());
    }

    @Test
    void shortFormsMeanTheDefaults() {
        assertEquals(Cors.ANY, policy("cors: true").cors());
        assertEquals(null, policy("cors: false").cors());
        assertEquals(StickyCookie.DEFAULT, policy("sticky: true").sticky());
        assertEquals(null, policy("sticky: false").sticky());
        assertEquals(
                new HealthProbe("/", Duration.ofSeconds(2), Duration.ofSeconds(1), 200, 399, 2, 1),
                policy("health: {}").health());
        assertEquals(
                new Ejection(5, Duration.ofSeconds(10)), policy("ejection: {}").ejection());
        assertEquals(
                new RateLimit(6000, Duration.ofMinutes(1), 6000, RateLimit.Key.CLIENT),
                policy("rate_limit: 6000/m").rateLimit());
        assertEquals(
                new RateLimit(5, Duration.ofSeconds(1), 5, RateLimit.Key.CLIENT),
                policy("rate_limit: {requests: 5}").rateLimit());
        assertEquals(
                204,
                Objects.requireNonNull(policy("health: {status: 204}").health()).maxStatus());
        assertEquals(UpstreamTls.DEFAULT, policy("tls: {upstream_verify: true}").tls());
        assertEquals(null, policy("tls: {min_version: 1.2}").tls());
        assertEquals(TlsVersion.TLS_1_2, tunnel("tls: {min_version: 1.2}").minTls());
        assertEquals(TrafficPolicy.NONE, policy("health: , cors: , fault: , allow: , routes: "));
    }

    @Test
    void trustedProxiesAreNetworks() {
        assertEquals(
                List.of(Network.parse("10.0.0.0/8"), Network.parse("::1")),
                ConfigLoader.parse("server: {trusted_proxies: [10.0.0.0/8, '::1']}", FILE)
                        .server()
                        .trustedProxies());
        assertEquals(
                List.of("gotunnel.yaml:1:28: server.trusted_proxies[0]: \"x\" is not a network."
                        + " Write an address or a network such as 192.168.1.0/24 or fd00::/8."),
                problems("server: {trusted_proxies: [x]}"));
    }

    // ---- what a key cannot have

    private static List<String> problems(String text) {
        return Failures.of(ErrorCode.CONFIG, () -> ConfigLoader.parse(text, FILE))
                .getMessage()
                .lines()
                .skip(1)
                .map(String::strip)
                .toList();
    }

    static Stream<String> wrong() {
        return Stream.of(
                // key | value | where | what is said
                "backends | [{url: x}] | backends[0].url | \"x\" is not a backend. Write http://HOST:PORT, https://HOST:PORT, h2c://HOST:PORT, unix:/PATH, HOST:PORT or PORT, for example http://localhost:3000.",
                "backends | [{weight: 1}] | backends[0] | a backend needs a \"url\".",
                "backends | [{url: '1', weight: 0}] | backends[0].weight | \"0\" is not allowed; a whole number from 1 to 1000 is.",
                "backends | ['unix:x'] | backends[0] | \"x\" is not the path of a socket. Write unix:/absolute/path.sock, at most 103 characters.",
                "balance | random | balance | \"random\" is not allowed; one of these is: round_robin, least_connections, ip_hash, weighted, failover.",
                "sticky | maybe | sticky | \"maybe\" is not allowed; one of these is: true, false.",
                "sticky | {cookie: a b} | sticky.cookie | \"a b\" is not allowed; a name of letters, digits, dashes and underscores is.",
                "health | {path: x} | health.path | \"x\" is not allowed; a path that begins with a slash, such as /healthz, is.",
                "health | {interval: 50ms} | health.interval | \"50ms\" is not allowed; a time from 100ms to 1h, such as 500ms, 2s or 5m, is.",
                "health | {timeout: soon} | health.timeout | \"soon\" is not allowed; a time from 100ms to 1m, such as 500ms, 2s or 5m, is.",
                "health | {status: 399-200} | health.status | must be a status such as 200, or a range of them such as 200-399.",
                "health | {unhealthy_after: 0} | health.unhealthy_after | \"0\" is not allowed; a whole number from 1 to 100 is.",
                "health | {healthy_after: 101} | health.healthy_after | \"101\" is not allowed; a whole number from 1 to 100 is.",
                "ejection | {failures: 0} | ejection.failures | \"0\" is not allowed; a whole number from 1 to 1000 is.",
                "ejection | {duration: 0} | ejection.duration | \"0\" is not allowed; a time from 100ms to 1h, such as 500ms, 2s or 5m, is.",
                "retries | 11 | retries | \"11\" is not allowed; a whole number from 0 to 10 is.",
                "slow_start | 2h | slow_start | \"2h\" is not allowed; a time from 0 to 1h, such as 500ms, 2s or 5m, is.",
                "hold | 5 | hold | \"5\" is not allowed; a time from 0 to 1h, such as 500ms, 2s or 5m, is.",
                "timeouts | {connect: -1s} | timeouts.connect | \"-1s\" is not allowed; a time from 0 to 24h, such as 500ms, 2s or 5m, is.",
                "timeouts | {first_byte: 25h} | timeouts.first_byte | \"25h\" is not allowed; a time from 0 to 24h, such as 500ms, 2s or 5m, is.",
                "timeouts | {idle: x} | timeouts.idle | \"x\" is not allowed; a time from 0 to 24h, such as 500ms, 2s or 5m, is.",
                "timeouts | {read: 1s} | timeouts.read | unknown key; known here: connect, first_byte, idle.",
                "limits | {body: 10XB} | limits.body | \"10XB\" is not allowed; a number of bytes, 64KB, 10MB or 1GB is.",
                "limits | {body: 99999999999GB} | limits.body | \"99999999999GB\" is not allowed; a number of bytes, 64KB, 10MB or 1GB is.",
                "limits | {requests: 0} | limits.requests | \"0\" is not allowed; a whole number from 1 to 1000000 is.",
                "limits | {per_backend: x} | limits.per_backend | \"x\" is not allowed; a whole number from 1 to 1000000 is.",
                "rate_limit | 0/s | rate_limit | \"0/s\" is not allowed; a rate such as 100/s, 6000/m or 1000/h is, up to 1000000, or requests, per, burst and by.",
                "rate_limit | {per: 1s} | rate_limit | needs \"requests\", and may have \"per\", \"burst\" and \"by\".",
                "rate_limit | {requests: 0} | rate_limit.requests | \"0\" is not allowed; a whole number from 1 to 1000000 is.",
                "rate_limit | {requests: 1, per: 0} | rate_limit.per | \"0\" is not allowed; a time from 100ms to 24h, such as 500ms, 2s or 5m, is.",
                "rate_limit | {requests: 1, burst: 0} | rate_limit.burst | \"0\" is not allowed; a whole number from 1 to 1000000 is.",
                "rate_limit | {requests: 1, by: ip} | rate_limit.by | \"ip\" is not allowed; one of these is: client, tunnel.",
                "host | a b | host | \"a b\" is not a host. Write preserve, backend, or a host such as localhost:3000.",
                "preset | svelte | preset | \"svelte\" is not allowed; one of these is: vite, webpack, next, rails, django.",
                "cors | yes | cors | \"yes\" is not allowed; one of these is: true, false.",
                "cors | {origins: [shop]} | cors.origins[0] | \"shop\" is not allowed; an origin such as https://app.localhost, or \"*\", is.",
                "cors | {origins: []} | cors.origins | names none; leave \"cors\" out, or name one.",
                "cors | {methods: [a b]} | cors.methods[0] | \"a b\" is not allowed; a method such as PUT is.",
                "cors | {headers: ['a:']} | cors.headers[0] | \"a:\" is not allowed; the name of a header is.",
                "cors | {exposed: ['a:']} | cors.exposed[0] | \"a:\" is not allowed; the name of a header is.",
                "cors | {credentials: true} | cors.credentials | needs \"origins\" by their names: with \"*\", every page could act as its user.",
                "cors | {max_age: 25h} | cors.max_age | \"25h\" is not allowed; a time from 0 to 24h, such as 500ms, 2s or 5m, is.",
                "allow | [192.168.0.0/33] | allow[0] | \"192.168.0.0/33\" is not a network. Write an address or a network such as 192.168.1.0/24 or fd00::/8.",
                "deny | [x] | deny[0] | \"x\" is not a network. Write an address or a network such as 192.168.1.0/24 or fd00::/8.",
                "auth | {basic: [{user: a}]} | auth.basic[0] | needs a \"user\" and a \"password_hash\".",
                "auth | {basic: [{user: [a], password_hash: x}]} | auth.basic[0].user | must be a single value.",
                "auth | {basic: [{user: 'a:b', password_hash: x}]} | auth.basic[0] | \"a:b\" is not a user's name. Give one without a colon.",
                "auth | {basic: [{user: a, password_hash: [x]}]} | auth.basic[0].password_hash | must be a single value.",
                "auth | {basic: [{user: a, password_hash: secret}]} | auth.basic[0] | The password hash of \"a\" is not a bcrypt hash with a cost of 4 to 14. Make one: gotunnel start … --basic-auth a:@FILE --save, or htpasswd -nbB a PASSWORD",
                "auth | {basic: [{user: a, password_hash: '" + HASH + "'}, {user: a, password_hash: '" + HASH
                        + "'}]} | auth.basic | the user \"a\" stands here twice.",
                "headers | {request: {Host: x}} | headers.request.Host | The header \"host\" is not to be changed by a rule. Set \"host\" or \"preset\" of the tunnel instead.",
                "headers | {request: {X: '{nope}'}} | headers.request.X | \"nope\" is not a placeholder. These are: {host}, {method}, {scheme}, {path}, {query}, {remote_ip}, {request_id}, {tunnel}, {backend}; {{ is a brace.",
                "headers | {request: {X-A: a, x-a: b}} | headers.request.x-a | stands here twice, in other letters.",
                "headers | {response: {X: [a]}} | headers.response.X | must be a single value.",
                "headers | {reqest: {}} | headers.reqest | unknown key; known here: request, response. Did you mean \"request\"?",
                "tls | {min_version: '1.1'} | tls.min_version | \"1.1\" is not allowed; one of these is: 1.2, 1.3.",
                "tls | {upstream_verify: no} | tls.upstream_verify | \"no\" is not allowed; one of these is: true, false.",
                "tls | {upstream_verify: false, upstream_ca: x} | tls.upstream_ca | has no meaning with \"upstream_verify: false\".",
                "tls | {upstream_ca: \"a\\0b\"} | tls.upstream_ca | is not the path of a file.",
                "tls | {upstream_server_name: a b} | tls.upstream_server_name | \"a b\" is not allowed; a name such as api.internal is.",
                "tls | {certificate: x} | tls | \"certificate\" and \"key\" belong together; one of them is missing.",
                "tls | {certificate: \"a\\0b\", key: x} | tls.certificate | is not the path of a file.",
                "tls | {certificate: x, key: \"a\\0b\"} | tls.key | is not the path of a file.",
                "fault | {delay: x} | fault.delay | \"x\" is not allowed; a time from 0 to 1h, such as 500ms, 2s or 5m, is.",
                "fault | {jitter: 2h} | fault.jitter | \"2h\" is not allowed; a time from 0 to 1h, such as 500ms, 2s or 5m, is.",
                "fault | {bandwidth: 0} | fault.bandwidth | \"0\" is not allowed; a number of bytes, 64KB, 10MB or 1GB is.",
                "fault | {error_rate: 1.1} | fault.error_rate | \"1.1\" is not allowed; a number from 0 to 1 is.",
                "fault | {error_rate: NaN} | fault.error_rate | \"NaN\" is not allowed; a number from 0 to 1 is.",
                "fault | {error_status: 200} | fault.error_status | \"200\" is not allowed; a whole number from 400 to 599 is.",
                "fault | {reset_rate: -0.1} | fault.reset_rate | \"-0.1\" is not allowed; a number from 0 to 1 is.",
                "routes | [{}] | routes[0] | a route needs a \"path\".",
                "routes | [{path: v1}] | routes[0].path | \"v1\" is not a path. Write one that begins with a slash, such as /api/.",
                "routes | [{path: '/a//b'}] | routes[0].path | No request ever falls to the path \"/a//b\": paths are compared with %XX undone, without empty segments, dots and parameters. Write a prefix of plain segments, such as /api/.",
                "routes | [{path: '/a/./c'}] | routes[0].path | No request ever falls to the path \"/a/./c\": paths are compared with %XX undone, without empty segments, dots and parameters. Write a prefix of plain segments, such as /api/.",
                "routes | [{path: '/d;v'}] | routes[0].path | No request ever falls to the path \"/d;v\": paths are compared with %XX undone, without empty segments, dots and parameters. Write a prefix of plain segments, such as /api/.",
                "routes | [{path: '/caf%C3%A9'}] | routes[0].path | No request ever falls to the path \"/caf%C3%A9\": paths are compared with %XX undone, without empty segments, dots and parameters. Write a prefix of plain segments, such as /api/.",
                "auth | {} | auth | names no user; list some below \"basic\", or take \"auth\" out to let everybody in.",
                "auth | {basic: } | auth | names no user; list some below \"basic\", or take \"auth\" out to let everybody in.",
                "auth | {basic: []} | auth | names no user; list some below \"basic\", or take \"auth\" out to let everybody in.",
                "routes | [{path: /a, auth: {}}] | routes[0].auth | names no user; list some below \"basic\", or take \"auth\" out to let everybody in.",
                "routes | [{path: /, rewrite: x}] | routes[0].rewrite | \"x\" is not a path. Write one that begins with a slash, such as /api/.",
                "routes | [{path: /, strip_prefix: true, rewrite: /}] | routes[0].rewrite | stands in the place of \"strip_prefix\"; leave one of the two out.",
                "routes | [{path: /, backend: 1, backends: [2]}] | routes[0].backend | is short for one of \"backends\"; leave one out.",
                "routes | [{path: /, strip_prefix: perhaps}] | routes[0].strip_prefix | \"perhaps\" is not allowed; one of these is: true, false.",
                "routes | [{path: /, backend: {url: x}}] | routes[0].backend.url | \"x\" is not a backend. Write http://HOST:PORT, https://HOST:PORT, h2c://HOST:PORT, unix:/PATH, HOST:PORT or PORT, for example http://localhost:3000.",
                "routes | [{path: /, backend: {url: 1, weight: 0}}] | routes[0].backend.weight | \"0\" is not allowed; a whole number from 1 to 1000 is.",
                "routes | [{path: /a}, {path: /a}] | routes[1] | the path \"/a\" stands here twice.",
                "routes | [{path: /, tls: {min_version: '1.2'}}] | routes[0].tls.min_version | belongs to the tunnel: TLS begins before a path is known.",
                "routes | [{path: /, cors: false}] | routes[0].cors | a path cannot switch off what its tunnel has on; leave it out.",
                "routes | [{path: /, fault: {delay: x}}] | routes[0].fault.delay | \"x\" is not allowed; a time from 0 to 1h, such as 500ms, 2s or 5m, is.");
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void aValueThatCannotBeIsToldWithWhatCan(String row) {
        String[] cells = row.split(" \\| ", 4);
        List<String> problems = problems("tunnels:\n- domain: shop\n  port: 1\n  " + cells[0] + ": " + cells[1]);
        assertEquals(1, problems.size(), problems.toString());
        String problem = problems.getFirst();
        int path = problem.indexOf(": ");
        assertEquals("tunnels[0]." + cells[2] + ": " + cells[3], problem.substring(path + 2));
        assertEquals("gotunnel.yaml:4", problem.substring(0, problem.indexOf(':', "gotunnel.yaml:".length())));
    }

    @ParameterizedTest
    @CsvSource({
        "prot, port",
        "domian, domain",
        "helth, health",
        "retry, ''",
        "balanced, balance",
        "xyz, ''",
        "rate-limit, rate_limit"
    })
    void anUnknownKeyIsAnsweredWithTheOneThatWasMeant(String wrong, String meant) {
        String problem = problems("tunnels:\n- domain: shop\n  port: 1\n  " + wrong + ": 1")
                .getFirst();
        String known = String.join(", ", TunnelCatalogue.TUNNEL.names());
        assertEquals(
                "gotunnel.yaml:4:3: tunnels[0]." + wrong + ": unknown key; known here: " + known + "."
                        + (meant.isEmpty() ? "" : " Did you mean \"" + meant + "\"?"),
                problem);
    }

    @ParameterizedTest
    @ValueSource(strings = {"allow: [10.0.0.1]", "deny: [10.0.0.2]"})
    void aPathDoesNotLoseItsTunnelsPasswordUnseen(String key) {
        String auth = "auth: {basic: [{user: a, password_hash: '" + HASH + "'}]}";
        String name = key.substring(0, key.indexOf(':'));
        String problem = problems(
                        "tunnels:\n- domain: shop\n  port: 1\n  " + auth + "\n  routes: [{path: /a, " + key + "}]")
                .getFirst();
        assertEquals(
                "tunnels[0].routes[0]." + name + ": stands in the place of the tunnel's \"auth\" too; repeat that here,"
                        + " or say \"auth: {basic: []}\" to go without.",
                problem.substring(problem.indexOf(": ") + 2));
        TunnelSpec open = tunnel(auth + ", routes: [{path: /a, " + key + ", auth: {basic: []}}]");
        assertEquals(
                List.of(),
                Objects.requireNonNull(open.routes().getFirst().policy().access())
                        .users());
    }

    @Test
    void whatNeedsTlsHasNoMeaningWithoutIt() {
        assertEquals(
                List.of("gotunnel.yaml:1:68: tunnels[0].tls.min_version: has no meaning with \"https: false\"."),
                problems("tunnels: [{domain: shop, port: 1, https: false, tls: {min_version: '1.2'}}]"));
    }
}
