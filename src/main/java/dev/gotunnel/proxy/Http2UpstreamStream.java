package dev.gotunnel.proxy;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * One stream of an HTTP/2 connection to a backend: turns a request as HTTP/1.1 knows it into frames, and the frames of
 * the response back. On the connection's event loop.
 */
final class Http2UpstreamStream implements UpstreamStream {
    private static final String NOT_HTTP = "its answer is not HTTP";
    private static final String NOT_COMPLETE = "its answer is not complete";

    private final Http2UpstreamConnection connection;
    private final Http2FrameStream stream;
    private final boolean reused;
    private @Nullable Listener exchange;
    private final SentBody sent = new SentBody();
    private @Nullable WebSocketKey key;
    private @Nullable Http2UpstreamWebSocket webSocket;
    private long expected;
    private int ungranted;
    private boolean headRequest;
    private boolean begun;
    private boolean unflushed;
    private boolean requestEnded;
    private boolean responseStarted;
    private boolean bodiless;
    private boolean received;
    private boolean parted;

    /** @param reused whether the connection has carried a stream before */
    Http2UpstreamStream(Http2UpstreamConnection connection, Http2FrameStream stream, boolean reused) {
        this.connection = connection;
        this.stream = stream;
        this.reused = reused;
    }

    @Override
    public void attach(Listener newExchange) {
        exchange = newExchange;
    }

    @Override
    public boolean isReused() {
        return reused;
    }

    // ---- to the backend

    @Override
    public void write(HttpRequest head) {
        Listener current = exchange;
        if (current == null) {
            return;
        }
        begun = true;
        headRequest = HttpMethod.HEAD.equals(head.method());
        if (current.wantsUpgrade()) {
            key = WebSocketKey.of(head.headers());
            Http2Headers fields = Http2Message.webSocketRequest(head, connection.scheme());
            connection.begin(this, new DefaultHttp2HeadersFrame(fields, false).stream(stream));
            unflushed = true;
            return;
        }
        // Without either field a request has no body (RFC 9112 section 6.3), and one frame does for all of it.
        requestEnded = !HttpUtil.isTransferEncodingChunked(head) && HttpUtil.getContentLength(head, 0L) == 0;
        Http2Headers fields = Http2Message.request(head, connection.scheme(), current.acceptsTrailers());
        connection.begin(this, new DefaultHttp2HeadersFrame(fields, requestEnded).stream(stream));
        unflushed = true;
    }

    @Override
    public void write(HttpContent body) {
        boolean last = body instanceof LastHttpContent;
        if (requestEnded || key != null || (!last && !body.content().isReadable())) {
            ReferenceCountUtil.release(body);
            return;
        }
        requestEnded = last;
        if (!responseStarted) {
            sent.keep(body);
        }
        HttpHeaders trailers = last ? ((LastHttpContent) body).trailingHeaders() : null;
        if (trailers == null || trailers.isEmpty()) {
            connection.write(new DefaultHttp2DataFrame(body.content(), last).stream(stream));
        } else {
            Http2Headers fields = new DefaultHttp2Headers(false, trailers.size());
            Http2Message.addFields(trailers, fields);
            connection.write(new DefaultHttp2DataFrame(body.content(), false).stream(stream));
            connection.write(new DefaultHttp2HeadersFrame(fields, true).stream(stream));
        }
        unflushed = true;
    }

    @Override
    public void flush() {
        if (unflushed) {
            unflushed = false;
            connection.flush();
        }
    }

    @Override
    public boolean isWritable() {
        // A stream that has been ended counts as full; whoever waited for it would not even see the client go away.
        return requestEnded || key != null || connection.isWritable(stream);
    }

    @Override
    public void pauseReading() {
        // The backend sends no more than the stream's window, which grows with what the client takes.
    }

    @Override
    public void resumeReading() {
        if (grant()) {
            connection.flush();
        }
    }

    /** Lets the backend send as much as the client has taken; returns whether that was anything. */
    private boolean grant() {
        int bytes = ungranted;
        ungranted = 0;
        return bytes > 0 && connection.grant(stream, bytes);
    }

    @Override
    public void abandon() {
        part();
        if (begun) {
            connection.reset(stream, Http2Error.CANCEL);
        }
    }

    /** Belongs to no exchange from now on. */
    void part() {
        exchange = null;
        webSocket = null;
        sent.forget();
        if (!parted) {
            parted = true;
            connection.forget(stream);
        }
    }

    boolean isParted() {
        return parted;
    }

    // ---- from the backend

    void headers(Http2HeadersFrame frame) {
        Listener current = exchange;
        if (webSocket != null) {
            // RFC 9113 section 8.5: nothing but DATA on a stream that is a tunnel.
            fail(NOT_HTTP, Http2Error.PROTOCOL_ERROR);
        }
        if (current == null) {
            return;
        }
        try {
            if (responseStarted) {
                trailers(current, frame);
            } else {
                head(current, frame);
            }
        } catch (IllegalArgumentException e) {
            // A field that could end a line or a field in HTTP/1.1.
            fail(NOT_HTTP, Http2Error.PROTOCOL_ERROR);
        }
    }

