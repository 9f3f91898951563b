package dev.gotunnel.tunnel;

import org.jspecify.annotations.Nullable;

/**
 * Who owns the engine, and where it listens.
 *
 * @param version gotunnel's version
 * @param pid the owning process
 * @param httpPort the port of plain HTTP; null until the first tunnel starts
 * @param httpsPort the port of HTTPS; null until the first tunnel starts
 * @param window whether the owner can show a window
 */
public record EngineInfo(
        String version,
        long pid,
        @Nullable Integer httpPort,
        @Nullable Integer httpsPort,
        boolean window) {}
