package dev.gotunnel.proxy;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of one exchange: an HTTP/1.1 connection while it carries a request, or one HTTP/2 stream. All calls
 * on the connection's event loop.
 */
interface ClientStream {
    /** What is known of the connection, the same for all its exchanges. */
    ClientConnection connection();

    /** Sends an informational response (1xx); the final one follows. */
    void writeInterim(HttpResponse head);

    /**
     * Sends the head of the response. Takes it over and may edit it.
     *
     * @param bodiless whether no body can follow, whatever the head says (HEAD, 204, 304)
     */
    void writeHead(HttpResponse head, boolean bodiless);

    /** Sends a part of the body; the last one ends the response. Takes over the reference. */
    void writeBody(HttpContent content);

    /** Sends what was written. */
    void flush();

    /** Whether more may be written now without piling up in memory. */
    boolean isWritable();

    /** Stops to take the request's body from the client until {@link #resumeReading()}. */
    void pauseReading();

    /** Takes the request's body again, and grants the client what has been consumed. */
    void resumeReading();

    /** Breaks the connection or stream off without a word, as a failing network would. */
    void tear();

    /** Breaks the response off where it stands, so that the client sees that it is not complete. */
    void abort();

    /** Ends the exchange wherever it stands, because its tunnel has stopped: nothing has gone wrong with it. */
    default void cancel() {
        abort();
    }

    /** Whether the client would take a response with this status for the consent to its WebSocket, which it is not. */
    default boolean isConsent(HttpResponseStatus status) {
        return false;
    }

    /**
     * Answers that the protocol changes, after which both sides exchange bytes that are not ours to read.
     *
     * @param head the backend's answer
     * @param ended called when the client's side has ended
     * @return the client's end, to be opened; null when the backend's answer does not prove that it has understood (RFC
     *     6455 section 4.1)
     */
    @Nullable
    WebSocketEnd upgrade(HttpResponse head, Runnable ended);

    /**
     * Breaks the response off as the backend has done.
     *
     * @param code the backend's reason (RFC 9113 section 7), for a client whose protocol can say it
     */
    default void reset(long code) {
        abort();
    }

    /** No further request can follow on this connection, because this one's body is not going to be read. */
    void closeAfterResponse();

    /** The response is complete. The request's body may not be: then no more of it is wanted. */
    void finished(boolean requestComplete);

    default EventLoop eventLoop() {
        return connection().channel().eventLoop();
    }

    default ByteBufAllocator alloc() {
        return connection().channel().alloc();
    }
}
