package dev.gotunnel.proxy;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.names.DomainName;
import dev.gotunnel.observability.Telemetry;
import dev.gotunnel.policy.Amounts;
import dev.gotunnel.proxy.UpstreamHealth.Outage;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.handler.codec.http.HttpMethod;
import java.time.Duration;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What every exchange shares: where requests go, who counts them, and the pages to answer with. Any thread. */
final class EngineContext {
    private static final Logger LOG = LoggerFactory.getLogger(EngineContext.class);
    private static final DateTimeFormatter CLOCK =
            DateTimeFormatter.ofPattern("HH:mm:ss").withZone(ZoneId.systemDefault());

    private final Router router;
    private final UpstreamConnector connector;
    private final Telemetry telemetry;
    private final ChannelGroup clients;
    private final Consumer<ActiveRoute> healthChanged;
    private final ClientLimits limits;
    private final ClientCensus census;
    private final BackendChecks checks;
    private final Executor worker;
    private volatile TrustedProxies trusted = new TrustedProxies(List.of());
    private volatile int securePort;

    EngineContext(
            Router router,
            UpstreamConnector connector,
            Telemetry telemetry,
            ChannelGroup clients,
            ClientLimits limits,
            EventLoopGroup loops,
            Executor worker,
            Consumer<ActiveRoute> healthChanged) {
        this.router = router;
        this.connector = connector;
        this.telemetry = telemetry;
        this.clients = clients;
        this.healthChanged = healthChanged;
        this.limits = limits;
        this.worker = worker;
        this.census = new ClientCensus(limits);
        this.checks = new BackendChecks(this, loops);
    }

    Router router() {
        return router;
    }

    UpstreamConnector connector() {
        return connector;
    }

    Telemetry telemetry() {
        return telemetry;
    }

    /** All open connections of clients. */
    ChannelGroup clients() {
        return clients;
    }

    /** What a client may ask for at once, and how slow it may be. */
    ClientLimits limits() {
        return limits;
    }

    /** How many connections each client has open. */
    ClientCensus census() {
        return census;
    }

    /** Where work is done that would hold up an event loop. */
    Executor worker() {
        return worker;
    }

    /** Whose word on a request's client is taken. */
    TrustedProxies trusted() {
        return trusted;
    }

    void trusted(TrustedProxies proxies) {
        trusted = proxies;
    }

    /** The port of the default HTTPS listener, for redirects. */
    void securePort(int port) {
        securePort = port;
    }

    /** Who looks whether backends are up. */
    BackendChecks checks() {
        return checks;
    }

    void backendAnswers(ActiveRoute route, @Nullable Upstream upstream) {
        if (upstream != null && upstream.markUp()) {
            backendIsUp(route);
        }
    }

    /** A backend that was down is up: who waits for it goes on. */
    void backendIsUp(ActiveRoute route) {
        route.pools().forEach(pool -> pool.held().release());
        healthChanged(route);
    }

    /** A backend is up or down, or refuses its name or no longer does, other than before. */
    void healthChanged(ActiveRoute route) {
        healthChanged.accept(route);
    }

    /** A request found a backend down. */
    void backendFails(ActiveRoute route, Upstream upstream, Throwable cause) {
        telemetry.metrics().recordError(ErrorCode.IO, "proxy");
        backendUnreachable(route, upstream, cause);
    }

    /** A backend accepts no connection. */
    void backendUnreachable(ActiveRoute route, Upstream upstream, Throwable cause) {
        ConnectFailure failure = ConnectFailure.of(cause);
        if (upstream.health().refused(failure)) {
            if (failure.hint() != null) {
                LOG.warn(
                        "The backend {} cannot be used: {}. {}", upstream.endpoint(), failure.reason(), failure.hint());
            }
            healthChanged.accept(route);
        }
    }

    /** Where a plain-HTTP client finds the same thing over TLS. */
    String secureUrl(String name, String uri, ClientConnection client) {
        return urlOf(name, client) + (uri.startsWith("/") ? uri : "/");
    }

    private String urlOf(String name, ClientConnection client) {
        int port = client.tlsPort() ? client.port() : securePort;
        return "https://" + name + (port == 443 ? "" : ":" + port);
    }

    /**
     * Lists the tunnels, but only to who asked for a name that is local by itself: a page on the internet can have its own
     * name resolve to this machine, and would read the list as if it were its own.
     */
    ErrorPage unknownName(String name, ClientConnection client) {
        if (!DomainName.isLocal(name)) {
            return ErrorPage.badRequest("gotunnel serves local names only.");
        }
        List<ErrorPage.Link> links = router.all().stream()
                .map(ActiveRoute::route)
                .map(route -> new ErrorPage.Link(
                        route.https()
                                ? urlOf(route.names().getFirst(), client)
                                : "http://" + route.names().getFirst() + (client.secure() ? "" : ":" + client.port()),
                        backendsOf(route)))
                .toList();
        return ErrorPage.unknownName(name, links);
    }

    private static String backendsOf(Route route) {
        return String.join(", ", route.backends().stream().map(Object::toString).toList());
    }

    ErrorPage backendDown(ActiveRoute route, HttpMethod method, UpstreamPool pool) {
        Outage outage = pool.upstreams().getFirst().health().outage();
        return ErrorPage.backendDown(
                route.route().names().getFirst(),
                String.join(
                        ", ",
                        pool.upstreams().stream()
                                .map(upstream -> upstream.endpoint().toString())
                                .toList()),
                outage == null ? "now" : CLOCK.format(outage.since()),
                outage == null ? "unknown" : outage.reason(),
                outage == null ? null : outage.hint(),
                ErrorPage.mayReload(method));
    }

    ErrorPage tooSlow(@Nullable ActiveRoute route, @Nullable Upstream upstream, Duration waited) {
        telemetry.metrics().recordError(ErrorCode.IO, "proxy");
        return ErrorPage.gatewayTimeout(
                route == null ? "this name" : route.route().names().getFirst(),
                upstream == null ? "unknown" : upstream.endpoint().toString(),
                Amounts.text(waited));
    }

    /** A WebSocket was asked for, and the backend cannot be asked for one. */
    ErrorPage noWebSocket(ActiveRoute route, Upstream upstream) {
        return ErrorPage.noWebSocket(
                route.route().names().getFirst(), upstream.endpoint().toString());
    }

    ErrorPage badAnswer(
            @Nullable ActiveRoute route, @Nullable Upstream upstream, String reason, ClientConnection client) {
        telemetry.metrics().recordError(ErrorCode.IO, "proxy");
        String name = route == null ? "this name" : route.route().names().getFirst();
        String backend = upstream == null ? "unknown" : upstream.endpoint().toString();
        return ErrorPage.badAnswer(name, backend, reason);
    }
}
