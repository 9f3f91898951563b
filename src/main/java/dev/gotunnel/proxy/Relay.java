package dev.gotunnel.proxy;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Passes bytes from its channel to another one on the same event loop, as fast as the other takes them, and closes it
 * when its own closes. Two of them make a WebSocket's two directions.
 */
final class Relay extends ChannelInboundHandlerAdapter {
    private final Channel to;
    private final Runnable ended;

    /**
     * @param to where the bytes go
     * @param ended called once when this side has closed
     */
    Relay(Channel to, Runnable ended) {
        this.to = to;
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
