package dev.gotunnel.proxy;

import dev.gotunnel.policy.DevServer;
import dev.gotunnel.policy.TlsVersion;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The way of one request through its tunnel: found by name and path, let pass by the gate or answered there, held up where
 * trouble is made on purpose, and edited for the backend, as its answer is for the client. On the client's event loop.
 */
final class Passage {
    private final EngineContext engine;
    private final Exchange exchange;
    private final ClientStream client;
    private final HttpRequest request;

    private String name = "";
    private @Nullable ClientConnection asker;
    private @Nullable ActiveRoute route;
    private @Nullable ActivePath path;
    private @Nullable RequestFacts facts;
    private @Nullable Gate entered;
    private @Nullable String origin;
    private @Nullable Future<?> delayed;
    private @Nullable HostCheckRefusal refusal;
    private boolean upgrade;
    private boolean acceptsTrailers;
    private boolean edited;

    Passage(EngineContext engine, Exchange exchange, ClientStream client, HttpRequest request) {
        this.engine = engine;
        this.exchange = exchange;
        this.client = client;
        this.request = request;
    }

    // ---- to the backend

    /** Sends the request on its way, or has it answered. */
    void begin() {
        Iterator<String> hosts = request.headers().valueStringIterator(HttpHeaderNames.HOST);
        String host = hosts.hasNext() ? hosts.next() : null;
        String named = host == null ? null : client.connection().asked(host).name();
        if (host == null || named == null || hosts.hasNext()) {
            client.closeAfterResponse();
            exchange.answer(ErrorPage.badRequest("The request does not say which host it is for."));
            return;
        }
        name = named;
        if (request.method().equals(HttpMethod.CONNECT)) {
            exchange.answer(ErrorPage.badRequest("gotunnel serves names; it is not a proxy to other hosts."));
            return;
        }
        ClientConnection asking = engine.trusted().client(client.connection(), request.headers());
        asker = asking;
        ActiveRoute found = client.connection().loopback() ? engine.router().find(name) : null;
        if (found == null) {
            exchange.answer(asking.isHere() ? engine.unknownName(name, client.connection()) : ErrorPage.notFound());
            return;
        }
        if (found.route().https() && !asking.secure()) {
            exchange.answer(ErrorPage.redirect(engine.secureUrl(name, request.uri(), client.connection())));
            return;
        }
        TlsVersion oldest = found.route().minTls();
        if (oldest != null && client.connection().isOlderThan(oldest)) {
            // Begun for another tunnel's name, and used for this one.
            exchange.answer(ErrorPage.misdirected(name, oldest));
            return;
        }
        if (!ForwardingHeaders.countHop(request.headers())) {
            exchange.answer(ErrorPage.loop(name));
            return;
        }
        route = found;
        found.exchangeBegins(exchange);
        if (found.guardsPaths() && !MatchedPath.isPlain(MatchedPath.raw(request.uri()))) {
            // The backend may read it in a way that falls to another gate.
            exchange.answer(ErrorPage.badRequest("The path of the request can be read in several ways."));
            return;
        }
        ActivePath served = found.path(request.uri());
        path = served;
        exchange.record().beginSpan(name, asking.scheme());
        upgrade = ForwardingHeaders.wantsWebSocket(request);
        Gate gate = served.gate();
        if (gate == null || mayPass(gate, found, served, asking, host)) {
            goOn(found, served, asking, host);
        }
    }

    /** Whether it passes at once; else it is answered, or goes on when its password has been found right. */
    private boolean mayPass(Gate gate, ActiveRoute found, ActivePath served, ClientConnection asking, String host) {
        origin = request.headers().get(HttpHeaderNames.ORIGIN);
        ErrorPage page = gate.preflight(request);
        page = page == null ? gate.refusal(request, asking.address()) : page;
        if (page == null && gate.enter()) {
            entered = gate;
        } else {
            exchange.answer(page == null ? ErrorPage.busy(name) : page);
            return false;
        }
        BasicAuth auth = gate.auth();
        if (auth == null) {
            return true;
        }
        String credentials = BasicAuth.credentials(request.headers());
        if (credentials == null) {
            exchange.answer(auth.challenge());
            return false;
        }
        request.headers().remove(HttpHeaderNames.AUTHORIZATION);
        if (auth.remembers(credentials)) {
            return true;
        }
        CompletableFuture<Boolean> check = auth.check(credentials, asking.address(), engine.worker());
        if (check == null) {
            exchange.answer(ErrorPage.tooMany(name, 1));
            return false;
        }
        exchange.waitForConnection();
        check.thenAcceptAsync(
                right -> {
                    if (!exchange.isEnded() && right) {
                        goOn(found, served, asking, host);
                    } else if (!exchange.isEnded()) {
                        exchange.answer(auth.challenge());
                    }
                },
                client.eventLoop());
        return false;
    }

