package dev.gotunnel.config;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.policy.Balance;
import dev.gotunnel.policy.Cors;
import dev.gotunnel.policy.DevServer;
import dev.gotunnel.policy.Ejection;
import dev.gotunnel.policy.Fault;
import dev.gotunnel.policy.HealthProbe;
import dev.gotunnel.policy.HostHeader;
import dev.gotunnel.policy.Limits;
import dev.gotunnel.policy.RateLimit;
import dev.gotunnel.policy.StickyCookie;
import dev.gotunnel.policy.Timeouts;
import dev.gotunnel.policy.TrafficPolicy;
import dev.gotunnel.policy.UpstreamTls;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** Reads the keys that say how requests are treated, of a tunnel or of some of its paths. */
final class PolicyReader {
    /** The keys of a policy, in the order in which they are documented and written. */
    static final List<String> KEYS = Stream.concat(
                    Stream.of(
                            "balance",
                            "sticky",
                            "health",
                            "ejection",
                            "retries",
                            "slow_start",
                            "hold",
                            "timeouts",
                            "limits",
                            "rate_limit",
                            "host",
                            "preset",
                            "cors"),
                    Stream.concat(AccessKeys.NAMES.stream(), Stream.of("headers", "tls", "fault")))
            .toList();

    static final HealthProbe HEALTH =
            new HealthProbe("/", Duration.ofSeconds(2), Duration.ofSeconds(1), 200, 399, 2, 1);
    static final Ejection EJECTION = new Ejection(5, Duration.ofSeconds(10));
    static final Fault FAULT = new Fault(Duration.ZERO, Duration.ZERO, null, 0, 503, 0);

    private static final Duration TENTH = Duration.ofMillis(100);
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration DAY = Duration.ofHours(24);
    private static final int MILLION = 1_000_000;
    private static final Pattern RATE = Pattern.compile("(\\d{1,7})/([smh])");
    private static final Pattern STATUSES = Pattern.compile("([1-5]\\d\\d)(?:-([1-5]\\d\\d))?");
    private static final Pattern ORIGIN = Pattern.compile("\\*|[a-z][a-z0-9+.-]*://[A-Za-z0-9._\\-\\[\\]:]+");
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

    /** What {@code tls} says about clients. */
    private static final List<String> OF_CLIENTS = List.of("min_version", "certificate", "key");

    private final YamlReader reader;

    /** What a relative path is relative to; null where there is no such place. */
    private final @Nullable Path folder;

    PolicyReader(YamlReader reader, @Nullable Path folder) {
        this.reader = reader;
        this.folder = folder;
    }

    /**
     * Reads a policy.
     *
     * @param of the tunnel's policy when this is that of some of its paths
     */
    TrafficPolicy read(Map<String, Node> keys, String path, @Nullable TrafficPolicy of) {
        return new TrafficPolicy(
                HeaderKeys.read(reader, keys.get("headers"), at(path, "headers")),
                reader.parsed(keys.get("host"), at(path, "host"), HostHeader::parse),
                reader.constant(keys.get("preset"), at(path, "preset"), DevServer.class, DevServer::id),
                cors(keys.get("cors"), at(path, "cors"), of != null),
                AccessKeys.read(reader, keys, path, of == null ? null : of.access()),
                rateLimit(keys.get("rate_limit"), at(path, "rate_limit")),
                limits(keys.get("limits"), at(path, "limits")),
                timeouts(keys.get("timeouts"), at(path, "timeouts")),
                reader.constant(keys.get("balance"), at(path, "balance"), Balance.class, Balance::id),
                sticky(keys.get("sticky"), at(path, "sticky"), of != null),
                health(keys.get("health"), at(path, "health")),
                ejection(keys.get("ejection"), at(path, "ejection")),
                reader.integer(keys.get("retries"), at(path, "retries"), 0, 10),
                reader.duration(keys.get("slow_start"), at(path, "slow_start"), Duration.ZERO, HOUR),
                reader.duration(keys.get("hold"), at(path, "hold"), Duration.ZERO, HOUR),
                tls(keys.get("tls"), at(path, "tls"), of != null),
                fault(keys.get("fault"), at(path, "fault")));
    }

