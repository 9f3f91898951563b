package dev.gotunnel.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2StreamFrame;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/** One HTTP/2 stream: turns its frames into a request as HTTP/1.1 knows it, and the response back into frames. */
final class Http2ClientStream implements ClientStream {
    private final Http2Frontend frontend;
    private final Http2FrameStream stream;
    private @Nullable Exchange exchange;
    private @Nullable Http2ClientWebSocket webSocket;
    private @Nullable ChannelFuture end;
    private int ungranted;
    private int stalled;
    private boolean moved;
    private boolean paused;
    private boolean requestEnded;
    private boolean responseEnded;

    Http2ClientStream(Http2Frontend frontend, Http2FrameStream stream) {
        this.frontend = frontend;
        this.stream = stream;
    }

    @Override
    public ClientConnection connection() {
        return frontend.connection();
    }

    /** The stream in the codec's eyes. */
    Http2FrameStream frames() {
        return stream;
    }

    // ---- from the client

    /**
     * Begins the exchange.
     *
     * @return false when the headers are no request that HTTP/1.1 can express without ambiguity
     */
    boolean begin(EngineContext engine, Http2Headers headers, boolean endStream) {
        requestEnded = endStream;
        switch (Http2Message.request(headers, connection().secure(), endStream, frontend.limits())) {
            case Http2Message.Head.Malformed() -> {
                return false;
            }
            case Http2Message.Head.Refused(ErrorPage page) ->
                start(engine, new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/"))
                        .refuse(page);
            case Http2Message.Head.Request(HttpRequest request) -> {
                Exchange begun = start(engine, request);
                begun.begin();
                if (endStream) {
                    begun.body(LastHttpContent.EMPTY_LAST_CONTENT);
                }
            }
            case Http2Message.Head.WebSocket(HttpRequest request, WebSocketKey made) -> {
                webSocket = new Http2ClientWebSocket(this, made);
                Exchange begun = start(engine, request);
                begun.begin();
                begun.body(LastHttpContent.EMPTY_LAST_CONTENT);
            }
        }
        return true;
    }

    private Exchange start(EngineContext engine, HttpRequest request) {
        Exchange begun = new Exchange(engine, this, request);
        exchange = begun;
        return begun;
    }

    /** Takes over a part of the request's body, or of what a WebSocket's client says. */
    void data(Http2DataFrame frame) {
        ungranted += frame.initialFlowControlledBytes();
        requestEnded = frame.isEndStream();
        Http2ClientWebSocket open = webSocket;
        Exchange current = exchange;
        if (open != null) {
            if (open.data(frame.content(), requestEnded)) {
                grant();
            }
        } else if (current == null) {
            frame.release();
            grant();
        } else {
            current.body(
                    requestEnded
                            ? new DefaultLastHttpContent(frame.content())
                            : new DefaultHttpContent(frame.content()));
            if (!paused && current.isUpstreamWritable()) {
                grant();
            }
        }
    }

    /**
     * Takes over the end of the request.
     *
     * @return false when HTTP/1.1 cannot express it without ambiguity
     */
    boolean trailers(Http2Headers headers) {
        Exchange current = exchange;
        if (webSocket != null) {
            // RFC 9113 section 8.5: nothing but DATA on a stream that is a tunnel.
            return false;
        }
        if (current != null && !requestEnded) {
            requestEnded = true;
            LastHttpContent last = Http2Message.trailers(headers, frontend.limits());
            if (last == null) {
                return false;
            }
            current.body(last);
        }
        return true;
    }

    void flushToUpstream() {
        Http2ClientWebSocket open = webSocket;
        Exchange current = exchange;
        if (open != null) {
            open.flushToBackend();
        }
        if (current != null) {
            current.flushToUpstream();
        }
    }

    /** The client has granted more. */
    void granted() {
        moved = true;
    }

    void writabilityChanged() {
        Http2ClientWebSocket open = webSocket;
        Exchange current = exchange;
        if (!isWritable()) {
            return;
        }
        if (open != null) {
            open.granted();
        }
        if (current != null) {
            current.clientWritable();
        }
    }

    /**
     * A tick of the clock.
     *
     * @return whether bytes lie there for the client and it has made no room for them for too long
     */
    boolean tick() {
        stalled = frontend.hasPending(stream) && !moved ? stalled + 1 : 0;
        moved = false;
        Exchange current = exchange;
        if (current != null) {
            current.tick(!paused);
        }
        return stalled > ClientLimits.ticks(frontend.limits().reader());
    }

    /** The stream or its connection was closed by the client. */
    void gone() {
        Http2ClientWebSocket open = webSocket;
        Exchange current = exchange;
        part();
        if (open != null) {
            open.gone();
        }
        if (current != null) {
            current.clientGone();
        }
    }

    /** Parts from the exchange: nothing more is written, nothing more is taken. */
    private void part() {
        Http2ClientWebSocket open = webSocket;
        exchange = null;
        webSocket = null;
        responseEnded = true;
        if (open != null) {
            open.dispose();
        }
    }

    // ---- to the client

    /** Returns whether the client's window has room for more. */
    private boolean write(Http2StreamFrame frame) {
        moved = true;
        frontend.progress();
        frontend.context().write(frame.stream(stream), frontend.context().voidPromise());
        return frontend.hasWindow(stream);
    }

    @Override
    public void writeInterim(HttpResponse head) {
        write(new DefaultHttp2HeadersFrame(Http2Message.response(head), false));
        flush();
    }

    @Override
    public void writeHead(HttpResponse head, boolean bodiless) {
        responseEnded = bodiless || "0".equals(head.headers().get(HttpHeaderNames.CONTENT_LENGTH));
        DefaultHttp2HeadersFrame frame = new DefaultHttp2HeadersFrame(Http2Message.response(head), responseEnded);
        if (responseEnded) {
            writeEnd(frame);
        } else {
            write(frame);
        }
    }

    @Override
    public void writeBody(HttpContent content) {
        boolean last = content instanceof LastHttpContent;
        if (responseEnded || (!last && !content.content().isReadable())) {
            ReferenceCountUtil.release(content);
            return;
        }
        HttpHeaders trailers = last ? ((LastHttpContent) content).trailingHeaders() : null;
        boolean hasTrailers = trailers != null && !trailers.isEmpty();
        responseEnded = last;
        DefaultHttp2DataFrame data = new DefaultHttp2DataFrame(content.content(), last && !hasTrailers);
        if (trailers != null && hasTrailers) {
            write(data);
            writeEnd(new DefaultHttp2HeadersFrame(Http2Message.trailers(trailers), true));
        } else if (last) {
            writeEnd(data);
        } else if (!write(data)) {
            Exchange current = exchange;
            if (current != null) {
                current.pauseBackend();
            }
        }
    }

    /** The last frame may have to wait for the client's window; until it is out, the stream must not be reset. */
    private void writeEnd(Http2StreamFrame frame) {
        if (requestEnded) {
            write(frame);
        } else {
            end = frontend.context().write(frame.stream(stream));
        }
    }

    @Override
    public void flush() {
        frontend.context().flush();
    }

    @Override
    public boolean isWritable() {
        return frontend.isWritable(stream);
    }

    @Override
    public void pauseReading() {
        paused = true;
    }

    @Override
    public void resumeReading() {
        paused = false;
        if (ungranted > 0) {
            grant();
            flush();
        }
    }

    private void grant() {
        int bytes = ungranted;
        ungranted = 0;
        frontend.grant(stream, bytes);
    }

    @Override
    public void tear() {
        abort();
    }

    @Override
    public void abort() {
        part();
        frontend.reset(stream, Http2Error.INTERNAL_ERROR);
    }

    @Override
    public void cancel() {
        Http2ClientWebSocket open = webSocket;
        part();
        if (open != null) {
            open.cancel();
        }
        frontend.reset(stream, Http2Error.CANCEL);
    }

    @Override
    public void reset(long code) {
        part();
        frontend.reset(stream, code);
    }

    @Override
    public void closeAfterResponse() {
        // A stream ends alone; its connection goes on.
    }

    @Override
    public void finished(boolean requestComplete) {
        part();
        grant();
        frontend.forget(stream);
        if (!requestEnded && end != null) {
            // The whole answer is there without the rest of the request: RFC 9113 section 8.1.
            end.addListener(_ -> frontend.resetLater(stream));
        }
    }

    // ---- a WebSocket (RFC 8441)

    @Override
    public boolean isConsent(HttpResponseStatus status) {
        return webSocket != null && status.codeClass() == HttpStatusClass.SUCCESS;
    }

    @Override
    public @Nullable WebSocketEnd upgrade(HttpResponse head, Runnable ended) {
        Http2ClientWebSocket open = webSocket;
        if (open == null || !open.isAnsweredBy(head.headers().get(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT))) {
            return null;
        }
        open.onEnd(ended);
        exchange = null;
        write(new DefaultHttp2HeadersFrame(Http2Message.webSocketResponse(head), false));
        flush();
        return open;
    }

    /**
     * Sends what a WebSocket's backend has said. Takes over the reference.
     *
     * @return whether the client has room for more
     */
    boolean writeBytes(ByteBuf bytes) {
        if (responseEnded) {
            bytes.release();
            return true;
        }
        return write(new DefaultHttp2DataFrame(bytes, false));
    }

    /** A WebSocket's backend has gone, in order. */
    void writeEndOfBytes() {
        if (!responseEnded) {
            writeEnd(new DefaultHttp2DataFrame(true));
            flush();
            finished(requestEnded);
        }
    }

    /** A WebSocket's backend broke off. */
    void broken() {
        if (!responseEnded) {
            reset(Http2Error.CANCEL.code());
        }
    }
}
