package dev.gotunnel.proxy;

import dev.gotunnel.policy.Amounts;
import dev.gotunnel.policy.DevServer;
import dev.gotunnel.policy.Timeouts;
import dev.gotunnel.policy.TlsVersion;
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
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response on their way between a client and a backend: finds the route, opens or reuses a
 * connection, streams both ways with back-pressure, and answers itself when no backend does. Everything happens on the
 * client's event loop, {@link #breakOff()} excepted.
 */
final class Exchange implements UpstreamStream.Listener {
    private static final String EVENT_STREAM = "text/event-stream";
    private static final int CLIENT_CLOSED_REQUEST = 499;

    private final EngineContext engine;
    private final ClientStream client;
    private final HttpRequest request;
    private final ExchangeRecord record;

    private String name = "";
    private @Nullable ActiveRoute route;
    private @Nullable ActivePath path;
    private @Nullable RequestFacts facts;
    private @Nullable Gate entered;
    private @Nullable String origin;
    private @Nullable ExchangeTimer timer;
    private @Nullable PacedBody paced;
    private @Nullable Future<?> delayed;
    private long bodyBytes;
    private int ticksWithoutAnswer;
    private boolean answerRead;
    private @Nullable Attempts attempts;
    private @Nullable UpstreamStream connection;
    private @Nullable ArrayDeque<HttpContent> waiting;
    private @Nullable HttpResponse switchingHead;
    private int ticksWithoutBody;
    private boolean upgrade;
    private boolean edited;
    private @Nullable HostCheckRefusal refusal;
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
        String named = HostName.of(host);
        if (host == null
                || named == null
                || request.headers().getAll(HttpHeaderNames.HOST).size() > 1) {
            client.closeAfterResponse();
            answer(ErrorPage.badRequest("The request does not say which host it is for."));
            return;
        }
        name = named;
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
        ClientConnection asking = engine.trusted().client(client.connection(), request.headers());
        if (found.route().https() && !asking.secure()) {
            answer(ErrorPage.redirect(engine.secureUrl(name, request.uri(), client.connection())));
            return;
        }
        TlsVersion oldest = found.route().minTls();
        if (oldest != null && client.connection().isOlderThan(oldest)) {
            // Begun for another tunnel's name, and used for this one.
            answer(ErrorPage.misdirected(name, oldest));
            return;
        }
        if (!ForwardingHeaders.countHop(request.headers())) {
            answer(ErrorPage.loop(name));
            return;
        }
        route = found;
        found.exchangeBegins(this);
        if (found.guardsPaths() && !MatchedPath.isPlain(MatchedPath.raw(request.uri()))) {
            // The backend may read it in a way that falls to another gate.
            answer(ErrorPage.badRequest("The path of the request can be read in several ways."));
            return;
        }
        ActivePath served = found.path(request.uri());
        path = served;
        record.beginSpan(name, asking.scheme());
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
            answer(page == null ? ErrorPage.busy(name) : page);
            return false;
        }
        BasicAuth auth = gate.auth();
        if (auth == null) {
            return true;
        }
        String credentials = BasicAuth.credentials(request.headers());
        if (credentials == null) {
            answer(auth.challenge());
            return false;
        }
        request.headers().remove(HttpHeaderNames.AUTHORIZATION);
        if (auth.remembers(credentials)) {
            return true;
        }
        CompletableFuture<Boolean> check = auth.check(credentials, asking.address(), engine.worker());
        if (check == null) {
            answer(ErrorPage.tooMany(name, 1));
            return false;
        }
        waitForConnection();
        check.thenAcceptAsync(
                right -> {
                    if (!ended && right) {
                        goOn(found, served, asking, host);
                    } else if (!ended) {
                        answer(auth.challenge());
                    }
                },
                client.eventLoop());
        return false;
    }

    private void goOn(ActiveRoute found, ActivePath served, ClientConnection asking, String host) {
        acceptsTrailers = ForwardingHeaders.takeTe(request.headers());
        String asked = engine.trusted().host(client.connection(), request.headers(), host, asking.secure());
        ForwardingHeaders.toBackend(request.headers(), asking, asked, record.requestId(), upgrade);
        request.setProtocolVersion(HttpVersion.HTTP_1_1);
        MessageEdits edits = served.edits();
        if (edits != null) {
            facts = RequestFacts.of(request, found.route().id(), asked, asking, record.requestId());
            if (!edits.rewriteTarget(request)) {
                answer(ErrorPage.badRequest("The path of the request can be read in several ways."));
                return;
            }
        }
        Attempts begun = new Attempts(engine, found, served.pool(), this, client, request, asking.address(), upgrade);
        attempts = begun;
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
        waitForConnection();
        delayed = client.eventLoop().schedule(() -> strike(begun, fault), delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void strike(Attempts begun, FaultInjection fault) {
        if (fault.resets()) {
            record.brokeOff("reset on purpose");
            dropUpstream();
            end();
            client.tear();
            return;
        }
        ErrorPage error = fault.error();
        if (error != null) {
            answer(error);
            return;
        }
        Long bandwidth = fault.bandwidth();
        if (bandwidth != null) {
            paced = new PacedBody(client, client.eventLoop(), bandwidth, this::paceDrained);
        }
        begun.next();
    }

    private void paceDrained() {
        if (answerRead) {
            complete();
        } else if (connection != null) {
            connection.resumeReading();
        }
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
        ticksWithoutAnswer = isAwaitingAnswer() ? ticksWithoutAnswer + 1 : 0;
        if (timer == null && ticksWithoutAnswer > ClientLimits.ticks(Timeouts.FIRST_BYTE)) {
            timedOut(Timeouts.FIRST_BYTE);
            return;
        }
        if (ticksWithoutBody > ClientLimits.ticks(engine.limits().body())) {
            requestBroken(ErrorPage.requestTimeout());
        }
    }

    /** The request, and what comes of its body, waits for a connection. */
    void waitForConnection() {
        if (waiting == null) {
            waiting = new ArrayDeque<>(4);
            if (requestComplete) {
                // It has been sent before, and had no body.
                waiting.add(LastHttpContent.EMPTY_LAST_CONTENT);
            }
        }
        client.pauseReading();
    }

    /** There is no backend to send it to. */
    void giveUp(ErrorPage page) {
        answer(page);
    }

    boolean isEnded() {
        return ended;
    }

    ExchangeRecord record() {
        return record;
    }

    private @Nullable Upstream upstream() {
        return attempts == null ? null : attempts.upstream();
    }

    /** A backend is there: the request goes to it. */
    void attach(UpstreamStream newConnection) {
        connection = newConnection;
        if (timer == null && path != null) {
            timer = ExchangeTimer.of(path.policy().timeouts(), this, client.eventLoop());
        }
        active();
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
        Upstream to = upstream();
        if (facts != null && path != null && path.edits() != null && to != null) {
            path.edits().toBackend(request.headers(), facts, to.endpoint(), !edited);
            edited = true;
        }
    }

    private void editResponse(HttpResponse head) {
        Upstream from = upstream();
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
            hostPassed();
        }
    }

    private void hostPassed() {
        Upstream by = upstream();
        if (route != null && path != null && by != null && path.hostChecks().passed(request, name, by)) {
            engine.healthChanged(route);
        }
    }

    private void hostRefused(DevServer server) {
        refusal = null;
        Upstream by = upstream();
        if (route != null
                && path != null
                && by != null
                && path.hostChecks().refused(new HostChecks.Refusal(server, name, by))) {
            route.suggestPreset(server);
            engine.healthChanged(route);
        }
    }

    private void send(UpstreamStream to, HttpContent content) {
        bodySent |= content.content().isReadable();
        to.write(content);
    }

    /** Takes over a part of the request's body. */
    void body(HttpContent content) {
        ticksWithoutBody = 0;
        active();
        if (content instanceof LastHttpContent last) {
            requestComplete = true;
            ForwardingHeaders.trailers(last.trailingHeaders());
            if (answered) {
                ReferenceCountUtil.release(content);
                client.finished(true);
                return;
            }
        }
        if (entered != null && isTooLarge(entered, content)) {
            ReferenceCountUtil.release(content);
        } else if (waiting != null) {
            waiting.add(content);
        } else if (connection != null) {
            send(connection, content);
        } else {
            ReferenceCountUtil.release(content);
        }
    }

    /** Whether the body has grown larger than it may; it is answered then. */
    private boolean isTooLarge(Gate gate, HttpContent content) {
        bodyBytes += content.content().readableBytes();
        if (ended || bodyBytes <= gate.maxBody()) {
            return false;
        }
        dropUpstream();
        if (responseStarted) {
            record.brokeOff("the request is too large");
            end();
            client.abort();
        } else {
            client.closeAfterResponse();
            answer(ErrorPage.tooLarge(gate.maxBody()));
        }
        return true;
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
        if (connection != null && isClientWritable()) {
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
    public boolean acceptsTrailers() {
        return acceptsTrailers;
    }

    @Override
    public boolean wantsUpgrade() {
        return upgrade;
    }

    @Override
    public boolean isRequestComplete() {
        return requestComplete;
    }

    @Override
    public boolean isClientWritable() {
        return client.isWritable() && (paced == null || paced.isEmpty());
    }

    @Override
    public void flushToClient() {
        client.flush();
    }

    @Override
    public void upstreamWritable() {
        client.resumeReading();
    }

    @Override
    public void interimResponse(HttpResponse head) {
        continued |= head.status().code() == HttpResponseStatus.CONTINUE.code();
        ForwardingHeaders.toClient(head.headers());
        client.writeInterim(head);
    }

    @Override
    public void responseHead(HttpResponse head) {
        if (client.isConsent(head.status())) {
            dropUpstream();
            upstreamFailed("it answered a WebSocket's handshake as if it were a page's request");
            return;
        }
        int status = head.status().code();
        if (isRepeatable() && attempts().mayBetter(status)) {
            dropUpstream();
            attempts().again("it was answered with " + status);
            return;
        }
        responseStarted = true;
        if (timer != null) {
            timer.answerBegins();
        }
        record.status(status);
        attempts().answered(status);
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

    @Override
    public void responseBody(HttpContent content) {
        if (content instanceof LastHttpContent last) {
            ForwardingHeaders.trailers(last.trailingHeaders());
        }
        DevServer refusing = refusal == null ? null : refusal.look(content.content());
        if (refusing != null) {
            hostRefused(refusing);
        }
        active();
        if (paced == null) {
            client.writeBody(content);
        } else {
            paced.write(content);
        }
    }

    @Override
    public void responseComplete() {
        connection = null;
        answerRead = true;
        if (paced == null || paced.isEmpty()) {
            complete();
        }
    }

    private void complete() {
        end();
        client.finished(requestComplete);
    }

    @Override
    public void switchingProtocols(HttpResponse head) {
        record.status(head.status().code());
        hostPassed();
        ForwardingHeaders.toClient(head.headers());
        head.headers().set(HttpHeaderNames.CONNECTION, "upgrade");
        head.headers().set(HttpHeaderNames.UPGRADE, "websocket");
        switchingHead = head;
    }

    @Override
    public void upgrade(Channel backend, Consumer<ChannelHandler> installer) {
        if (timer != null) {
            timer.cancel();
        }
        connection = null;
        HttpResponse head = switchingHead;
        ChannelHandler relay = head == null ? null : client.upgrade(head, backend, this::end);
        if (relay == null) {
            backend.close();
            answer(engine.badAnswer(
                    route, upstream(), "its answer is not the one to a WebSocket", client.connection()));
            return;
        }
        installer.accept(relay);
        if (route != null) {
            endless = true;
            route.exchangeIsEndless(this);
        }
    }

    @Override
    public void upstreamClosed(UpstreamStream closed) {
        if (ended) {
            return;
        }
        connection = null;
        if (upgrade && !responseStarted && !closed.isReused() && HostChecks.isCheckedByNext(request)) {
            // Its refusal of a WebSocket is a word and no answer.
            hostRefused(DevServer.NEXT);
        }
        if (isRepeatable() && closed.isReused()) {
            attempts().reconnect();
        } else if (!isRepeatable() || !attempts().again("the connection was closed")) {
            upstreamFailed("it closed the connection before it answered");
        }
    }

    /** Whether it may be sent again: nothing has been answered, and there is no body that could have been sent. */
    private boolean isRepeatable() {
        return !responseStarted && !bodySent && requestComplete && attempts().isIdempotent();
    }

    private Attempts attempts() {
        Attempts begun = attempts;
        if (begun == null) {
            throw new IllegalStateException("not begun");
        }
        return begun;
    }

    @Override
    public void upstreamRefused(@Nullable ArrayDeque<HttpContent> sent) {
        connection = null;
        if (sent != null && !ended) {
            waiting = sent;
            if (attempts().againAfterRefusal()) {
                return;
            }
            releaseWaiting();
        } else if (sent != null) {
            sent.forEach(ReferenceCountUtil::release);
        }
        upstreamReset(Http2Error.REFUSED_STREAM.code());
    }

    @Override
    public void upstreamReset(long code) {
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

    @Override
    public void upstreamFailed(String reason) {
        connection = null;
        if (ended) {
            return;
        }
        if (responseStarted) {
            record.brokeOff(reason);
            end();
            client.abort();
        } else {
            attempts().failed();
            answer(engine.badAnswer(route, upstream(), reason, client.connection()));
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

    /** Something came or went: the backend is not idle. */
    private void active() {
        if (timer != null) {
            timer.active();
        }
    }

    /** Whether a backend has all of the request and has not begun to answer. */
    boolean isAwaitingAnswer() {
        return connection != null && requestComplete && !responseStarted && !ended;
    }

    /** Whether an answer is under way. */
    boolean isAnswering() {
        return responseStarted;
    }

    /** The backend has taken longer than it may. */
    void timedOut(Duration waited) {
        if (ended) {
            return;
        }
        Upstream slow = upstream();
        dropUpstream();
        if (responseStarted) {
            record.brokeOff("no byte for " + Amounts.text(waited));
            end();
            client.abort();
        } else {
            attempts().failed();
            answer(engine.tooSlow(route, slow, waited));
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
        if (attempts != null) {
            attempts.end();
        }
        if (timer != null) {
            timer.cancel();
        }
        if (paced != null) {
            paced.discard();
        }
        if (delayed != null) {
            delayed.cancel(false);
        }
        if (entered != null) {
            entered.leave();
        }
        ActiveRoute active = route;
        if (active != null) {
            active.exchangeEnds(this);
        }
        record.end(active == null ? "none" : active.route().id());
    }
}
