package dev.gotunnel.tunnel;

import dev.gotunnel.names.Suffixes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who owns the engine, and where it listens.
 *
 * @param version gotunnel's version
 * @param pid the owning process
 * @param httpPort the port of plain HTTP; null until the first tunnel starts
 * @param httpsPort the port of HTTPS; null until the first tunnel starts
 * @param window whether the owner can show a window
 * @param suffixes below which names of tunnels may stand
 */
public record EngineInfo(
        String version,
        long pid,
        @Nullable Integer httpPort,
        @Nullable Integer httpsPort,
        boolean window,
        List<String> suffixes) {
    /** An owner of an earlier version does not tell its suffixes: it has the built-in ones. */
    public EngineInfo {
        suffixes = suffixes == null ? Suffixes.BUILT_IN.all() : List.copyOf(suffixes);
    }
}
