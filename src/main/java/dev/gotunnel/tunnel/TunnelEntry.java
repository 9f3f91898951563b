package dev.gotunnel.tunnel;

import dev.gotunnel.names.HostsFile;
import dev.gotunnel.proxy.ProxyEngine;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A tunnel as the manager knows it. Guarded by the manager's lock, but for {@link #undo}: that is the starter's. */
final class TunnelEntry {
    /** What runs, or would run next. */
    TunnelSpec spec;

    /** What is saved, where what runs differs from it. */
    @Nullable
    TunnelSpec next;

    /** Whether the configuration has it, so that it outlives its run. */
    boolean saved;

    TunnelState state = TunnelState.STOPPED;
    UndoLog undo = new UndoLog();

    /** Completes when a start or stop under way has ended, either way. */
    CompletableFuture<Void> settled = CompletableFuture.completedFuture(null);

    boolean nameResolves;

    /** Who leads its name elsewhere, while it does not resolve. */
    HostsFile.@Nullable Shadow shadow;

    @Nullable
    Integer extraPort;

    @Nullable
    Instant servesSince;

    @Nullable
    Limitation failure;

    TunnelEntry(TunnelSpec spec, boolean saved) {
        this.spec = spec;
        this.saved = saved;
    }

    /** Back at rest, with the specification that was saved meanwhile. */
    void rest(TunnelState restingState) {
        state = restingState;
        spec = kept();
        next = null;
        extraPort = null;
        servesSince = null;
        nameResolves = false;
        shadow = null;
        undo = new UndoLog();
    }

    /** What it is to be: as it is saved, or for one that is not saved, as it runs. */
    TunnelSpec kept() {
        return next == null ? spec : next;
    }

    /** Whether it and another specification would answer to the same name. */
    boolean sharesName(TunnelSpec other) {
        List<String> names = new ArrayList<>(spec.domain().allNames());
        names.retainAll(other.domain().allNames());
        return !names.isEmpty();
    }

    /** The tunnel as it stands. */
    Tunnel snapshot(
            @Nullable ProxyEngine engine,
            @Nullable EnginePorts ports,
            HostsService hosts,
            List<Limitation> ofCertificates) {
        List<Backend> backends = engine != null && state.serves()
                ? engine.health(spec.id().toString()).stream()
                        .map(h -> new Backend(h.endpoint().url(), h.healthy()))
                        .toList()
                : spec.backends().stream().map(b -> new Backend(b.url(), false)).toList();
        return new Tunnel(
                spec.id().toString(),
                spec.id().profile(),
                spec.id().name(),
                spec.domain().ascii(),
                state,
                ports != null && state.serves() ? urls(ports) : List.of(),
                backends,
                limitations(engine, ports, hosts, ofCertificates));
    }

    private List<String> urls(EnginePorts ports) {
        List<String> names = new ArrayList<>(List.of(spec.domain().localhostName()));
        if (nameResolves && !names.contains(spec.domain().ascii())) {
            names.add(spec.domain().ascii());
        }
        List<String> urls = new ArrayList<>();
        for (String name : names) {
            urls.add(ports.url(name, spec.https()));
        }
        if (extraPort != null) {
            for (String name : names) {
                urls.add(EnginePorts.secureUrl(name, extraPort));
            }
        }
        return urls;
    }

    private List<Limitation> limitations(
            @Nullable ProxyEngine engine,
            @Nullable EnginePorts ports,
            HostsService hosts,
            List<Limitation> ofCertificates) {
        List<Limitation> limitations = new ArrayList<>();
        if (state == TunnelState.FAILED && failure != null) {
            limitations.add(failure);
        }
        if (ports != null && state.serves()) {
            if (!nameResolves && !spec.domain().isLocalhost()) {
                String works = ports.url(spec.domain().localhostName(), spec.https());
                limitations.add(NameLimitation.of(spec.domain(), works, shadow, hosts));
            }
            if (ports.limitation() != null) {
                limitations.add(ports.limitation());
            }
            limitations.addAll(ofCertificates);
            if (engine != null) {
                engine.refusals(spec.id().toString())
                        .forEach(refusal -> limitations.add(HostCheckLimitation.of(spec, saved, refusal)));
            }
            if (!kept().isServedLike(spec)) {
                limitations.add(new Limitation(
                        "restart-needed",
                        "The saved change of its domain, ports or TLS takes effect when it starts again.",
                        "gotunnel stop " + spec.id() + " && gotunnel start " + spec.id() + " --detach"));
            }
        }
        return limitations;
    }
}
