package dev.gotunnel.proxy;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.observability.Telemetry;
import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.policy.DevServer;
import dev.gotunnel.policy.Network;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves all tunnels: a few event loops, listeners on loopback, a table of routes. Routes, certificates and listeners
 * may change at any time; nothing that is open notices. Methods block briefly: call them from any thread but an event
 * loop.
 */
public final class ProxyEngine implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ProxyEngine.class);
    private static final int MAX_CHUNK_BYTES = 64 * 1024;
    private static final int HEALTH_SECONDS = 2;
    private static final int CHECKS_PER_SECOND = 25;

    private final Transport transport;
    private final ExecutorService worker;
    private final HttpDecoderConfig decoding;
    private final Router router = new Router();
    private final TlsContexts contexts;
    private final UpstreamTlsContexts upstreamContexts;
    private final EngineContext context;
    private final ScheduledFuture<?> health;
    private final ScheduledFuture<?> ticks;
    private final Map<Integer, Listener> listeners = new ConcurrentHashMap<>();

    /**
     * The health of one backend.
     *
     * @param since when it went down; null while it is up
     * @param reason why it is down; null while it is up
     */
    public record BackendHealth(
            BackendAddress endpoint,
            boolean healthy,
            @Nullable Instant since,
            @Nullable String reason) {}

    /**
     * A backend that refuses the name that it is asked for.
     *
     * @param server what it is
     * @param name the name
     * @param path the paths that lead to it, by their prefix; null for all that have no route of their own
     */
    public record HostRefusal(
            DevServer server,
            String name,
            BackendAddress backend,
            @Nullable String path) {}

    /**
     * Starts the event loops; nothing listens yet.
     *
     * @param transport {@code io_uring}, {@code epoll}, {@code kqueue} or {@code nio}; null for the best there is
     * @param temporaryCertificate makes a certificate for a name that no route has; for the empty name, one for this
     *     machine's loopback addresses. May block; called on a worker thread
     * @param healthChanged told the id of a route when a backend of it went up or down, or began or ceased to refuse the
     *     name that it is asked for; called on an event loop
     */
    public ProxyEngine(
            @Nullable String transport,
            Function<String, KeyMaterial> temporaryCertificate,
            Telemetry telemetry,
            Consumer<String> healthChanged) {
        this(transport, temporaryCertificate, telemetry, ClientLimits.DEFAULT, healthChanged);
    }

    /**
     * Starts the event loops; nothing listens yet.
     *
     * @param limits what a client may ask for at once, and how slow it may be
     */
    public ProxyEngine(
            @Nullable String transport,
            Function<String, KeyMaterial> temporaryCertificate,
            Telemetry telemetry,
            ClientLimits limits,
            Consumer<String> healthChanged) {
        this.transport = Transport.open(transport);
        this.worker = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("gotunnel-work").factory());
        this.decoding = new HttpDecoderConfig()
                .setMaxInitialLineLength(limits.targetBytes())
                .setMaxHeaderSize(limits.headBytes())
                .setMaxChunkSize(MAX_CHUNK_BYTES)
                .setStrictLineParsing(true)
                .setUseRfc9112TransferEncoding(true);
        this.contexts = new TlsContexts(temporaryCertificate, worker);
        this.upstreamContexts = new UpstreamTlsContexts(worker);
        this.context = new EngineContext(
                router,
                new UpstreamConnector(
                        this.transport,
                        worker,
                        upstreamContexts,
                        // What a backend says is framed anew for the client, so that leniency confuses nobody.
                        decoding.clone().setStrictLineParsing(false).setUseRfc9112TransferEncoding(false)),
                telemetry,
                new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true),
                limits,
                this.transport.group(),
                worker,
                route -> healthChanged.accept(route.route().id()));
        this.health = this.transport
                .group()
                .scheduleWithFixedDelay(this::checkBackends, HEALTH_SECONDS, HEALTH_SECONDS, TimeUnit.SECONDS);
        this.ticks = this.transport
                .group()
                .scheduleWithFixedDelay(this::tickClients, ClientTicks.SECONDS, ClientTicks.SECONDS, TimeUnit.SECONDS);
        LOG.debug(
                "The engine runs on {} with {}",
                this.transport.name(),
                TlsContexts.isNative() ? "BoringSSL" : "the JDK's TLS");
    }

    /** Loads the native libraries, so that the first engine of a process need not. Any thread; may be called at any time. */
    public static void load() {
        LOG.trace("Native TLS: {}, native transport: {}", TlsContexts.isNative(), Transport.isNative());
    }

    /**
     * Listens on a port of both loopback addresses.
     *
     * @param port 0 for an ephemeral one
     * @param tls whether it speaks TLS
     * @return the port
     * @throws GotunnelException {@code PORT_TAKEN} with the process that holds it, or {@code NOT_PERMITTED}
     */
    public int listen(int port, boolean tls) {
        Listener listener = Listener.open(transport, port, new ClientInitializer(context, contexts, decoding, tls));
        listeners.put(listener.port(), listener);
        return listener.port();
    }

    /** Closes a port; connections that are open go on. */
    public void unlisten(int port) {
        Listener listener = listeners.remove(port);
        if (listener != null) {
            listener.close();
        }
    }

    /** Says which listener plain-HTTP requests are redirected to. */
    public void redirectTo(int securePort) {
        context.securePort(securePort);
    }

    /** Takes the word of proxies in some networks on who a request's client is. */
    public void trust(List<Network> proxies) {
        context.trusted(new TrustedProxies(proxies));
    }

    /**
     * Serves a route from now on.
     *
     * @param material proves all its names
     * @throws GotunnelException {@code NAME_TAKEN} when another route has one of the names
     */
    public void add(Route route, KeyMaterial material) {
        add(route, forAll(route, material));
    }

    private static Map<String, KeyMaterial> forAll(Route route, KeyMaterial material) {
        return route.names().stream().collect(Collectors.toMap(name -> name, _ -> material));
    }

    /**
     * Serves a route from now on.
     *
     * @param proofs what proves each of its names
     * @throws GotunnelException {@code NAME_TAKEN} when another route has one of the names
     */
    public synchronized void add(Route route, Map<String, KeyMaterial> proofs) {
        ActiveRoute active = new ActiveRoute(route, Map.copyOf(proofs), null);
        String taken = router.add(active);
        if (taken != null) {
            throw new GotunnelException(
                    ErrorCode.NAME_TAKEN, "Another tunnel serves " + taken + " already.", "See: gotunnel list");
        }
        try {
            contexts.put(proofs, route.minTls());
        } catch (RuntimeException e) {
            router.remove(active);
            throw e;
        }
        context.checks().begin(active);
    }

    /**
     * Serves the requests to come by a route of the same id and names in another way. Those under way, WebSockets
     * included, go on as they began; backends that stay keep their connections and their health, gates that stay what they
     * have counted. Requests that wait for a backend to come up wait for those of the changed route.
     *
     * @throws IllegalArgumentException when the names differ
     * @return whether there is such a route
     */
    public synchronized boolean update(Route route) {
        ActiveRoute active = find(route.id());
        if (active == null) {
            return false;
        }
        if (!route.names().equals(active.route().names())) {
            throw new IllegalArgumentException("A route keeps its names: " + route.id());
        }
        if (route.minTls() != active.route().minTls()) {
            contexts.put(active.proofs(), route.minTls());
        }
        ActiveRoute next = new ActiveRoute(route, active.proofs(), active);
        router.replace(active, next);
        context.checks().begin(next);
        active.retire(next);
        endProbes(active);
        return true;
    }

    private void endProbes(ActiveRoute active) {
        active.upstreams().stream().filter(Upstream::isClosed).forEach(context.checks()::end);
    }

    /** Proves all names of a route with another certificate from the next handshake on. */
    public synchronized void replaceCertificate(String routeId, KeyMaterial material) {
        ActiveRoute active = find(routeId);
        if (active != null) {
            replaceCertificates(routeId, forAll(active.route(), material));
        }
    }

    /** Proves each name of a route with another certificate from the next handshake on; connections that are open go on. */
    public synchronized void replaceCertificates(String routeId, Map<String, KeyMaterial> proofs) {
        ActiveRoute active = find(routeId);
        if (active != null) {
            active.proofs(Map.copyOf(proofs));
            contexts.put(proofs, active.route().minTls());
        }
    }

    /** Has the certificates for names that no tunnel has made anew, each at the next handshake for it. */
    public void forgetTemporaryCertificates() {
        contexts.forgetTemporary();
    }

    /**
     * Serves a route no longer.
     *
     * @param drain how long the requests under way may take
     * @return completes when they have ended or the time is over
     */
    public synchronized CompletableFuture<Void> remove(String routeId, Duration drain) {
        ActiveRoute active = find(routeId);
        if (active == null) {
            return CompletableFuture.completedFuture(null);
        }
        router.remove(active);
        active.route().names().forEach(contexts::remove);
        active.upstreams().forEach(context.checks()::end);
        return active.drain(drain);
    }

    /** How the backends of a route are; empty when there is no such route. */
    public List<BackendHealth> health(String routeId) {
        ActiveRoute active = find(routeId);
        return active == null
                ? List.of()
                : active.upstreams().stream().map(ProxyEngine::healthOf).toList();
    }

    /** The backends of a route that refuse the name that they are asked for, one for each of its paths at most. */
    public List<HostRefusal> refusals(String routeId) {
        ActiveRoute active = find(routeId);
        return active == null
                ? List.of()
                : active.served()
                        .map(ProxyEngine::refusalOf)
                        .flatMap(Optional::stream)
                        .toList();
    }

    private static Optional<HostRefusal> refusalOf(ActivePath path) {
        HostChecks.Refusal refusal = path.hostChecks().refusal();
        return refusal == null
                ? Optional.empty()
                : Optional.of(new HostRefusal(
                        refusal.server(),
                        refusal.name(),
                        refusal.by().endpoint(),
                        path.match() == null ? null : path.match().prefix()));
    }

    private static BackendHealth healthOf(Upstream upstream) {
        UpstreamHealth.Outage outage = upstream.health().outage();
        if (outage == null && upstream.health().isEjected()) {
            return new BackendHealth(upstream.endpoint(), false, null, "left out for a while after failures");
        }
        return outage == null
                ? new BackendHealth(upstream.endpoint(), true, null, null)
                : new BackendHealth(upstream.endpoint(), false, outage.since(), outage.reason());
    }

    private @Nullable ActiveRoute find(String routeId) {
        return router.all().stream()
                .filter(active -> active.route().id().equals(routeId))
                .findFirst()
                .orElse(null);
    }

    private void checkBackends() {
        List<ActiveRoute> routes = router.all();
        // A thousand tunnels must not mean hundreds of connections a second.
        long pause = TimeUnit.SECONDS.toNanos(routes.size() / CHECKS_PER_SECOND);
        for (ActiveRoute active : routes) {
            active.upstreams().forEach(Upstream::trim);
            active.upstreams().stream()
                    .filter(upstream -> upstream.isCheckDue(pause))
                    .forEach(upstream -> context.checks().connect(active, upstream));
        }
    }

    /** Lets every connection of a client find out how long it has stood still; returns what completes when each has. */
    List<Future<?>> tickClients() {
        List<Future<?>> told = new ArrayList<>(context.clients().size());
        for (Channel client : context.clients()) {
            told.add(client.eventLoop().submit(() -> client.pipeline().fireUserEventTriggered(ClientTicks.Tick.TICK)));
        }
        return told;
    }

    /** Tries to connect to the backends of a route, and waits for the outcome. */
    public void checkNow(String routeId) {
        ActiveRoute active = find(routeId);
        if (active != null) {
            CompletableFuture.allOf(active.upstreams().stream()
                            .map(upstream -> context.checks().connect(active, upstream))
                            .toArray(CompletableFuture<?>[]::new))
                    .join();
        }
    }

    /**
     * Closes all ports and connections; to end gracefully, {@link #remove} the routes before. What has been answered
     * already still reaches its client if it does so within a second.
     */
    @Override
    public void close() {
        health.cancel(false);
        ticks.cancel(false);
        listeners.values().forEach(Listener::close);
        listeners.clear();
        context.clients()
                .forEach(
                        client -> client.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE));
        context.clients().newCloseFuture().awaitUninterruptibly(1, TimeUnit.SECONDS);
        transport.group().shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
        contexts.close();
        upstreamContexts.close();
        // Not close(): a look-up of a name may hang for seconds, and nobody waits for its answer any more.
        worker.shutdownNow();
    }
}
