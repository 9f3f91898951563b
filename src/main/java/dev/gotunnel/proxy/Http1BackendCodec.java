package dev.gotunnel.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.CombinedChannelDuplexHandler;
import io.netty.handler.codec.http.HttpConstants;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpStatusClass;
import java.nio.charset.StandardCharsets;

/**
 * HTTP/1.1 on a connection to a backend. Netty's own codec encodes the bytes of a request's target once more, and keeps a
 * queue of methods that is of no use where one request is under way at a time.
 */
final class Http1BackendCodec extends CombinedChannelDuplexHandler<HttpResponseDecoder, HttpRequestEncoder> {
    private boolean askedHead;

    Http1BackendCodec(HttpDecoderConfig config) {
        init(new Decoder(config), new Encoder());
    }

    private final class Decoder extends HttpResponseDecoder {
        Decoder(HttpDecoderConfig config) {
            super(config);
        }

        @Override
        protected boolean isContentAlwaysEmpty(HttpMessage message) {
            boolean isFinal = message instanceof HttpResponse response
                    && response.status().codeClass() != HttpStatusClass.INFORMATIONAL;
            return (askedHead && isFinal) || super.isContentAlwaysEmpty(message);
        }
    }

    private final class Encoder extends HttpRequestEncoder {
        @Override
        protected void encodeInitialLine(ByteBuf line, HttpRequest request) {
            askedHead = HttpMethod.HEAD.equals(request.method());
            ByteBufUtil.copy(request.method().asciiName(), line);
            line.writeByte(HttpConstants.SP);
            // One byte a character, as it was read.
            line.writeCharSequence(request.uri(), StandardCharsets.ISO_8859_1);
            line.writeByte(HttpConstants.SP);
            line.writeCharSequence(request.protocolVersion().text(), StandardCharsets.US_ASCII);
            line.writeByte(HttpConstants.CR).writeByte(HttpConstants.LF);
        }
    }
}
