package dev.gotunnel.proxy;

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
    /** What is kept of a request's body so that it can be sent again should the backend refuse the stream unread. */
    private static final int MAX_KEPT = 64 * 1024;

    private static final String NOT_HTTP = "its answer is not HTTP";
    private static final String NOT_COMPLETE = "its answer is not complete";

    private final Http2UpstreamConnection connection;
    private final Http2FrameStream stream;
    private final boolean reused;
    private @Nullable Listener exchange;
    private @Nullable ArrayDeque<HttpContent> kept;
    private long expected;
    private int keptBytes;
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
        // Without either field a request has no body (RFC 9112 section 6.3), and one frame does for all of it.
        requestEnded = !HttpUtil.isTransferEncodingChunked(head) && HttpUtil.getContentLength(head, 0L) == 0;
        Http2Headers fields = Http2Message.request(head, connection.scheme(), current.acceptsTrailers());
        connection.begin(this, new DefaultHttp2HeadersFrame(fields, requestEnded).stream(stream));
        unflushed = true;
    }

    @Override
    public void write(HttpContent body) {
        boolean last = body instanceof LastHttpContent;
        if (requestEnded || (!last && !body.content().isReadable())) {
            ReferenceCountUtil.release(body);
            return;
        }
        requestEnded = last;
        keep(body);
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

    private void keep(HttpContent body) {
        if (!responseStarted && keptBytes <= MAX_KEPT) {
            keptBytes += body.content().readableBytes();
        }
        if (responseStarted || keptBytes > MAX_KEPT) {
            forgetKept();
        } else {
            if (kept == null) {
                kept = new ArrayDeque<>(2);
            }
            kept.add(body.retainedDuplicate());
        }
    }

    private void forgetKept() {
        if (kept != null) {
            kept.forEach(ReferenceCountUtil::release);
            kept = null;
        }
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
        return requestEnded || connection.isWritable(stream);
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
    private void part() {
        exchange = null;
        forgetKept();
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
        responseStarted = true;
        forgetKept();
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
        Listener current = exchange;
        if (current != null) {
            current.flushToClient();
            if (current.isClientWritable()) {
                grant();
            }
        }
    }

    void writabilityChanged() {
        Listener current = exchange;
        if (current != null && isWritable()) {
            current.upstreamWritable();
        }
    }

    /** The stream cannot go on, for a reason on this side of the connection. */
    void fail(String reason, Http2Error error) {
        Listener current = exchange;
        part();
        connection.reset(stream, error);
        if (current != null) {
            current.upstreamFailed(reason);
        }
    }

    /** The backend reset the stream. */
    void wasReset(long code) {
        if (code == Http2Error.REFUSED_STREAM.code() && !responseStarted) {
            refused();
            return;
        }
        Listener current = exchange;
        part();
        if (current != null) {
            current.upstreamReset(code);
        }
    }

    /** The backend has not looked at the request, and says so: any method may be sent again (RFC 9113 section 8.7). */
    void refused() {
        Listener current = exchange;
        ArrayDeque<HttpContent> held = kept;
        kept = null;
        part();
        boolean whole = keptBytes <= MAX_KEPT;
        if (held == null) {
            held = new ArrayDeque<>(1);
        }
        if (current == null) {
            held.forEach(ReferenceCountUtil::release);
            return;
        }
        if (requestEnded && held.isEmpty() && current.isRequestComplete()) {
            held.add(LastHttpContent.EMPTY_LAST_CONTENT);
        }
        current.upstreamRefused(whole ? held : null);
    }

    /** The connection is gone. */
    void closed() {
        Listener current = exchange;
        part();
        if (current != null) {
            current.upstreamClosed(this);
        }
    }
}
