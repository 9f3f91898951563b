package dev.gotunnel.proxy;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import java.time.Duration;

/**
 * How long a client's connection has stood still, counted in ticks that the engine sends through every pipeline: a timer
 * of its own for each connection would cost more than the connection is worth. On the connection's event loop.
 */
final class ClientTicks {
    /** The event that goes through the pipelines. */
    enum Tick {
        TICK
    }

    /** The time between two ticks. */
    static final int SECONDS = 15;

    private int waited;
    private int stalled;
    private long pending;
    private long progress;

    /** What was waited for has come. */
    void restart() {
        waited = 0;
    }

    /** A tick found the connection waiting; returns whether it has waited longer than that. */
    boolean isOver(Duration limit) {
        return ++waited > ClientLimits.ticks(limit);
    }

    /** A tick: whether bytes lie there for the client and it has taken none for longer than that. */
    boolean isReaderStalled(Channel channel, Duration limit) {
        ChannelOutboundBuffer out = channel.unsafe().outboundBuffer();
        if (out == null || out.totalPendingWriteBytes() == 0) {
            stalled = 0;
            return false;
        }
        long nowPending = out.totalPendingWriteBytes();
        long nowProgress = out.currentProgress();
        boolean still = nowPending == pending && nowProgress == progress;
        pending = nowPending;
        progress = nowProgress;
        stalled = still ? stalled + 1 : 0;
        return stalled > ClientLimits.ticks(limit);
    }

    /** Whether bytes wait for the client to take them. */
    static boolean hasPending(Channel channel) {
        ChannelOutboundBuffer out = channel.unsafe().outboundBuffer();
        return out != null && out.totalPendingWriteBytes() > 0;
    }
}
