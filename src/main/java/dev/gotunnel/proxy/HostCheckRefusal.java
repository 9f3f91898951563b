package dev.gotunnel.proxy;

import dev.gotunnel.policy.DevServer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.search.AbstractMultiSearchProcessorFactory;
import io.netty.buffer.search.MultiSearchProcessor;
import io.netty.buffer.search.MultiSearchProcessorFactory;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Looks for the words of a development server that refuses a name in the body of an answer, as its parts pass by: nothing
 * is kept of them but how far the words have come. One answer, on its event loop.
 */
final class HostCheckRefusal {
    /** Rails writes 5 KiB of style sheet first. */
    private static final int LOOKED_AT = 32 * 1024;

    private static final MultiSearchProcessorFactory WORDS =
            AbstractMultiSearchProcessorFactory.newAhoCorasicSearchProcessorFactory(Arrays.stream(Sign.values())
                    .map(sign -> sign.words.getBytes(StandardCharsets.US_ASCII))
                    .toArray(byte[][]::new));

    /** What servers say: seen of Vite 8, webpack-dev-server 5, Next.js 16, Rails 6.1, Django 3.2 and 5.2; others by their source. */
    private enum Sign {
        VITE(DevServer.VITE, 403, "Blocked request. This host"),
        WEBPACK(DevServer.WEBPACK, 403, "Invalid Host header"),
        NEXT(DevServer.NEXT, 403, "Unauthorized"),
        RAILS_6(DevServer.RAILS, 403, "Blocked host:"),
        RAILS_7(DevServer.RAILS, 403, "Blocked hosts:"),
        DJANGO_DEBUG(DevServer.DJANGO, 400, "DisallowedHost"),
        /** All that Django says of any request that looks like an attack. */
        DJANGO(DevServer.DJANGO, 400, "<h1>Bad Request (400)</h1>");

        private final DevServer server;
        private final int status;
        private final String words;

        Sign(DevServer server, int status, String words) {
            this.server = server;
            this.status = status;
            this.words = words;
        }

        /** Whether the words mean a refused name in an answer to this request. */
        private boolean holds(HttpRequest request, int actual) {
            return status == actual
                    && switch (this) {
                        case NEXT -> HostChecks.isCheckedByNext(request);
                        // With a body, it may be that which Django does not like.
                        case DJANGO -> request.method().equals(HttpMethod.GET);
                        default -> true;
                    };
        }
    }

    private final HttpRequest request;
    private final int status;
    private final MultiSearchProcessor search = WORDS.newSearchProcessor();
    private int left = LOOKED_AT;

    HostCheckRefusal(HttpRequest request, int status) {
        this.request = request;
        this.status = status;
    }

    /** The server that refuses, once that can be said. Reads the next part of the body without consuming it. */
    @Nullable
    DevServer look(ByteBuf part) {
        int from = part.readerIndex();
        int end = from + Math.min(left, part.readableBytes());
        left -= end - from;
        while (from < end) {
            int found = part.forEachByte(from, end - from, search);
            if (found < 0) {
                return null;
            }
            Sign sign = Sign.values()[search.getFoundNeedleId()];
            if (sign.holds(request, status)) {
                return sign.server;
            }
            from = found + 1;
        }
        return null;
    }
}
