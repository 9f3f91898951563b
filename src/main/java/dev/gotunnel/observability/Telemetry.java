package dev.gotunnel.observability;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The owner of tracing and metrics: every part gets it from here and nobody else knows an SDK. Without an exporter it is
 * {@link #off()} and costs nothing. Any thread.
 */
public final class Telemetry implements AutoCloseable {
    private static final String SCOPE = "gotunnel";

    /** Null while telemetry is off: OpenTelemetry's own "nothing" would be looked for in every jar first. */
    private final @Nullable OpenTelemetry api;

    private final @Nullable Tracer tracer;
    private final Metrics metrics;

    /**
     * Telemetry on an SDK.
     *
     * @param api closed by {@link #shutdown()} when it can be closed
     */
    public Telemetry(OpenTelemetry api) {
        this(api, api.getTracer(SCOPE), Metrics.of(api.getMeter(SCOPE)));
    }

    private Telemetry(@Nullable OpenTelemetry api, @Nullable Tracer tracer, Metrics metrics) {
        this.api = api;
        this.tracer = tracer;
        this.metrics = metrics;
    }

    /** Records nothing. */
    public static Telemetry off() {
        return new Telemetry(null, null, Metrics.none());
    }

    /** Metrics on an SDK, without any span: what there is while no exporter of traces is configured. */
    public static Telemetry metricsOnly(OpenTelemetry api) {
        return new Telemetry(api, null, Metrics.of(api.getMeter(SCOPE)));
    }

    /** Whether spans are recorded at all, so that hot paths can skip to build them. */
    public boolean isTracing() {
        return tracer != null;
    }

    /** The instruments. */
    public Metrics metrics() {
        return metrics;
    }

    /** Begins a span below the current one. The caller ends it. */
    public Span startSpan(String name) {
        return tracer == null ? Span.getInvalid() : tracer.spanBuilder(name).startSpan();
    }

    /** Begins a span of a server, below a remote parent or none. The caller ends it. */
    public Span startServerSpan(String name, Context parent) {
        if (tracer == null) {
            return Span.getInvalid();
        }
        SpanBuilder builder = tracer.spanBuilder(name).setSpanKind(SpanKind.SERVER);
        return builder.setParent(parent).startSpan();
    }

    /** Does something within a span of that name, which records how it failed if it does. */
    public <T> T inSpan(String name, Supplier<T> work) {
        if (tracer == null) {
            return work.get();
        }
        Span span = startSpan(name);
        try (Scope _ = span.makeCurrent()) {
            return work.get();
        } catch (RuntimeException e) {
            span.recordException(e);
            span.setStatus(StatusCode.ERROR);
            throw e;
        } finally {
            span.end();
        }
    }

    /** As {@link #inSpan(String, Supplier)} for work without a result. */
    public void inSpan(String name, Runnable work) {
        inSpan(name, () -> {
            work.run();
            return true;
        });
    }

    /** Sends what is left and ends. */
    public void shutdown() {
        if (api instanceof AutoCloseable sdk) {
            try {
                sdk.close();
            } catch (Exception e) {
                throw new IllegalStateException("telemetry did not close", e);
            }
        }
    }

    @Override
    public void close() {
        shutdown();
    }
}
