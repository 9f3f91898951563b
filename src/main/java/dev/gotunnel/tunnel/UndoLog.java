package dev.gotunnel.tunnel;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a tunnel's start has done so far, to be taken back in reverse order when it fails or the tunnel stops. */
final class UndoLog {
    private static final Logger LOG = LoggerFactory.getLogger(UndoLog.class);

    private final Deque<Step> steps = new ArrayDeque<>();

    private record Step(String name, Runnable undo) {}

    /** Notes how to take a step back that has just succeeded. */
    void did(String name, Runnable undo) {
        steps.push(new Step(name, undo));
    }

    /** Takes all steps back; one that cannot be taken back keeps none of the others. */
    void undoAll() {
        while (!steps.isEmpty()) {
            Step step = steps.pop();
            try {
                step.undo().run();
            } catch (RuntimeException e) {
                LOG.error("The step \"{}\" could not be undone", step.name(), e);
            }
        }
    }
}
