package dev.gotunnel.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * Tells by its first bytes what a connection speaks: TLS, HTTP/2 with prior knowledge (RFC 9113 section 3.3), else
 * HTTP/1.1. On a TLS port too: somebody who types {@code http://shop.localhost:8443} is led to HTTPS instead of into a
 * broken handshake.
 */
final class ProtocolDetector extends ByteToMessageDecoder {
    /** First byte of a TLS handshake record (RFC 8446 section 5.1). */
    private static final int TLS_HANDSHAKE = 22;

    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final ClientTicks ticks = new ClientTicks();
    private final Duration patience;
    private final boolean tls;
    private final Choice choice;

    /** What the connection may speak. */
    enum Protocol {
        TLS,
        HTTP_2,
        HTTP_1
    }

    /** Adds to the pipeline what serves a protocol. */
    @FunctionalInterface
    interface Choice {
        void made(ChannelPipeline pipeline, Protocol protocol);
    }

    /**
     * @param patience how long the first bytes may take
     * @param tls whether TLS is spoken here
     */
    ProtocolDetector(Duration patience, boolean tls, Choice choice) {
        this.patience = patience;
        this.tls = tls;
        this.choice = choice;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ClientTicks.Tick && ticks.isOver(patience)) {
            ctx.close();
        }
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        int length = Math.min(in.readableBytes(), PREFACE.length);
        if (length == 0) {
            return;
        }
        Protocol protocol;
        if (tls && in.getByte(in.readerIndex()) == TLS_HANDSHAKE) {
            protocol = Protocol.TLS;
        } else if (!isPreface(in, length)) {
            protocol = Protocol.HTTP_1;
        } else if (length < PREFACE.length) {
            return;
        } else {
            protocol = Protocol.HTTP_2;
        }
        choice.made(ctx.pipeline(), protocol);
        ctx.pipeline().remove(this);
    }

    private static boolean isPreface(ByteBuf in, int length) {
        for (int i = 0; i < length; i++) {
            if (in.getByte(in.readerIndex() + i) != PREFACE[i]) {
                return false;
            }
        }
        return true;
    }
}
