package dev.gotunnel.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.names.DomainName;
import dev.gotunnel.names.Suffixes;
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
import dev.gotunnel.tunnel.OwnCertificate;
import dev.gotunnel.tunnel.TunnelId;
import dev.gotunnel.tunnel.TunnelSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** What is written reads back as it was; what is edited keeps all that was not meant. */
class TunnelFormatTest {
    private static final int SPECS = 400;

    @TempDir
    Path temp;

    /** Specifications with a few of all options each, the same in every run. */
    private static final class Specs {
        private final Random random = new Random(7);

        private <T> @Nullable T maybe(Supplier<T> value) {
            return random.nextInt(3) == 0 ? value.get() : null;
        }

        @SafeVarargs
        private <T> T one(T... values) {
            return values[random.nextInt(values.length)];
        }

        @SafeVarargs
        @SuppressWarnings("varargs")
        private <T> List<T> some(T... values) {
            return List.of(values).subList(0, random.nextInt(values.length + 1));
        }

        private Duration time() {
            return one(
                    Duration.ofMillis(100 + random.nextInt(5000)),
                    Duration.ofSeconds(1 + random.nextInt(50)),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(1),
                    Duration.ofMinutes(1));
        }

        private int number() {
            return one(1, 2, 5, 1 + random.nextInt(90));
        }

        private double share() {
            return one(0.0, 1.0, 0.1, random.nextDouble(), 1e-5);
        }

        private BackendAddress backend() {
            return one(
                            new BackendAddress("localhost", 3000),
                            new BackendAddress(Scheme.HTTPS, "::1", 8443, 1),
                            new BackendAddress(Scheme.H2C, "box.test", 50051, 1),
                            new BackendAddress(Scheme.UNIX, "/run/with space.sock", 0, 1))
                    .withWeight(one(1, 1, number()));
        }

        private List<HeaderRule> rules() {
            return some(
                    HeaderRule.parse(
                            "x-env", one("dev", "", "true", "1e5", "{remote_ip}: {{x}", "# no comment", "a 'b' \"c\"")),
                    HeaderRule.parse("+x-also", "{host}"),
                    HeaderRule.parse("+x-also", "- x"),
                    HeaderRule.parse("-server", ""),
                    HeaderRule.parse("123", "\u00e9 \\"));
        }

        private Cors cors() {
            boolean credentials = random.nextBoolean();
            return one(
                    Cors.ANY,
                    new Cors(
                            credentials || random.nextBoolean()
                                    ? List.of("https://a.test:1", "null://x")
                                    : List.of("*"),
                            some("PUT", "DELETE"),
                            some("X-A"),
                            some("X-B", "X-C"),
                            credentials,
                            one(Cors.ANY.maxAge(), Duration.ZERO, time())));
        }

        private Access access() {
            String hash = "$2b$10$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234";
            return new Access(
                    some(new BasicUser("a", hash), new BasicUser("123", hash)),
                    some(Network.parse("10.0.0.0/8"), Network.parse("fd00::/8")),
                    some(Network.parse("10.0.0.1")));
        }

        private UpstreamTls tls() {
            return one(
                    UpstreamTls.DEFAULT,
                    new UpstreamTls(false, null, maybe(() -> "x.test")),
                    new UpstreamTls(true, Path.of("ca files", "ca.pem").toAbsolutePath(), maybe(() -> "1")));
        }

