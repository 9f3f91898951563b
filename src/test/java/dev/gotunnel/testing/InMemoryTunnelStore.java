package dev.gotunnel.testing;

import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.names.Suffixes;
import dev.gotunnel.tunnel.TunnelId;
import dev.gotunnel.tunnel.TunnelSpec;
import dev.gotunnel.tunnel.TunnelStore;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Saved tunnels without a file; every change can be made to fail. */
public final class InMemoryTunnelStore implements TunnelStore {
    private final Map<TunnelId, TunnelSpec> saved = new TreeMap<>();
    private Suffixes suffixes = Suffixes.BUILT_IN;
    private @Nullable GotunnelException failure;

    public InMemoryTunnelStore(TunnelSpec... specs) {
        for (TunnelSpec spec : specs) {
            saved.put(spec.id(), spec);
        }
    }

    /** Every change fails from now on; null lets them succeed again. */
    public synchronized void failWith(@Nullable GotunnelException failed) {
        failure = failed;
    }

    @Override
    public synchronized List<TunnelSpec> load() {
        return List.copyOf(saved.values());
    }

    @Override
    public synchronized void allow(Suffixes allowed) {
        check();
        suffixes = allowed;
    }

    @Override
    public synchronized Suffixes suffixes() {
        return suffixes;
    }

    @Override
    public synchronized void put(TunnelSpec spec) {
        check();
        saved.put(spec.id(), spec);
    }

    @Override
    public synchronized void remove(TunnelId id) {
        check();
        saved.remove(id);
    }

    private void check() {
        if (failure != null) {
            throw failure;
        }
    }
}
