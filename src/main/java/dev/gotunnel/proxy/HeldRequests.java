package dev.gotunnel.proxy;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Requests that wait for a backend to come up, as while a development server restarts. Bounded: what comes above is told
 * at once that the backend is down. Any thread.
 */
final class HeldRequests {
    /** A page's own requests and those of a few more tabs; each holds little more than its headers. */
    private static final int MAX = 256;

    private final Set<Attempts> waiting = ConcurrentHashMap.newKeySet();
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicBoolean watched = new AtomicBoolean();

    /** Lets a request wait; false when too many do. */
    boolean add(Attempts attempts) {
        if (count.incrementAndGet() > MAX) {
            count.decrementAndGet();
            return false;
        }
        return waiting.add(attempts);
    }

    /** A request waits no longer; returns whether it did. */
    boolean remove(Attempts attempts) {
        boolean did = waiting.remove(attempts);
        if (did) {
            count.decrementAndGet();
        }
        return did;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** Takes on the duty to look whether a backend has come up; false when somebody has it. */
    boolean watch() {
        return watched.compareAndSet(false, true);
    }

    /** Gives that duty back. */
    void unwatch() {
        watched.set(false);
    }

    /** Their route has a successor: they wait there. */
    void moveOn() {
        waiting.forEach(Attempts::moveOn);
    }

    /** A backend has come up: everybody tries again. */
    void release() {
        waiting.forEach(Attempts::resume);
    }
}