    private static String at(String path, String key) {
        return YamlReader.join(path, key);
    }

    private static <T> T or(@Nullable T said, T otherwise) {
        return said == null ? otherwise : said;
    }

    /** Whether {@code true} or {@code false} stands where a mapping may; false is refused where it would not hold. */
    private @Nullable Boolean onOrOff(@Nullable Node node, String path, boolean ofPath) {
        if (!(node instanceof ScalarNode) || YamlReader.isAbsent(node)) {
            return null;
        }
        Boolean on = reader.bool(node, path);
        if (on != null && !on && ofPath) {
            reader.problem(node, path, "a path cannot switch off what its tunnel has on; leave it out.");
        }
        return on != null && on;
    }

    private @Nullable Cors cors(@Nullable Node node, String path, boolean ofPath) {
        Boolean on = onOrOff(node, path, ofPath);
        if (on != null || YamlReader.isAbsent(node)) {
            return on != null && on ? Cors.ANY : null;
        }
        Map<String, Node> keys = reader.mapping(
                node, path, List.of("origins", "methods", "headers", "exposed", "credentials", "max_age"));
        List<String> origins = keys.containsKey("origins")
                ? words(
                        keys.get("origins"),
                        at(path, "origins"),
                        ORIGIN,
                        "an origin such as https://app.localhost, or \"*\",")
                : Cors.ANY.origins();
        Boolean credentials = reader.bool(keys.get("credentials"), at(path, "credentials"));
        if (credentials != null && credentials && origins.contains("*")) {
            reader.problem(
                    keys.get("credentials"),
                    at(path, "credentials"),
                    "needs \"origins\" by their names: with \"*\", every page could act as its user.");
        }
        if (keys.containsKey("origins")
                && reader.sequence(keys.get("origins"), at(path, "origins")).isEmpty()) {
            reader.problem(keys.get("origins"), at(path, "origins"), "names none; leave \"cors\" out, or name one.");
        }
        return new Cors(
                origins,
                tokens(keys.get("methods"), at(path, "methods"), "a method such as PUT"),
                tokens(keys.get("headers"), at(path, "headers"), "the name of a header"),
                tokens(keys.get("exposed"), at(path, "exposed"), "the name of a header"),
                credentials != null && credentials,
                or(reader.duration(keys.get("max_age"), at(path, "max_age"), Duration.ZERO, DAY), Cors.ANY.maxAge()));
    }

    private List<String> tokens(@Nullable Node node, String path, String allowed) {
        return words(node, path, TOKEN, allowed);
    }

    private List<String> words(@Nullable Node node, String path, Pattern pattern, String allowed) {
        return reader.items(node, path, (item, itemPath) -> {
            String text = reader.text(item, itemPath);
            if (text != null && !pattern.matcher(text).matches()) {
                reader.problem(item, itemPath, "\"" + text + "\" is not allowed; " + allowed + " is.");
                return null;
            }
            return text;
        });
    }

    private @Nullable StickyCookie sticky(@Nullable Node node, String path, boolean ofPath) {
        Boolean on = onOrOff(node, path, ofPath);
        if (on != null || YamlReader.isAbsent(node)) {
            return on != null && on ? StickyCookie.DEFAULT : null;
        }
        Node cookie = reader.mapping(node, path, List.of("cookie")).get("cookie");
        String name = reader.text(cookie, at(path, "cookie"));
        if (name != null && !TOKEN.matcher(name).matches()) {
            reader.problem(
                    cookie,
                    at(path, "cookie"),
                    "\"" + name + "\" is not allowed; a name of letters, digits, dashes and underscores is.");
        }
        return name == null ? StickyCookie.DEFAULT : new StickyCookie(name);
    }

