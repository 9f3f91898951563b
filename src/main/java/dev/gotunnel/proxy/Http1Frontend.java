package dev.gotunnel.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A client's HTTP/1.1 connection: one exchange after the other. */
final class Http1Frontend extends ChannelInboundHandlerAdapter implements ClientStream {
    /** How long a client may go on to send a body that nobody wants before the connection closes on it. */
    private static final int LINGER_MILLIS = 1000;

    private final EngineContext engine;
    private final Http1Codec codec;
    private final boolean secure;
    private final boolean tlsPort;
    private final ClientTicks ticks = new ClientTicks();
    private @Nullable ChannelHandlerContext context;
    private @Nullable ClientConnection connection;
    private @Nullable Exchange exchange;
    private boolean keepAlive;
    private boolean http10;
    private boolean dechunk;
    private boolean closing;
    private boolean messageRead;
    private boolean headBegun;
    private boolean greeted;

    Http1Frontend(EngineContext engine, Http1Codec codec, boolean secure, boolean tlsPort) {
        this.engine = engine;
        this.codec = codec;
        this.secure = secure;
        this.tlsPort = tlsPort;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        connection = ClientConnection.of(ctx.channel(), secure, tlsPort);
        // The read that ended a TLS handshake may end here without a byte of a request.
        greeted = !secure;
    }

