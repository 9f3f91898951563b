package dev.gotunnel.ui.tray;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class TrayCallbackThreadTest {

    @Test
    void runsOnAThreadWithAName() throws InterruptedException {
        try (TrayCallbackThread thread = new TrayCallbackThread()) {
            SynchronousQueue<String> names = new SynchronousQueue<>();
            thread.run("test", () -> hand(names, Thread.currentThread().getName()));
            assertEquals("tray-callbacks", names.poll(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void goesOnAfterACallbackThatThrew() throws InterruptedException {
        try (TrayCallbackThread thread = new TrayCallbackThread()) {
            CountDownLatch ran = new CountDownLatch(1);
            thread.run("a failing test callback (expected in the log)", () -> {
                throw new IllegalStateException("expected");
            });
            thread.run("test", ran::countDown);
            assertTrue(ran.await(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void aCallbackMayCloseItsOwnThreadAndNoOtherStarts() throws InterruptedException {
        TrayCallbackThread thread = new TrayCallbackThread();
        CountDownLatch queued = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        AtomicBoolean later = new AtomicBoolean();
        thread.run("test", () -> {
            await(queued);
            thread.close();
            closed.countDown();
        });
        thread.run("test", () -> later.set(true));
        queued.countDown();
        assertTrue(closed.await(10, TimeUnit.SECONDS));
        thread.run("test", () -> later.set(true));
        assertFalse(later.get());
    }

    private static void hand(SynchronousQueue<String> queue, String value) {
        try {
            queue.put(value);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
