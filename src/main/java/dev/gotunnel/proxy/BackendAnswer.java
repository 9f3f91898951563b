package dev.gotunnel.proxy;

import dev.gotunnel.policy.DevServer;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What a backend makes of one request, on its way to the client: an answer, one that breaks off, a WebSocket, or a failure
 * that another attempt may mend. On the client's event loop.
 */
final class BackendAnswer implements UpstreamStream.Listener {
    private static final String EVENT_STREAM = "text/event-stream";

    private final EngineContext engine;
    private final Exchange exchange;
    private final Passage passage;
    private final RequestBody body;
    private final ClientStream client;
    private final HttpRequest request;

    private @Nullable PacedBody paced;
    private @Nullable HttpResponse switchingHead;
    private boolean read;

    BackendAnswer(
            EngineContext engine,
            Exchange exchange,
            Passage passage,
            RequestBody body,
            ClientStream client,
            HttpRequest request) {
        this.engine = engine;
        this.exchange = exchange;
        this.passage = passage;
        this.body = body;
        this.client = client;
        this.request = request;
    }

    /** Lets it through at so many bytes per second. */
    void pace(long bytesPerSecond) {
        paced = new PacedBody(client, client.eventLoop(), bytesPerSecond, this::paceDrained);
    }

    private void paceDrained() {
        if (read) {
            complete();
        } else {
            exchange.resumeBackend();
        }
    }

    // ---- what the backend wants to know

    @Override
    public boolean acceptsTrailers() {
        return passage.acceptsTrailers();
    }

    @Override
    public boolean wantsUpgrade() {
        return passage.wantsUpgrade();
    }

    @Override
    public boolean isRequestComplete() {
        return body.isComplete();
    }

    @Override
    public boolean isClientWritable() {
        return client.isWritable() && (paced == null || paced.isEmpty());
    }

    @Override
    public void upstreamWritable() {
        client.resumeReading();
    }

    // ---- an answer

    @Override
    public void interimResponse(HttpResponse head) {
        if (head.status().code() == HttpResponseStatus.CONTINUE.code()) {
            body.continued();
        }
        ForwardingHeaders.toClient(head.headers());
        client.writeInterim(head);
    }

    @Override
    public void responseHead(HttpResponse head) {
        if (client.isConsent(head.status())) {
            exchange.dropUpstream();
            upstreamFailed("it answered a WebSocket's handshake as if it were a page's request");
            return;
        }
        int status = head.status().code();
        if (exchange.isRepeatable() && exchange.attempts().mayBetter(status)) {
            exchange.dropUpstream();
            exchange.attempts().again("it was answered with " + status);
            return;
        }
        if (body.isAwaitingConsent()) {
            // The client need not send it now: what follows could be the body or a request.
            client.closeAfterResponse();
        }
        exchange.answerBegins(status);
        ForwardingHeaders.toClient(head.headers());
        passage.toClient(head, exchange.upstream());
        if (isEventStream(head)) {
            exchange.hasNoEnd();
        }
        client.writeHead(head, Http1Message.isBodiless(request, status));
    }

    private static boolean isEventStream(HttpResponse head) {
        String type = head.headers().get(HttpHeaderNames.CONTENT_TYPE);
        return type != null && type.regionMatches(true, 0, EVENT_STREAM, 0, EVENT_STREAM.length());
    }

    @Override
    public void responseBody(HttpContent content) {
        if (content instanceof LastHttpContent last) {
            ForwardingHeaders.trailers(last.trailingHeaders());
        }
        passage.look(content.content(), exchange.upstream());
        exchange.active();
        if (paced == null) {
            client.writeBody(content);
        } else {
            paced.write(content);
        }
    }

    @Override
    public void flushToClient() {
        client.flush();
    }

    @Override
    public void responseComplete() {
        exchange.detach();
        read = true;
        if (paced == null || paced.isEmpty()) {
            complete();
        }
    }

    private void complete() {
        exchange.end();
        client.finished(body.isComplete());
    }

    // ---- a WebSocket

    @Override
    public void switchingProtocols(HttpResponse head) {
        exchange.record().status(head.status().code());
        passage.hostPassed(exchange.upstream());
        ForwardingHeaders.toClient(head.headers());
        head.headers().set(HttpHeaderNames.CONNECTION, "upgrade");
        head.headers().set(HttpHeaderNames.UPGRADE, "websocket");
        switchingHead = head;
    }

    @Override
    public void upgrade(WebSocketEnd backend) {
        exchange.detach();
        exchange.stopTimer();
        HttpResponse head = switchingHead;
        WebSocketEnd mine = head == null ? null : client.upgrade(head, exchange::end);
        if (mine == null) {
            backend.reset();
            exchange.answer(engine.badAnswer(
                    passage.route(),
                    exchange.upstream(),
                    "its answer is not the one to a WebSocket",
                    client.connection()));
            return;
        }
        backend.open(mine);
        mine.open(backend);
        exchange.hasNoEnd();
    }

    // ---- no answer

    @Override
    public void upstreamClosed(UpstreamStream closed) {
        if (exchange.isEnded()) {
            return;
        }
        exchange.detach();
        if (wantsUpgrade() && !exchange.isAnswering() && !closed.isReused() && HostChecks.isCheckedByNext(request)) {
            // Its refusal of a WebSocket is a word and no answer.
            passage.hostRefused(DevServer.NEXT, exchange.upstream());
        }
        boolean repeatable = exchange.isRepeatable();
        if (repeatable && closed.isReused()) {
            exchange.attempts().reconnect();
        } else if (!repeatable || !exchange.attempts().again("the connection was closed")) {
            upstreamFailed("it closed the connection before it answered");
        }
    }

    @Override
    public void upstreamRefused(@Nullable ArrayDeque<HttpContent> sent) {
        exchange.detach();
        if (exchange.isEnded()) {
            if (sent != null) {
                sent.forEach(ReferenceCountUtil::release);
            }
        } else if (sent != null && exchange.sendAgain(sent)) {
            return;
        }
        upstreamReset(Http2Error.REFUSED_STREAM.code());
    }

    @Override
    public void upstreamReset(long code) {
        boolean started = exchange.isAnswering();
        if (exchange.isEnded() || !(started || Http1Message.isGrpc(request))) {
            Http2Error known = Http2Error.valueOf(code);
            upstreamFailed("it reset the stream with " + (known == null ? Long.toString(code) : known.name()));
            return;
        }
        // A gRPC client reads the code: it says whether to call again.
        if (!started) {
            exchange.record().status(HttpResponseStatus.BAD_GATEWAY.code());
        }
        exchange.breaksOff("reset by the backend");
        client.reset(code);
    }

    @Override
    public void upstreamFailed(String reason) {
        exchange.detach();
        if (exchange.isEnded()) {
            return;
        }
        if (exchange.isAnswering()) {
            exchange.breaksOff(reason);
            client.abort();
        } else {
            exchange.attempts().failed();
            exchange.answer(engine.badAnswer(passage.route(), exchange.upstream(), reason, client.connection()));
        }
    }

    /** The exchange has ended. */
    void end() {
        if (paced != null) {
            paced.discard();
        }
    }
}