    private @Nullable HealthProbe health(@Nullable Node node, String path) {
        if (YamlReader.isAbsent(node)) {
            return null;
        }
        Map<String, Node> keys = reader.mapping(
                node, path, List.of("path", "interval", "timeout", "status", "unhealthy_after", "healthy_after"));
        String asked = reader.text(keys.get("path"), at(path, "path"));
        if (asked != null && !asked.matches("/[!-~]*")) {
            reader.problem(
                    keys.get("path"),
                    at(path, "path"),
                    "\"" + asked + "\" is not allowed; a path that begins with a slash, such as /healthz, is.");
        }
        Matcher statuses = STATUSES.matcher(
                or(reader.text(keys.get("status"), at(path, "status")), HEALTH.minStatus() + "-" + HEALTH.maxStatus()));
        int min = statuses.matches() ? Integer.parseInt(statuses.group(1)) : 0;
        int max = statuses.matches() && statuses.group(2) != null ? Integer.parseInt(statuses.group(2)) : min;
        if (min == 0 || max < min) {
            reader.problem(
                    keys.get("status"),
                    at(path, "status"),
                    "must be a status such as 200, or a range of them such as 200-399.");
        }
        return new HealthProbe(
                or(asked, HEALTH.path()),
                or(reader.duration(keys.get("interval"), at(path, "interval"), TENTH, HOUR), HEALTH.interval()),
                or(reader.duration(keys.get("timeout"), at(path, "timeout"), TENTH, MINUTE), HEALTH.timeout()),
                min,
                max,
                or(
                        reader.integer(keys.get("unhealthy_after"), at(path, "unhealthy_after"), 1, 100),
                        HEALTH.unhealthyAfter()),
                or(
                        reader.integer(keys.get("healthy_after"), at(path, "healthy_after"), 1, 100),
                        HEALTH.healthyAfter()));
    }

    private @Nullable Ejection ejection(@Nullable Node node, String path) {
        if (YamlReader.isAbsent(node)) {
            return null;
        }
        Map<String, Node> keys = reader.mapping(node, path, List.of("failures", "duration"));
        return new Ejection(
                or(reader.integer(keys.get("failures"), at(path, "failures"), 1, 1000), EJECTION.failures()),
                or(reader.duration(keys.get("duration"), at(path, "duration"), TENTH, HOUR), EJECTION.duration()));
    }

    private @Nullable Timeouts timeouts(@Nullable Node node, String path) {
        if (YamlReader.isAbsent(node)) {
            return null;
        }
        Map<String, Node> keys = reader.mapping(node, path, List.of("connect", "first_byte", "idle"));
        return new Timeouts(
                reader.duration(keys.get("connect"), at(path, "connect"), Duration.ZERO, DAY),
                reader.duration(keys.get("first_byte"), at(path, "first_byte"), Duration.ZERO, DAY),
                reader.duration(keys.get("idle"), at(path, "idle"), Duration.ZERO, DAY));
    }

    private @Nullable Limits limits(@Nullable Node node, String path) {
        if (YamlReader.isAbsent(node)) {
            return null;
        }
        Map<String, Node> keys = reader.mapping(node, path, List.of("body", "requests", "per_backend"));
        return new Limits(
                reader.size(keys.get("body"), at(path, "body")),
                reader.integer(keys.get("requests"), at(path, "requests"), 1, MILLION),
                reader.integer(keys.get("per_backend"), at(path, "per_backend"), 1, MILLION));
    }

    private @Nullable RateLimit rateLimit(@Nullable Node node, String path) {
        if (YamlReader.isAbsent(node)) {
            return null;
        }
        if (!(node instanceof MappingNode)) {
            return shortRate(node, path);
        }
        Map<String, Node> keys = reader.mapping(node, path, List.of("requests", "per", "burst", "by"));
        Integer requests = reader.integer(keys.get("requests"), at(path, "requests"), 1, MILLION);
        if (!keys.containsKey("requests")) {
            reader.problem(node, path, "needs \"requests\", and may have \"per\", \"burst\" and \"by\".");
        }
        int allowed = or(requests, 1);
        return new RateLimit(
                allowed,
                or(reader.duration(keys.get("per"), at(path, "per"), TENTH, DAY), Duration.ofSeconds(1)),
                or(reader.integer(keys.get("burst"), at(path, "burst"), 1, MILLION), allowed),
                or(
                        reader.constant(keys.get("by"), at(path, "by"), RateLimit.Key.class, PolicyWriter::word),
                        RateLimit.Key.CLIENT));
    }

