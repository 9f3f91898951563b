package dev.gotunnel.trust;

import java.util.List;
import java.util.Optional;

/** The trust stores of a machine. */
public interface TrustStores {
    /** The kinds that this operating system can have, as the names of stores begin: {@code system}, {@code firefox}, … */
    List<String> kinds();

    /** Those there are, by name in the order of {@link #kinds()}. Reads files and the environment anew each time. */
    List<TrustStore> find();

    /** The store that was once called so, though it would not be found any more; empty for one that never was. */
    Optional<TrustStore> ofId(String id);
}
