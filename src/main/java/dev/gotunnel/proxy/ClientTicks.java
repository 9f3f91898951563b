package dev.gotunnel.proxy;

/**
 * How long a client's connection has been idle, counted in ticks that the engine sends through every pipeline: a timer
 * of its own for each connection would cost more than the connection is worth. On the connection's event loop.
 */
final class ClientTicks {
    /** The event that goes through the pipelines. */
    enum Tick {
        TICK
    }

    /** The time between two ticks. */
    static final int SECONDS = 15;

    /** A connection that is idle closes with this tick: after 60 to 75 s. */
    static final int LIMIT = 5;

    private int idle;

    /** The connection serves a request. */
    void busy() {
        idle = 0;
    }

    /** A tick found the connection idle; returns whether it was one too many. */
    boolean isOver() {
        return ++idle >= LIMIT;
    }
}