    private void goOn(ActiveRoute found, ActivePath served, ClientConnection asking, String host) {
        acceptsTrailers = ForwardingHeaders.takeTe(request.headers());
        String asked = engine.trusted().host(client.connection(), request.headers(), host, asking.secure());
        String requestId = exchange.record().requestId();
        ForwardingHeaders.toBackend(request.headers(), asking, asking.asked(asked), requestId, upgrade);
        request.setProtocolVersion(HttpVersion.HTTP_1_1);
        MessageEdits edits = served.edits();
        if (edits != null) {
            facts = RequestFacts.of(request, found.route().id(), asked, asking, requestId);
            if (!edits.rewriteTarget(request)) {
                exchange.answer(ErrorPage.badRequest("The path of the request can be read in several ways."));
                return;
            }
        }
        Attempts begun =
                new Attempts(engine, found, served.pool(), exchange, client, request, asking.address(), upgrade);
        exchange.attempts(begun);
        FaultInjection fault = served.fault();
        if (fault == null) {
            begun.next();
        } else {
            delay(begun, fault);
        }
    }

    private void delay(Attempts begun, FaultInjection fault) {
        Duration delay = fault.delay();
        if (delay.isZero()) {
            strike(begun, fault);
            return;
        }
        exchange.waitForConnection();
        delayed = client.eventLoop().schedule(() -> strike(begun, fault), delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void strike(Attempts begun, FaultInjection fault) {
        if (fault.resets()) {
            exchange.tear("reset on purpose");
            return;
        }
        ErrorPage error = fault.error();
        if (error != null) {
            exchange.answer(error);
            return;
        }
        Long bandwidth = fault.bandwidth();
        if (bandwidth != null) {
            exchange.answer().pace(bandwidth);
        }
        begun.next();
    }

    /** Edits the request for an attempt at a backend. */
    void toBackend(@Nullable Upstream to) {
        if (facts != null && path != null && path.edits() != null && to != null) {
            path.edits().toBackend(request.headers(), facts, to.endpoint(), !edited);
            edited = true;
        }
    }

    // ---- to the client

    /** Edits the head of a backend's answer. */
    void toClient(HttpResponse head, @Nullable Upstream from) {
        if (facts != null && path != null && path.edits() != null && from != null) {
            path.edits().toClient(head.headers(), facts, from.endpoint());
        }
        if (entered != null) {
            entered.toClient(origin, head.headers());
        }
        if (path != null && path.pool().sticky() != null && from != null) {
            path.pool()
                    .sticky()
                    .remember(
                            request.headers(),
                            head.headers(),
                            from,
                            client.connection().secure());
        }
        refusal = HostChecks.watch(request, head.status().code());
        if (refusal == null) {
            hostPassed(from);
        }
    }

    /** Looks at a part of the answer's body as it passes by. */
    void look(ByteBuf part, @Nullable Upstream from) {
        DevServer refusing = refusal == null ? null : refusal.look(part);
        if (refusing != null) {
            refusal = null;
            hostRefused(refusing, from);
        }
    }

    /** The backend takes the name that it was asked for. */
    void hostPassed(@Nullable Upstream by) {
        if (route != null && path != null && by != null && path.hostChecks().passed(request, name, by)) {
            engine.healthChanged(route);
        }
    }

    /** A backend that is a development server refuses the name that it was asked for. */
    void hostRefused(DevServer server, @Nullable Upstream by) {
        if (route != null
                && path != null
                && by != null
                && path.hostChecks().refused(new HostChecks.Refusal(server, name, by))) {
            route.suggestPreset(server);
            engine.healthChanged(route);
        }
    }

    // ---- either way

    /** Its tunnel; null when it is for none. */
    @Nullable
    ActiveRoute route() {
        return route;
    }

    /** How its path is served; null before that is known. */
    @Nullable
    ActivePath path() {
        return path;
    }

    /** Whether who asks is at this machine, and may learn what runs here. */
    boolean isLocal() {
        return asker != null && asker.isHere();
    }

    /** Whether the client asked to change to WebSocket. */
    boolean wantsUpgrade() {
        return upgrade;
    }

    /** Whether the client takes trailers after the body, and said so. */
    boolean acceptsTrailers() {
        return acceptsTrailers;
    }

    /** The largest body that may pass, in bytes. */
    long maxBody() {
        return entered == null ? Long.MAX_VALUE : entered.maxBody();
    }

    /** The exchange has ended. */
    void end() {
        if (delayed != null) {
            delayed.cancel(false);
        }
        if (entered != null) {
            entered.leave();
        }
        if (route != null) {
            route.exchangeEnds(exchange);
        }
    }
}
