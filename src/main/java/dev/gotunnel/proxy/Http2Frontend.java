package dev.gotunnel.proxy;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2FrameStreamEvent;
import io.netty.handler.codec.http2.Http2FrameStreamException;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.Http2WindowUpdateFrame;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A client's HTTP/2 connection (RFC 9113). Works on the frames themselves: a channel per stream, as Netty offers it,
 * costs more for each request. One exchange per stream.
 */
final class Http2Frontend extends ChannelInboundHandlerAdapter {
    private static final int STREAM_WINDOW = 1 << 20;
    private static final int CONNECTION_WINDOW = 4 << 20;
    private static final int FLUSHES_IN_ONE = 256;
    private static final int RESET_SECONDS = 30;

    /** How long a client may go on to send a body that nobody wants. */
    private static final int LINGER_MILLIS = 1000;

    private final EngineContext engine;
    private final Http2FrameCodec codec;
    private final FloodGuard guard;
    private final boolean secure;
    private final boolean tlsPort;
    private final IntObjectMap<Http2ClientStream> streams = new IntObjectHashMap<>();
    private final List<Http2ClientStream> touched = new ArrayList<>();
    private final ClientTicks ticks = new ClientTicks();
    private final ClientTicks tail = new ClientTicks();
    private @Nullable ChannelHandlerContext context;
    private @Nullable ClientConnection connection;

    private Http2Frontend(
            EngineContext engine, Http2FrameCodec codec, FloodGuard guard, boolean secure, boolean tlsPort) {
        this.engine = engine;
        this.codec = codec;
        this.guard = guard;
        this.secure = secure;
        this.tlsPort = tlsPort;
    }

    /** Makes a connection speak HTTP/2. */
    static void install(ChannelPipeline pipeline, EngineContext engine, boolean secure, boolean tlsPort) {
        Builder builder = new Builder(engine.limits());
        Http2FrameCodec codec = builder.build();
        pipeline.addLast(
                codec,
                new FlushConsolidationHandler(FLUSHES_IN_ONE, true),
                new Http2Frontend(engine, codec, builder.guard(), secure, tlsPort));
        try {
            Http2Connection http2 = codec.connection();
            http2.local().flowController().incrementWindowSize(http2.connectionStream(), CONNECTION_WINDOW);
        } catch (Http2Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        connection = ClientConnection.of(ctx.channel(), secure, tlsPort);
    }

    ChannelHandlerContext context() {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            throw new IllegalStateException("not in a pipeline yet");
        }
        return ctx;
    }

    ClientConnection connection() {
        ClientConnection known = connection;
        if (known == null) {
            throw new IllegalStateException("not in a pipeline yet");
        }
        return known;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object frame) {
        switch (frame) {
            case Http2HeadersFrame headers -> onHeaders(headers);
            case Http2DataFrame data -> onData(data);
            case Http2ResetFrame reset -> {
                Http2ClientStream stream = streams.remove(reset.stream().id());
                if (stream != null) {
                    stream.gone();
                }
            }
            case Http2WindowUpdateFrame update -> {
                tail.restart();
                Http2ClientStream stream = streams.get(update.stream().id());
                if (stream != null) {
                    stream.granted();
                }
            }
            default -> ReferenceCountUtil.release(frame);
        }
    }

    private void onHeaders(Http2HeadersFrame frame) {
        int id = frame.stream().id();
        Http2ClientStream known = streams.get(id);
        if (known != null) {
            touched.add(known);
            if (!known.trailers(frame.headers())) {
                known.gone();
                reset(frame.stream(), Http2Error.PROTOCOL_ERROR);
            }
            return;
        }
        ticks.restart();
        Http2ClientStream stream = new Http2ClientStream(this, frame.stream());
        streams.put(id, stream);
        touched.add(stream);
        if (!stream.begin(engine, frame.headers(), frame.isEndStream())) {
            reset(frame.stream(), Http2Error.PROTOCOL_ERROR);
        }
    }

    private void onData(Http2DataFrame frame) {
        Http2ClientStream stream = streams.get(frame.stream().id());
        if (stream == null) {
            grant(frame.stream(), frame.initialFlowControlledBytes());
            frame.release();
        } else {
            touched.add(stream);
            stream.data(frame);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        for (Http2ClientStream stream : touched) {
            stream.flushToUpstream();
        }
        touched.clear();
        ctx.flush();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof Http2FrameStreamEvent change && change.type() == Http2FrameStreamEvent.Type.Writability) {
            Http2ClientStream stream = streams.get(change.stream().id());
            if (stream != null) {
                stream.writabilityChanged();
            }
        } else if (event instanceof ClientTicks.Tick) {
            tick(ctx);
        }
    }