    private void head(Listener current, Http2HeadersFrame frame) {
        HttpResponseStatus status = Http2Message.statusOf(frame.headers());
        boolean end = frame.isEndStream();
        boolean interim = status != null && status.codeClass() == HttpStatusClass.INFORMATIONAL;
        if (status == null || (interim && end) || status.equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
            fail(NOT_HTTP, Http2Error.PROTOCOL_ERROR);
            return;
        }
        HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, status);
        Http2Message.addFields(frame.headers(), head.headers());
        if (interim) {
            current.interimResponse(head);
            return;
        }
        WebSocketKey asked = key;
        if (asked != null && status.codeClass() == HttpStatusClass.SUCCESS) {
            open(current, asked, head, end);
            return;
        }
        responseStarted = true;
        sent.forget();
        bodiless = headRequest
                || status.equals(HttpResponseStatus.NO_CONTENT)
                || status.equals(HttpResponseStatus.NOT_MODIFIED);
        expected = bodiless ? 0 : HttpUtil.getContentLength(head, 0L);
        if (end && !bodiless && !head.headers().contains(HttpHeaderNames.CONTENT_LENGTH)) {
            // Tells the client at once that this is all, as it told us.
            head.headers().set(HttpHeaderNames.CONTENT_LENGTH, HttpHeaderValues.ZERO);
        }
        current.responseHead(head);
        if (end && exchange != null) {
            end(current, LastHttpContent.EMPTY_LAST_CONTENT);
        }
    }

    /** It consents to the WebSocket: in the words of HTTP/1.1, it changes the protocol. */
    private void open(Listener current, WebSocketKey asked, HttpResponse head, boolean end) {
        Http2UpstreamWebSocket opened = new Http2UpstreamWebSocket(connection, this, stream);
        exchange = null;
        webSocket = opened;
        head.setStatus(HttpResponseStatus.SWITCHING_PROTOCOLS);
        head.headers().remove(HttpHeaderNames.CONTENT_LENGTH);
        head.headers().set(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT, asked.answer());
        current.switchingProtocols(head);
        current.upgrade(opened);
        if (end) {
            opened.data(Unpooled.EMPTY_BUFFER, true);
        }
    }

    private void trailers(Listener current, Http2HeadersFrame frame) {
        if (!frame.isEndStream()) {
            fail(NOT_HTTP, Http2Error.PROTOCOL_ERROR);
            return;
        }
        LastHttpContent last = Http2Message.responseTrailers(frame.headers());
        end(current, last);
    }

    /** Takes over a part of the response's body. */
    void data(Http2DataFrame frame) {
        Listener current = exchange;
        ungranted += frame.initialFlowControlledBytes();
        if (webSocket != null) {
            webSocket.data(frame.content(), frame.isEndStream());
            return;
        }
        if (current == null || !responseStarted) {
            frame.release();
            if (current != null) {
                fail(NOT_HTTP, Http2Error.PROTOCOL_ERROR);
            }
            return;
        }
        received |= frame.content().isReadable();
        if (bodiless) {
            frame.release();
            if (frame.isEndStream()) {
                end(current, LastHttpContent.EMPTY_LAST_CONTENT);
            }
        } else if (frame.isEndStream()) {
            end(current, new DefaultLastHttpContent(frame.content()));
        } else {
            current.responseBody(new DefaultHttpContent(frame.content()));
        }
    }

    private void end(Listener current, LastHttpContent last) {
        if (expected > 0 && !received) {
            // Lengths that are wrong otherwise are found by the codec, which allows for a HEAD here.
            ReferenceCountUtil.release(last);
            fail(NOT_COMPLETE, Http2Error.PROTOCOL_ERROR);
            return;
        }
        current.responseBody(last);
        current.flushToClient();
        part();
        // All is said, but not all has been sent: neither side has a use for the rest.
        connection.resetUnlessSent(stream);
        current.responseComplete();
    }

    /** All of this read has been seen. */
    void readComplete() {
        if (webSocket != null && webSocket.readComplete()) {
            grant();
        }
        Listener current = exchange;
        if (current != null) {
            current.flushToClient();
            if (current.isClientWritable()) {
                grant();
            }
        }
    }

    void writabilityChanged() {
        if (webSocket != null && webSocket.isWritable()) {
            webSocket.granted();
        }
        Listener current = exchange;
        if (current != null && isWritable()) {
            current.upstreamWritable();
        }
    }

    /** The stream cannot go on, for a reason on this side of the connection. */
    void fail(String reason, Http2Error error) {
        Listener current = exchange;
        breakWebSocket();
        part();
        connection.reset(stream, error);
        if (current != null) {
            current.upstreamFailed(reason);
        }
    }

    private void breakWebSocket() {
        Http2UpstreamWebSocket broken = webSocket;
        if (broken != null) {
            webSocket = null;
            broken.broken();
        }
    }

    /** The backend reset the stream. */
    void wasReset(long code) {
        if (code == Http2Error.REFUSED_STREAM.code()) {
            refused();
        } else {
            broken(code);
        }
    }

    private void broken(long code) {
        Listener current = exchange;
        breakWebSocket();
        part();
        if (current != null) {
            current.upstreamReset(code);
        }
    }

    /** The backend has not looked at the request, and says so: any method may be sent again (RFC 9113 section 8.7). */
    void refused() {
        if (responseStarted || webSocket != null) {
            // It has looked at it for sure, whatever it says.
            broken(Http2Error.REFUSED_STREAM.code());
            return;
        }
        Listener current = exchange;
        ArrayDeque<HttpContent> held = sent.take();
        part();
        if (current == null) {
            if (held != null) {
                held.forEach(ReferenceCountUtil::release);
            }
            return;
        }
        if (held != null && held.isEmpty() && (requestEnded || key != null) && current.isRequestComplete()) {
            held.add(LastHttpContent.EMPTY_LAST_CONTENT);
        }
        current.upstreamRefused(held);
    }

    /** The connection is gone. */
    void closed() {
        Listener current = exchange;
        breakWebSocket();
        part();
        if (current != null) {
            current.upstreamClosed(this);
        }
    }
}
