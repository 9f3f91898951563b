package dev.gotunnel.policy;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How the requests of a tunnel, or of some of its paths, are treated. Whatever is null was not said: a route takes it
 * from its tunnel, a tunnel has the default.
 *
 * @param headers changes of header fields
 * @param host what the backend gets as {@code Host}
 * @param preset a development server whose checks of {@code Host} and {@code Origin} are to be met
 * @param cors which other origins may call; null leaves CORS to the backend
 * @param access who may pass
 * @param rateLimit how many requests may come
 * @param limits bounds of bodies and of requests under way
 * @param timeouts how long a backend is waited for
 * @param balance which backend is chosen
 * @param sticky whether a client stays with its backend
 * @param health how backends are asked whether they are up
 * @param ejection when a backend that fails is left out for a while
 * @param retries how often an idempotent request is tried again before the first byte, 0 to 10
 * @param slowStart how long a backend that came up takes to get its full share
 * @param hold how long requests wait for a backend that is down, as while it restarts
 * @param tls how backends' certificates are checked
 * @param fault trouble on purpose
 */
public record TrafficPolicy(
        @Nullable HeaderRules headers,
        @Nullable HostHeader host,
        @Nullable DevServer preset,
        @Nullable Cors cors,
        @Nullable Access access,
        @Nullable RateLimit rateLimit,
        @Nullable Limits limits,
        @Nullable Timeouts timeouts,
        @Nullable Balance balance,
        @Nullable StickyCookie sticky,
        @Nullable HealthProbe health,
        @Nullable Ejection ejection,
        @Nullable Integer retries,
        @Nullable Duration slowStart,
        @Nullable Duration hold,
        @Nullable UpstreamTls tls,
        @Nullable Fault fault) {
    /** Nothing is said. */
    public static final TrafficPolicy NONE = new TrafficPolicy(
            null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null);

    /** This where it says something, the base where it does not; header rules, time-outs and limits join. */
    public TrafficPolicy over(TrafficPolicy base) {
        return new TrafficPolicy(
                headers == null || base.headers == null ? or(headers, base.headers) : headers.after(base.headers),
                or(host, base.host),
                or(preset, base.preset),
                or(cors, base.cors),
                or(access, base.access),
                or(rateLimit, base.rateLimit),
                limits == null || base.limits == null ? or(limits, base.limits) : limits.over(base.limits),
                timeouts == null || base.timeouts == null ? or(timeouts, base.timeouts) : timeouts.over(base.timeouts),
                or(balance, base.balance),
                or(sticky, base.sticky),
                or(health, base.health),
                or(ejection, base.ejection),
                or(retries, base.retries),
                or(slowStart, base.slowStart),
                or(hold, base.hold),
                or(tls, base.tls),
                or(fault, base.fault));
    }

    /** The same with other trouble; null for none. */
    public TrafficPolicy withFault(@Nullable Fault newFault) {
        return new TrafficPolicy(
                headers, host, preset, cors, access, rateLimit, limits, timeouts, balance, sticky, health, ejection,
                retries, slowStart, hold, tls, newFault);
    }

    /** Whether it says anything of how backends are chosen, reached or waited for. */
    public boolean concernsBackends() {
        return balance != null
                || sticky != null
                || health != null
                || ejection != null
                || retries != null
                || slowStart != null
                || hold != null
                || tls != null
                || (timeouts != null && timeouts.connect() != null)
                || (limits != null && limits.perBackend() != null);
    }

    /** Whether it says anything of who may pass, and how much. */
    public boolean concernsAccess() {
        return cors != null
                || access != null
                || rateLimit != null
                || (limits != null && (limits.body() != null || limits.requests() != null));
    }

    private static <T> @Nullable T or(@Nullable T own, @Nullable T base) {
        return own == null ? base : own;
    }
}
