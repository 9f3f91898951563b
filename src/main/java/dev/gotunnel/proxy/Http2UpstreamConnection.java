package dev.gotunnel.proxy;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.DefaultHttp2LocalFlowController;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2ChannelDuplexHandler;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2FrameStreamEvent;
import io.netty.handler.codec.http2.Http2FrameStreamException;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2SettingsFrame;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.Http2StreamFrame;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/2 connection to a backend (RFC 9113), which many exchanges of one event loop share. Works on the frames
 * themselves, as {@link Http2Frontend} does. It is open for exchanges from the backend's settings on until it says
 * goodbye.
 */
final class Http2UpstreamConnection extends Http2ChannelDuplexHandler implements UpstreamConnection {
    /** What one exchange can hold in memory here while its client does not read. */
    private static final int STREAM_WINDOW = 256 * 1024;

    private static final int MAX_HEADER_LIST = 64 * 1024;
    private static final int FLUSHES_IN_ONE = 256;

    /** How long a backend may take to end a stream that its client has ended. */
    private static final int LINGER_MILLIS = 1000;

    private static final String NOT_HTTP2 = "its answer breaks the rules of HTTP/2";

    private final Http2FrameCodec codec;
    private final boolean secure;
    private final Opening opening;
    private final IntObjectMap<Http2UpstreamStream> streams = new IntObjectHashMap<>();
    private final List<Http2UpstreamStream> touched = new ArrayList<>();
    private @Nullable ChannelHandlerContext context;
    private @Nullable UpstreamConnections pool;
    private long idleSince = System.nanoTime();
    private int taken;
    private boolean used;
    private boolean leaving;
    private boolean takesWebSockets;

    /** Who waits for the backend's settings. */
    interface Opening {
        /** Exchanges may begin. */
        void succeeded(Http2UpstreamConnection connection);

        /** The backend does not speak HTTP/2, or ended the connection. May be called after the success, too. */
        void failed(String reason);
    }

    private Http2UpstreamConnection(Http2FrameCodec codec, boolean secure, Opening opening) {
        this.codec = codec;
        this.secure = secure;
        this.opening = opening;
    }

    /** Makes a connection speak HTTP/2. */
    static void install(ChannelPipeline pipeline, boolean secure, Opening opening) {
        Http2FrameCodec codec = Http2FrameCodecBuilder.forClient()
                .initialSettings(Http2Settings.defaultSettings()
                        .pushEnabled(false)
                        .initialWindowSize(STREAM_WINDOW)
                        .maxHeaderListSize(MAX_HEADER_LIST))
                .gracefulShutdownTimeoutMillis(0)
                .build();
        Http2Connection http2 = codec.connection();
        // Bytes count against the connection only until they are here: a client that does not read its answer must not
        // keep those of others from coming. What it holds up is bounded by its stream's own window.
        http2.local()
                .flowController(new DefaultHttp2LocalFlowController(
                                http2, DefaultHttp2LocalFlowController.DEFAULT_WINDOW_UPDATE_RATIO, true)
                        .frameWriter(codec.encoder().frameWriter()));
        pipeline.addLast(
                codec,
                new FlushConsolidationHandler(FLUSHES_IN_ONE, true),
                new Http2UpstreamConnection(codec, secure, opening));
    }

    @Override
    protected void handlerAdded0(ChannelHandlerContext ctx) {
        context = ctx;
    }