        private TrafficPolicy policy() {
            PolicyBuilder policy = new PolicyBuilder();
            policy.headers = maybe(() -> new HeaderRules(rules(), rules()));
            policy.host = maybe(() -> HostHeader.parse(one("preserve", "backend", "localhost:3000", "1")));
            policy.preset = maybe(() -> one(DevServer.values()));
            policy.cors = maybe(this::cors);
            policy.access = maybe(this::access);
            policy.rateLimit = maybe(() -> new RateLimit(number(), time(), number(), one(RateLimit.Key.values())));
            policy.limits = maybe(() -> new Limits(
                    maybe(() -> one(1L, 1000L, 1L << 20, 3L << 30)), maybe(this::number), maybe(this::number)));
            policy.timeouts =
                    maybe(() -> new Timeouts(maybe(this::time), maybe(() -> Duration.ZERO), maybe(this::time)));
            policy.balance = maybe(() -> one(Balance.values()));
            policy.sticky = maybe(() -> one(StickyCookie.DEFAULT, new StickyCookie("true")));
            policy.health = maybe(() -> new HealthProbe(
                    one("/", "/healthz?a=b", "/#x"), time(), time(), 200, one(200, 299, 399), number(), number()));
            policy.ejection = maybe(() -> new Ejection(number(), time()));
            policy.retries = maybe(() -> random.nextInt(11));
            policy.slowStart = maybe(this::time);
            policy.hold = maybe(() -> one(Duration.ZERO, time()));
            policy.tls = maybe(this::tls);
            policy.fault = maybe(() -> new Fault(
                    one(Duration.ZERO, time()),
                    one(Duration.ZERO, time()),
                    maybe(() -> 1024L),
                    share(),
                    one(503, 400, 599),
                    share()));
            return policy.build();
        }

        private List<PathRoute> routes() {
            List<PathRoute> routes = new ArrayList<>();
            for (String path : some("/v1/", "/v2", "/", "/a:b")) {
                routes.add(new PathRoute(path, maybe(() -> one("/", "/new/")), some(backend(), backend()), policy()));
            }
            return routes;
        }

        private OwnCertificate certificate() {
            return new OwnCertificate(Path.of("/etc/certs/chain.pem"), Path.of("/etc/certs/key.pem"));
        }

        private TunnelSpec next(TunnelId id) {
            boolean https = random.nextInt(4) > 0;
            List<BackendAddress> backends = new ArrayList<>(some(backend(), backend()));
            backends.add(backend());
            return new TunnelSpec(
                    id,
                    DomainName.parse(one("shop", "a.shop.test", "123.localhost")),
                    backends,
                    https,
                    https ? maybe(this::number) : null,
                    policy(),
                    routes(),
                    https ? maybe(() -> one(TlsVersion.values())) : null,
                    https ? maybe(this::certificate) : null);
        }
    }

    @Test
    void jsonReadsBackAsItWas() {
        Specs specs = new Specs();
        for (int i = 0; i < SPECS; i++) {
            TunnelSpec spec = specs.next(new TunnelId("session", "shop"));
            String json = JsonMapper.shared().writeValueAsString(TunnelFormat.written(spec));
            assertEquals(spec, TunnelFormat.parseWritten(json, "body"), json);
        }
    }

    /** Each is written over the one before it: what is read must not depend on what stood there. */
    @ParameterizedTest
    @ValueSource(strings = {"", "{\"version\": 1}"})
    void theFileReadsBackAsItWas(String before) throws Exception {
        Path file = Files.writeString(temp.resolve("gotunnel.yaml"), before);
        ProfileStore store = new ProfileStore(file, null);
        Specs specs = new Specs();
        TunnelSpec first = specs.next(new TunnelId("default", "first"));
        store.put(first);
        for (int i = 0; i < SPECS / 8; i++) {
            TunnelSpec spec = specs.next(new TunnelId("default", "shop"));
            store.put(spec);
            assertEquals(List.of(first, spec), store.load(), Files.readString(file));
        }
    }

    // ---- editing

    private static final String MINE = """
            tunnels:
              - domain: shop # short
                # the service
                port: 3000
                backends:
                  - "http://localhost:3001" # second
                health: # is it up?
                  path: /up # asked
                  interval: 2s # the default, but said
                headers:
                  request:
                    X-Env: dev # mine
                    X-Other: "1"
                routes:
                  - path: /a # first
                    backend: 9000
                  - path: /b # second
                    hold: 5s # a while
                cors: true # all
              - {domain: other, port: 1, fault: &f {delay: 1s}}
              - {domain: third, port: 1, fault: *f}
            """;

    private String edited(String domain, UnaryOperator<TunnelSpec> change) throws Exception {
        Path file = Files.writeString(temp.resolve("mine.yaml"), MINE);
        ProfileStore store = new ProfileStore(file, null);
        List<TunnelSpec> before = store.load();
        TunnelSpec spec = before.stream()
                .filter(known -> known.domain().ascii().equals(domain + ".local"))
                .findFirst()
                .orElseThrow();
        TunnelSpec changed = change.apply(spec);
        store.put(changed);
        assertEquals(
                before.stream()
                        .map(known -> known.equals(spec) ? changed : known)
                        .toList(),
                store.load());
        return Files.readString(file);
    }

