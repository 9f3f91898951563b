package dev.gotunnel.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.handler.ssl.SniHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sets up a client's connection: TLS by the name it asks for, then HTTP/2 or HTTP/1.1 by ALPN (RFC 7301). */
final class ClientInitializer extends ChannelInitializer<Channel> {
    private static final Logger LOG = LoggerFactory.getLogger(ClientInitializer.class);

    /** First byte of a TLS handshake record (RFC 8446 section 5.1). */
    private static final int TLS_HANDSHAKE = 22;

    /** One record per 16 KiB is the rule; handing OpenSSL more at once saves calls for large bodies. */
    private static final int WRAP_BYTES = 128 * 1024;

    private static final int HANDSHAKE_MILLIS = 10_000;

    private final EngineContext engine;
    private final TlsContexts contexts;
    private final HttpDecoderConfig decoding;
    private final boolean tls;

    ClientInitializer(EngineContext engine, TlsContexts contexts, HttpDecoderConfig decoding, boolean tls) {
        this.engine = engine;
        this.contexts = contexts;
        this.decoding = decoding;
        this.tls = tls;
    }

    @Override
    protected void initChannel(Channel channel) {
        engine.clients().add(channel);
        engine.telemetry().metrics().connection(1);
        channel.closeFuture().addListener(_ -> engine.telemetry().metrics().connection(-1));
        if (tls) {
            channel.pipeline().addLast(new FirstByte());
        } else {
            http1(channel.pipeline(), false, false);
        }
    }

    private void http1(ChannelPipeline pipeline, boolean secure, boolean tlsPort) {
        pipeline.addLast(new HttpServerCodec(decoding), new Http1Frontend(engine, secure, tlsPort));
    }

    /** Somebody who types {@code http://shop.localhost:8443} is led to HTTPS instead of into a broken handshake. */
    private final class FirstByte extends ByteToMessageDecoder {
        private final ClientTicks ticks = new ClientTicks();

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof ClientTicks.Tick && ticks.isOver()) {
                ctx.close();
            }
        }

        @Override
        protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
            if (!in.isReadable()) {
                return;
            }
            ChannelPipeline pipeline = ctx.pipeline();
            if (in.getByte(in.readerIndex()) == TLS_HANDSHAKE) {
                pipeline.addLast(new Sni(), new Negotiated());
            } else {
                http1(pipeline, false, true);
            }
            pipeline.remove(this);
        }
    }

    private final class Sni extends SniHandler {
        Sni() {
            super(contexts, 0, HANDSHAKE_MILLIS);
        }

        @Override
        protected SslHandler newSslHandler(SslContext context, ByteBufAllocator allocator) {
            SslHandler handler = super.newSslHandler(context, allocator);
            handler.setWrapDataSize(WRAP_BYTES);
            handler.setHandshakeTimeoutMillis(HANDSHAKE_MILLIS);
            return handler;
        }

        @Override
        protected void replaceHandler(ChannelHandlerContext ctx, String name, SslContext context) throws Exception {
            try {
                super.replaceHandler(ctx, name, context);
            } finally {
                // Handed out with a reference of its own, so that a certificate can be replaced in this very moment.
                ReferenceCountUtil.release(context);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            LOG.debug("A TLS connection could not begin: {}", cause.toString());
            ctx.close();
        }
    }

    private final class Negotiated extends ApplicationProtocolNegotiationHandler {
        Negotiated() {
            super(ApplicationProtocolNames.HTTP_1_1);
        }

        @Override
        protected void configurePipeline(ChannelHandlerContext ctx, String protocol) {
            if (ApplicationProtocolNames.HTTP_2.equals(protocol)) {
                Http2Frontend.install(ctx.pipeline(), engine);
            } else {
                http1(ctx.pipeline(), true, true);
            }
        }

        @Override
        protected void handshakeFailure(ChannelHandlerContext ctx, Throwable cause) {
            LOG.debug("A TLS handshake failed: {}", cause.toString());
            ctx.close();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            LOG.debug("A TLS connection failed: {}", cause.toString());
            ctx.close();
        }
    }
}
