package dev.gotunnel.proxy;

import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The backend's side of one exchange: an HTTP/1.1 connection while it carries a request, or one HTTP/2 stream. The
 * counterpart of {@link ClientStream}; all calls on the event loop of both.
 */
interface UpstreamStream {
    /** Who asks, and hears of everything that the backend does; on the event loop. */
    interface Listener {
        /** Whether the client takes trailers after the body, and said so. */
        boolean acceptsTrailers();

        /** Whether it asked to change to WebSocket. */
        boolean wantsUpgrade();

        /** Whether all of the request has been sent. */
        boolean isRequestComplete();

        /** Whether it takes more of the response now. */
        boolean isClientWritable();

        /** What has been read so far in one go is over. */
        void flushToClient();

        /** The backend has room for more of the request. */
        void upstreamWritable();

        /** An informational response (1xx). */
        void interimResponse(HttpResponse head);

        /** The head of the final response. */
        void responseHead(HttpResponse head);

        /** A part of the response's body; takes over the reference. */
        void responseBody(HttpContent content);

        /** The response is complete; the stream is no longer its. */
        void responseComplete();

        /** The backend agrees to change to WebSocket; {@link #upgrade} follows. */
        void switchingProtocols(HttpResponse head);

        /** From here on the backend's side carries bytes that are not ours to read. */
        void upgrade(WebSocketEnd backend);

        /** The backend closed the connection before it had answered in full. */
        void upstreamClosed(UpstreamStream closed);

        /**
         * The backend has refused the request before it looked at it (RFC 9113 section 8.7).
         *
         * @param sent the body so far; null when it was too large to be kept
         */
        void upstreamRefused(@Nullable ArrayDeque<HttpContent> sent);

        /** The backend ended this exchange alone, for a reason that HTTP/2 has a code for. */
        void upstreamReset(long code);

        /** The backend answered with something that is not an answer. */
        void upstreamFailed(String reason);
    }

    /** Binds it to who asks. */
    void attach(Listener exchange);

    /** Sends the head of the request, and leaves it as it is: it may have to be sent again elsewhere. */
    void write(HttpRequest head);

    /** Sends a part of the request's body; the last one ends the request. Takes over the reference. */
    void write(HttpContent body);

    /** Sends what was written. */
    void flush();

    /** Whether more may be written now without piling up in memory. */
    boolean isWritable();

    /** Takes no more of the response for now, not even in this very read. */
    void pauseReading();

    /** Takes more of the response after the client has caught up. */
    void resumeReading();

    /** Parts from its exchange without an answer: the backend need not go on. */
    void abandon();

    /** Whether an earlier exchange has used its connection: then the backend may close it at the very moment of the next. */
    boolean isReused();
}
