package dev.gotunnel.names;

/** Whether a name leads to this machine, as this machine's own resolver sees it. May block for seconds. */
public interface NameResolution {
    /** Whether the name resolves, and to nothing but loopback addresses. */
    boolean leadsHere(String name);
}
