package dev.gotunnel.proxy;

import dev.gotunnel.policy.Access;
import dev.gotunnel.policy.Cors;
import dev.gotunnel.policy.Limits;
import dev.gotunnel.policy.Network;
import dev.gotunnel.policy.RateLimit;
import dev.gotunnel.policy.TrafficPolicy;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Who may pass to some paths, and how much: networks first, then the rate, the number of requests under way, the
 * password, the size of the body. A browser's question whether it may ask (CORS) is answered before all of these. There is
 * none where a policy says nothing of it. Any thread.
 */
final class Gate {
    private final String tunnel;
    private final Rules rules;
    private final @Nullable CorsRules cors;
    private final List<Network> allowed;
    private final List<Network> denied;
    private final @Nullable RateBuckets rate;
    private final @Nullable BasicAuth auth;
    private final int maxUnderWay;
    private final long maxBody;
    private final AtomicInteger underWay = new AtomicInteger();

    /** What a policy says of who may pass. */
    private record Rules(
            @Nullable Access access,
            @Nullable RateLimit rate,
            @Nullable Limits limits,
            @Nullable Cors cors) {}

    private Gate(String tunnel, TrafficPolicy policy, Rules rules) {
        Access access = policy.access();
        this.tunnel = tunnel;
        this.rules = rules;
        this.cors = policy.cors() == null ? null : new CorsRules(policy.cors());
        this.allowed = access == null ? List.of() : access.allow();
        this.denied = access == null ? List.of() : access.deny();
        this.rate = policy.rateLimit() == null ? null : new RateBuckets(policy.rateLimit(), System::nanoTime);
        this.auth = access == null || access.users().isEmpty() ? null : new BasicAuth(access.users(), tunnel);
        this.maxUnderWay = policy.limits() == null || policy.limits().requests() == null
                ? Integer.MAX_VALUE
                : policy.limits().requests();
        this.maxBody = policy.limits() == null || policy.limits().body() == null
                ? Long.MAX_VALUE
                : policy.limits().body();
    }

    /**
     * The gate that a policy asks for; null when it lets everybody pass.
     *
     * @param before the gate that it takes the place of: it stays, with all that it has counted, where the policy says the
     *     same of who may pass
     */
    static @Nullable Gate of(String tunnel, TrafficPolicy policy, @Nullable Gate before) {
        if (!policy.concernsAccess()) {
            return null;
        }
        Rules rules = new Rules(policy.access(), policy.rateLimit(), policy.limits(), policy.cors());
        return before != null && before.rules.equals(rules) && before.tunnel.equals(tunnel)
                ? before
                : new Gate(tunnel, policy, rules);
    }

    /** What answers a preflight; null when the request is none, or CORS is the backend's. */
    @Nullable
    ErrorPage preflight(HttpRequest request) {
        return cors != null && CorsRules.isPreflight(request) ? cors.preflight(request) : null;
    }

    /**
     * Why a request may not pass; null when it may, but for the password.
     *
     * @param client the client's address
     */
    @Nullable
    ErrorPage refusal(HttpRequest request, String client) {
        if (!isFromAllowedNetwork(client)) {
            return ErrorPage.forbidden(tunnel);
        }
        if (rate != null) {
            long seconds = rate.take(client);
            if (seconds > 0) {
                return ErrorPage.tooMany(tunnel, seconds);
            }
        }
        if (HttpUtil.getContentLength(request, 0L) > maxBody) {
            return ErrorPage.tooLarge(maxBody);
        }
        return null;
    }

    private boolean isFromAllowedNetwork(String client) {
        if (allowed.isEmpty() && denied.isEmpty()) {
            return true;
        }
        InetAddress address;
        try {
            address = InetAddress.ofLiteral(client);
        } catch (IllegalArgumentException e) {
            return false;
        }
        return denied.stream().noneMatch(network -> network.contains(address))
                && (allowed.isEmpty() || allowed.stream().anyMatch(network -> network.contains(address)));
    }

    /** Whether a request may be under way beside the others; {@link #leave} ends it. */
    boolean enter() {
        if (underWay.incrementAndGet() > maxUnderWay) {
            underWay.decrementAndGet();
            return false;
        }
        return true;
    }

    void leave() {
        underWay.decrementAndGet();
    }

    /** Who knows the passwords; null when none is asked for. */
    @Nullable
    BasicAuth auth() {
        return auth;
    }

    /** The largest body in bytes. */
    long maxBody() {
        return maxBody;
    }

    /** Lets a page of another origin read an answer, or not. */
    void toClient(@Nullable String origin, HttpHeaders response) {
        if (cors != null) {
            cors.toClient(origin, response);
        }
    }
}
