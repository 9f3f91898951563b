package dev.gotunnel.tunnel;

import java.util.List;

/** Looks for what keeps gotunnel from working on this machine, without changing anything. Calls take some seconds. */
public interface Doctor {
    /** What was found, in the order of the subjects; at least one finding of each. */
    List<Finding> examine();
}
