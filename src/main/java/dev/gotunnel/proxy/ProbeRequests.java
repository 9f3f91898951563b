package dev.gotunnel.proxy;

import dev.gotunnel.policy.HealthProbe;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Asks one backend now and then whether it is well, each time on a connection of its own. On one event loop. */
final class ProbeRequests {
    private final EngineContext engine;
    private final ActiveRoute route;
    private final Upstream upstream;
    private final HealthProbe probe;
    private final EventLoop loop;
    private boolean underWay;

    ProbeRequests(EngineContext engine, ActiveRoute route, Upstream upstream, HealthProbe probe, EventLoop loop) {
        this.engine = engine;
        this.route = route;
        this.upstream = upstream;
        this.probe = probe;
        this.loop = loop;
    }

    /** Sends one unless the last one has not ended yet. */
    void send() {
        if (!underWay && !upstream.isClosed()) {
            underWay = true;
            One one = new One();
            engine.connector().connect(upstream, loop, false, one);
        }
    }

    private final class One implements UpstreamConnector.Listener, UpstreamStream.Listener {
        private final Future<?> timeout = loop.schedule(
                () -> failed("no answer to " + probe.path() + " within "
                        + probe.timeout().toMillis() + " ms"),
                probe.timeout().toMillis(),
                TimeUnit.MILLISECONDS);
        private @Nullable UpstreamConnection connection;
        private boolean over;

        @Override
        public void connected(UpstreamConnection opened) {
            connection = opened;
            if (over) {
                opened.close();
                return;
            }
            UpstreamStream stream = switch (opened) {
                case Http1UpstreamConnection http1 -> http1;
                case Http2UpstreamConnection http2 -> http2.open();
            };
            HttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, probe.path());
            request.headers()
                    .set(HttpHeaderNames.HOST, upstream.endpoint().authority())
                    .set(HttpHeaderNames.USER_AGENT, "gotunnel-health");
            stream.attach(this);
            stream.write(request);
            stream.write(LastHttpContent.EMPTY_LAST_CONTENT);
            stream.flush();
        }

        @Override
        public void connectFailed(Throwable cause) {
            if (ends()) {
                engine.backendUnreachable(route, upstream, cause);
            }
        }

        @Override
        public void responseHead(HttpResponse head) {
            int status = head.status().code();
            if (status < probe.minStatus() || status > probe.maxStatus()) {
                failed(probe.path() + " is answered with " + status);
            } else if (ends() && upstream.health().probeSucceeded(probe)) {
                engine.backendIsUp(route);
            }
        }

        private void failed(String reason) {
            if (ends() && upstream.health().probeFailed(probe, reason)) {
                engine.healthChanged(route);
            }
        }

        /** Whether it ends by this, rather than having ended before. */
        private boolean ends() {
            if (over) {
                return false;
            }
            over = true;
            underWay = false;
            timeout.cancel(false);
            if (connection != null) {
                connection.close();
            }
            return true;
        }

        @Override
        public void upstreamClosed(UpstreamStream closed) {
            failed("it closes the connection when asked for " + probe.path());
        }

        @Override
        public void upstreamRefused(@Nullable ArrayDeque<HttpContent> sent) {
            if (sent != null) {
                sent.forEach(ReferenceCountUtil::release);
            }
            failed("it refuses requests");
        }

        @Override
        public void upstreamReset(long code) {
            failed("it resets the stream when asked for " + probe.path());
        }

        @Override
        public void upstreamFailed(String reason) {
            failed(reason);
        }

        @Override
        public void responseBody(HttpContent content) {
            ReferenceCountUtil.release(content);
        }

        @Override
        public void upgrade(WebSocketEnd backend) {
            backend.close();
        }

        @Override
        public boolean acceptsTrailers() {
            return false;
        }

        @Override
        public boolean wantsUpgrade() {
            return false;
        }

        @Override
        public boolean isRequestComplete() {
            return true;
        }

        @Override
        public boolean isClientWritable() {
            return true;
        }

        @Override
        public void flushToClient() {}

        @Override
        public void upstreamWritable() {}

        @Override
        public void interimResponse(HttpResponse head) {}

        @Override
        public void responseComplete() {}

        @Override
        public void switchingProtocols(HttpResponse head) {}
    }
}