    private static TunnelSpec with(TunnelSpec spec, String keys) {
        return TunnelFormat.changed(
                spec, JsonMapper.shared().readValue(keys, new TypeReference<Map<String, Object>>() {}), Map.of());
    }

    @Test
    void savingTheSameChangesNothing() throws Exception {
        assertEquals(MINE, edited("shop", spec -> spec));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"retries\": 3}                                    | cors: true # all | `cors: true # all\n    retries: 3`",
                "{\"health\": {\"path\": \"/healthz\"}}              | path: /up # asked | path: /healthz # asked",
                "{\"health\": {\"interval\": \"5s\"}}                | interval: 2s # the default, but said | interval: 5s # the default, but said",
                "{\"headers\": {\"request\": {\"x-env\": \"prod\"}}} | X-Env: dev # mine | X-Env: prod # mine",
                "{\"hold\": \"1s\"}                                  | cors: true # all | `cors: true # all\n    hold: 1s`",
            })
    void aChangedKeyIsAllThatChanges(String change, String before, String after) throws Exception {
        assertEquals(MINE.replace(before, after), edited("shop", spec -> with(spec, change)));
    }

    @Test
    void aChangedPathLeavesTheOthersAsTheyAre() throws Exception {
        String text = edited(
                "shop",
                spec -> new TunnelSpec(
                        spec.id(),
                        spec.domain(),
                        spec.backends(),
                        true,
                        null,
                        spec.policy(),
                        List.of(
                                new PathRoute(
                                        "/a", "/", spec.routes().getFirst().backends(), TrafficPolicy.NONE),
                                spec.routes().getLast()),
                        null,
                        null));
        assertEquals(
                MINE.replace("        backend: 9000\n", "        backend: 9000\n        strip_prefix: true\n"), text);
    }

    @Test
    void aBackendWrittenAsAPortIsReplacedWhereverItWasSaid() throws Exception {
        String text = edited(
                "shop",
                spec -> new TunnelSpec(
                        spec.id(),
                        spec.domain(),
                        List.of(new BackendAddress("localhost", 4000)),
                        true,
                        null,
                        spec.policy(),
                        spec.routes(),
                        null,
                        null));
        assertEquals(1, text.lines().filter(line -> line.contains("port: 4000")).count(), text);
        assertEquals(0, text.lines().filter(line -> line.contains("3001")).count(), text);
    }

    @Test
    void whatAnAnchorSharesIsChangedInOnePlace() throws Exception {
        String text = edited("third", spec -> with(spec, "{\"fault\": {\"delay\": \"2s\"}}"));
        assertEquals(1, text.lines().filter(line -> line.contains("delay: 1s")).count(), text);
    }

    // ---- what is refused

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``                              | body: there is nothing in it.",
                "null                            | body: there is nothing in it.",
                "[]                              | body:1:1: must be a mapping (key: value).",
                "{\"profile\":\"p\",\"port\":1}  | body:1:1: a tunnel needs a \"domain\".",
                "{\"domain\":\"a\",\"port\":1}   | body:1:1: a tunnel needs a \"profile\" here.",
                "{\"profile\":\"p\",\"domain\":\"a\",\"port\":1,\"tls\":{\"upstream_ca\":\"ca.pem\"}} | body:1:59: tls.upstream_ca: must be an absolute path here.",
                "{\"profile\":\"p\",\"domain\":\"a\",\"port\":1,\"fault\":{\"error_rate\":2}} | body:1:60: fault.error_rate: \"2\" is not allowed; a number from 0 to 1 is.",
                "{\"a\":                         | The body is not valid JSON: body:1:6: expected the node content, but found '<stream end>'.",
            })
    void aTextThatIsNoTunnelIsRefusedWithItsKeys(String text, String message) {
        String said = Failures.of(ErrorCode.USAGE, () -> TunnelFormat.parse(text, "body", Suffixes.BUILT_IN))
                .getMessage();
        assertEquals(message, said);
    }
}
