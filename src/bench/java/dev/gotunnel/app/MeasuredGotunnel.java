package dev.gotunnel.app;

import dev.gotunnel.observability.LoggingProvider;
import dev.gotunnel.observability.Telemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Duration;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * The program with OpenTelemetry's SDK, for the benchmark alone: everything is recorded, aggregated and collected as it
 * would be with an exporter, which throws it away. With {@code GOTUNNEL_BENCH_SAMPLE}, a share such as {@code 0.01}, there
 * are traces as well.
 */
public final class MeasuredGotunnel {
    private static final Duration INTERVAL = Duration.ofSeconds(5);

    private MeasuredGotunnel() {}

    /** As {@link Gotunnel#main}. */
    public static void main(String[] args) {
        LoggingProvider.install();
        String share = System.getenv("GOTUNNEL_BENCH_SAMPLE");
        Gotunnel.run(args, () -> telemetry(share));
    }

    private static Telemetry telemetry(@Nullable String share) {
        SdkMeterProvider meters = SdkMeterProvider.builder()
                .registerMetricReader(PeriodicMetricReader.builder(new Nowhere())
                        .setInterval(INTERVAL)
                        .build())
                .build();
        if (share == null) {
            return Telemetry.metricsOnly(
                    OpenTelemetrySdk.builder().setMeterProvider(meters).build());
        }
        return new Telemetry(OpenTelemetrySdk.builder()
                .setMeterProvider(meters)
                .setTracerProvider(SdkTracerProvider.builder()
                        .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(Double.parseDouble(share))))
                        .addSpanProcessor(BatchSpanProcessor.builder(SpanExporter.composite())
                                .build())
                        .build())
                .build());
    }

    /** Where metrics go. */
    private static final class Nowhere implements MetricExporter {
        @Override
        public AggregationTemporality getAggregationTemporality(InstrumentType type) {
            return AggregationTemporality.CUMULATIVE;
        }

        @Override
        public CompletableResultCode export(Collection<MetricData> collected) {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode flush() {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode shutdown() {
            return CompletableResultCode.ofSuccess();
        }
    }
}
