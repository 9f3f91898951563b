package dev.gotunnel.tunnel;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.names.DomainName;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The tunnels that are known, and the telling of their changes. Guarded by the manager's lock. */
final class TunnelTable {
    private final TreeMap<TunnelId, TunnelEntry> entries = new TreeMap<>();
    private final EventBus events;
    private final Function<TunnelEntry, Tunnel> snapshot;

    /**
     * An empty table.
     *
     * @param snapshot a tunnel as it stands
     */
    TunnelTable(EventBus events, Function<TunnelEntry, Tunnel> snapshot) {
        this.events = events;
        this.snapshot = snapshot;
    }

    Collection<TunnelEntry> all() {
        return entries.values();
    }

    /** Those that requests reach. */
    List<TunnelEntry> serving() {
        return entries.values().stream().filter(entry -> entry.state.serves()).toList();
    }

    List<TunnelId> active() {
        return entries.values().stream()
                .filter(entry -> entry.state.isActive())
                .map(entry -> entry.spec.id())
                .toList();
    }

    /** The domains of those that serve or are about to. */
    Set<DomainName> domains() {
        return entries.values().stream()
                .filter(entry -> entry.state.isActive() && entry.state != TunnelState.STOPPING)
                .map(entry -> entry.spec.domain())
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** The ports of single tunnels. */
    Set<Integer> extraPorts() {
        return entries.values().stream()
                .map(entry -> entry.extraPort)
                .filter(Objects::nonNull)
                .collect(Collectors.toSet());
    }

    @Nullable
    TunnelEntry find(TunnelId id) {
        return entries.get(id);
    }

    TunnelEntry known(TunnelId id) {
        TunnelEntry entry = entries.get(id);
        if (entry == null) {
            throw new GotunnelException(
                    ErrorCode.NO_SUCH_TUNNEL, "There is no tunnel \"" + id + "\".", "See: gotunnel list");
        }
        return entry;
    }

    TunnelEntry knownServing(TunnelId id) {
        TunnelEntry entry = known(id);
        if (!entry.state.serves()) {
            throw new GotunnelException(
                    ErrorCode.NO_SUCH_TUNNEL, id + " does not run.", "Start it: gotunnel start " + id + " --detach");
        }
        return entry;
    }

    /** The entry of a tunnel that the configuration has from now on, or had before. */
    TunnelEntry saved(TunnelSpec spec) {
        TunnelEntry entry = entries.computeIfAbsent(spec.id(), id -> new TunnelEntry(spec, true));
        entry.saved = true;
        if (!entry.state.isActive()) {
            entry.spec = spec;
        }
        return entry;
    }

    /** The entry that serves, or is about to serve, what is asked for, or can be changed to that while it serves. */
    @Nullable
    TunnelEntry runningAlready(TunnelSpec spec) {
        TunnelEntry entry = entries.get(spec.id());
        if (entry == null || !entry.state.isActive() || entry.state == TunnelState.STOPPING) {
            return null;
        }
        if (entry.spec.isServedLike(spec)) {
            return entry;
        }
        throw new GotunnelException(
                ErrorCode.NAME_TAKEN,
                "A tunnel called \"" + spec.id().name() + "\" runs already, with another domain, port or TLS version.",
                "Stop it first: gotunnel stop " + spec.id() + " — or choose another --name.");
    }

    /** The entry of a tunnel that starts now; its names are its own from here on. */
    TunnelEntry reserve(TunnelSpec spec) {
        for (TunnelEntry other : entries.values()) {
            boolean self = other.spec.id().equals(spec.id());
            if (other.state.isActive() && (self || other.sharesName(spec))) {
                throw new GotunnelException(
                        ErrorCode.NAME_TAKEN,
                        "The name " + spec.domain() + " belongs to the tunnel " + other.spec.id() + ".",
                        "Stop it first: gotunnel stop " + other.spec.id() + " — or choose another --domain.");
            }
        }
        TunnelEntry entry = entries.computeIfAbsent(spec.id(), id -> new TunnelEntry(spec, false));
        entry.spec = spec;
        entry.state = TunnelState.STARTING;
        entry.failure = null;
        entry.settled = new CompletableFuture<>();
        publish(entry);
        return entry;
    }

    void publish(TunnelEntry entry) {
        events.publish(new TunnelEvent.Changed(snapshot.apply(entry)));
    }

    /** Tells how a tunnel came to rest, and forgets it unless it is saved. */
    void retire(TunnelEntry entry) {
        publish(entry);
        if (!entry.saved) {
            forget(entry);
        }
    }

    /** Takes a tunnel out that the configuration no longer has; one that is active goes when it comes to rest. */
    void unsave(TunnelEntry entry) {
        entry.saved = false;
        if (!entry.state.isActive()) {
            forget(entry);
        }
    }

    private void forget(TunnelEntry entry) {
        if (entries.remove(entry.spec.id(), entry)) {
            events.publish(new TunnelEvent.Removed(entry.spec.id().toString()));
        }
    }
}
