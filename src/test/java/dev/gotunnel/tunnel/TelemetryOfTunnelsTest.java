package dev.gotunnel.tunnel;

import static dev.gotunnel.tunnel.ManagerFixture.spec;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.observability.Telemetry;
import dev.gotunnel.testing.Await;
import dev.gotunnel.testing.Failures;
import dev.gotunnel.testing.TestBackend;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The names that dashboards rely on. */
class TelemetryOfTunnelsTest {
    private final InMemorySpanExporter spans = InMemorySpanExporter.create();
    private final InMemoryMetricReader metrics = InMemoryMetricReader.create();
    private final Telemetry telemetry = new Telemetry(OpenTelemetrySdk.builder()
            .setTracerProvider(SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(spans))
                    .build())
            .setMeterProvider(
                    SdkMeterProvider.builder().registerMetricReader(metrics).build())
            .build());
    private TestBackend backend;
    private ManagerFixture fixture;

    @BeforeEach
    void open() {
        backend = TestBackend.saying("hello");
        fixture = new ManagerFixture(new PortPlan(0, 0, false), telemetry);
    }

    @AfterEach
    void close() {
        fixture.close();
        backend.close();
        telemetry.close();
    }

    private SpanData span(String name) {
        List<SpanData> found = spans.getFinishedSpanItems().stream()
                .filter(s -> s.getName().equals(name))
                .toList();
        assertEquals(1, found.size(), () -> name + " in " + spans.getFinishedSpanItems());
        return found.getFirst();
    }

    private Map<String, MetricData> metrics() {
        Map<String, MetricData> found = new TreeMap<>();
        metrics.collectAllMetrics().forEach(metric -> found.put(metric.getName(), metric));
        return found;
    }

    private static long sum(MetricData metric) {
        return metric.getLongSumData().getPoints().stream()
                .mapToLong(LongPointData::getValue)
                .sum();
    }

    @Test
    void aStartIsASpanWithTheCertificateBelowIt() {
        fixture.manager.start(spec("session/shop", backend.port()));
        SpanData lifecycle = span("tunnel.lifecycle");
        SpanData start = span("tunnel.start");
        SpanData certificates = span("cert.operations");
        assertEquals(lifecycle.getSpanId(), start.getParentSpanId());
        assertEquals(start.getSpanId(), certificates.getParentSpanId());
        assertEquals(certificates.getSpanId(), span("cert.generate").getParentSpanId());
        assertEquals("gotunnel", start.getInstrumentationScopeInfo().getName());
    }

    @Test
    void aStopIsASpan() {
        fixture.manager.start(spec("session/shop", backend.port()));
        spans.reset();
        fixture.manager.stop(new TunnelId("session", "shop"));
        assertEquals(span("tunnel.lifecycle").getSpanId(), span("tunnel.stop").getParentSpanId());
    }

    @Test
    void aFailedStartIsMarkedOnItsSpans() {
        fixture.certificates.failWith(new GotunnelException(ErrorCode.CERTIFICATE, "No.", null));
        Failures.of(ErrorCode.CERTIFICATE, () -> fixture.manager.start(spec("session/shop", backend.port())));
        for (String name : List.of("tunnel.lifecycle", "tunnel.start", "cert.generate")) {
            assertEquals(StatusCode.ERROR, span(name).getStatus().getStatusCode(), name);
        }
        MetricData errors = metrics().get("errors.total");
        LongPointData point = errors.getLongSumData().getPoints().iterator().next();
        assertEquals("certificate", point.getAttributes().get(AttributeKey.stringKey("type")));
        assertEquals("tunnel", point.getAttributes().get(AttributeKey.stringKey("component")));
    }

    @Test
    void aRequestIsASpanAndIsCounted() throws Exception {
        fixture.manager.start(spec("session/shop", backend.port()));
        assertEquals("hello", fixture.get("shop.localhost"));
        Await.until("the request is counted", () -> metrics().containsKey("requests.total"));
        span("http.proxy");
        LongPointData requests = metrics()
                .get("requests.total")
                .getLongSumData()
                .getPoints()
                .iterator()
                .next();
        assertEquals(1, requests.getValue());
        assertEquals("session/shop", requests.getAttributes().get(AttributeKey.stringKey("tunnel")));
        assertEquals(200, requests.getAttributes().get(AttributeKey.longKey("http.response.status_code")));
        MetricData duration = metrics().get("requests.duration");
        assertEquals(MetricDataType.HISTOGRAM, duration.getType());
        assertEquals("s", duration.getUnit());
    }

    @Test
    void tunnelsAreCounted() {
        fixture.manager.start(spec("session/a", backend.port()));
        fixture.manager.start(spec("session/b", backend.port()));
        fixture.manager.stop(new TunnelId("session", "a"));
        Map<String, MetricData> now = metrics();
        assertEquals(1, sum(now.get("tunnels.active")));
        assertEquals(2, sum(now.get("tunnels.total")));
        assertTrue(now.get("tunnels.total").getLongSumData().isMonotonic());
        assertEquals(
                1,
                now.get("tunnel.duration")
                        .getHistogramData()
                        .getPoints()
                        .iterator()
                        .next()
                        .getCount());
        assertEquals("s", now.get("tunnel.duration").getUnit());
        fixture.manager.close();
        assertEquals(0, sum(metrics().get("tunnels.active")));
    }

    @Test
    void aCertificatesLifeIsGivenInDays() {
        fixture.manager.start(spec("session/shop", backend.port()));
        MetricData expiry = metrics().get("certificates.expiry");
        LongPointData point = expiry.getLongGaugeData().getPoints().iterator().next();
        assertEquals(89, point.getValue());
        assertEquals("shop.local", point.getAttributes().get(AttributeKey.stringKey("domain")));
        assertEquals("d", expiry.getUnit());
    }

    @Test
    void connectionsAreCountedUpAndDown() throws Exception {
        fixture.manager.start(spec("session/shop", backend.port()));
        try (var client = fixture.connect("shop.local")) {
            client.get("shop.local", "/").readResponse();
            assertEquals(1, sum(metrics().get("connections.active")));
        }
        Await.until("the connection is gone", () -> sum(metrics().get("connections.active")) == 0);
    }
}
