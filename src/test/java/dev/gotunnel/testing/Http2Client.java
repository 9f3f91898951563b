package dev.gotunnel.testing;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2FrameReader;
import io.netty.handler.codec.http2.DefaultHttp2FrameWriter;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * An HTTP/2 client that does only what it is told: no flow control, no checks, frame by frame. It starts with the
 * protocol's default windows, and its windows grow only when the test says so.
 */
public final class Http2Client implements AutoCloseable {
    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final BlockingQueue<Frame> frames = new LinkedBlockingQueue<>();
    private final DefaultHttp2FrameWriter writer =
            new DefaultHttp2FrameWriter(new DefaultHttp2HeadersEncoder(Http2HeadersEncoder.NEVER_SENSITIVE));
    private final Channel channel;
    private final CountDownLatch settled = new CountDownLatch(1);
    private volatile ChannelHandlerContext context;
    private volatile Http2Settings serverSettings;

    /** What the server sent; {@code end} closes the stream from its side. */
    public sealed interface Frame {
        int stream();

        record Headers(int stream, Http2Headers headers, boolean end) implements Frame {}

        record Data(int stream, String text, boolean end) implements Frame {}

        record Reset(int stream, long error) implements Frame {}

        record Window(int stream, int increment) implements Frame {}

        record GoAway(int stream, long error) implements Frame {}

        record Closed(int stream) implements Frame {}
    }

    /** Over TLS. */
    public Http2Client(EngineFixture fixture, String name) {
        this(fixture, name, fixture.securePort(), true);
    }

    /** Without TLS, with prior knowledge. */
    public static Http2Client plain(EngineFixture fixture, int port) {
        return new Http2Client(fixture, "", port, false);
    }

