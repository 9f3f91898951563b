package dev.gotunnel.tunnel;

import dev.gotunnel.cert.CertInstaller;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.names.DomainName;
import dev.gotunnel.names.HostsFile;
import dev.gotunnel.names.NameResolution;
import dev.gotunnel.names.Suffixes;
import dev.gotunnel.observability.Telemetry;
import dev.gotunnel.policy.Fault;
import dev.gotunnel.policy.Network;
import dev.gotunnel.privilege.PrivilegeManager;
import dev.gotunnel.proxy.KeyMaterial;
import dev.gotunnel.proxy.ProxyEngine;
import dev.gotunnel.proxy.Route;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Owns the engine and all tunnels of this machine's user. Starting a tunnel is a sequence of steps, each with an undo:
 * ports, certificate, route, name. A failed step takes those before it back; what is not permitted becomes a limitation.
 * Any thread but an event loop.
 */
public final class TunnelManager implements TunnelService, RootOfTrust {
    private static final Logger LOG = LoggerFactory.getLogger(TunnelManager.class);

    /** How long requests under way may take when a tunnel stops. */
    public static final Duration DRAIN = Duration.ofSeconds(10);

    private static final int LOOK_SECONDS = 10;
    private static final int CERTIFICATE_CHECK_SECONDS = 10;

