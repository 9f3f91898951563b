package dev.gotunnel.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;

/**
 * Passes the bytes of a WebSocket between its backend's connection and the HTTP/2 stream that stands for the client's
 * (RFC 8441), as fast as the slower one takes them: an orderly end is {@code END_STREAM}, a reset {@code RST_STREAM}. In
 * the backend's pipeline, in place of its codec; the stream calls in.
 */
final class StreamRelay extends ChannelInboundHandlerAdapter {
    private final Http2ClientStream stream;
    private final Channel backend;
    private final Runnable ended;
    private boolean broken;

    /**
     * @param ended called when the WebSocket has ended, maybe more than once
     */
    StreamRelay(Http2ClientStream stream, Channel backend, Runnable ended) {
        this.stream = stream;
        this.backend = backend;
        this.ended = ended;
    }

    // ---- from the backend

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!stream.writeBytes((ByteBuf) message)) {
            // Not even in this very read: a window that never opens must not fill memory.
            ctx.channel().config().setAutoRead(false);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        stream.flush();
        if (!stream.isWritable()) {
            ctx.channel().config().setAutoRead(false);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (ctx.channel().isWritable()) {
            stream.resumeReading();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        ended.run();
        if (broken) {
            stream.cancel();
        } else {
            stream.writeEndOfBytes();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        Failures.logUnexpected(cause);
        broken |= cause instanceof IOException;
        ctx.close();
    }

    // ---- from the stream

    /** Takes over bytes of the client's. */
    void write(ByteBuf bytes) {
        backend.write(bytes, backend.voidPromise());
    }

    void flush() {
        backend.flush();
    }

    boolean isWritable() {
        return backend.isWritable();
    }

    /** The client takes bytes again. */
    void resume() {
        if (!backend.config().isAutoRead()) {
            backend.config().setAutoRead(true);
        }
    }

    /** The client says no more; the backend may. */
    void end() {
        backend.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener((ChannelFuture flushed) -> {
            if (backend instanceof DuplexChannel duplex && backend.pipeline().get(SslHandler.class) == null) {
                duplex.shutdownOutput();
            } else {
                backend.close();
            }
        });
    }

    /** The client has reset the stream, or is gone. */
    void reset() {
        backend.config().setOption(ChannelOption.SO_LINGER, 0);
        close();
    }

    void close() {
        ended.run();
        backend.close();
    }
}