    private ChannelHandlerContext context() {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            throw new IllegalStateException("not in a pipeline yet");
        }
        return ctx;
    }

    // ---- for the pool

    /** The pool to tell when no more exchanges can begin here. */
    void joins(UpstreamConnections owner) {
        pool = owner;
    }

    /** Whether one more exchange may begin now, as far as the backend has said. */
    boolean hasRoom() {
        Http2Connection.Endpoint<?> local = codec.connection().local();
        return !leaving && context().channel().isActive() && taken < local.maxActiveStreams() && local.canOpenStream();
    }

    /** Whether the backend allows requests that become WebSockets (RFC 8441 section 3). */
    boolean takesWebSockets() {
        return takesWebSockets;
    }

    /** A stream for one exchange. Ask {@link #hasRoom()} before. */
    Http2UpstreamStream open() {
        taken++;
        boolean reused = used;
        used = true;
        return new Http2UpstreamStream(this, newStream(), reused);
    }

    /** Whether it has carried nothing for that long. */
    boolean isIdle(long nanos) {
        return taken == 0 && System.nanoTime() - idleSince > nanos;
    }

    /** Takes no more exchanges, and closes after the last one. */
    void leave() {
        leaving = true;
        if (pool != null) {
            pool.forget(this);
        }
        if (taken == 0) {
            close();
        }
    }

    /** The backend takes no more exchanges here. */
    private void left() {
        if (!leaving && pool != null) {
            pool.left();
        }
        leave();
    }

    @Override
    public void close() {
        context().close();
    }

    // ---- from the backend

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object frame) {
        if (frame instanceof Http2StreamFrame ofStream && ofStream.stream() != null) {
            Http2UpstreamStream stream = streams.get(ofStream.stream().id());
            if (stream != null) {
                onFrame(stream, ofStream);
                return;
            }
            if (frame instanceof Http2DataFrame data) {
                grant(data.stream(), data.initialFlowControlledBytes());
            }
        } else if (frame instanceof Http2GoAwayFrame goodbye) {
            onGoodbye(goodbye.lastStreamId());
        } else if (frame instanceof Http2SettingsFrame said) {
            takesWebSockets |= Boolean.TRUE.equals(said.settings().connectProtocolEnabled());
            opening.succeeded(this);
        }
        ReferenceCountUtil.release(frame);
    }

    private void onFrame(Http2UpstreamStream stream, Http2StreamFrame frame) {
        touched.add(stream);
        if (frame instanceof Http2HeadersFrame headers) {
            stream.headers(headers);
        } else if (frame instanceof Http2DataFrame data) {
            stream.data(data);
        } else if (frame instanceof Http2ResetFrame reset) {
            stream.wasReset(reset.errorCode());
        } else {
            ReferenceCountUtil.release(frame);
        }
    }

    /** RFC 9113 section 6.8: what comes after the last stream it names, the backend has not looked at. */
    private void onGoodbye(int last) {
        List<Http2UpstreamStream> unread = new ArrayList<>();
        streams.forEach((id, stream) -> {
            if (id > last) {
                unread.add(stream);
            }
        });
        left();
        unread.forEach(Http2UpstreamStream::refused);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        for (int i = 0; i < touched.size(); i++) {
            touched.get(i).readComplete();
        }
        touched.clear();
        ctx.flush();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof Http2FrameStreamEvent change && change.type() == Http2FrameStreamEvent.Type.Writability) {
            Http2UpstreamStream stream = streams.get(change.stream().id());
            if (stream != null) {
                stream.writabilityChanged();
            }
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (ctx.channel().isWritable()) {
            List.copyOf(streams.values()).forEach(Http2UpstreamStream::writabilityChanged);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        left();
        opening.failed("it closed the connection before it answered");
        List.copyOf(streams.values()).forEach(Http2UpstreamStream::closed);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof Http2FrameStreamException failed) {
            Http2UpstreamStream stream = streams.get(failed.stream().id());
            if (stream == null) {
                reset(failed.stream(), failed.error());
            } else {
                stream.fail(NOT_HTTP2, failed.error());
            }
            return;
        }
        Failures.logUnexpected(cause);
        if (Http2CodecUtil.getEmbeddedHttp2Exception(cause) == null) {
            ctx.close();
        } else {
            // The codec says goodbye with the error's own code, and closes.
            opening.failed("it does not speak HTTP/2");
            left();
            List.copyOf(streams.values()).forEach(stream -> stream.fail(NOT_HTTP2, Http2Error.CANCEL));
        }
    }

    // ---- for the streams

    String scheme() {
        return secure ? "https" : "http";
    }

    /** Sends the head of a request, with which the stream begins. */
    void begin(Http2UpstreamStream stream, Http2HeadersFrame head) {
        ChannelFuture sent = context().write(head);
        streams.put(head.stream().id(), stream);
        sent.addListener(_ -> {
            if (!sent.isSuccess()) {
                // Not here and now: the exchange may be in the middle of writing to it.
                context().executor().execute(() -> notSent(stream, sent.cause()));
            }
        });
    }

    private void notSent(Http2UpstreamStream stream, Throwable cause) {
        if (stream.isParted()) {
            return;
        }
        if (cause instanceof Http2Exception.HeaderListSizeException) {
            stream.fail("it does not take headers as large as these", Http2Error.CANCEL);
        } else if (Http2CodecUtil.getEmbeddedHttp2Exception(cause) == null) {
            stream.closed();
        } else {
            // It has said goodbye, or the numbers of streams are used up: the next connection takes it.
            leave();
            stream.refused();
        }
    }

    void write(Http2StreamFrame frame) {
        // No void promise: a stream that ends before its window opens would fail it, and with it the whole connection.
        context().write(frame);
    }

    void flush() {
        context().flush();
    }

    /** Whether more of a stream's request may be written without piling up here. */
    boolean isWritable(Http2FrameStream frameStream) {
        if (!context().channel().isWritable()) {
            return false;
        }
        Http2Stream stream = codec.connection().stream(frameStream.id());
        return stream != null && codec.connection().remote().flowController().isWritable(stream);
    }

    /** Lets the backend send that many bytes more; returns whether that may have to be flushed. */
    boolean grant(Http2FrameStream frameStream, int bytes) {
        Http2Stream stream = codec.connection().stream(frameStream.id());
        try {
            return stream != null && codec.connection().local().flowController().consumeBytes(stream, bytes);
        } catch (Http2Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Ends a stream of which nothing is wanted any more. */
    void reset(Http2FrameStream stream, Http2Error error) {
        if (codec.connection().stream(stream.id()) != null) {
            context().writeAndFlush(new DefaultHttp2ResetFrame(error).stream(stream));
        }
    }

    /** Ends a stream that has said all, in case the backend does not do so by itself. */
    void resetLater(Http2FrameStream stream) {
        context().executor().schedule(() -> reset(stream, Http2Error.CANCEL), LINGER_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Ends a stream whose response is complete, in case its request is not. */
    void resetUnlessSent(Http2FrameStream frameStream) {
        Http2Stream stream = codec.connection().stream(frameStream.id());
        if (stream != null && stream.state().localSideOpen()) {
            reset(frameStream, Http2Error.CANCEL);
        }
    }

    /** An exchange is over. */
    void forget(Http2FrameStream stream) {
        streams.remove(stream.id());
        idleSince = System.nanoTime();
        if (--taken == 0 && leaving) {
            close();
        }
    }
}
