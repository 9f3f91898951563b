package dev.gotunnel.observability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class TelemetryTest {
    private final InMemorySpanExporter spans = InMemorySpanExporter.create();
    private final Telemetry telemetry = new Telemetry(OpenTelemetrySdk.builder()
            .setTracerProvider(SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(spans))
                    .build())
            .build());

    @Test
    void offRecordsNothingAndStillDoesTheWork() {
        Telemetry off = Telemetry.off();
        assertFalse(off.isTracing());
        assertEquals("done", off.inSpan("x", () -> "done"));
        off.metrics().incrementTunnels();
        off.close();
    }

    @Test
    void metricsAloneMakeNoSpans() {
        InMemoryMetricReader recorded = InMemoryMetricReader.create();
        Telemetry metrics = Telemetry.metricsOnly(OpenTelemetrySdk.builder()
                .setTracerProvider(SdkTracerProvider.builder()
                        .addSpanProcessor(SimpleSpanProcessor.create(spans))
                        .build())
                .setMeterProvider(SdkMeterProvider.builder()
                        .registerMetricReader(recorded)
                        .build())
                .build());
        assertFalse(metrics.isTracing());
        metrics.inSpan("work", () -> metrics.metrics().request("session/shop", 200, 1_000));
        metrics.startServerSpan("http.proxy", Context.root()).end();
        assertEquals(0, spans.getFinishedSpanItems().size());
        assertEquals(2, recorded.collectAllMetrics().size());
    }

    @Test
    void workRunsWithinItsSpan() {
        AtomicBoolean ran = new AtomicBoolean();
        telemetry.inSpan("outer", () -> {
            ran.set(Span.current().getSpanContext().isValid());
        });
        assertTrue(ran.get() && telemetry.isTracing());
        assertEquals("outer", spans.getFinishedSpanItems().getFirst().getName());
        assertFalse(Span.current().getSpanContext().isValid());
    }

    @Test
    void aFailureIsRecordedAndGoesOn() {
        RuntimeException failed = new IllegalStateException("x");
        assertSame(
                failed,
                assertThrows(
                        IllegalStateException.class,
                        () -> telemetry.inSpan("work", () -> {
                            throw failed;
                        })));
        assertEquals(
                "exception",
                spans.getFinishedSpanItems().getFirst().getEvents().getFirst().getName());
    }

    @Test
    void aServersSpanHasItsKind() {
        telemetry.startServerSpan("http.proxy", Context.root()).end();
        assertEquals(SpanKind.SERVER, spans.getFinishedSpanItems().getFirst().getKind());
    }

    @Test
    void shutdownEndsTheSdk() {
        telemetry.shutdown();
        telemetry.startSpan("late").end();
        assertEquals(0, spans.getFinishedSpanItems().size());
    }
}
