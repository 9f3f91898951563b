package dev.gotunnel.tunnel;

import dev.gotunnel.error.GotunnelException;
import java.util.List;

/**
 * Takes back all that gotunnel has put on this machine. Everything is found by the journal and by looking, so that it can
 * be ended at any moment and run again. Calls take some seconds.
 */
public interface Removal {
    /**
     * One thing of gotunnel's.
     *
     * @param kind what sort of thing, such as {@code trust}
     * @param what it and its place, without a full stop
     */
    record Trace(String kind, String what) {}

    /**
     * What came of a removal.
     *
     * @param done what was taken back and what that proves, in sentences
     * @param failures what could not be taken back, with the command that does it
     * @param left what a new search still finds
     */
    record Report(List<String> done, List<GotunnelException> failures, List<Trace> left) {
        /** Copies the lists. */
        public Report {
            done = List.copyOf(done);
            failures = List.copyOf(failures);
            left = List.copyOf(left);
        }
    }

    /** All that is there. */
    List<Trace> find();

    /** What stays on purpose, in sentences. */
    List<String> kept();

    /** Takes it back, and searches once more. The engine must not run. */
    Report remove();
}
