package dev.gotunnel.testing;

import dev.gotunnel.tunnel.Journal;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A journal without a file. */
public final class InMemoryJournal implements Journal {
    private final CopyOnWriteArrayList<Entry> entries = new CopyOnWriteArrayList<>();

    @Override
    public void note(Entry entry) {
        entries.addIfAbsent(entry);
    }

    @Override
    public void forget(Entry entry) {
        entries.remove(entry);
    }

    @Override
    public List<Entry> entries() {
        return List.copyOf(entries);
    }
}
