package dev.gotunnel.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DecoratingHttp2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;

/**
 * Ends a connection whose client sends frame after frame that neither asks nor carries anything: each costs work, some an
 * answer, and none is counted by flow control (RFC 9113 section 10.5). What Netty counts by itself are resets, empty DATA
 * frames and CONTINUATION frames.
 */
final class FloodGuard extends DecoratingHttp2ConnectionDecoder {
    private final int limit;
    private int idleFrames;

    /**
     * @param limit how many such frames may come in a row
     */
    FloodGuard(Http2ConnectionDecoder delegate, int limit) {
        super(delegate);
        this.limit = limit;
    }

    /** Something was asked, carried or answered. */
    void progress() {
        idleFrames = 0;
    }

    private void count() throws Http2Exception {
        if (++idleFrames > limit) {
            throw Http2Exception.connectionError(
                    Http2Error.ENHANCE_YOUR_CALM, "more than %d frames without a request or data", limit);
        }
    }

    @Override
    public void frameListener(Http2FrameListener listener) {
        super.frameListener(new Counter(listener));
    }

    private final class Counter extends Http2FrameListenerDecorator {
        Counter(Http2FrameListener listener) {
            super(listener);
        }

        @Override
        public int onDataRead(ChannelHandlerContext ctx, int stream, ByteBuf data, int padding, boolean end)
                throws Http2Exception {
            progress();
            return super.onDataRead(ctx, stream, data, padding, end);
        }

        @Override
        public void onHeadersRead(ChannelHandlerContext ctx, int stream, Http2Headers headers, int padding, boolean end)
                throws Http2Exception {
            progress();
            super.onHeadersRead(ctx, stream, headers, padding, end);
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext ctx,
                int stream,
                Http2Headers headers,
                int dependency,
                short weight,
                boolean exclusive,
                int padding,
                boolean end)
                throws Http2Exception {
            progress();
            super.onHeadersRead(ctx, stream, headers, dependency, weight, exclusive, padding, end);
        }

        @Override
        public void onPriorityRead(
                ChannelHandlerContext ctx, int stream, int dependency, short weight, boolean exclusive)
                throws Http2Exception {
            count();
        }

        @Override
        public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings settings) throws Http2Exception {
            count();
            super.onSettingsRead(ctx, settings);
        }

        @Override
        public void onPingRead(ChannelHandlerContext ctx, long data) throws Http2Exception {
            count();
            super.onPingRead(ctx, data);
        }

        @Override
        public void onPingAckRead(ChannelHandlerContext ctx, long data) throws Http2Exception {
            count();
            super.onPingAckRead(ctx, data);
        }

        @Override
        public void onSettingsAckRead(ChannelHandlerContext ctx) throws Http2Exception {
            count();
            super.onSettingsAckRead(ctx);
        }

        @Override
        public void onGoAwayRead(ChannelHandlerContext ctx, int last, long error, ByteBuf debug) throws Http2Exception {
            count();
            super.onGoAwayRead(ctx, last, error, debug);
        }

        @Override
        public void onWindowUpdateRead(ChannelHandlerContext ctx, int stream, int increment) throws Http2Exception {
            count();
            super.onWindowUpdateRead(ctx, stream, increment);
        }

        @Override
        public void onUnknownFrame(ChannelHandlerContext ctx, byte type, int stream, Http2Flags flags, ByteBuf payload)
                throws Http2Exception {
            count();
        }
    }
}
