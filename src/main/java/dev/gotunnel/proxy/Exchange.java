package dev.gotunnel.proxy;

import dev.gotunnel.policy.DevServer;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response on their way between a client and a backend: finds the route, opens or reuses a
 * connection, streams both ways with back-pressure, and answers itself when no backend does. Everything happens on the
 * client's event loop, {@link #breakOff()} excepted.
 */
final class Exchange implements UpstreamConnections.Waiting {
    /** Safe to send again when a reused connection turns out to be dead (RFC 9110 section 9.2.2). */
    private static final Set<HttpMethod> IDEMPOTENT = Set.of(
            HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS, HttpMethod.TRACE, HttpMethod.PUT, HttpMethod.DELETE);

    private static final String EVENT_STREAM = "text/event-stream";
    private static final int CLIENT_CLOSED_REQUEST = 499;

    /** How often a request is sent again because a backend has refused it unread. */
    private static final int MAX_REFUSALS = 3;

    private final EngineContext engine;
    private final ClientStream client;
    private final HttpRequest request;
    private final ExchangeRecord record;

    private @Nullable ActiveRoute route;
    private @Nullable ActivePath path;
    private @Nullable RequestFacts facts;
    private @Nullable Upstream upstream;
    private @Nullable UpstreamStream connection;
    private @Nullable ArrayDeque<HttpContent> waiting;
    private @Nullable HttpResponse switchingHead;
    private List<Upstream> tried = List.of();
    private int refusals;
    private int ticksWithoutBody;
    private boolean upgrade;
    private boolean edited;
    private boolean refusalLikely;
    private boolean acceptsTrailers;
    private boolean continued;
    private boolean bodySent;
    private boolean requestComplete;
    private boolean responseStarted;
    private boolean answered;
    private boolean ended;

    /** Read by whoever drains the route. */
    private volatile boolean endless;

    Exchange(EngineContext engine, ClientStream client, HttpRequest request) {
        this.engine = engine;
        this.client = client;
        this.request = request;
        this.record = new ExchangeRecord(engine.telemetry(), request);
    }

    // ---- from the client

    /** Sends the request on its way, or answers it. */
    void begin() {
        String host = request.headers().get(HttpHeaderNames.HOST);
        String name = HostName.of(host);
        if (host == null
                || name == null
                || request.headers().getAll(HttpHeaderNames.HOST).size() > 1) {
            client.closeAfterResponse();
            answer(ErrorPage.badRequest("The request does not say which host it is for."));
            return;
        }
        if (request.method().equals(HttpMethod.CONNECT)) {
            answer(ErrorPage.badRequest("gotunnel serves names; it is not a proxy to other hosts."));
            return;
        }
        ActiveRoute found = client.connection().loopback() ? engine.router().find(name) : null;
        if (found == null) {
            answer(
                    client.connection().loopback()
                            ? engine.unknownName(name, client.connection())
                            : ErrorPage.notFound());
            return;
        }
        if (found.route().https() && !client.connection().secure()) {
            answer(ErrorPage.redirect(engine.secureUrl(name, request.uri(), client.connection())));
            return;
        }
        if (!ForwardingHeaders.countHop(request.headers())) {
            answer(ErrorPage.loop(name));
            return;
        }
        route = found;
        found.exchangeBegins(this);
        ActivePath served = found.path(request.uri());
        path = served;
        record.beginSpan(name, client.connection().scheme());
        upgrade = ForwardingHeaders.wantsWebSocket(request);
        acceptsTrailers = ForwardingHeaders.takeTe(request.headers());
        ForwardingHeaders.toBackend(request.headers(), client.connection(), host, record.requestId(), upgrade);
        request.setProtocolVersion(HttpVersion.HTTP_1_1);
        MessageEdits edits = served.edits();
        if (edits != null) {
            facts = RequestFacts.of(request, found.route().id(), host, name, client.connection(), record.requestId());
            if (!edits.rewriteTarget(request)) {
                answer(ErrorPage.badRequest("The path of the request can be read in several ways."));
                return;
            }
        }
        tryNext(found, served);
    }

    /** Answers what is not a request at all, or not one for us. */
    void refuse(ErrorPage page) {
        requestComplete = true;
        answer(page);
    }

