package dev.gotunnel.proxy;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.time.Duration;

/**
 * Passes bytes from its channel to another one on the same event loop, as fast as the other takes them, and closes it
 * when its own closes. Two of them make a WebSocket's two directions.
 */
final class Relay extends ChannelInboundHandlerAdapter {
    private final Channel to;
    private final Duration patience;
    private final Runnable ended;
    private final ClientTicks ticks = new ClientTicks();

    /**
     * @param to where the bytes go
     * @param patience how long the client may take nothing of what is there for it
     * @param ended called once when this side has closed
     */
    Relay(Channel to, Duration patience, Runnable ended) {
        this.to = to;
        this.patience = patience;
        this.ended = ended;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        to.write(message, to.voidPromise());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        to.flush();
        if (!to.isWritable()) {
            ctx.channel().config().setAutoRead(false);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (ctx.channel().isWritable()) {
            to.config().setAutoRead(true);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ClientTicks.Tick && ticks.isReaderStalled(ctx.channel(), patience)) {
            ClientConnection.reset(ctx.channel());
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        ended.run();
        to.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // A reset on either side ends both: channelInactive follows.
        Failures.logUnexpected(cause);
        ctx.close();
    }
}
