package dev.gotunnel.observability;

import dev.gotunnel.error.ErrorCode;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.LongUpDownCounter;
import io.opentelemetry.api.metrics.Meter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Every instrument there is, by the names that dashboards rely on. Any thread; nothing here allocates per request. */
public final class Metrics {
    private static final AttributeKey<String> TUNNEL = AttributeKey.stringKey("tunnel");
    private static final AttributeKey<Long> STATUS = AttributeKey.longKey("http.response.status_code");
    private static final AttributeKey<String> TYPE = AttributeKey.stringKey("type");
    private static final AttributeKey<String> DOMAIN = AttributeKey.stringKey("domain");
    private static final AttributeKey<String> COMPONENT = AttributeKey.stringKey("component");
    private static final double NANOS_PER_SECOND = 1e9;
    private static final List<Double> SECONDS =
            List.of(.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1d, 2.5, 5d, 10d);

    private final @Nullable Instruments on;
    private final Map<String, Instant> certificates = new ConcurrentHashMap<>();
    private final Map<String, Map<Integer, Attributes>> requestAttributes = new ConcurrentHashMap<>();

    private Metrics(@Nullable Meter meter) {
        on = meter == null ? null : new Instruments(meter, certificates);
    }

    static Metrics of(Meter meter) {
        return new Metrics(meter);
    }

    /** Records nothing, and does nothing for it. */
    static Metrics none() {
        return new Metrics(null);
    }

    /** A tunnel began to serve. */
    public void incrementTunnels() {
        if (on != null) {
            on.tunnelsActive.add(1);
            on.tunnelsTotal.add(1);
        }
    }

    /** A tunnel ended that had served for a while. */
    public void recordTunnelDuration(Duration served) {
        if (on != null) {
            on.tunnelsActive.add(-1);
            on.tunnelDuration.record(served.toNanos() / NANOS_PER_SECOND);
        }
    }

    /**
     * Something failed.
     *
     * @param component the package it failed in, such as {@code proxy}
     */
    public void recordError(ErrorCode type, String component) {
        if (on != null) {
            on.errorsTotal.add(1, Attributes.of(TYPE, type.id(), COMPONENT, component));
        }
    }

    /** A certificate is in use for a domain from now on. */
    public void certificateInUse(String domain, Instant expires) {
        certificates.put(domain, expires);
    }

    /** No certificate is in use for a domain any more. */
    public void certificateGone(String domain) {
        certificates.remove(domain);
    }

    /** A client's connection opened (1) or closed (-1). */
    public void connection(int change) {
        if (on != null) {
            on.connectionsActive.add(change);
        }
    }

    /**
     * A request was answered.
     *
     * @param tunnel the tunnel's id, or {@code none}
     * @param status the response's status code
     * @param nanos from the request's head to the response's end
     */
    public void request(String tunnel, int status, long nanos) {
        if (on != null) {
            Attributes attributes = requestAttributes(tunnel, status);
            on.requestsTotal.add(1, attributes);
            on.requestsDuration.record(nanos / NANOS_PER_SECOND, attributes);
        }
    }

    /** Asked before it is computed, which would make an object for each request. */
    private Attributes requestAttributes(String tunnel, int status) {
        Map<Integer, Attributes> ofTunnel = requestAttributes.get(tunnel);
        if (ofTunnel == null) {
            ofTunnel = requestAttributes.computeIfAbsent(tunnel, _ -> new ConcurrentHashMap<>());
        }
        Attributes attributes = ofTunnel.get(status);
        return attributes == null
                ? ofTunnel.computeIfAbsent(status, code -> Attributes.of(TUNNEL, tunnel, STATUS, (long) code))
                : attributes;
    }

    private static final class Instruments {
        final LongUpDownCounter tunnelsActive;
        final LongCounter tunnelsTotal;
        final DoubleHistogram tunnelDuration;
        final LongCounter requestsTotal;
        final DoubleHistogram requestsDuration;
        final LongCounter errorsTotal;
        final LongUpDownCounter connectionsActive;

        Instruments(Meter meter, Map<String, Instant> certificates) {
            tunnelsActive = meter.upDownCounterBuilder("tunnels.active")
                    .setDescription("Tunnels that serve now")
                    .build();
            tunnelsTotal = meter.counterBuilder("tunnels.total")
                    .setDescription("Tunnels started since the engine began")
                    .build();
            tunnelDuration = meter.histogramBuilder("tunnel.duration")
                    .setUnit("s")
                    .setDescription("How long a tunnel served")
                    .build();
            requestsTotal = meter.counterBuilder("requests.total")
                    .setDescription("Requests answered")
                    .build();
            requestsDuration = meter.histogramBuilder("requests.duration")
                    .setUnit("s")
                    .setExplicitBucketBoundariesAdvice(SECONDS)
                    .setDescription("From a request's head to its response's end")
                    .build();
            errorsTotal = meter.counterBuilder("errors.total")
                    .setDescription("Failures by type and component")
                    .build();
            connectionsActive = meter.upDownCounterBuilder("connections.active")
                    .setDescription("Connections of clients that are open")
                    .build();
            meter.gaugeBuilder("certificates.expiry")
                    .ofLongs()
                    .setUnit("d")
                    .setDescription("How long a certificate is still valid")
                    .buildWithCallback(gauge -> certificates.forEach((domain, expires) -> gauge.record(
                            Duration.between(Instant.now(), expires).toDays(), Attributes.of(DOMAIN, domain))));
        }
    }
}
