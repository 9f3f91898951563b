package dev.gotunnel.proxy;

import io.netty.buffer.ByteBuf;

/**
 * One end of an open WebSocket: a connection of HTTP/1.1 that has changed its protocol, or a stream of HTTP/2 (RFC 8441).
 * It tells the other end what comes here, and is told what comes there; neither reads faster than the other writes. Both on
 * one event loop.
 */
interface WebSocketEnd {
    /** Begins to pass on what comes here. */
    void open(WebSocketEnd other);

    /**
     * Sends bytes. Takes over the reference.
     *
     * @return false when no more is to be read at the other end for now, not even in this very read
     */
    boolean write(ByteBuf bytes);

    /** Sends what was written. */
    void flush();

    /** Whether more may be written now without piling up in memory. */
    boolean isWritable();

    /** The other end has room again. */
    void resumeReading();

    /** Who is at the other end says no more, and may still listen. */
    void end();

    /** Who is at the other end has gone, in order. */
    void close();

    /** The other end broke off. */
    void reset();
}