    /** The rest of the request will not come, or cannot be told apart from what follows it. */
    void requestBroken(ErrorPage page) {
        if (ended) {
            if (answered) {
                client.closeAfterResponse();
                client.finished(true);
            }
            return;
        }
        dropUpstream();
        if (responseStarted) {
            record.brokeOff("the request is not complete");
            end();
            client.abort();
        } else {
            client.closeAfterResponse();
            refuse(page);
        }
    }

    /**
     * A tick of the clock: who owes a body and sends none of it is not waited for. A gRPC stream may rest between two
     * messages for as long as it likes, and who was told to expect a 100 may wait for it.
     *
     * @param reading whether the client may send
     */
    void tick(boolean reading) {
        boolean owed = reading
                && !ended
                && !requestComplete
                && !responseStarted
                && waiting == null
                && (continued || bodySent || !HttpUtil.is100ContinueExpected(request))
                && !isGrpc();
        ticksWithoutBody = owed ? ticksWithoutBody + 1 : 0;
        if (ticksWithoutBody > ClientLimits.ticks(engine.limits().body())) {
            requestBroken(ErrorPage.requestTimeout());
        }
    }

    private void tryNext(ActiveRoute active, ActivePath served) {
        Upstream candidate = served.pool().candidate(tried);
        if (candidate == null) {
            answer(engine.backendDown(active, request.method(), client.connection()));
            return;
        }
        upstream = candidate;
        if (upgrade && !candidate.takesUpgrades()) {
            answer(engine.noWebSocket(active, candidate));
            return;
        }
        send(candidate);
    }

    private void send(Upstream to) {
        UpstreamStream ready = to.connections(client.eventLoop()).take(IDEMPOTENT.contains(request.method()), upgrade);
        if (ready != null) {
            attach(ready);
        } else {
            open(to);
        }
    }

    private void open(Upstream candidate) {
        if (waiting == null) {
            waiting = new ArrayDeque<>(4);
        }
        client.pauseReading();
        candidate.connections(client.eventLoop()).open(engine.connector(), upgrade, this);
    }

    private void attach(UpstreamStream newConnection) {
        connection = newConnection;
        newConnection.attach(this);
        editRequest();
        newConnection.write(request);
        ArrayDeque<HttpContent> held = waiting;
        waiting = null;
        if (held != null) {
            for (HttpContent content : held) {
                send(newConnection, content);
            }
            newConnection.flush();
            client.resumeReading();
        }
    }

    private void editRequest() {
        if (facts != null && path != null && path.edits() != null && upstream != null) {
            path.edits().toBackend(request.headers(), facts, upstream.endpoint(), !edited);
            edited = true;
        }
    }

    private void editResponse(HttpResponse head) {
        if (facts != null && path != null && path.edits() != null && upstream != null) {
            path.edits().toClient(head.headers(), facts, upstream.endpoint());
        }
        refusalLikely = HostCheckRefusal.isLikely(head.status().code());
    }

    private void send(UpstreamStream to, HttpContent content) {
        bodySent |= content.content().isReadable();
        to.write(content);
    }

    /** Takes over a part of the request's body. */
    void body(HttpContent content) {
        ticksWithoutBody = 0;
        if (content instanceof LastHttpContent last) {
            requestComplete = true;
            ForwardingHeaders.trailers(last.trailingHeaders());
            if (answered) {
                ReferenceCountUtil.release(content);
                client.finished(true);
                return;
            }
        }
        if (waiting != null) {
            waiting.add(content);
        } else if (connection != null) {
            send(connection, content);
        } else {
            ReferenceCountUtil.release(content);
        }
    }

    /** The client has said all that it has said so far. */
    void flushToUpstream() {
        UpstreamStream to = connection;
        if (to != null) {
            to.flush();
            if (!to.isWritable()) {
                client.pauseReading();
            }
        }
    }

    /** Whether the backend keeps up with the request's body. */
    boolean isUpstreamWritable() {
        return connection != null && connection.isWritable();
    }

    /** The client has no room for more: what has been read goes to it, and no more is read for now. */
    void pauseBackend() {
        if (connection != null) {
            connection.pauseReading();
        }
    }