    private ChannelHandlerContext context() {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            throw new IllegalStateException("not in a pipeline yet");
        }
        return ctx;
    }

    @Override
    public ClientConnection connection() {
        ClientConnection known = connection;
        if (known == null) {
            throw new IllegalStateException("not in a pipeline yet");
        }
        return known;
    }

    // ---- from the client

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        messageRead = true;
        if (closing) {
            lingering(message);
        } else {
            handle(message);
        }
    }

    private void handle(Object message) {
        if (message instanceof HttpRequest request) {
            begin(request);
        }
        if (message instanceof HttpContent content) {
            Exchange current = exchange;
            if (current == null) {
                ReferenceCountUtil.release(content);
            } else if (content.decoderResult().isFailure() || hasTooManyTrailers(content)) {
                ReferenceCountUtil.release(content);
                keepAlive = false;
                current.requestBroken(ErrorPage.badRequest("What arrived is not the body of an HTTP request."));
            } else {
                current.body(content);
            }
        }
    }

    private boolean hasTooManyTrailers(HttpContent content) {
        return content instanceof LastHttpContent last
                && last.trailingHeaders().size() > engine.limits().fields();
    }

    private void begin(HttpRequest request) {
        ticks.restart();
        headBegun = false;
        keepAlive = HttpUtil.isKeepAlive(request);
        http10 = request.protocolVersion().compareTo(HttpVersion.HTTP_1_1) < 0;
        codec.answers(request.method());
        if (request.decoderResult().cause() instanceof TooLongHttpLineException) {
            refuse(ErrorPage.targetTooLong());
        } else if (request.decoderResult().cause() instanceof TooLongHttpHeaderException
                || request.headers().size() > engine.limits().fields()) {
            refuse(ErrorPage.headersTooLarge());
        } else if (request.decoderResult().isFailure()
                || !Http1Message.isUnambiguous(request)
                || !Http1Message.toOriginForm(request)) {
            refuse(ErrorPage.badRequest("What arrived is not an HTTP request."));
        } else {
            exchange = new Exchange(engine, this, request);
            exchange.begin();
        }
    }

    /** Answers and closes: whatever follows cannot be told apart from what is refused. */
    private void refuse(ErrorPage page) {
        keepAlive = false;
        codec.answers(HttpMethod.GET);
        exchange = new Exchange(engine, this, new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/"));
        exchange.refuse(page);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        Exchange current = exchange;
        if (current != null) {
            current.flushToUpstream();
        } else if (!messageRead && greeted && !headBegun) {
            // Bytes came and were no whole head: from now on its time runs.
            headBegun = true;
            ticks.restart();
        }
        messageRead = false;
        greeted = true;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (!(event instanceof ClientTicks.Tick)) {
            return;
        }
        ClientLimits limits = engine.limits();
        Exchange current = exchange;
        if (ticks.isReaderStalled(ctx.channel(), limits.reader())) {
            ClientConnection.reset(ctx.channel());
        } else if (current != null) {
            current.tick(ctx.channel().config().isAutoRead());
        } else if (!closing && !ClientTicks.hasPending(ctx.channel())) {
            waitForRequest(ctx, limits);
        }
    }

    private void waitForRequest(ChannelHandlerContext ctx, ClientLimits limits) {
        if (!headBegun) {
            if (ticks.isOver(limits.idle())) {
                ctx.close();
            }
        } else if (ticks.isOver(limits.head())) {
            http10 = false;
            refuse(ErrorPage.requestTimeout());
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        Exchange current = exchange;
        if (current != null && ctx.channel().isWritable()) {
            current.clientWritable();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        Exchange current = exchange;
        exchange = null;
        if (current != null) {
            current.clientGone();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // A reset by the client or a broken TLS record: channelInactive follows and tells the exchange.
        Failures.logUnexpected(cause);
        ctx.close();
    }

    // ---- to the client

    @Override
    public void writeInterim(HttpResponse head) {
        if (http10) {
            return;
        }
        // Around the codec: it takes an informational response for the final one.
        ByteBuf bytes = ByteBufUtil.writeAscii(alloc(), Http1Message.interim(head));
        ChannelHandlerContext below = context().pipeline().context(codec);
        below.write(bytes);
        below.flush();
    }

    @Override
    public void writeHead(HttpResponse head, boolean bodiless) {
        HttpHeaders headers = head.headers();
        head.setProtocolVersion(HttpVersion.HTTP_1_1);
        boolean framed = bodiless || HttpUtil.isContentLengthSet(head) || HttpUtil.isTransferEncodingChunked(head);
        dechunk = http10 && (!framed || HttpUtil.isTransferEncodingChunked(head));
        if (dechunk) {
            headers.remove(HttpHeaderNames.TRANSFER_ENCODING);
            keepAlive = false;
        } else if (!framed) {
            headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
        if (!keepAlive) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        } else if (http10) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
        }
        context().write(head, context().voidPromise());
    }

    @Override
    public void writeBody(HttpContent content) {
        context().write(content, context().voidPromise());
    }

    @Override
    public void flush() {
        context().flush();
    }

    @Override
    public boolean isWritable() {
        return context().channel().isWritable();
    }

    @Override
    public void pauseReading() {
        context().channel().config().setAutoRead(false);
    }

    @Override
    public void resumeReading() {
        ChannelConfig config = context().channel().config();
        if (!codec.isStarved() && !config.isAutoRead()) {
            config.setAutoRead(true);
        }
    }

    @Override
    public void tear() {
        ClientConnection.reset(connection().channel());
    }

    @Override
    public void abort() {
        // By its channel: a relay may have taken our place. What the client has not got yet still tells it what broke
        // off.
        Channel channel = connection().channel();
        channel.flush();
        if (dechunk) {
            // Its answer ends with the connection: an orderly close would say that this was all.
            ClientConnection.reset(channel);
        } else {
            channel.close();
        }
    }

    @Override
    public void closeAfterResponse() {
        keepAlive = false;
    }

    @Override
    public void finished(boolean requestComplete) {
        exchange = null;
        if (!requestComplete) {
            // Closing at once would reset the connection and the client might never read the answer.
            closing = true;
            context().channel().config().setAutoRead(true);
            context().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> linger());
        } else if (!keepAlive) {
            closing = true;
            context().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        } else {
            codec.next(context());
            resumeReading();
        }
    }

    /** From the last byte of the answer on. */
    private void linger() {
        context().executor().schedule(() -> context().close(), LINGER_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** The rest of a body that nobody wants; once it is over, nothing is left to wait for but the answer's last byte. */
    private void lingering(Object message) {
        if (message instanceof LastHttpContent) {
            context().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
        ReferenceCountUtil.release(message);
    }

    /** Answers 101 and leaves the connection to the WebSocket. */
    @Override
    public WebSocketEnd upgrade(HttpResponse head, Runnable ended) {
        exchange = null;
        ChannelHandlerContext ctx = context();
        ctx.write(head);
        ctx.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
        codec.stepAside();
        return WebSocketChannel.ofClient(
                ctx.channel(),
                socket -> {
                    ctx.pipeline().replace(this, "websocket", socket);
                    ctx.pipeline().remove(codec);
                    ctx.channel().config().setAutoRead(true);
                },
                engine.limits().reader(),
                ended);
    }
}
