package dev.gotunnel.config;

import dev.gotunnel.policy.Access;
import dev.gotunnel.policy.Amounts;
import dev.gotunnel.policy.Cors;
import dev.gotunnel.policy.Ejection;
import dev.gotunnel.policy.Fault;
import dev.gotunnel.policy.HealthProbe;
import dev.gotunnel.policy.Limits;
import dev.gotunnel.policy.RateLimit;
import dev.gotunnel.policy.StickyCookie;
import dev.gotunnel.policy.Timeouts;
import dev.gotunnel.policy.TrafficPolicy;
import dev.gotunnel.policy.UpstreamTls;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Writes a policy as {@link PolicyReader} reads it: what was said, and nothing that is the default. */
final class PolicyWriter {
    private PolicyWriter() {}

    /**
     * The keys of a policy.
     *
     * @param of the tunnel's policy when this is that of some of its paths
     */
    static Map<String, Object> written(TrafficPolicy policy, @Nullable TrafficPolicy of) {
        Map<String, Object> keys = new LinkedHashMap<>();
        put(keys, "balance", word(policy.balance()));
        StickyCookie sticky = policy.sticky();
        if (sticky != null) {
            keys.put("sticky", sticky.equals(StickyCookie.DEFAULT) ? true : Map.of("cookie", sticky.name()));
        }
        put(keys, "health", policy.health() == null ? null : health(policy.health()));
        put(keys, "ejection", policy.ejection() == null ? null : ejection(policy.ejection()));
        put(keys, "retries", policy.retries());
        put(keys, "slow_start", amount(policy.slowStart()));
        put(keys, "hold", amount(policy.hold()));
        put(keys, "timeouts", policy.timeouts() == null ? null : timeouts(policy.timeouts()));
        put(keys, "limits", policy.limits() == null ? null : limits(policy.limits()));
        put(keys, "rate_limit", policy.rateLimit() == null ? null : rateLimit(policy.rateLimit()));
        put(keys, "host", policy.host() == null ? null : policy.host().text());
        put(keys, "preset", word(policy.preset()));
        put(keys, "cors", policy.cors() == null ? null : cors(policy.cors()));
        Access access = policy.access();
        if (access != null) {
            keys.putAll(AccessKeys.written(access, of == null ? null : of.access()));
        }
        put(keys, "headers", policy.headers() == null ? null : HeaderKeys.written(policy.headers()));
        put(keys, "tls", policy.tls() == null ? null : tls(policy.tls()));
        put(keys, "fault", policy.fault() == null ? null : fault(policy.fault()));
        return keys;
    }

    private static void put(Map<String, Object> keys, String key, @Nullable Object value) {
        if (value != null) {
            keys.put(key, value);
        }
    }

    private static void putUnless(Object usual, Map<String, Object> keys, String key, Object value) {
        if (!Objects.equals(usual, value)) {
            keys.put(key, value);
        }
    }

    private static @Nullable String word(@Nullable Enum<?> constant) {
        return constant == null ? null : wordOf(constant);
    }

    /** A constant's word in the configuration. */
    static String wordOf(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static @Nullable Object amount(@Nullable Duration duration) {
        return duration == null ? null : time(duration);
    }

    private static Object time(Duration duration) {
        return duration.isZero() ? (Object) 0 : Amounts.text(duration);
    }

    private static @Nullable Object size(@Nullable Long bytes) {
        return bytes == null ? null : Amounts.text(bytes);
    }

    private static Map<String, Object> health(HealthProbe health) {
        HealthProbe usual = PolicyReader.HEALTH;
        Map<String, Object> keys = new LinkedHashMap<>();
        keys.put("path", health.path());
        putUnless(time(usual.interval()), keys, "interval", time(health.interval()));
        putUnless(time(usual.timeout()), keys, "timeout", time(health.timeout()));
        putUnless(
                usual.minStatus() + "-" + usual.maxStatus(),
                keys,
                "status",
                health.minStatus() == health.maxStatus()
                        ? (Object) health.minStatus()
                        : health.minStatus() + "-" + health.maxStatus());
        putUnless(usual.unhealthyAfter(), keys, "unhealthy_after", health.unhealthyAfter());
        putUnless(usual.healthyAfter(), keys, "healthy_after", health.healthyAfter());
        return keys;
    }

    private static Map<String, Object> ejection(Ejection ejection) {
        Map<String, Object> keys = new LinkedHashMap<>();
        keys.put("failures", ejection.failures());
        keys.put("duration", time(ejection.duration()));
        return keys;
    }

    private static Map<String, Object> timeouts(Timeouts timeouts) {
        Map<String, Object> keys = new LinkedHashMap<>();
        put(keys, "connect", amount(timeouts.connect()));
        put(keys, "first_byte", amount(timeouts.firstByte()));
        put(keys, "idle", amount(timeouts.idle()));
        return keys;
    }

    private static Map<String, Object> limits(Limits limits) {
        Map<String, Object> keys = new LinkedHashMap<>();
        put(keys, "body", size(limits.body()));
        put(keys, "requests", limits.requests());
        put(keys, "per_backend", limits.perBackend());
        return keys;
    }

    private static Object rateLimit(RateLimit limit) {
        String unit = Amounts.text(limit.period());
        boolean plain = limit.burst() == limit.requests() && limit.key() == RateLimit.Key.CLIENT;
        if (plain && List.of("1s", "1m", "1h").contains(unit)) {
            return limit.requests() + "/" + unit.substring(1);
        }
        Map<String, Object> keys = new LinkedHashMap<>();
        keys.put("requests", limit.requests());
        keys.put("per", unit);
        putUnless(limit.requests(), keys, "burst", limit.burst());
        putUnless(RateLimit.Key.CLIENT, keys, "by", limit.key());
        keys.computeIfPresent("by", (_, _) -> limit.key().name().toLowerCase(Locale.ROOT));
        return keys;
    }

    private static Object cors(Cors cors) {
        if (cors.equals(Cors.ANY)) {
            return true;
        }
        Map<String, Object> keys = new LinkedHashMap<>();
        putUnless(Cors.ANY.origins(), keys, "origins", cors.origins());
        putUnless(List.of(), keys, "methods", cors.methods());
        putUnless(List.of(), keys, "headers", cors.headers());
        putUnless(List.of(), keys, "exposed", cors.exposed());
        putUnless(false, keys, "credentials", cors.credentials());
        putUnless(time(Cors.ANY.maxAge()), keys, "max_age", time(cors.maxAge()));
        return keys;
    }

    private static Map<String, Object> tls(UpstreamTls tls) {
        Map<String, Object> keys = new LinkedHashMap<>();
        if (!tls.verify() || (tls.caFile() == null && tls.serverName() == null)) {
            keys.put("upstream_verify", tls.verify());
        }
        put(keys, "upstream_ca", tls.caFile() == null ? null : tls.caFile().toString());
        put(keys, "upstream_server_name", tls.serverName());
        return keys;
    }

    static Map<String, Object> fault(Fault fault) {
        Fault usual = PolicyReader.FAULT;
        Map<String, Object> keys = new LinkedHashMap<>();
        putUnless(time(usual.delay()), keys, "delay", time(fault.delay()));
        putUnless(time(usual.jitter()), keys, "jitter", time(fault.jitter()));
        put(keys, "bandwidth", size(fault.bandwidth()));
        putUnless(usual.errorRate(), keys, "error_rate", fault.errorRate());
        putUnless(usual.errorStatus(), keys, "error_status", fault.errorStatus());
        putUnless(usual.resetRate(), keys, "reset_rate", fault.resetRate());
        return keys;
    }
}
