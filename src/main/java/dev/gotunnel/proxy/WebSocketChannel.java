package dev.gotunnel.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The end of a WebSocket that is a connection of its own: a client's, or a backend's. In its pipeline, in place of HTTP. */
final class WebSocketChannel extends ChannelInboundHandlerAdapter implements WebSocketEnd {
    private final Channel channel;
    private final Consumer<WebSocketChannel> install;
    private final @Nullable Client client;
    private @Nullable WebSocketEnd other;
    private boolean broken;

    /**
     * What a client's end knows besides.
     *
     * @param patience how long it may take nothing of what is there for it
     * @param ended called once when its connection has closed
     */
    private record Client(Duration patience, Runnable ended, ClientTicks ticks) {}

    private WebSocketChannel(Channel channel, Consumer<WebSocketChannel> install, @Nullable Client client) {
        this.channel = channel;
        this.install = install;
        this.client = client;
    }

    /** @param install puts it into the pipeline, in place of what speaks HTTP there */
    static WebSocketChannel ofBackend(Channel channel, Consumer<WebSocketChannel> install) {
        return new WebSocketChannel(channel, install, null);
    }

    /**
     * The end of a client.
     *
     * @param install puts it into the pipeline, in place of what speaks HTTP there
     * @param patience how long the client may take nothing of what is there for it
     * @param ended called once when its connection has closed
     */
    static WebSocketChannel ofClient(
            Channel channel, Consumer<WebSocketChannel> install, Duration patience, Runnable ended) {
        return new WebSocketChannel(channel, install, new Client(patience, ended, new ClientTicks()));
    }

    @Override
    public void open(WebSocketEnd newOther) {
        other = newOther;
        install.accept(this);
    }

    private WebSocketEnd other() {
        WebSocketEnd known = other;
        if (known == null) {
            throw new IllegalStateException("not open yet");
        }
        return known;
    }

    // ---- from its peer

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!other().write((ByteBuf) message)) {
            ctx.channel().config().setAutoRead(false);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        other().flush();
        if (!other().isWritable()) {
            ctx.channel().config().setAutoRead(false);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (ctx.channel().isWritable()) {
            other().resumeReading();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (client != null
                && event instanceof ClientTicks.Tick
                && client.ticks.isReaderStalled(channel, client.patience)) {
            ClientConnection.reset(channel);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (client != null) {
            client.ended.run();
        }
        if (broken) {
            other().reset();
        } else {
            other().close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        Failures.logUnexpected(cause);
        broken |= cause instanceof IOException;
        ctx.close();
    }

    // ---- from the other end

    @Override
    public boolean write(ByteBuf bytes) {
        channel.write(bytes, channel.voidPromise());
        return true;
    }

    @Override
    public void flush() {
        channel.flush();
    }

    @Override
    public boolean isWritable() {
        return channel.isWritable();
    }

    @Override
    public void resumeReading() {
        if (!channel.config().isAutoRead()) {
            channel.config().setAutoRead(true);
        }
    }

    @Override
    public void end() {
        if (channel instanceof DuplexChannel duplex && channel.pipeline().get(SslHandler.class) == null) {
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener((ChannelFuture _) -> duplex.shutdownOutput());
        } else {
            close();
        }
    }

    @Override
    public void close() {
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void reset() {
        if (client == null) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
            channel.close();
        } else {
            // What a backend said before it broke off may be the reason why.
            close();
        }
    }
}
