package dev.gotunnel.testing;

import dev.gotunnel.names.NameResolution;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;

/** A resolver that knows the names it is told, and answers when it is let. */
public final class ScriptedResolution implements NameResolution {
    private final Set<String> here = ConcurrentHashMap.newKeySet();
    private volatile Supplier<List<String>> file = List::of;
    private volatile CountDownLatch gate = new CountDownLatch(0);

    /** The name leads to this machine from now on. */
    public ScriptedResolution knows(String name) {
        here.add(name);
        return this;
    }

    /** The name leads nowhere any more. */
    public void forgets(String name) {
        here.remove(name);
    }

    /** Goes by a hosts file as well from now on. */
    public void reads(InMemoryHosts hosts) {
        file = hosts::names;
    }

    /** Answers wait from now on until the latch is counted down. */
    public CountDownLatch hold() {
        gate = new CountDownLatch(1);
        return gate;
    }

    @Override
    public boolean leadsHere(String name) {
        try {
            gate.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        return here.contains(name) || file.get().contains(name);
    }
}
