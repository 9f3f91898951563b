package dev.gotunnel.proxy;

import dev.gotunnel.observability.Telemetry;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is kept of an exchange after it has ended: its span, its place in the metrics, its line in the log. */
final class ExchangeRecord {
    private static final Logger LOG = LoggerFactory.getLogger(ExchangeRecord.class);
    private static final AttributeKey<String> REASON = AttributeKey.stringKey("reason");
    private static final int SERVER_ERROR = 500;

    private final Telemetry telemetry;
    private final HttpRequest request;
    private final String requestId;
    private final long startedNanos = System.nanoTime();
    private @Nullable Span span;
    private int status;

    ExchangeRecord(Telemetry telemetry, HttpRequest request) {
        this.telemetry = telemetry;
        this.request = request;
        this.requestId = ForwardingHeaders.requestId(request.headers());
    }

    /** The client's own id of the request, or one made here. */
    String requestId() {
        return requestId;
    }

    /** The request goes to a tunnel. */
    void beginSpan(String name, String scheme) {
        if (telemetry.isTracing()) {
            Span begun = telemetry.startServerSpan("http.proxy", Context.root());
            if (!begun.isRecording()) {
                // Not sampled, as most are not: nobody would see its attributes.
                return;
            }
            span = begun.setAttribute("http.request.method", request.method().name())
                    .setAttribute("url.path", HttpUtil.isOriginForm(request.uri()) ? pathOf(request.uri()) : "")
                    .setAttribute("url.scheme", scheme)
                    .setAttribute("server.address", name)
                    .setAttribute("gotunnel.request_id", requestId);
        }
    }

    private static String pathOf(String uri) {
        int query = uri.indexOf('?');
        return query < 0 ? uri : uri.substring(0, query);
    }

    /** The response's status is known. */
    void status(int code) {
        status = code;
    }

    /** Another attempt is made after one that failed. */
    void retried(String reason) {
        if (span != null) {
            span.addEvent("retry", Attributes.of(REASON, reason));
        }
        LOG.debug("{} {} is sent again: {}", requestId, request.method(), reason);
    }

    /** No backend is up: it waits for one. */
    void held() {
        if (span != null) {
            span.addEvent("hold");
        }
        LOG.debug("{} {} waits for its backend to come up", requestId, request.method());
    }

    void brokeOff(String reason) {
        LOG.debug("{} {} broke off: {}", requestId, request.method(), reason);
    }

    /**
     * Everything is known.
     *
     * @param tunnel the tunnel's id; {@code none} for a request that belongs to no tunnel
     */
    void end(String tunnel) {
        long nanos = System.nanoTime() - startedNanos;
        telemetry.metrics().request(tunnel, status, nanos);
        if (span != null) {
            span.setAttribute("http.response.status_code", status);
            if (status >= SERVER_ERROR) {
                span.setStatus(StatusCode.ERROR);
            }
            span.end();
        }
        if (LOG.isDebugEnabled()) {
            LOG.debug("{} {} {} {} in {} ms", requestId, tunnel, request.method(), status, nanos / 1_000_000);
        }
    }
}
