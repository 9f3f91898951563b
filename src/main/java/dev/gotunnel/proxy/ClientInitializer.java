package dev.gotunnel.proxy;

import dev.gotunnel.proxy.ProtocolDetector.Protocol;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.handler.ssl.SniHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sets up a client's connection: TLS by the name it asks for, then HTTP/2 or HTTP/1.1 by ALPN (RFC 7301); without TLS, what
 * its first bytes show.
 */
final class ClientInitializer extends ChannelInitializer<Channel> {
    private static final Logger LOG = LoggerFactory.getLogger(ClientInitializer.class);

    /** One record per 16 KiB is the rule; handing OpenSSL more at once saves calls for large bodies. */
    private static final int WRAP_BYTES = 128 * 1024;

    private static final int HANDSHAKE_MILLIS = 10_000;

    /** Bytes of a ClientHello: those of today, with post-quantum keys and a ticket, have 2 to 4 KiB. */
    private static final int MAX_GREETING = 64 * 1024;

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
        if (!engine.census().admit(channel)) {
            LOG.debug("{} has too many connections open", channel.remoteAddress());
            channel.close();
            return;
        }
        engine.clients().add(channel);
        engine.telemetry().metrics().connection(1);
        channel.closeFuture().addListener(_ -> engine.telemetry().metrics().connection(-1));
        channel.pipeline().addLast(new ProtocolDetector(engine.limits().idle(), tls, this::serve));
    }

    private void serve(ChannelPipeline pipeline, Protocol protocol) {
        switch (protocol) {
            case TLS -> pipeline.addLast(new Sni(), new Negotiated());
            case HTTP_2 -> Http2Frontend.install(pipeline, engine, false, tls);
            case HTTP_1 -> http1(pipeline, false);
        }
    }

    private void http1(ChannelPipeline pipeline, boolean secure) {
        Http1Codec codec = new Http1Codec(decoding);
        pipeline.addLast(codec, new Http1Frontend(engine, codec, secure, tls));
    }

    private final class Sni extends SniHandler {
        Sni() {
            super(contexts, MAX_GREETING, HANDSHAKE_MILLIS);
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
                Http2Frontend.install(ctx.pipeline(), engine, true, true);
            } else {
                http1(ctx.pipeline(), true);
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
