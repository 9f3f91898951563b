package dev.gotunnel.config;

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
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** Reads the keys that say how requests are treated, of a tunnel or of some of its paths. */
final class PolicyReader {
    static final HealthProbe HEALTH = health(Section.empty(TunnelCatalogue.HEALTH));
    static final Ejection EJECTION = ejection(Section.empty(TunnelCatalogue.EJECTION));
    static final Fault FAULT = fault(Section.empty(TunnelCatalogue.FAULT));

    /** What {@code tls} says about clients. */
    private static final List<String> OF_CLIENTS = List.of("min_version", "certificate", "key");

    private final YamlReader reader;

    PolicyReader(YamlReader reader) {
        this.reader = reader;
    }

    /**
     * Reads a policy.
     *
     * @param of the tunnel's policy when this is that of some of its paths
     */
    TrafficPolicy read(Section keys, @Nullable TrafficPolicy of) {
        return new TrafficPolicy(
                HeaderKeys.read(reader, keys.node("headers"), keys.at("headers")),
                keys.parsed("host", HostHeader::parse),
                keys.constant("preset", DevServer.class, DevServer::id),
                cors(keys, of != null),
                AccessKeys.read(reader, keys, of == null ? null : of.access()),
                rateLimit(keys),
                isAbsent(keys, "limits") ? null : limits(keys.section("limits")),
                isAbsent(keys, "timeouts") ? null : timeouts(keys.section("timeouts")),
                keys.constant("balance", Balance.class, Balance::id),
                sticky(keys, of != null),
                isAbsent(keys, "health") ? null : health(keys.section("health")),
                isAbsent(keys, "ejection") ? null : ejection(keys.section("ejection")),
                keys.integer("retries"),
                keys.duration("slow_start"),
                keys.duration("hold"),
                tls(keys.section("tls"), of != null),
                isAbsent(keys, "fault") ? null : fault(keys.section("fault")));
    }

    private static boolean isAbsent(Section keys, String name) {
        return YamlReader.isAbsent(keys.node(name));
    }

    /** Whether {@code true} or {@code false} stands where a mapping may; false is refused where it would not hold. */
    private static @Nullable Boolean onOrOff(Section keys, String name, boolean ofPath) {
        if (!(keys.node(name) instanceof ScalarNode) || isAbsent(keys, name)) {
            return null;
        }
        Boolean on = keys.bool(name);
        if (on != null && !on && ofPath) {
            keys.problem(name, "a path cannot switch off what its tunnel has on; leave it out.");
        }
        return on != null && on;
    }

    private static @Nullable Cors cors(Section of, boolean ofPath) {
        Boolean on = onOrOff(of, "cors", ofPath);
        if (on != null || isAbsent(of, "cors")) {
            return on != null && on ? Cors.ANY : null;
        }
        Section keys = of.section("cors");
        List<String> origins = keys.has("origins") ? keys.texts("origins") : Cors.ANY.origins();
        boolean credentials = keys.boolOrDefault("credentials");
        if (credentials && origins.contains("*")) {
            keys.problem(
                    "credentials", "needs \"origins\" by their names: with \"*\", every page could act as its user.");
        }
        if (keys.has("origins")
                && keys.items("origins", (item, _) -> item).isEmpty()) {
            keys.problem("origins", "names none; leave \"cors\" out, or name one.");
        }
        return new Cors(
                origins,
                keys.texts("methods"),
                keys.texts("headers"),
                keys.texts("exposed"),
                credentials,
                keys.durationOrDefault("max_age"));
    }

    private static @Nullable StickyCookie sticky(Section of, boolean ofPath) {
        Boolean on = onOrOff(of, "sticky", ofPath);
        if (on != null || isAbsent(of, "sticky")) {
            return on != null && on ? StickyCookie.DEFAULT : null;
        }
        return new StickyCookie(of.section("sticky").textOrDefault("cookie"));
    }

