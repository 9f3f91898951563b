package dev.gotunnel.proxy;

import io.netty.handler.codec.http.HttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** What has been sent of a request's body, kept as long as a backend of HTTP/2 may still refuse the stream unread. */
final class SentBody {
    private static final int MAX_BYTES = 64 * 1024;

    private @Nullable ArrayDeque<HttpContent> parts;
    private int bytes;

    /** Keeps a part beside the one that is sent; gives all of it up when that is too much. */
    void keep(HttpContent part) {
        if (bytes <= MAX_BYTES) {
            bytes += part.content().readableBytes();
        }
        if (bytes > MAX_BYTES) {
            forget();
            return;
        }
        if (parts == null) {
            parts = new ArrayDeque<>(2);
        }
        parts.add(part.retainedDuplicate());
    }

    /** It will not be asked for. */
    void forget() {
        if (parts != null) {
            parts.forEach(ReferenceCountUtil::release);
            parts = null;
        }
    }

    /** Hands over what has been kept; null when it has been too much. */
    @Nullable
    ArrayDeque<HttpContent> take() {
        ArrayDeque<HttpContent> taken = parts == null ? new ArrayDeque<>(1) : parts;
        parts = null;
        return bytes <= MAX_BYTES ? taken : null;
    }
}
