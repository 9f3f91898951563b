package dev.gotunnel.policy;

import java.util.Locale;

/** By what rule a request's backend is chosen among those that are up. */
public enum Balance {
    /** One after the other. */
    ROUND_ROBIN,
    /** The one with the fewest requests under way. */
    LEAST_CONNECTIONS,
    /** The same one for the same client address, as long as it is up. */
    IP_HASH,
    /** In proportion to the weights. */
    WEIGHTED,
    /** The first in the list; the next only while those before are down. */
    FAILOVER;

    /** As it stands in the configuration. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