    void clientWritable() {
        if (connection != null) {
            connection.resumeReading();
        }
    }

    /** The client went away: the backend need not go on. */
    void clientGone() {
        if (!ended) {
            record.status(CLIENT_CLOSED_REQUEST);
            dropUpstream();
            end();
        }
    }

    // ---- from the connector and the backend

    @Override
    public void connected(UpstreamStream opened) {
        if (ended) {
            opened.abandon();
            return;
        }
        engine.backendAnswers(route, upstream);
        attach(opened);
    }

    @Override
    public void connectFailed(Throwable cause) {
        if (ended) {
            return;
        }
        engine.backendFails(route, upstream, cause);
        if (route != null && path != null && upstream != null) {
            tried = Stream.concat(tried.stream(), Stream.of(upstream)).toList();
            tryNext(route, path);
        }
    }

    /** Whether the client takes trailers after the body, and said so. */
    boolean acceptsTrailers() {
        return acceptsTrailers;
    }

    boolean wantsUpgrade() {
        return upgrade;
    }

    boolean isRequestComplete() {
        return requestComplete;
    }

    boolean isClientWritable() {
        return client.isWritable();
    }

    void flushToClient() {
        client.flush();
    }

    void upstreamWritable() {
        client.resumeReading();
    }

    void interimResponse(HttpResponse head) {
        continued |= head.status().code() == HttpResponseStatus.CONTINUE.code();
        ForwardingHeaders.toClient(head.headers());
        client.writeInterim(head);
    }

    void responseHead(HttpResponse head) {
        if (client.isConsent(head.status())) {
            dropUpstream();
            upstreamFailed("it answered a WebSocket's handshake as if it were a page's request");
            return;
        }
        responseStarted = true;
        record.status(head.status().code());
        ForwardingHeaders.toClient(head.headers());
        editResponse(head);
        if (route != null && isEventStream(head)) {
            endless = true;
            route.exchangeIsEndless(this);
        }
        client.writeHead(head, isBodiless(head.status().code()));
    }

    private boolean isBodiless(int code) {
        return request.method().equals(HttpMethod.HEAD)
                || code == HttpResponseStatus.NO_CONTENT.code()
                || code == HttpResponseStatus.NOT_MODIFIED.code();
    }

    private static boolean isEventStream(HttpResponse head) {
        String type = head.headers().get(HttpHeaderNames.CONTENT_TYPE);
        return type != null && type.regionMatches(true, 0, EVENT_STREAM, 0, EVENT_STREAM.length());
    }

    void responseBody(HttpContent content) {
        if (content instanceof LastHttpContent last) {
            ForwardingHeaders.trailers(last.trailingHeaders());
        }
        if (refusalLikely) {
            refusalLikely = false;
            recogniseRefusal(content);
        }
        client.writeBody(content);
    }

    private void recogniseRefusal(HttpContent content) {
        DevServer server = HostCheckRefusal.recognise(content.content());
        if (server != null && route != null && path != null && path.policy().preset() == null) {
            route.suggestPreset(server);
        }
    }

    void responseComplete() {
        connection = null;
        end();
        client.finished(requestComplete);
    }

    void switchingProtocols(HttpResponse head) {
        record.status(head.status().code());
        ForwardingHeaders.toClient(head.headers());
        head.headers().set(HttpHeaderNames.CONNECTION, "upgrade");
        head.headers().set(HttpHeaderNames.UPGRADE, "websocket");
        switchingHead = head;
    }

    /** From here on both sides exchange bytes that are not ours to read. */
    void upgrade(Channel backend, Consumer<ChannelHandler> installer) {
        connection = null;
        HttpResponse head = switchingHead;
        ChannelHandler relay = head == null ? null : client.upgrade(head, backend, this::end);
        if (relay == null) {
            backend.close();
            answer(engine.badAnswer(route, upstream, "its answer is not the one to a WebSocket", client.connection()));
            return;
        }
        installer.accept(relay);
        if (route != null) {
            endless = true;
            route.exchangeIsEndless(this);
        }
    }

