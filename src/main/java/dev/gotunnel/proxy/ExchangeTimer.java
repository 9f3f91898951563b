package dev.gotunnel.proxy;

import dev.gotunnel.policy.Timeouts;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends an exchange whose backend takes longer than a policy allows. One timer for each exchange, which arms itself again
 * as long as there was something going on; there is none where the policy says nothing. On the exchange's event loop.
 */
final class ExchangeTimer {
    private final Exchange exchange;
    private final EventLoop loop;
    private final long firstByteNanos;
    private final long idleNanos;
    private long activeNanos = System.nanoTime();
    private @Nullable Future<?> alarm;

    private ExchangeTimer(Exchange exchange, EventLoop loop, long firstByteNanos, long idleNanos) {
        this.exchange = exchange;
        this.loop = loop;
        this.firstByteNanos = firstByteNanos;
        this.idleNanos = idleNanos;
    }

    /** Begins to watch an exchange; null when the policy leaves that to the defaults. */
    static @Nullable ExchangeTimer of(@Nullable Timeouts said, Exchange exchange, EventLoop loop) {
        if (said == null || (said.firstByte() == null && said.idle() == null)) {
            return null;
        }
        ExchangeTimer timer = new ExchangeTimer(
                exchange, loop, nanos(said.firstByte(), Timeouts.FIRST_BYTE), nanos(said.idle(), Duration.ZERO));
        timer.arm(timer.firstByteNanos);
        return timer;
    }

    /** Zero is for ever. */
    private static long nanos(@Nullable Duration said, Duration otherwise) {
        Duration limit = said == null ? otherwise : said;
        return limit.isZero() ? Long.MAX_VALUE : limit.toNanos();
    }

    private void arm(long nanos) {
        if (nanos != Long.MAX_VALUE) {
            alarm = loop.schedule(this::look, nanos, TimeUnit.NANOSECONDS);
        }
    }

    /** Something came or went. */
    void active() {
        activeNanos = System.nanoTime();
    }

    /** The head of the answer is there: from now on it must not stand still. */
    void answerBegins() {
        cancel();
        active();
        arm(idleNanos);
    }

    private void look() {
        if (exchange.isAnswering()) {
            if (!exchange.isEndless()) {
                // Who reads slowly, as a paused download does, keeps the backend waiting, not the other way round.
                check(idleNanos, exchange.answer().isClientWritable());
            }
        } else {
            check(firstByteNanos, exchange.isAwaitingAnswer());
        }
    }

    private void check(long limit, boolean counts) {
        if (!counts) {
            active();
        }
        long left = limit - (System.nanoTime() - activeNanos);
        if (left > 0) {
            arm(left);
        } else {
            exchange.timedOut(Duration.ofNanos(limit));
        }
    }

    void cancel() {
        if (alarm != null) {
            alarm.cancel(false);
        }
    }
}
