package dev.gotunnel.testing;

import dev.gotunnel.proxy.KeyMaterial;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.Http2StreamFrame;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLException;

/**
 * An HTTP/2 server on a port of loopback that does on each stream what a test scripts, and nothing by itself but to take
 * the connection's own frames. A script runs on its own thread and may block.
 */
public final class Http2Backend implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 30;

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Script script;
    private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
    private final Channel server;
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger open = new AtomicInteger();
    private final ConcurrentLinkedQueue<Stream> streams = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();

    /** What happens on one stream once its head is there. */
    @FunctionalInterface
    public interface Script {
        void run(Stream stream) throws Exception;
    }

    private Http2Backend(SslContext tls, Http2Settings settings, Script script) {
        this.script = script;
        server = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channels.add(channel);
                        if (tls == null) {
                            http2(channel.pipeline());
                            return;
                        }
                        channel.pipeline()
                                .addLast(
                                        tls.newHandler(channel.alloc()), new ApplicationProtocolNegotiationHandler("") {
                                            @Override
                                            protected void configurePipeline(
                                                    ChannelHandlerContext ctx, String protocol) {
                                                if (protocol.equals(ApplicationProtocolNames.HTTP_1_1)) {
                                                    ctx.pipeline().addLast(new Echo());
                                                } else {
                                                    http2(ctx.pipeline());
                                                }
                                            }
                                        });
                    }

                    private void http2(ChannelPipeline pipeline) {
                        pipeline.addLast(
                                Http2FrameCodecBuilder.forServer()
                                        .initialSettings(settings)
                                        .decoderEnforceMaxRstFramesPerWindow(0, 0)
                                        .build(),
                                new Connection(connections.incrementAndGet()));
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
    }

    /** A backend that speaks HTTP/2 without TLS. */
    public static Http2Backend scripted(Script script) {
        return scripted(Http2Settings.defaultSettings(), script);
    }

    public static Http2Backend scripted(Http2Settings settings, Script script) {
        return new Http2Backend(null, settings, script);
    }

    /** A backend that speaks HTTP/2 over TLS, and nothing else. */
    public static Http2Backend secure(KeyMaterial material, Script script) {
        return secure(material, Http2Settings.defaultSettings(), script);
    }

    public static Http2Backend secure(KeyMaterial material, Http2Settings settings, Script script) {
        return new Http2Backend(tls(material, ApplicationProtocolNames.HTTP_2), settings, script);
    }

    /** One that prefers HTTP/2 and, where it is asked for nothing but HTTP/1.1, is an echo for WebSockets. */
    public static Http2Backend secureWithEcho(KeyMaterial material, Script script) {
        return new Http2Backend(
                tls(material, ApplicationProtocolNames.HTTP_2, ApplicationProtocolNames.HTTP_1_1),
                Http2Settings.defaultSettings(),
                script);
    }

    private static SslContext tls(KeyMaterial material, String... protocols) {
        try {
            return SslContextBuilder.forServer(
                            material.key(), material.chain().toArray(java.security.cert.X509Certificate[]::new))
                    .sslProvider(SslProvider.JDK)
                    .applicationProtocolConfig(new ApplicationProtocolConfig(
                            ApplicationProtocolConfig.Protocol.ALPN,
                            ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                            ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                            protocols))
                    .build();
        } catch (SSLException e) {
            throw new AssertionError(e);
        }
    }

    public int port() {
        return ((InetSocketAddress) server.localAddress()).getPort();
    }

    /** How many connections it has accepted. */
    public int connections() {
        return connections.get();
    }

    /** How many connections are open. */
    public int open() {
        return open.get();
    }

    /** All streams that have begun, in that order. */
    public ConcurrentLinkedQueue<Stream> streams() {
        return streams;
    }

    /** What scripts threw. */
    public ConcurrentLinkedQueue<Throwable> failures() {
        return failures;
    }

    @Override
    public void close() {
        if (group.isShuttingDown()) {
            return;
        }
        server.close().syncUninterruptibly();
        channels.close().syncUninterruptibly();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /** Consents to whatever its first bytes ask for, and sends the rest back. */
    private static final class Echo extends ChannelInboundHandlerAdapter {
        private boolean consented;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (consented) {
                ctx.writeAndFlush(message);
                return;
            }
            consented = true;
            String request = ((ByteBuf) message).toString(StandardCharsets.ISO_8859_1);
            ReferenceCountUtil.release(message);
            String key = request.substring(request.toLowerCase(Locale.ROOT).indexOf("sec-websocket-key: "))
                    .lines()
                    .findFirst()
                    .orElseThrow()
                    .substring("sec-websocket-key: ".length());
            ctx.writeAndFlush(Unpooled.copiedBuffer(
                    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            + "Sec-WebSocket-Accept: " + acceptOf(key) + "\r\n\r\n",
                    StandardCharsets.ISO_8859_1));
        }

        private static String acceptOf(String key) {
            try {
                byte[] digest = MessageDigest.getInstance("SHA-1")
                        .digest((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.US_ASCII));
                return Base64.getEncoder().encodeToString(digest);
            } catch (NoSuchAlgorithmException e) {
                throw new AssertionError(e);
            }
        }
    }

    private final class Connection extends ChannelInboundHandlerAdapter {
        private final int number;
        private final Map<Integer, Stream> known = new ConcurrentHashMap<>();

        Connection(int number) {
            this.number = number;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            open.incrementAndGet();
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            open.decrementAndGet();
            known.values().forEach(stream -> stream.events.add(new Event.Closed()));
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object frame) {
            if (frame instanceof Http2HeadersFrame head) {
                Stream before = known.get(head.stream().id());
                if (before != null) {
                    before.events.add(new Event.Trailers(head.headers()));
                } else {
                    Stream begun = new Stream(number, ctx, head.stream(), head.headers(), head.isEndStream());
                    known.put(head.stream().id(), begun);
                    streams.add(begun);
                    Thread.ofVirtual().name("backend-stream").start(() -> run(begun));
                }
            } else if (frame instanceof Http2DataFrame data) {
                byte[] bytes = new byte[data.content().readableBytes()];
                data.content().readBytes(bytes);
                known.get(data.stream().id())
                        .events
                        .add(new Event.Data(bytes, data.initialFlowControlledBytes(), data.isEndStream()));
            } else if (frame instanceof Http2ResetFrame reset) {
                known.get(reset.stream().id()).events.add(new Event.Reset(reset.errorCode()));
            }
            ReferenceCountUtil.release(frame);
        }

        private void run(Stream stream) {
            try {
                script.run(stream);
            } catch (Exception | AssertionError e) {
                failures.add(e);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }

    /** What the client sent after the head. */
    public sealed interface Event {
        record Data(byte[] bytes, int counted, boolean end) implements Event {}

        record Trailers(Http2Headers fields) implements Event {}

        record Reset(long code) implements Event {}

        record Closed() implements Event {}
    }

    /** One request. */
    public final class Stream {
        private final int connection;
        private final ChannelHandlerContext context;
        private final Http2FrameStream stream;
        private final Http2Headers headers;
        private final boolean ended;
        private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
        private volatile Http2Headers trailers = new DefaultHttp2Headers();

        private Stream(
                int connection,
                ChannelHandlerContext context,
                Http2FrameStream stream,
                Http2Headers headers,
                boolean ended) {
            this.connection = connection;
            this.context = context;
            this.stream = stream;
            this.headers = headers;
            this.ended = ended;
        }

        /** The number of its connection, from 1. */
        public int connection() {
            return connection;
        }

        public int id() {
            return stream.id();
        }

        public Http2Headers headers() {
            return headers;
        }

        public String field(String name) {
            CharSequence value = headers.get(name);
            return value == null ? "" : value.toString();
        }

        /** Whether the head was all of the request. */
        public boolean endedWithHead() {
            return ended;
        }

        /** The trailers, once the body has been read. */
        public Http2Headers trailers() {
            return trailers;
        }

        /** What comes next; fails when nothing does in half a minute. Data is not granted. */
        public Event next() throws InterruptedException {
            Event event = events.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (event == null) {
                throw new AssertionError("nothing came on stream " + id());
            }
            return event;
        }

        /** What has come and was not taken. */
        public int waiting() {
            return events.size();
        }

        /** The rest of the body, granted as it is taken. */
        public byte[] readBody() throws InterruptedException {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            while (!ended) {
                switch (next()) {
                    case Event.Data data -> {
                        body.writeBytes(data.bytes());
                        if (data.end()) {
                            return body.toByteArray();
                        }
                        grant(data.counted());
                    }
                    case Event.Trailers end -> {
                        trailers = end.fields();
                        return body.toByteArray();
                    }
                    case Event.Reset reset -> throw new AssertionError("reset with " + reset.code());
                    case Event.Closed _ -> throw new AssertionError("closed");
                }
            }
            return body.toByteArray();
        }

        /** The code that the client resets the stream with; what comes before it is passed over. */
        public long awaitReset() throws InterruptedException {
            while (true) {
                if (next() instanceof Event.Reset reset) {
                    return reset.code();
                }
            }
        }

        private void write(Http2StreamFrame frame) {
            context.writeAndFlush(frame.stream(stream));
        }

        /** Lets the client send that many bytes more. */
        public void grant(int bytes) {
            write(new DefaultHttp2WindowUpdateFrame(bytes));
        }

        /** Sends the head of the response, or an interim one. */
        public Stream head(int status, boolean end, String... fields) {
            Http2Headers head = fields(fields).status(Integer.toString(status));
            write(new DefaultHttp2HeadersFrame(head, end));
            return this;
        }

        /** Sends a head whose status may be none. */
        public void headStatus(String status) {
            Http2Headers head = fields();
            if (!status.isEmpty()) {
                head.status(status);
            }
            write(new DefaultHttp2HeadersFrame(head, true));
        }

        /** Whether the client lets more be sent. */
        public boolean isWritable() {
            Http2Connection http2 =
                    context.pipeline().get(Http2FrameCodec.class).connection();
            Http2Stream known = http2.stream(id());
            return known != null && http2.remote().flowController().windowSize(known) > 0;
        }

        public Stream data(byte[] bytes, boolean end) {
            write(new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(bytes), end));
            return this;
        }

        public Stream endWith(String... trailers) {
            write(new DefaultHttp2HeadersFrame(fields(trailers), true));
            return this;
        }

        private static Http2Headers fields(String... fields) {
            Http2Headers made = new DefaultHttp2Headers(false);
            for (int i = 0; i < fields.length; i += 2) {
                made.add(fields[i], fields[i + 1]);
            }
            return made;
        }

        /** A whole response. */
        public void respond(int status, String body) {
            head(status, false, "content-length", Integer.toString(body.length()));
            data(body.getBytes(StandardCharsets.ISO_8859_1), true);
        }

        public void reset(Http2Error error) {
            reset(error.code());
        }

        public void reset(long code) {
            write(new DefaultHttp2ResetFrame(code));
        }

        /** Says goodbye, having read only the streams up to this one, or up to the one before it. */
        public void goodbye(boolean read) {
            // Past the codec, which owns up to all that it has read.
            Http2FrameCodec codec = context.pipeline().get(Http2FrameCodec.class);
            ChannelHandlerContext below = context.pipeline().context(codec);
            context.executor().execute(() -> {
                codec.encoder()
                        .frameWriter()
                        .writeGoAway(below, read ? id() : id() - 2, 0, Unpooled.EMPTY_BUFFER, below.newPromise());
                below.flush();
            });
        }

        /** Ends the connection without a word. */
        public void drop() {
            context.pipeline().firstContext().close();
        }
    }
}
