package dev.gotunnel.tunnel;

/** What happened to the tunnels. One bus carries them to the windows, the control API's event stream and the log. */
public sealed interface TunnelEvent {
    /** A tunnel came to be or changed in any way; carries it as it is now. */
    record Changed(Tunnel tunnel) implements TunnelEvent {}

    /** A tunnel is no longer known. */
    record Removed(String id) implements TunnelEvent {}

    /** The process that owns the engine ends, and all tunnels with it. */
    record OwnerLeaving() implements TunnelEvent {}
}