    private @Nullable RateLimit shortRate(@Nullable Node node, String path) {
        String text = reader.text(node, path);
        if (text == null) {
            return null;
        }
        Matcher rate = RATE.matcher(text);
        int requests = rate.matches() ? Integer.parseInt(rate.group(1)) : 0;
        if (requests < 1 || requests > MILLION) {
            reader.problem(
                    node,
                    path,
                    "\"" + text + "\" is not allowed; a rate such as 100/s, 6000/m or 1000/h is, up to " + MILLION
                            + ", or requests, per, burst and by.");
            return null;
        }
        Duration period = switch (rate.group(2)) {
            case "s" -> Duration.ofSeconds(1);
            case "m" -> MINUTE;
            default -> HOUR;
        };
        return new RateLimit(requests, period, requests, RateLimit.Key.CLIENT);
    }

    /** The part about backends; the rest, about clients, is the tunnel's own. */
    private @Nullable UpstreamTls tls(@Nullable Node node, String path, boolean ofPath) {
        Map<String, Node> keys = reader.mapping(
                node,
                path,
                List.of("min_version", "certificate", "key", "upstream_verify", "upstream_ca", "upstream_server_name"));
        for (String key : ofPath ? OF_CLIENTS : List.<String>of()) {
            if (keys.containsKey(key)) {
                reader.problem(
                        keys.get(key), at(path, key), "belongs to the tunnel: TLS begins before a path is known.");
            }
        }
        if (keys.keySet().stream().noneMatch(key -> key.startsWith("upstream_"))) {
            return null;
        }
        Boolean verify = reader.bool(keys.get("upstream_verify"), at(path, "upstream_verify"));
        boolean verifies = verify == null || verify;
        Path ca = file(keys.get("upstream_ca"), at(path, "upstream_ca"));
        if (ca != null && !verifies) {
            reader.problem(
                    keys.get("upstream_ca"),
                    at(path, "upstream_ca"),
                    "has no meaning with \"upstream_verify: false\".");
        }
        String name = reader.text(keys.get("upstream_server_name"), at(path, "upstream_server_name"));
        if (name != null && !name.matches("[A-Za-z0-9._-]{1,253}")) {
            reader.problem(
                    keys.get("upstream_server_name"),
                    at(path, "upstream_server_name"),
                    "\"" + name + "\" is not allowed; a name such as api.internal is.");
        }
        return new UpstreamTls(verifies, ca, name);
    }

    /** A file; a relative path is relative to the folder of the document. */
    @Nullable
    Path file(@Nullable Node node, String path) {
        Path file = reader.parsed(node, path, PolicyReader::path);
        if (file != null && !file.isAbsolute() && folder == null) {
            reader.problem(node, path, "must be an absolute path here.");
        }
        return file == null || folder == null ? file : folder.resolve(file).normalize();
    }

    private static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new GotunnelException(ErrorCode.USAGE, "is not the path of a file.", null, e);
        }
    }

    @Nullable
    Fault fault(@Nullable Node node, String path) {
        if (YamlReader.isAbsent(node)) {
            return null;
        }
        Map<String, Node> keys = reader.mapping(
                node, path, List.of("delay", "jitter", "bandwidth", "error_rate", "error_status", "reset_rate"));
        return new Fault(
                or(reader.duration(keys.get("delay"), at(path, "delay"), Duration.ZERO, HOUR), FAULT.delay()),
                or(reader.duration(keys.get("jitter"), at(path, "jitter"), Duration.ZERO, HOUR), FAULT.jitter()),
                reader.size(keys.get("bandwidth"), at(path, "bandwidth")),
                or(reader.share(keys.get("error_rate"), at(path, "error_rate")), FAULT.errorRate()),
                or(reader.integer(keys.get("error_status"), at(path, "error_status"), 400, 599), FAULT.errorStatus()),
                or(reader.share(keys.get("reset_rate"), at(path, "reset_rate")), FAULT.resetRate()));
    }
}
