package dev.gotunnel.ui.model;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;

/** A serial executor that belongs to the test: what is asked of it runs when the test says so. */
final class TestThread implements Executor {
    private final Queue<Runnable> tasks = new ArrayDeque<>();

    @Override
    public synchronized void execute(Runnable task) {
        tasks.add(task);
        notifyAll();
    }

    /** Runs what is asked for until the condition holds. */
    void runUntil(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (!condition.call()) {
            take(deadline).run();
        }
    }

    private synchronized Runnable take(long deadline) throws InterruptedException {
        while (tasks.isEmpty()) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                throw new AssertionError("waited in vain");
            }
            wait(left);
        }
        return tasks.remove();
    }
}
