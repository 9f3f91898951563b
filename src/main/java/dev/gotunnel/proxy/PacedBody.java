package dev.gotunnel.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Lets the body of one answer through at so many bytes per second. While some of it waits here, the backend is not read.
 * On the exchange's event loop.
 */
final class PacedBody {
    /** Short enough for a stream to flow rather than to jump. */
    private static final long STEP_MILLIS = 50;

    private final ClientStream client;
    private final EventLoop loop;
    private final int bytesPerStep;
    private final Runnable drained;
    private final ArrayDeque<HttpContent> waiting = new ArrayDeque<>();
    private @Nullable Future<?> step;
    private boolean discarded;

    /** @param drained called when nothing waits any more: the backend may be read again, or the answer is complete */
    PacedBody(ClientStream client, EventLoop loop, long bytesPerSecond, Runnable drained) {
        this.client = client;
        this.loop = loop;
        this.bytesPerStep = Math.clamp(bytesPerSecond * STEP_MILLIS / 1000, 1, Integer.MAX_VALUE);
        this.drained = drained;
    }

    /** Takes over a part of the body. */
    void write(HttpContent content) {
        waiting.add(content);
        if (step == null) {
            step = loop.schedule(this::step, STEP_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    private void step() {
        step = null;
        int left = bytesPerStep;
        while (!waiting.isEmpty() && left >= 0 && client.isWritable()) {
            ByteBuf next = waiting.getFirst().content();
            if (next.readableBytes() <= left) {
                left -= next.readableBytes();
                HttpContent whole = waiting.removeFirst();
                client.writeBody(whole);
                if (whole instanceof LastHttpContent) {
                    break;
                }
            } else {
                if (left > 0) {
                    client.writeBody(new DefaultHttpContent(next.readRetainedSlice(left)));
                }
                break;
            }
        }
        if (discarded) {
            // What was written has ended the exchange.
            return;
        }
        client.flush();
        if (waiting.isEmpty()) {
            drained.run();
        } else {
            step = loop.schedule(this::step, STEP_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** The exchange has ended before its answer. */
    void discard() {
        discarded = true;
        if (step != null) {
            step.cancel(false);
        }
        waiting.forEach(ReferenceCountUtil::release);
        waiting.clear();
    }
}
