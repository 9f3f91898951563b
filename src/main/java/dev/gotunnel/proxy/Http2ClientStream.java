package dev.gotunnel.proxy;

import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2StreamFrame;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One HTTP/2 stream: turns its frames into a request as HTTP/1.1 knows it, and the response back into frames. */
final class Http2ClientStream implements ClientStream {
    private final Http2Frontend frontend;
    private final Http2FrameStream stream;
    private @Nullable Exchange exchange;
    private @Nullable ChannelFuture end;
    private int ungranted;
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

    // ---- from the client

    /**
     * Begins the exchange.
     *
     * @return false when the headers are no request that HTTP/1.1 can express without ambiguity
     */
    boolean begin(EngineContext engine, Http2Headers headers, boolean endStream) {
        HttpRequest request = toHttp1(headers, endStream);
        if (request == null) {
            return false;
        }
        Exchange begun = new Exchange(engine, this, request);
        exchange = begun;
        requestEnded = endStream;
        begun.begin();
        if (endStream) {
            begun.body(LastHttpContent.EMPTY_LAST_CONTENT);
        }
        return true;
    }

    /** RFC 9113 section 8.3.1; a value that could end a line or a field in HTTP/1.1 is refused, not passed on. */
    private static @Nullable HttpRequest toHttp1(Http2Headers from, boolean endStream) {
        CharSequence method = from.method();
        CharSequence path = from.path();
        if (method == null || path == null || !RequestTarget.isOrigin(path)) {
            return null;
        }
        try {
            HttpRequest request = new DefaultHttpRequest(
                    HttpVersion.HTTP_1_1, HttpMethod.valueOf(method.toString()), path.toString());
            HttpHeaders to = request.headers();
            CharSequence authority = from.authority();
            if (authority != null) {
                to.set(HttpHeaderNames.HOST, authority.toString());
            }
            StringBuilder cookies = new StringBuilder();
            for (Map.Entry<CharSequence, CharSequence> field : from) {
                CharSequence name = field.getKey();
                if (name.length() == 0 || name.charAt(0) == ':') {
                    continue;
                }
                if (HttpHeaderNames.COOKIE.contentEquals(name)) {
                    // Sent in pieces for the sake of compression: RFC 9113 section 8.2.3.
                    cookies.append(cookies.isEmpty() ? "" : "; ").append(field.getValue());
                } else if (authority == null || !HttpHeaderNames.HOST.contentEquals(name)) {
                    to.add(name, field.getValue());
                }
            }
            if (!cookies.isEmpty()) {
                to.set(HttpHeaderNames.COOKIE, cookies.toString());
            }
            if (!endStream && !to.contains(HttpHeaderNames.CONTENT_LENGTH)) {
                to.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
            }
            return request;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** Takes over a part of the request's body. */
    void data(Http2DataFrame frame) {
        ungranted += frame.initialFlowControlledBytes();
        Exchange current = exchange;
        if (current == null) {
            frame.release();
            grant();
            return;
        }
        requestEnded = frame.isEndStream();
        current.body(
                frame.isEndStream()
                        ? new DefaultLastHttpContent(frame.content())
                        : new DefaultHttpContent(frame.content()));
        if (!paused && current.isUpstreamWritable()) {
            grant();
        }
    }

    /**
     * Takes over the end of the request.
     *
     * @return false when HTTP/1.1 cannot express it without ambiguity
     */
    boolean trailers(Http2Headers headers) {
        Exchange current = exchange;
        if (current != null && !requestEnded) {
            requestEnded = true;
            DefaultLastHttpContent last = new DefaultLastHttpContent();
            try {
                for (Map.Entry<CharSequence, CharSequence> field : headers) {
                    last.trailingHeaders().add(field.getKey(), field.getValue());
                }
            } catch (IllegalArgumentException e) {
                return false;
            }
            current.body(last);
        }
        return true;
    }

    void flushToUpstream() {
        Exchange current = exchange;
        if (current != null) {
            current.flushToUpstream();
        }
    }

    void writabilityChanged() {
        Exchange current = exchange;
        if (current != null && isWritable()) {
            current.clientWritable();
        }
    }

    /** The stream or its connection was closed by the client. */
    void gone() {
        Exchange current = exchange;
        exchange = null;
        responseEnded = true;
        if (current != null) {
            current.clientGone();
        }
    }

    // ---- to the client

    private void write(Http2StreamFrame frame) {
        frontend.context().write(frame.stream(stream), frontend.context().voidPromise());
    }

    @Override
    public void writeInterim(HttpResponse head) {
        write(new DefaultHttp2HeadersFrame(toHttp2(head), false));
        flush();
    }

    @Override
    public void writeHead(HttpResponse head, boolean bodiless) {
        responseEnded = bodiless || "0".equals(head.headers().get(HttpHeaderNames.CONTENT_LENGTH));
        DefaultHttp2HeadersFrame frame = new DefaultHttp2HeadersFrame(toHttp2(head), responseEnded);
        if (responseEnded) {
            writeEnd(frame);
        } else {
            write(frame);
        }
    }

    private static Http2Headers toHttp2(HttpResponse head) {
        DefaultHttp2Headers to = new DefaultHttp2Headers(false, head.headers().size() + 4);
        to.status(head.status().codeAsText());
        addFields(head.headers(), to);
        return to;
    }

    static void addFields(HttpHeaders from, Http2Headers to) {
        Iterator<Map.Entry<CharSequence, CharSequence>> fields = from.iteratorCharSequence();
        while (fields.hasNext()) {
            Map.Entry<CharSequence, CharSequence> field = fields.next();
            AsciiString name = AsciiString.of(field.getKey()).toLowerCase();
            if (!HttpHeaderNames.TRANSFER_ENCODING.contentEquals(name)) {
                to.add(name, field.getValue());
            }
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
            Http2Headers fields = new DefaultHttp2Headers(false, trailers.size());
            addFields(trailers, fields);
            writeEnd(new DefaultHttp2HeadersFrame(fields, true));
        } else if (last) {
            writeEnd(data);
        } else {
            write(data);
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
    public void abort() {
        exchange = null;
        frontend.reset(stream, Http2Error.INTERNAL_ERROR);
    }

    @Override
    public void reset(long code) {
        exchange = null;
        frontend.reset(stream, code);
    }

    @Override
    public void closeAfterResponse() {
        // A stream ends alone; its connection goes on.
    }

    @Override
    public void finished(boolean requestComplete) {
        exchange = null;
        grant();
        if (requestComplete) {
            frontend.forget(stream);
        } else {
            // The whole answer is there without the rest of the request: RFC 9113 section 8.1.
            frontend.forget(stream);
            if (end != null) {
                end.addListener(_ -> frontend.resetLater(stream));
            }
        }
    }
}
