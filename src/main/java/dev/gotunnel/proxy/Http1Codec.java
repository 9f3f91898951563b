package dev.gotunnel.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.CombinedChannelDuplexHandler;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessageDecoderResult;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1.1 on a client's connection. Netty's decoder mends two things quietly that another reader might take otherwise:
 * a field continued on the next line (obs-fold, RFC 9112 section 5.2), and a request line with other white space than
 * its two spaces (section 3). Here both are failures like any other. Responses need no queue of methods, as Netty's own
 * codec has it: one exchange is served at a time, and what is sent after its request stays unread bytes until then. It may be
 * another request, or what a WebSocket's client says that does not wait (RFC 6455 section 4.1).
 */
final class Http1Codec extends CombinedChannelDuplexHandler<HttpRequestDecoder, HttpResponseEncoder> {
    private static final int LINE_END = 2;

    /** The two spaces and the version of a request line. */
    private static final int REST_OF_LINE = 2 + "HTTP/1.1".length();

    private boolean answersHead;
    private boolean held;
    private boolean starved;
    private boolean aside;

    Http1Codec(HttpDecoderConfig config) {
        init(new Decoder(config), new Encoder());
    }

    /** Says which method the next response answers: one to HEAD has no body. */
    void answers(HttpMethod method) {
        answersHead = HttpMethod.HEAD.equals(method);
    }

    /** Whether bytes wait here for what came before them to be answered: then no more are to be read. */
    boolean isStarved() {
        return starved;
    }

    /** What was read has been answered: the next request may be. */
    void next(ChannelHandlerContext frontend) {
        held = false;
        if (starved) {
            starved = false;
            ChannelHandlerContext own = frontend.pipeline().context(this);
            // Not here and now: it may be in the middle of reading what has been answered.
            own.executor().execute(() -> readOn(own));
        }
    }

    private void readOn(ChannelHandlerContext own) {
        try {
            if (!own.isRemoved()) {
                channelRead(own, Unpooled.EMPTY_BUFFER);
                channelReadComplete(own);
            }
        } catch (Exception e) {
            own.fireExceptionCaught(e);
        }
    }

    /** What is written from now on is no message of HTTP. */
    void stepAside() {
        aside = true;
    }

    /**
     * Counts instead of looking: each line of a head is one field, so that the bytes that were taken must be those of the
     * line, of the fields, and of as many line ends as there are fields. Only trailers, which are rare, are read again.
     */
    private final class Decoder extends HttpRequestDecoder {
        private int taken;
        private boolean inBody;
        private boolean lineEnded;
        private boolean folded;

        Decoder(HttpDecoderConfig config) {
            super(config);
        }

        @Override
        protected void decode(ChannelHandlerContext ctx, ByteBuf buffer, List<Object> out) throws Exception {
            if (held) {
                starved = buffer.isReadable();
                if (starved) {
                    ctx.channel().config().setAutoRead(false);
                }
                return;
            }
            int before = out.size();
            int begin = buffer.readerIndex();
            int blank = !inBody && taken == 0 ? blankLines(buffer) : 0;
            super.decode(ctx, buffer, out);
            Object first = out.size() > before ? out.get(before) : null;
            if (inBody) {
                lookForFolds(buffer, begin, first);
            } else {
                taken += Math.max(0, buffer.readerIndex() - begin - blank);
                if (first instanceof HttpRequest request) {
                    check(request);
                    taken = 0;
                }
            }
            if (out.size() > before) {
                inBody = !(out.getLast() instanceof LastHttpContent);
                held = !inBody;
            }
        }

        /** By itself the decoder asks for more to read whenever it could make nothing of the last: here it is not to. */
        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
            if (starved) {
                discardSomeReadBytes();
                ctx.fireChannelReadComplete();
            } else {
                super.channelReadComplete(ctx);
            }
        }

        /** Called with the target of a request line. */
        @Override
        protected String splitSecondWordInitialLine(byte[] line, int start, int length) {
            if (line[start - 1] != ' ' || line[start + length] != ' ') {
                throw new IllegalArgumentException("white space that is no space");
            }
            return super.splitSecondWordInitialLine(line, start, length);
        }

        /** Called with the version of a request line, which the decoder would take in any case of letters. */
        @Override
        protected String splitThirdWordInitialLine(byte[] line, int start, int length) {
            String version = super.splitThirdWordInitialLine(line, start, length);
            if (!version.equals("HTTP/1.1") && !version.equals("HTTP/1.0")) {
                throw new IllegalArgumentException("another version");
            }
            return version;
        }

        /** The decoder passes over empty lines before a request, as RFC 9112 section 2.2 asks for. */
        private int blankLines(ByteBuf buffer) {
            int index = buffer.readerIndex();
            while (index < buffer.writerIndex() && isLineEnd(buffer.getByte(index))) {
                index++;
            }
            return index - buffer.readerIndex();
        }

        private boolean isLineEnd(byte b) {
            return b == '\r' || b == '\n';
        }

        private void check(HttpRequest request) {
            if (request.decoderResult() instanceof HttpMessageDecoderResult sizes) {
                int line = request.method().name().length() + request.uri().length() + REST_OF_LINE;
                int lineEnds = taken - sizes.initialLineLength() - sizes.headerSize();
                boolean strict = sizes.initialLineLength() == line
                        && lineEnds == LINE_END * (request.headers().size() + 2);
                if (!strict) {
                    request.setDecoderResult(DecoderResult.failure(new IllegalArgumentException("folded lines")));
                }
            }
        }

        private void lookForFolds(ByteBuf buffer, int begin, @Nullable Object message) {
            LastHttpContent last = message instanceof LastHttpContent content ? content : null;
            if (message == null || (last != null && !last.trailingHeaders().isEmpty())) {
                for (int i = begin; i < buffer.readerIndex(); i++) {
                    byte b = buffer.getByte(i);
                    folded |= lineEnded && (b == ' ' || b == '\t');
                    lineEnded = b == '\n';
                }
                if (last != null && folded) {
                    last.setDecoderResult(DecoderResult.failure(new IllegalArgumentException("folded lines")));
                }
            }
            if (message != null) {
                lineEnded = false;
                folded = false;
            }
        }
    }

    private final class Encoder extends HttpResponseEncoder {
        @Override
        public boolean acceptOutboundMessage(Object message) throws Exception {
            return !aside && super.acceptOutboundMessage(message);
        }

        @Override
        protected boolean isContentAlwaysEmpty(HttpResponse response) {
            return answersHead || super.isContentAlwaysEmpty(response);
        }
    }
}
