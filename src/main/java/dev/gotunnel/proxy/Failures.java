package dev.gotunnel.proxy;

import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http2.Http2CodecUtil;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells a peer that went away or broke the rules, which is everyday life, from a defect of ours, which must be seen. */
final class Failures {
    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

    private Failures() {}

    static void logUnexpected(Throwable cause) {
        boolean ofPeer = cause instanceof IOException
                || cause instanceof DecoderException
                || Http2CodecUtil.getEmbeddedHttp2Exception(cause) != null;
        if (ofPeer) {
            LOG.debug("A connection failed: {}", cause.toString());
        } else {
            LOG.warn("A connection failed unexpectedly", cause);
        }
    }
}
