package dev.gotunnel.proxy;

import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;

/**
 * The backend's side of one exchange: an HTTP/1.1 connection while it carries a request, or one HTTP/2 stream. The
 * counterpart of {@link ClientStream}; all calls on the event loop of both.
 */
interface UpstreamStream {
    /** Binds it to its exchange, which from now on hears of everything that the backend does. */
    void attach(Exchange exchange);

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