    private void tick(ChannelHandlerContext ctx) {
        if (ticks.isReaderStalled(ctx.channel(), limits().reader())) {
            ClientConnection.reset(ctx.channel());
        } else if (!streams.isEmpty()) {
            for (Http2ClientStream stream : List.copyOf(streams.values())) {
                if (stream.tick()) {
                    stream.gone();
                    reset(stream.frames(), Http2Error.ENHANCE_YOUR_CALM);
                }
            }
        } else if (codec.connection().numActiveStreams() > 0) {
            // The end of an answer for which the client has made no room yet.
            if (tail.isOver(limits().reader())) {
                ctx.close();
            }
        } else if (!ClientTicks.hasPending(ctx.channel()) && ticks.isOver(limits().idle())) {
            ctx.close();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (ctx.channel().isWritable()) {
            for (Http2ClientStream stream : List.copyOf(streams.values())) {
                stream.writabilityChanged();
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        List<Http2ClientStream> open = List.copyOf(streams.values());
        streams.clear();
        open.forEach(Http2ClientStream::gone);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof Http2FrameStreamException failed) {
            Http2ClientStream stream = streams.remove(failed.stream().id());
            if (stream != null) {
                stream.gone();
            }
            ctx.writeAndFlush(new DefaultHttp2ResetFrame(failed.error()).stream(failed.stream()));
        } else {
            Failures.logUnexpected(cause);
            if (Http2CodecUtil.getEmbeddedHttp2Exception(cause) == null) {
                ctx.close();
            }
            // Else the codec says goodbye with the error's own code, and closes.
        }
    }

    // ---- for the streams

    ClientLimits limits() {
        return engine.limits();
    }

    /** Something is said to the client. */
    void progress() {
        guard.progress();
    }

    /** Whether the client's windows have room for more of a stream's response. */
    boolean hasWindow(Http2FrameStream frameStream) {
        Http2Stream stream = codec.connection().stream(frameStream.id());
        return stream != null && codec.connection().remote().flowController().isWritable(stream);
    }

    /** Whether a part of a stream's response waits for the client's windows. */
    boolean hasPending(Http2FrameStream frameStream) {
        Http2Stream stream = codec.connection().stream(frameStream.id());
        return stream != null && codec.connection().remote().flowController().hasFlowControlled(stream);
    }

    /** Whether more of a stream's response may be written without piling up here. */
    boolean isWritable(Http2FrameStream frameStream) {
        return context().channel().isWritable() && hasWindow(frameStream);
    }

    /** Lets the client send that many bytes more (RFC 9113 section 5.2). */
    void grant(Http2FrameStream stream, int bytes) {
        // A stream that is closed has returned its bytes to the connection by itself.
        if (bytes > 0 && codec.connection().stream(stream.id()) != null) {
            context()
                    .write(
                            new DefaultHttp2WindowUpdateFrame(bytes).stream(stream),
                            context().voidPromise());
        }
    }

    void forget(Http2FrameStream stream) {
        streams.remove(stream.id());
    }

    /**
     * Ends a stream that has been answered although its request goes on (RFC 9113 section 8.1). What is on its way by now
     * still finds the stream open: every frame to a closed one costs a reset, and too many of those the connection.
     */
    void resetLater(Http2FrameStream stream) {
        context()
                .executor()
                .schedule(
                        () -> {
                            if (codec.connection().stream(stream.id()) != null) {
                                reset(stream, Http2Error.NO_ERROR);
                            }
                        },
                        LINGER_MILLIS,
                        TimeUnit.MILLISECONDS);
    }

    void reset(Http2FrameStream stream, Http2Error error) {
        reset(stream, error.code());
    }

    void reset(Http2FrameStream stream, long code) {
        streams.remove(stream.id());
        context().writeAndFlush(new DefaultHttp2ResetFrame(code).stream(stream));
    }

    /** Netty's codec with our limits, and the guard against what Netty does not count. */
    private static final class Builder extends Http2FrameCodecBuilder {
        private final ClientLimits limits;
        private @Nullable FloodGuard guard;

        Builder(ClientLimits limits) {
            this.limits = limits;
            server(true);
            initialSettings(Http2Settings.defaultSettings()
                    .maxConcurrentStreams(limits.streams())
                    .initialWindowSize(STREAM_WINDOW)
                    .maxHeaderListSize(limits.headBytes())
                    .connectProtocolEnabled(true));
            decoderEnforceMaxRstFramesPerWindow(limits.resets(), RESET_SECONDS);
            encoderEnforceMaxRstFramesPerWindow(limits.resets(), RESET_SECONDS);
            // Who closes a connection here has no use for its streams.
            gracefulShutdownTimeoutMillis(0);
        }

        @Override
        protected Http2FrameCodec build(
                Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
            FloodGuard made = new FloodGuard(decoder, limits.idleFrames());
            guard = made;
            return super.build(made, encoder, settings);
        }

        FloodGuard guard() {
            FloodGuard made = guard;
            if (made == null) {
                throw new IllegalStateException("nothing built yet");
            }
            return made;
        }
    }
}