    private static HealthProbe health(Section keys) {
        Pattern range = Objects.requireNonNull(keys.textType("status").pattern());
        Matcher statuses = range.matcher(keys.textOrDefault("status"));
        int min = statuses.matches() ? Integer.parseInt(statuses.group(1)) : 0;
        int max = statuses.matches() && statuses.group(2) != null ? Integer.parseInt(statuses.group(2)) : min;
        if (min == 0 || max < min) {
            keys.problem("status", "must be a status such as 200, or a range of them such as 200-399.");
        }
        return new HealthProbe(
                keys.textOrDefault("path"),
                keys.durationOrDefault("interval"),
                keys.durationOrDefault("timeout"),
                min,
                max,
                keys.integerOrDefault("unhealthy_after"),
                keys.integerOrDefault("healthy_after"));
    }

    private static Ejection ejection(Section keys) {
        return new Ejection(keys.integerOrDefault("failures"), keys.durationOrDefault("duration"));
    }

    private static Timeouts timeouts(Section keys) {
        return new Timeouts(keys.duration("connect"), keys.duration("first_byte"), keys.duration("idle"));
    }

    private static Limits limits(Section keys) {
        return new Limits(keys.size("body"), keys.integer("requests"), keys.integer("per_backend"));
    }

    private @Nullable RateLimit rateLimit(Section of) {
        if (isAbsent(of, "rate_limit")) {
            return null;
        }
        if (!(of.node("rate_limit") instanceof MappingNode)) {
            return shortRate(of);
        }
        Section keys = of.section("rate_limit");
        Integer requests = keys.integer("requests");
        keys.hasNeeded("needs \"requests\", and may have \"per\", \"burst\" and \"by\".");
        int allowed = requests == null ? 1 : requests;
        Integer burst = keys.integer("burst");
        RateLimit.Key by = keys.constant("by", RateLimit.Key.class, PolicyWriter::wordOf);
        return new RateLimit(
                allowed,
                keys.durationOrDefault("per"),
                burst == null ? allowed : burst,
                by == null ? RateLimit.Key.CLIENT : by);
    }

    private @Nullable RateLimit shortRate(Section of) {
        String text = reader.text(of.node("rate_limit"), of.at("rate_limit"));
        if (text == null) {
            return null;
        }
        Matcher rate = Objects.requireNonNull(TunnelCatalogue.RATE.pattern()).matcher(text);
        int requests = rate.matches() ? Integer.parseInt(rate.group(1)) : 0;
        if (requests < 1 || requests > TunnelCatalogue.MILLION) {
            of.problem(
                    "rate_limit",
                    "\"" + text + "\" is not allowed; a rate such as 100/s, 6000/m or 1000/h is, up to "
                            + TunnelCatalogue.MILLION + ", or requests, per, burst and by.");
            return null;
        }
        Duration period = switch (rate.group(2)) {
            case "s" -> Duration.ofSeconds(1);
            case "m" -> Duration.ofMinutes(1);
            default -> Duration.ofHours(1);
        };
        return new RateLimit(requests, period, requests, RateLimit.Key.CLIENT);
    }

    /** The part about backends; the rest, about clients, is the tunnel's own. */
    private static @Nullable UpstreamTls tls(Section keys, boolean ofPath) {
        for (String key : ofPath ? OF_CLIENTS : List.<String>of()) {
            if (keys.has(key)) {
                keys.problem(key, "belongs to the tunnel: TLS begins before a path is known.");
            }
        }
        if (!keys.has("upstream_verify") && !keys.has("upstream_ca") && !keys.has("upstream_server_name")) {
            return null;
        }
        boolean verifies = keys.boolOrDefault("upstream_verify");
        Path ca = keys.file("upstream_ca");
        if (ca != null && !verifies) {
            keys.problem("upstream_ca", "has no meaning with \"upstream_verify: false\".");
        }
        return new UpstreamTls(verifies, ca, keys.text("upstream_server_name"));
    }

    /** Trouble on purpose. */
    static Fault fault(Section keys) {
        return new Fault(
                keys.durationOrDefault("delay"),
                keys.durationOrDefault("jitter"),
                keys.size("bandwidth"),
                keys.shareOrDefault("error_rate"),
                keys.integerOrDefault("error_status"),
                keys.shareOrDefault("reset_rate"));
    }
}