    private final Parts parts;
    private final TunnelCertificates certificates;
    private final Rotation rotation;
    private volatile Suffixes suffixes;
    private final EventBus events = new EventBus();
    private final ExecutorService workers = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("gotunnel-tunnel").factory());
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("gotunnel-clock").daemon().factory());

    private final Object lock = new Object();
    private final TunnelTable table = new TunnelTable(events, this::snapshot);
    private final EngineRoom room;
    private final TunnelNames names;
    private boolean closed;

    /**
     * What a manager is made of.
     *
     * @param version gotunnel's own
     * @param plan the ports to listen on once the first tunnel starts
     * @param transport the engine's transport; null for the best there is
     * @param trustedProxies networks of proxies whose word on a request's client is taken
     * @param window whether this process can show a window
     */
    public record Parts(
            String version,
            PortPlan plan,
            @Nullable String transport,
            List<Network> trustedProxies,
            CertInstaller certificates,
            NameResolution names,
            HostsService hosts,
            PrivilegeManager privileges,
            TunnelStore store,
            Telemetry telemetry,
            boolean window) {}

    /**
     * Owns the engine from now on; it starts with the first tunnel.
     *
     * @throws GotunnelException {@code CONFIG} when the store cannot be read
     */
    public TunnelManager(Parts parts) {
        this.parts = parts;
        this.suffixes = parts.store().suffixes();
        parts.store().load().forEach(table::saved);
        room = new EngineRoom(this::startEngine, parts.plan(), parts.privileges());
        names = new TunnelNames(parts.names(), parts.hosts(), workers, new Ledger(), System::nanoTime);
        certificates = new TunnelCertificates(
                parts.certificates(), InstantSource.system(), parts.telemetry(), this::certificateChanged);
        rotation =
                new Rotation(certificates, this::forgetTemporaryCertificates, InstantSource.system(), System::nanoTime);
        certificates.retain(table.all().stream().map(entry -> entry.spec).toList());
        every(LOOK_SECONDS, TimeUnit.SECONDS, this::look);
        every(CERTIFICATE_CHECK_SECONDS, TimeUnit.SECONDS, rotation::tick);
    }

    private void every(int period, TimeUnit unit, Runnable work) {
        clock.scheduleWithFixedDelay(() -> workers.execute(work), period, period, unit);
    }

    // ---- looking

    @Override
    public List<Tunnel> list() {
        synchronized (lock) {
            return table.all().stream().map(this::snapshot).toList();
        }
    }

    private Tunnel snapshot(TunnelEntry entry) {
        return entry.snapshot(room.engine(), room.ports(), parts.hosts(), certificates.limitations(entry.spec.id()));
    }

    @Override
    public EngineInfo info() {
        synchronized (lock) {
            EnginePorts ports = room.ports();
            return new EngineInfo(
                    parts.version(),
                    ProcessHandle.current().pid(),
                    ports == null ? null : ports.http(),
                    ports == null ? null : ports.https(),
                    parts.window(),
                    suffixes.all());
        }
    }

    @Override
    public X509Certificate rootCertificate() {
        return certificates.root();
    }

    @Override
    public Subscription subscribe(Consumer<TunnelEvent> listener) {
        return events.subscribe(listener);
    }

    // ---- starting

    @Override
    public Tunnel start(TunnelId id) {
        TunnelSpec spec;
        synchronized (lock) {
            spec = table.known(id).spec;
        }
        return start(spec);
    }

    @Override
    public Tunnel start(TunnelSpec spec) {
        return parts.telemetry()
                .inSpan(
                        "tunnel.lifecycle",
                        () -> parts.telemetry().inSpan("tunnel.start", () -> {
                            CompletableFuture<Void> othersStart;
                            TunnelEntry entry;
                            synchronized (lock) {
                                TunnelEntry running = table.runningAlready(spec);
                                entry = running == null ? reserve(spec) : running;
                                othersStart = running == null ? null : running.settled;
                            }
                            if (othersStart == null) {
                                bringUp(entry);
                            } else {
                                othersStart.join();
                            }
                            synchronized (lock) {
                                requireStarted(entry);
                            }
                            return change(entry, spec, savedFor(entry));
                        }));
    }

    /** What the configuration says of a tunnel now; null when it does not have it. */
    private @Nullable TunnelSpec savedFor(TunnelEntry entry) {
        TunnelSpec known;
        synchronized (lock) {
            known = entry.saved ? entry.kept() : null;
        }
        if (known == null) {
            return null;
        }
        try {
            return parts.store().load().stream()
                    .filter(spec -> spec.id().equals(known.id()))
                    .findFirst()
                    .orElse(known);
        } catch (GotunnelException e) {
            LOG.debug("What is saved of {} cannot be read: {}", known.id(), e.getMessage());
            return known;
        }
    }

    /**
     * Lets a tunnel that serves go on by another specification of the same names and ports.
     *
     * @param saved what it is to be when it starts again; null when it is not saved
     */
    private Tunnel change(TunnelEntry entry, TunnelSpec spec, @Nullable TunnelSpec saved) {
        ProxyEngine running = null;
        synchronized (lock) {
            room.refuseLoop(spec, table.extraPorts());
            ProxyEngine engine = room.engine();
            if (entry.state.serves() && engine != null && !entry.spec.equals(spec)) {
                running = engine;
                running.update(routeOf(spec));
                entry.spec = spec;
            }
            entry.next = saved == null || saved.equals(entry.spec) ? null : saved;
        }
        if (running != null) {
            running.checkNow(spec.id().toString());
            LOG.info("{} was changed while it runs", spec.id());
        }
        synchronized (lock) {
            if (running != null && entry.state.serves()) {
                entry.state = stateByHealth(running, entry);
                table.publish(entry);
            }
            return snapshot(entry);
        }
    }

    /** Who waited for another's start of the same tunnel fails as that one did. */
    private static void requireStarted(TunnelEntry entry) {
        Limitation failure = entry.failure;
        if (entry.state == TunnelState.FAILED && failure != null) {
            throw new GotunnelException(
                    ErrorCode.ofId(failure.code()),
                    failure.message(),
                    failure.fix().isEmpty() ? null : failure.fix());
        }
    }

    private TunnelEntry reserve(TunnelSpec spec) {
        if (closed) {
            throw new GotunnelException(
                    ErrorCode.OWNER_UNREACHABLE, "gotunnel is about to end.", "Run the command again.");
        }
        return table.reserve(spec);
    }

    private void bringUp(TunnelEntry entry) {
        CompletableFuture<Void> start;
        synchronized (lock) {
            // As soon as it serves, somebody may stop it, and has one of his own.
            start = entry.settled;
        }
        try {
            takeSteps(entry);
        } catch (RuntimeException e) {
            GotunnelException failed = GotunnelException.of(e);
            parts.telemetry().metrics().recordError(failed.code(), "tunnel");
            entry.undo.undoAll();
            synchronized (lock) {
                entry.failure = new Limitation(
                        failed.code().id(), failed.getMessage(), failed.hint() == null ? "" : failed.hint());
                entry.rest(TunnelState.FAILED);
                table.retire(entry);
            }
            throw failed;
        } finally {
            start.complete(null);
        }
    }

    private void takeSteps(TunnelEntry entry) {
        TunnelSpec spec = entry.spec;
        String id = spec.id().toString();
        ProxyEngine running;
        synchronized (lock) {
            running = room.open();
            room.refuseOwnPort(spec, table.extraPorts());
            room.refuseLoop(spec, table.extraPorts());
        }
        Map<String, KeyMaterial> proofs = certificates.begin(spec, renewed -> running.replaceCertificates(id, renewed));
        entry.undo.did("certificate", () -> certificates.end(spec, isKept(entry)));
        Integer extra = spec.httpsPort() == null ? null : running.listen(spec.httpsPort(), true);
        if (extra != null) {
            entry.undo.did("port", () -> running.unlisten(extra));
        }
        running.add(routeOf(spec), proofs);
        entry.undo.did("route", () -> running.remove(id, DRAIN).join());
        running.checkNow(id);
        names.write();
        entry.undo.did("name", names::write);
        names.lookUp(entry);
        synchronized (lock) {
            entry.extraPort = extra;
            entry.servesSince = Instant.now();
            entry.state = stateByHealth(running, entry);
            parts.telemetry().metrics().incrementTunnels();
            table.publish(entry);
        }
        LOG.info("{} serves {}", spec.id(), spec.domain());
    }

    private ProxyEngine startEngine() {
        ProxyEngine engine =
                new ProxyEngine(parts.transport(), certificates::temporary, parts.telemetry(), this::healthChanged);
        engine.trust(parts.trustedProxies());
        return engine;
    }

    /** A tunnel of the session is removed when it stops, and its key with it; so is the key of a domain given up. */
    private boolean isKept(TunnelEntry entry) {
        synchronized (lock) {
            return entry.saved && (entry.next == null || entry.next.domain().equals(entry.spec.domain()));
        }
    }

    private static Route routeOf(TunnelSpec spec) {
        return new Route(
                spec.id().toString(),
                spec.domain().allNames(),
                spec.backends(),
                spec.https(),
                spec.policy(),
                spec.routes(),
                spec.minTls());
    }

    private static TunnelState stateByHealth(ProxyEngine running, TunnelEntry entry) {
        boolean allUp =
                running.health(entry.spec.id().toString()).stream().allMatch(ProxyEngine.BackendHealth::healthy);
        return allUp ? TunnelState.RUNNING : TunnelState.DEGRADED;
    }

    // ---- stopping

    @Override
    public Tunnel stop(TunnelId id) {
        return parts.telemetry()
                .inSpan("tunnel.lifecycle", () -> parts.telemetry().inSpan("tunnel.stop", () -> bringDown(id)));
    }

    private Tunnel bringDown(TunnelId id) {
        TunnelEntry entry;
        synchronized (lock) {
            entry = table.known(id);
        }
        if (!beginStop(entry)) {
            synchronized (lock) {
                return snapshot(entry);
            }
        }
        entry.undo.undoAll();
        synchronized (lock) {
            Instant since = entry.servesSince;
            if (since != null) {
                parts.telemetry().metrics().recordTunnelDuration(Duration.between(since, Instant.now()));
            }
            entry.rest(TunnelState.STOPPED);
            table.retire(entry);
            entry.settled.complete(null);
            LOG.info("{} stopped", id);
            return snapshot(entry);
        }
    }

    /**
     * Waits for what is under way with a tunnel, and makes it stopping if it serves then.
     *
     * @return whether it is the caller's to stop
     */
    private boolean beginStop(TunnelEntry entry) {
        while (true) {
            CompletableFuture<Void> underWay;
            synchronized (lock) {
                if (entry.state.serves()) {
                    entry.state = TunnelState.STOPPING;
                    entry.settled = new CompletableFuture<>();
                    table.publish(entry);
                    return true;
                }
                if (!entry.state.isActive()) {
                    if (entry.state == TunnelState.FAILED) {
                        entry.rest(TunnelState.STOPPED);
                        table.retire(entry);
                    }
                    return false;
                }
                underWay = entry.settled;
            }
            underWay.join();
        }
    }

    @Override
    public List<Tunnel> stopAll() {
        List<TunnelId> active;
        synchronized (lock) {
            active = table.active();
        }
        List<CompletableFuture<Optional<Tunnel>>> stops = new ArrayList<>();
        for (TunnelId id : active) {
            stops.add(CompletableFuture.supplyAsync(() -> stopIfKnown(id), workers));
        }
        return stops.stream()
                .map(CompletableFuture::join)
                .flatMap(Optional::stream)
                .toList();
    }

    /** Somebody else may have stopped it meanwhile, which is what was to be done. */
    private Optional<Tunnel> stopIfKnown(TunnelId id) {
        try {
            return Optional.of(stop(id));
        } catch (GotunnelException e) {
            LOG.debug("{}: {}", id, e.getMessage());
            return Optional.empty();
        }
    }

    // ---- keeping

    @Override
    public TunnelSpec spec(TunnelId id) {
        synchronized (lock) {
            return table.known(id).kept();
        }
    }

    @Override
    public Tunnel save(TunnelSpec spec) {
        TunnelEntry active = settled(spec.id());
        if (active != null) {
            synchronized (lock) {
                room.refuseLoop(spec, table.extraPorts());
            }
        }
        parts.store().put(spec);
        TunnelEntry entry;
        TunnelSpec running;
        synchronized (lock) {
            entry = table.saved(spec);
            running = entry.spec.isServedLike(spec) ? spec : entry.spec;
        }
        change(entry, running, spec);
        synchronized (lock) {
            table.publish(entry);
            return snapshot(entry);
        }
    }

    /** The entry of a tunnel that serves, after a start or stop under way; null when there is none. */
    private @Nullable TunnelEntry settled(TunnelId id) {
        TunnelEntry entry;
        synchronized (lock) {
            entry = table.find(id);
        }
        if (entry == null) {
            return null;
        }
        entry.settled.join();
        synchronized (lock) {
            return entry.state.serves() ? entry : null;
        }
    }

    @Override
    public Tunnel fault(TunnelId id, @Nullable Fault fault) {
        TunnelSpec spec;
        TunnelEntry entry;
        synchronized (lock) {
            entry = table.knownServing(id);
            spec = entry.spec.withPolicy(entry.spec.policy().withFault(fault));
        }
        return change(entry, spec, savedFor(entry));
    }

    @Override
    public void remove(TunnelId id) {
        TunnelEntry entry;
        synchronized (lock) {
            entry = table.known(id);
        }
        stop(id);
        parts.store().remove(id);
        certificates.forget(entry.spec.domain());
        synchronized (lock) {
            table.unsave(entry);
        }
    }

    // ---- in the background

    private void healthChanged(String id) {
        // Called on an event loop, which must not wait for the lock.
        workers.execute(() -> {
            synchronized (lock) {
                TunnelEntry entry = table.find(TunnelId.parse(id));
                ProxyEngine engine = room.engine();
                if (entry != null && engine != null && entry.state.serves()) {
                    entry.state = stateByHealth(engine, entry);
                    table.publish(entry);
                }
            }
        });
    }

    @Override
    public void renewCertificates() {
        suffixes = parts.store().suffixes();
        rotation.lookAtAll();
    }

    private void forgetTemporaryCertificates() {
        ProxyEngine running;
        synchronized (lock) {
            running = room.engine();
        }
        if (running != null) {
            running.forgetTemporaryCertificates();
        }
    }

    private void certificateChanged(TunnelId id) {
        synchronized (lock) {
            TunnelEntry entry = table.find(id);
            if (entry != null && entry.state.serves()) {
                table.publish(entry);
            }
        }
    }

    /** Looks whether names lead here and ports may be had that did not before; what was lacking is told as changes. */
    void look() {
        lookAtPorts(false);
        names.check();
    }

    @Override
    public List<Tunnel> lookAgain() {
        lookAtPorts(true);
        names.checkNow();
        return list();
    }

    private void lookAtPorts(boolean thoroughly) {
        synchronized (lock) {
            if (!closed && room.lookAgain(thoroughly)) {
                table.serving().forEach(table::publish);
            }
        }
    }

    /** What the names of tunnels need to know of them. */
    private final class Ledger implements TunnelNames.Ledger {
        @Override
        public Set<DomainName> domains() {
            synchronized (lock) {
                return table.domains();
            }
        }

        @Override
        public List<TunnelEntry> serving() {
            synchronized (lock) {
                return table.serving();
            }
        }

        @Override
        public void learnt(TunnelEntry entry, DomainName domain, boolean leadsHere, HostsFile.@Nullable Shadow shadow) {
            synchronized (lock) {
                boolean current = entry.state.isActive() && entry.spec.domain().equals(domain);
                if (current && (entry.nameResolves != leadsHere || !Objects.equals(entry.shadow, shadow))) {
                    entry.nameResolves = leadsHere;
                    entry.shadow = shadow;
                    table.publish(entry);
                }
            }
        }
    }

    // ---- the end

    /** Stops all tunnels after the requests under way, at most 10 s, closes the ports and ends all threads. */
    @Override
    public void close() {
        synchronized (lock) {
            if (closed) {
                return;
            }
            closed = true;
        }
        clock.shutdownNow();
        try {
            stopAll();
        } finally {
            events.publish(new TunnelEvent.OwnerLeaving());
            events.close();
            room.close();
            // Not close(): a look-up of a name may hang for seconds, and nobody waits for its answer any more.
            workers.shutdownNow();
        }
    }
}