    /** The backend closed the connection before it had answered in full. */
    void upstreamClosed(UpstreamStream closed) {
        if (ended) {
            return;
        }
        connection = null;
        boolean repeatable = closed.isReused()
                && !responseStarted
                && !bodySent
                && requestComplete
                && IDEMPOTENT.contains(request.method());
        if (repeatable && upstream != null) {
            // It had been idle and the backend closed it just then: the next one is new.
            waiting = new ArrayDeque<>(1);
            waiting.add(LastHttpContent.EMPTY_LAST_CONTENT);
            open(upstream);
        } else {
            upstreamFailed("it closed the connection before it answered");
        }
    }

    /**
     * The backend has refused the request before it looked at it: whatever its method, it may be sent again.
     *
     * @param sent the body so far, to be sent again; null when it was too large to be kept
     */
    void upstreamRefused(@Nullable ArrayDeque<HttpContent> sent) {
        connection = null;
        if (sent != null && upstream != null && !ended && refusals < MAX_REFUSALS) {
            refusals++;
            waiting = sent;
            send(upstream);
        } else {
            if (sent != null) {
                sent.forEach(ReferenceCountUtil::release);
            }
            upstreamReset(Http2Error.REFUSED_STREAM.code());
        }
    }

    /** The backend ended this exchange alone, for a reason that HTTP/2 has a code for. */
    void upstreamReset(long code) {
        if (ended || !(responseStarted || isGrpc())) {
            Http2Error known = Http2Error.valueOf(code);
            upstreamFailed("it reset the stream with " + (known == null ? Long.toString(code) : known.name()));
            return;
        }
        // A gRPC client reads the code: it says whether to call again.
        connection = null;
        if (!responseStarted) {
            record.status(HttpResponseStatus.BAD_GATEWAY.code());
        }
        record.brokeOff("reset by the backend");
        releaseWaiting();
        end();
        client.reset(code);
    }

    private boolean isGrpc() {
        String type = request.headers().get(HttpHeaderNames.CONTENT_TYPE);
        return type != null && type.startsWith("application/grpc");
    }

    /** The backend answered with something that is not an answer. */
    void upstreamFailed(String reason) {
        connection = null;
        if (ended) {
            return;
        }
        if (responseStarted) {
            record.brokeOff(reason);
            end();
            client.abort();
        } else {
            answer(engine.badAnswer(route, upstream, reason, client.connection()));
        }
    }

    // ---- either way

    /** Answers without a backend. */
    private void answer(ErrorPage page) {
        releaseWaiting();
        responseStarted = true;
        record.status(page.status().code());
        boolean bodyUnread = !requestComplete
                && (HttpUtil.isTransferEncodingChunked(request) || HttpUtil.getContentLength(request, 0L) > 0);
        if (bodyUnread) {
            client.closeAfterResponse();
        }
        HttpContent body = page.body(request, record.requestId(), client.alloc());
        HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, page.status());
        page.head(head.headers(), request, body.content().readableBytes(), record.requestId());
        boolean bodiless = isBodiless(page.status().code());
        client.writeHead(head, bodiless);
        if (bodiless) {
            ReferenceCountUtil.release(body);
            client.writeBody(LastHttpContent.EMPTY_LAST_CONTENT);
        } else {
            client.writeBody(body);
        }
        end();
        client.flush();
        if (requestComplete || bodyUnread) {
            client.finished(requestComplete);
        } else {
            // The end of the request is still to come, in this very read.
            answered = true;
        }
    }

    /** Whether it has no end of its own, as WebSockets and event streams have none. Any thread. */
    boolean isEndless() {
        return endless;
    }

    /** Ends the exchange wherever it stands. Any thread. */
    void breakOff() {
        client.eventLoop().execute(this::breakOffHere);
    }

    private void breakOffHere() {
        if (ended) {
            return;
        }
        dropUpstream();
        end();
        client.cancel();
    }

    private void dropUpstream() {
        releaseWaiting();
        if (connection != null) {
            connection.abandon();
            connection = null;
        }
    }

    private void releaseWaiting() {
        if (waiting != null) {
            waiting.forEach(ReferenceCountUtil::release);
            waiting = null;
        }
    }

    private void end() {
        if (ended) {
            return;
        }
        ended = true;
        ActiveRoute active = route;
        if (active != null) {
            active.exchangeEnds(this);
        }
        record.end(active == null ? "none" : active.route().id());
    }
}
