package dev.gotunnel.testing;

import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.tunnel.Removal;
import java.util.ArrayList;
import java.util.List;

/** A removal of things that nobody has, some of which will not go. */
public final class InMemoryRemoval implements Removal {
    public final List<Trace> there = new ArrayList<>();
    public final List<Trace> stubborn = new ArrayList<>();
    public final List<String> kept = new ArrayList<>();
    public final List<GotunnelException> failures = new ArrayList<>();

    @Override
    public List<Trace> find() {
        return List.copyOf(there);
    }

    @Override
    public List<String> kept() {
        return List.copyOf(kept);
    }

    @Override
    public Report remove() {
        List<String> done = there.stream()
                .filter(trace -> !stubborn.contains(trace))
                .map(trace -> "Deleted " + trace.what() + ".")
                .toList();
        there.retainAll(stubborn);
        return new Report(done, failures, there);
    }
}
