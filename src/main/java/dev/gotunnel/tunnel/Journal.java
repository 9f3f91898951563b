package dev.gotunnel.tunnel;

import java.util.List;

/**
 * What gotunnel has written to the machine outside of its own folders, noted before it is written, so that it can be
 * found and taken back even after a crash. Any thread, several processes.
 */
public interface Journal {
    /**
     * One thing that was written.
     *
     * @param kind what sort of thing, such as {@code trust-root}: decides who takes it back
     * @param where the place, in the words of that sort
     * @param what which thing in that place, such as a fingerprint
     */
    record Entry(String kind, String where, String what) {}

    /** Notes an entry, once however often it is noted. On the disk when this returns. */
    void note(Entry entry);

    /** Strikes an entry out, since it has been taken back. No effect when it is not there. */
    void forget(Entry entry);

    /** What stands noted, in the order of noting. */
    List<Entry> entries();

    /** What stands noted of a sort. */
    default List<Entry> entries(String kind) {
        return entries().stream().filter(entry -> entry.kind().equals(kind)).toList();
    }
}