    private Http2Client(EngineFixture fixture, String name, int port, boolean tls) {
        JdkSslContext ssl = new JdkSslContext(
                EngineFixture.trust(),
                true,
                null,
                IdentityCipherSuiteFilter.INSTANCE,
                new ApplicationProtocolConfig(
                        ApplicationProtocolConfig.Protocol.ALPN,
                        ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                        ApplicationProtocolNames.HTTP_2),
                ClientAuth.NONE,
                null,
                false);
        channel = new Bootstrap()
                .group(group)
                .channel(NioSocketChannel.class)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel ch) {
                        if (tls) {
                            ch.pipeline().addLast(ssl.newHandler(ch.alloc(), name, port));
                        }
                        ch.pipeline().addLast(new Receiver(tls));
                    }
                })
                .connect(InetAddress.getLoopbackAddress(), port)
                .syncUninterruptibly()
                .channel();
        try {
            // The server's windows hold from the moment on that it has our acknowledgement.
            if (!settled.await(10, TimeUnit.SECONDS)) {
                throw new AssertionError("the server sent no settings");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void run(Runnable step) {
        channel.eventLoop()
                .submit(() -> {
                    step.run();
                    context.flush();
                })
                .syncUninterruptibly();
    }

    /** What the server said that holds for its side. */
    public Http2Settings settings() {
        return serverSettings;
    }

    /** The fields of a request, which need not make sense. */
    public static Http2Headers request(String method, String authority, String path, String... fields) {
        Http2Headers headers = new DefaultHttp2Headers(false).scheme("https");
        if (method != null) {
            headers.method(method);
        }
        if (authority != null) {
            headers.authority(authority);
        }
        if (path != null) {
            headers.path(path);
        }
        for (int i = 0; i < fields.length; i += 2) {
            headers.add(fields[i], fields[i + 1]);
        }
        return headers;
    }

    public Http2Client headers(int stream, Http2Headers headers, boolean end) {
        run(() -> writer.writeHeaders(context, stream, headers, 0, end, context.newPromise()));
        return this;
    }

    public Http2Client data(int stream, byte[] bytes, boolean end) {
        run(() -> writer.writeData(context, stream, Unpooled.wrappedBuffer(bytes), 0, end, context.newPromise()));
        return this;
    }

    public Http2Client reset(int stream) {
        run(() -> writer.writeRstStream(context, stream, 8, context.newPromise()));
        return this;
    }

    /** Lets the server send more; stream 0 is the connection. */
    public Http2Client grant(int stream, int bytes) {
        run(() -> writer.writeWindowUpdate(context, stream, bytes, context.newPromise()));
        return this;
    }

    /** Sends bytes that may be no frame at all. */
    public Http2Client raw(byte[] bytes) {
        run(() -> context.write(Unpooled.wrappedBuffer(bytes)));
        return this;
    }

    /** The next frame; fails when none comes in half a minute. */
    public Frame next() throws InterruptedException {
        Frame frame = frames.poll(30, TimeUnit.SECONDS);
        if (frame == null) {
            throw new AssertionError("no frame came");
        }
        return frame;
    }

    /** The next frame of a kind on a stream; what comes before it is passed over. */
    public <F extends Frame> F next(Class<F> kind, int stream) throws InterruptedException {
        while (true) {
            Frame frame = next();
            if (kind.isInstance(frame) && frame.stream() == stream) {
                return kind.cast(frame);
            }
            if (frame instanceof Frame.Closed || (frame instanceof Frame.Reset && frame.stream() == stream)) {
                throw new AssertionError(frame + " before a " + kind.getSimpleName() + " on stream " + stream);
            }
        }
    }

    /** The next frame of a kind on any stream; what comes before it is passed over. */
    public <F extends Frame> F next(Class<F> kind) throws InterruptedException {
        while (true) {
            Frame frame = next();
            if (kind.isInstance(frame)) {
                return kind.cast(frame);
            }
        }
    }

    /** The error that the server says goodbye with. */
    public long goodbye() throws InterruptedException {
        Frame frame = next();
        while (!(frame instanceof Frame.GoAway)) {
            if (frame instanceof Frame.Closed) {
                throw new AssertionError("closed without a goodbye");
            }
            frame = next();
        }
        return ((Frame.GoAway) frame).error();
    }

    public boolean hasNext() {
        return !frames.isEmpty();
    }

    /** The body of a stream, to its end; grants what it takes. */
    public String body(int stream) throws InterruptedException {
        StringBuilder body = new StringBuilder();
        while (true) {
            Frame.Data data = next(Frame.Data.class, stream);
            body.append(data.text());
            if (data.end()) {
                return body.toString();
            }
            int length = data.text().length();
            if (length > 0) {
                grant(0, length).grant(stream, length);
            }
        }
    }

    @Override
    public void close() {
        channel.close().syncUninterruptibly();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        writer.close();
    }

    private final class Receiver extends ChannelInboundHandlerAdapter {
        private final DefaultHttp2FrameReader reader =
                new DefaultHttp2FrameReader(new DefaultHttp2HeadersDecoder(false));
        private final boolean tls;
        private ByteBuf unread = Unpooled.EMPTY_BUFFER;

        Receiver(boolean tls) {
            this.tls = tls;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            context = ctx;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof SslHandshakeCompletionEvent done && done.isSuccess()) {
                greet(ctx);
            }
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            if (!tls) {
                greet(ctx);
            }
        }

        private void greet(ChannelHandlerContext ctx) {
            ctx.write(Http2CodecUtil.connectionPrefaceBuf());
            writer.writeSettings(ctx, new Http2Settings(), ctx.newPromise());
            ctx.flush();
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
            unread = Unpooled.wrappedBuffer(unread, (ByteBuf) message);
            // The reader keeps what it has begun; a frame is complete once nine bytes and its length are there.
            while (unread.readableBytes() >= 9
                    && unread.readableBytes() >= 9 + unread.getUnsignedMedium(unread.readerIndex())) {
                ByteBuf frame = unread.readRetainedSlice(9 + unread.getUnsignedMedium(unread.readerIndex()));
                try {
                    reader.readFrame(ctx, frame, new Listener());
                } finally {
                    frame.release();
                }
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            unread.release();
            unread = Unpooled.EMPTY_BUFFER;
            reader.close();
            frames.add(new Frame.Closed(0));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }

    private final class Listener extends Http2FrameAdapter {
        @Override
        public int onDataRead(ChannelHandlerContext ctx, int stream, ByteBuf data, int padding, boolean end) {
            frames.add(new Frame.Data(stream, data.toString(StandardCharsets.ISO_8859_1), end));
            return data.readableBytes() + padding;
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext ctx, int stream, Http2Headers headers, int padding, boolean end) {
            frames.add(new Frame.Headers(stream, headers, end));
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext ctx,
                int stream,
                Http2Headers headers,
                int dependency,
                short weight,
                boolean exclusive,
                int padding,
                boolean end) {
            frames.add(new Frame.Headers(stream, headers, end));
        }

        @Override
        public void onRstStreamRead(ChannelHandlerContext ctx, int stream, long error) {
            frames.add(new Frame.Reset(stream, error));
        }

        @Override
        public void onWindowUpdateRead(ChannelHandlerContext ctx, int stream, int increment) {
            frames.add(new Frame.Window(stream, increment));
        }

        @Override
        public void onGoAwayRead(ChannelHandlerContext ctx, int last, long error, ByteBuf debug) {
            frames.add(new Frame.GoAway(last, error));
        }

        @Override
        public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings settings) {
            writer.writeSettingsAck(ctx, ctx.newPromise());
            ctx.flush();
            serverSettings = settings;
            settled.countDown();
        }
    }

    /** A body of that many bytes. */
    public static byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        Arrays.fill(bytes, (byte) 'x');
        return bytes;
    }
}
