package dev.gotunnel.testing;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.names.DomainName;
import dev.gotunnel.names.Suffixes;
import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.policy.Fault;
import dev.gotunnel.tunnel.Backend;
import dev.gotunnel.tunnel.EngineInfo;
import dev.gotunnel.tunnel.Limitation;
import dev.gotunnel.tunnel.Tunnel;
import dev.gotunnel.tunnel.TunnelEvent;
import dev.gotunnel.tunnel.TunnelId;
import dev.gotunnel.tunnel.TunnelService;
import dev.gotunnel.tunnel.TunnelSpec;
import dev.gotunnel.tunnel.TunnelState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A tunnel service that serves nothing: it keeps tunnels in memory and tells its listeners on a thread of its own, like
 * the real ones. Failures and delays are ordered in advance.
 */
public final class FakeTunnelService implements TunnelService {
    private final Map<TunnelId, Tunnel> tunnels = new TreeMap<>();
    private final Map<TunnelId, TunnelSpec> specs = new ConcurrentHashMap<>();
    private final Map<TunnelId, GotunnelException> startFailures = new ConcurrentHashMap<>();
    private final Map<TunnelId, List<Limitation>> limitations = new ConcurrentHashMap<>();
    private final List<Consumer<TunnelEvent>> listeners = new CopyOnWriteArrayList<>();
    private final List<String> calls = new CopyOnWriteArrayList<>();
    private final ExecutorService events = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("fake-events").factory());
    private volatile @Nullable GotunnelException listFailure;
    private volatile @Nullable GotunnelException saveFailure;
    private volatile @Nullable GotunnelException removeFailure;
    private volatile Suffixes suffixes = Suffixes.BUILT_IN;
    private volatile CountDownLatch gate = new CountDownLatch(0);
    private volatile boolean liveChanges;
    private volatile Runnable onLook = () -> {};
    private volatile @Nullable Integer httpPort;
    private volatile @Nullable Integer httpsPort;

    /** Adds a stopped tunnel of the profile {@code default}. */
    public FakeTunnelService with(String name, String... backends) {
        return with(new TunnelId(TunnelId.DEFAULT, name), name, backends);
    }

    /** Adds a stopped tunnel. */
    public FakeTunnelService with(TunnelId id, String domain, String... backends) {
        List<BackendAddress> addresses =
                List.of(backends).stream().map(BackendAddress::parse).toList();
        put(new TunnelSpec(id, DomainName.parse(domain), addresses, true, null), TunnelState.STOPPED);
        return this;
    }

    /** Does something whenever it is told to look again. */
    public FakeTunnelService whenLookingAgain(Runnable action) {
        onLook = action;
        return this;
    }

    /** Adds a tunnel that runs. */
    public FakeTunnelService running(String name, String... backends) {
        with(name, backends);
        ports(8880, 8443);
        TunnelId id = new TunnelId(TunnelId.DEFAULT, name);
        change(id, TunnelState.RUNNING);
        return this;
    }

    /** From now on the engine listens. */
    public FakeTunnelService ports(int http, int https) {
        httpPort = http;
        httpsPort = https;
        return this;
    }

    /** Every start of the tunnel fails; null lets it succeed again. */
    public void failStart(TunnelId id, @Nullable GotunnelException failure) {
        if (failure == null) {
            startFailures.remove(id);
        } else {
            startFailures.put(id, failure);
        }
    }

    /** Every list fails; null lets it succeed again. */
    public void failList(@Nullable GotunnelException failure) {
        listFailure = failure;
    }

    /** Every save fails; null lets it succeed again. */
    public void failSave(@Nullable GotunnelException failure) {
        saveFailure = failure;
    }

    /** Every removal fails; null lets it succeed again. */
    public void failRemove(@Nullable GotunnelException failure) {
        removeFailure = failure;
    }

    /** What the tunnel does without while it runs. */
    public synchronized void limit(TunnelId id, Limitation... limits) {
        limitations.put(id, List.of(limits));
        Tunnel tunnel = tunnels.get(id);
        TunnelSpec spec = specs.get(id);
        if (tunnel != null && spec != null && tunnel.state().serves()) {
            put(spec, tunnel.state());
        }
    }

    /** Starts and stops wait from now on. */
    public void hold() {
        gate = new CountDownLatch(1);
    }

    /** Lets those go on that wait. */
    public void release() {
        gate.countDown();
    }

    /** Everything that was asked for, such as {@code start default/shop}. */
    public List<String> calls() {
        return List.copyOf(calls);
    }

    /** What is in the configuration. */
    public List<TunnelId> configured() {
        return specs.keySet().stream().sorted().toList();
    }

    /** Changes a tunnel from elsewhere, and tells so. */
    public void change(TunnelId id, TunnelState state) {
        TunnelSpec spec = specs.get(id);
        if (spec == null) {
            throw missing(id);
        }
        put(spec, state);
    }

    /** Puts a whole snapshot in, and tells so. */
    public synchronized void publish(Tunnel tunnel) {
        tunnels.put(tunnel.tunnelId(), tunnel);
        tell(new TunnelEvent.Changed(tunnel));
    }

    /** Tells the listeners something. */
    public void tell(TunnelEvent event) {
        List<Consumer<TunnelEvent>> audience = List.copyOf(listeners);
        events.execute(() -> audience.forEach(listener -> listener.accept(event)));
    }

    /** Waits until everything told so far has reached the listeners. */
    public void settle() {
        try {
            events.submit(() -> {}).get(10, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    /** How many listen. */
    public int listeners() {
        return listeners.size();
    }

    private synchronized Tunnel put(TunnelSpec spec, TunnelState state) {
        List<String> urls = new ArrayList<>();
        if (state.serves()) {
            Integer port = httpsPort;
            String suffix = port == null || port == 443 ? "" : ":" + port;
            spec.domain().allNames().forEach(name -> urls.add("https://" + name + suffix));
        }
        List<Backend> backends = new ArrayList<>();
        for (BackendAddress address : spec.backends()) {
            backends.add(new Backend(address.url(), state != TunnelState.DEGRADED || !backends.isEmpty()));
        }
        Tunnel tunnel = new Tunnel(
                spec.id().toString(),
                spec.id().profile(),
                spec.id().name(),
                spec.domain().ascii(),
                state,
                urls,
                backends,
                state.serves() ? limitations.getOrDefault(spec.id(), List.of()) : List.of());
        specs.put(spec.id(), spec);
        publish(tunnel);
        return tunnel;
    }

    @Override
    public synchronized List<Tunnel> list() {
        GotunnelException failure = listFailure;
        if (failure != null) {
            throw failure;
        }
        return List.copyOf(tunnels.values());
    }

    @Override
    public Tunnel start(TunnelSpec spec) {
        save(spec);
        return start(spec.id());
    }

    @Override
    public Tunnel start(TunnelId id) {
        calls.add("start " + id);
        TunnelSpec spec = specs.get(id);
        if (spec == null) {
            throw missing(id);
        }
        put(spec, TunnelState.STARTING);
        await();
        GotunnelException failure = startFailures.get(id);
        if (failure != null) {
            put(spec, TunnelState.FAILED);
            throw failure;
        }
        if (httpsPort == null) {
            ports(8880, 8443);
        }
        return put(spec, TunnelState.RUNNING);
    }

    @Override
    public Tunnel stop(TunnelId id) {
        calls.add("stop " + id);
        TunnelSpec spec = specs.get(id);
        if (spec == null) {
            throw missing(id);
        }
        put(spec, TunnelState.STOPPING);
        await();
        return put(spec, TunnelState.STOPPED);
    }

    @Override
    public List<Tunnel> stopAll() {
        return list().stream()
                .filter(tunnel -> tunnel.state().isActive())
                .map(tunnel -> stop(tunnel.tunnelId()))
                .toList();
    }

    @Override
    public Tunnel save(TunnelSpec spec) {
        calls.add("save " + spec.id());
        GotunnelException failure = saveFailure;
        if (failure != null) {
            throw failure;
        }
        return put(spec, liveChanges ? stateOf(spec.id()) : TunnelState.STOPPED);
    }

    private synchronized TunnelState stateOf(TunnelId id) {
        Tunnel known = tunnels.get(id);
        return known == null ? TunnelState.STOPPED : known.state();
    }

    /** From now on a tunnel that is saved goes on running, as with the real service. */
    public void changesWhileRunning() {
        liveChanges = true;
    }

    @Override
    public TunnelSpec spec(TunnelId id) {
        TunnelSpec spec = specs.get(id);
        if (spec == null) {
            throw missing(id);
        }
        return spec;
    }

    @Override
    public Tunnel fault(TunnelId id, @Nullable Fault fault) {
        calls.add("fault " + id + " " + fault);
        TunnelSpec spec = spec(id);
        TunnelState state = stateOf(id);
        if (!state.serves()) {
            throw new GotunnelException(ErrorCode.NO_SUCH_TUNNEL, id + " does not run.", "Start it.");
        }
        return put(spec.withPolicy(spec.policy().withFault(fault)), state);
    }

    @Override
    public List<Tunnel> lookAgain() {
        calls.add("lookAgain");
        onLook.run();
        return list();
    }

    @Override
    public void renewCertificates() {
        calls.add("renewCertificates");
    }

    @Override
    public synchronized void remove(TunnelId id) {
        calls.add("remove " + id);
        GotunnelException failure = removeFailure;
        if (failure != null) {
            throw failure;
        }
        if (tunnels.remove(id) == null) {
            throw missing(id);
        }
        specs.remove(id);
        tell(new TunnelEvent.Removed(id.toString()));
    }

    /** What names may stand below from now on. */
    public void allow(Suffixes allowed) {
        suffixes = allowed;
    }

    @Override
    public EngineInfo info() {
        return new EngineInfo("0.1.0", ProcessHandle.current().pid(), httpPort, httpsPort, true, suffixes.all());
    }

    @Override
    public Subscription subscribe(Consumer<TunnelEvent> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    @Override
    public void close() {
        release();
        events.shutdownNow();
    }

    private void await() {
        try {
            if (!gate.await(10, TimeUnit.SECONDS)) {
                throw new AssertionError("nobody released the fake service");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static GotunnelException missing(TunnelId id) {
        return new GotunnelException(
                ErrorCode.NO_SUCH_TUNNEL, "There is no tunnel \"" + id + "\".", "See: gotunnel list");
    }
}
