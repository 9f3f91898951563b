package dev.gotunnel.testing;

import dev.gotunnel.policy.Access;
import dev.gotunnel.policy.Balance;
import dev.gotunnel.policy.Cors;
import dev.gotunnel.policy.DevServer;
import dev.gotunnel.policy.Ejection;
import dev.gotunnel.policy.Fault;
import dev.gotunnel.policy.HeaderRules;
import dev.gotunnel.policy.HealthProbe;
import dev.gotunnel.policy.HostHeader;
import dev.gotunnel.policy.Limits;
import dev.gotunnel.policy.RateLimit;
import dev.gotunnel.policy.StickyCookie;
import dev.gotunnel.policy.Timeouts;
import dev.gotunnel.policy.TrafficPolicy;
import dev.gotunnel.policy.UpstreamTls;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Makes a policy of the few parts that a test is about: set the fields, then {@link #build()}. */
public final class PolicyBuilder {
    public @Nullable HeaderRules headers;
    public @Nullable HostHeader host;
    public @Nullable DevServer preset;
    public @Nullable Cors cors;
    public @Nullable Access access;
    public @Nullable RateLimit rateLimit;
    public @Nullable Limits limits;
    public @Nullable Timeouts timeouts;
    public @Nullable Balance balance;
    public @Nullable StickyCookie sticky;
    public @Nullable HealthProbe health;
    public @Nullable Ejection ejection;
    public @Nullable Integer retries;
    public @Nullable Duration slowStart;
    public @Nullable Duration hold;
    public @Nullable UpstreamTls tls;
    public @Nullable Fault fault;

    /** A policy of what was set. */
    public TrafficPolicy build() {
        return new TrafficPolicy(
                headers, host, preset, cors, access, rateLimit, limits, timeouts, balance, sticky, health, ejection,
                retries, slowStart, hold, tls, fault);
    }
}
