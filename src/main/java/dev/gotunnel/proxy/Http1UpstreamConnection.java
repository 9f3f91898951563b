package dev.gotunnel.proxy;

import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1.1 connection to a backend, on the event loop of the client whose exchange it serves. Serves one exchange at
 * a time and lies idle in its {@link UpstreamConnections} between them.
 */
final class Http1UpstreamConnection extends ChannelInboundHandlerAdapter implements UpstreamConnection, UpstreamStream {
    private static final String TIMEOUT = "timeout=";

    private final UpstreamConnections pool;
    private @Nullable ChannelHandlerContext context;
    private @Nullable Listener exchange;
    private long idleSince;
    private long backendIdleLimit = Long.MAX_VALUE;
    private boolean reused;
    private boolean keepAlive;
    private boolean interim;
    private boolean switching;
    private boolean unflushed;
    private boolean deaf;
    private boolean broken;
    private boolean done;
    private @Nullable Listener flushTarget;

    Http1UpstreamConnection(UpstreamConnections pool) {
        this.pool = pool;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    private ChannelHandlerContext context() {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            throw new IllegalStateException("not in a pipeline yet");
        }
        return ctx;
    }

    @Override
    public boolean isReused() {
        return reused;
    }

    /** Whether it is open and has been idle for less than the limit and less than the backend's own. */
    boolean isUsable(long maxIdleNanos) {
        long idle = System.nanoTime() - idleSince;
        return context().channel().isActive() && idle < Math.min(maxIdleNanos, backendIdleLimit);
    }

    @Override
    public void attach(Listener newExchange) {
        exchange = newExchange;
        keepAlive = false;
        interim = false;
        switching = false;
    }

    @Override
    public void abandon() {
        exchange = null;
        close();
    }

    @Override
    public void write(HttpRequest head) {
        context().write(head, context().voidPromise());
        unflushed = true;
    }

    @Override
    public void write(HttpContent body) {
        if (deaf) {
            ReferenceCountUtil.release(body);
        } else {
            context().write(body, context().voidPromise());
            unflushed = true;
        }
    }

    @Override
    public void flush() {
        if (unflushed) {
            unflushed = false;
            context().flush();
        }
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
        if (!config.isAutoRead()) {
            config.setAutoRead(true);
        }
    }

    @Override
    public void close() {
        context().close();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        Listener current = exchange;
        if (current == null) {
            // A backend that speaks without having been asked cannot be trusted to frame its next answer.
            ReferenceCountUtil.release(message);
            done = false;
            ctx.close();
            return;
        }
        if (message instanceof HttpResponse head) {
            onHead(current, head);
        }
        if (message instanceof HttpContent body) {
            onBody(ctx, current, body);
        }
    }

    private void onHead(Listener current, HttpResponse head) {
        if (head.decoderResult().isFailure()) {
            current.upstreamFailed("its answer is not HTTP");
            abandon();
            return;
        }
        String coding = head.headers().get(HttpHeaderNames.TRANSFER_ENCODING);
        if (coding != null && !HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(coding)) {
            // The client would get the body without what says how to read it (RFC 9112 section 6.1).
            current.upstreamFailed("its answer has a transfer coding that was not asked for");
            abandon();
            return;
        }
        int status = head.status().code();
        switching = status == HttpResponseStatus.SWITCHING_PROTOCOLS.code();
        interim = !switching && head.status().codeClass() == HttpStatusClass.INFORMATIONAL;
        if (interim) {
            current.interimResponse(head);
        } else if (switching) {
            if (!current.wantsUpgrade()) {
                current.upstreamFailed("it changed the protocol without being asked");
                abandon();
                return;
            }
            current.switchingProtocols(head);
        } else {
            keepAlive = HttpUtil.isKeepAlive(head);
            readKeepAliveHint(head);
            current.responseHead(head);
        }
        flushTarget = current;
    }

    private void onBody(ChannelHandlerContext ctx, Listener current, HttpContent body) {
        if (exchange == null) {
            ReferenceCountUtil.release(body);
            return;
        }
        if (body.decoderResult().isFailure()) {
            ReferenceCountUtil.release(body);
            current.upstreamFailed("its answer is not complete");
            abandon();
            return;
        }
        boolean last = body instanceof LastHttpContent;
        if (interim) {
            ReferenceCountUtil.release(body);
            return;
        }
        if (switching) {
            ReferenceCountUtil.release(body);
            if (last) {
                exchange = null;
                current.upgrade(WebSocketChannel.ofBackend(ctx.channel(), socket -> {
                    ctx.pipeline().replace(this, "websocket", socket);
                    ctx.pipeline().remove(Http1BackendCodec.class);
                }));
            }
            return;
        }
        if (last && broken) {
            // The decoder takes a reset for the end of an answer that ends with its connection: it is none.
            ReferenceCountUtil.release(body);
            return;
        }
        flushTarget = current;
        current.responseBody(body);
        if (last) {
            exchange = null;
            done = keepAlive && !deaf && current.isRequestComplete();
            current.responseComplete();
            if (!done) {
                flushToClient();
                ctx.close();
            }
        }
    }

    /** Back among the idle ones. */
    private void release() {
        done = false;
        resumeReading();
        reused = true;
        idleSince = System.nanoTime();
        pool.giveBack(this);
    }

    /** {@code Keep-Alive: timeout=5}: one second of it is kept as a margin. */
    private void readKeepAliveHint(HttpResponse head) {
        String hint = head.headers().get("keep-alive");
        int at = hint == null ? -1 : hint.indexOf(TIMEOUT);
        if (hint != null && at >= 0) {
            int end = at + TIMEOUT.length();
            int seconds = 0;
            while (end < hint.length() && Character.isDigit(hint.charAt(end)) && seconds < 100_000) {
                seconds = seconds * 10 + hint.charAt(end++) - '0';
            }
            backendIdleLimit = TimeUnit.SECONDS.toNanos(Math.max(0, seconds - 1));
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        Listener current = exchange;
        if (done && ctx.channel().isActive()) {
            // Not before all of this read has been seen: a second answer in it must not become the next one's.
            release();
        }
        flushToClient();
        if (current != null && !current.isClientWritable()) {
            ctx.channel().config().setAutoRead(false);
        }
    }

    private void flushToClient() {
        Listener target = flushTarget;
        if (target != null) {
            flushTarget = null;
            target.flushToClient();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        Listener current = exchange;
        if (current != null && ctx.channel().isWritable()) {
            current.upstreamWritable();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        Listener current = exchange;
        exchange = null;
        if (current == null) {
            pool.forget(this);
        } else {
            current.upstreamClosed(this);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        Failures.logUnexpected(cause);
        Listener current = exchange;
        if (current == null || !(cause instanceof IOException)) {
            ctx.close();
        } else if (current.isRequestComplete()) {
            // A reset: channelInactive follows and tells the exchange.
            broken = true;
        } else {
            // It takes no more of the request. What it has answered may still be on its way; the end follows for sure.
            deaf = true;
        }
    }
}
