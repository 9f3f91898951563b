package dev.gotunnel.removal;

import dev.gotunnel.error.GotunnelException;
import java.util.List;

/** One sort of thing that gotunnel leaves on a machine. */
interface Remains {
    /** The sort, one word. */
    String kind();

    /** What there is of it, each with its place and without a full stop. Changes nothing. */
    List<String> find();

    /** What there is that looks like it and stays on purpose, in sentences. */
    default List<String> kept() {
        return List.of();
    }

    /**
     * Takes all of it back. No effect when there is nothing.
     *
     * @param done takes a sentence for each thing that was done
     * @param failures takes what could not be done, with the command that does it
     */
    void remove(List<String> done, List<GotunnelException> failures);
}
