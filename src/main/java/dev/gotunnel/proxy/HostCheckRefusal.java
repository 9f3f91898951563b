package dev.gotunnel.proxy;

import dev.gotunnel.policy.DevServer;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Recognises the answer of a development server that refuses a host name that it was not told of. */
final class HostCheckRefusal {
    /** The sentence stands at the beginning of a small page; Django's names the error in its title. */
    private static final int LOOKED_AT = 2048;

    private HostCheckRefusal() {}

    /** Whether an answer's body is worth a look. */
    static boolean isLikely(int status) {
        return status == HttpResponseStatus.FORBIDDEN.code() || status == HttpResponseStatus.BAD_REQUEST.code();
    }

    /** The server that has refused; null when the body says something else. Reads without consuming. */
    static @Nullable DevServer recognise(ByteBuf body) {
        String text = body.toString(
                body.readerIndex(), Math.min(body.readableBytes(), LOOKED_AT), StandardCharsets.ISO_8859_1);
        if (text.contains("Blocked request. This host")) {
            return DevServer.VITE;
        }
        if (text.contains("Invalid Host header") || text.contains("Invalid Host/Origin header")) {
            return DevServer.WEBPACK;
        }
        if (text.contains("Blocked hosts:") || text.contains("Blocked host:")) {
            return DevServer.RAILS;
        }
        return text.contains("DisallowedHost") || text.contains("Invalid HTTP_HOST header") ? DevServer.DJANGO : null;
    }
}
