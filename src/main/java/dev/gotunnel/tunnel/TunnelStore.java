package dev.gotunnel.tunnel;

import dev.gotunnel.names.Suffixes;
import java.util.List;

/** Where tunnels are kept between runs. Implemented on the user's configuration file; in memory for tests. */
public interface TunnelStore {
    /** The tunnels of the active profiles, as they are written now. */
    List<TunnelSpec> load();

    /** Below which suffixes its tunnels may have their names, as it is written now. */
    Suffixes suffixes();

    /** Writes what suffixes its tunnels may have their names below from now on. */
    void allow(Suffixes allowed);

    /** Writes a tunnel, replacing one of the same id; everything else in the file stays as it is. */
    void put(TunnelSpec spec);

    /** Takes a tunnel out; one that is not there is no error. */
    void remove(TunnelId id);
}
