package dev.gotunnel.proxy;

import dev.gotunnel.policy.Amounts;
import dev.gotunnel.policy.Timeouts;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response on their way between a client and a backend: takes the request's body to the backend as
 * fast as it goes, answers itself where no backend does, and knows when all is over. The way in is its {@link Passage}, the
 * way out its {@link BackendAnswer}. Everything happens on the client's event loop, {@link #breakOff()} excepted.
 */
final class Exchange {
    private static final int CLIENT_CLOSED_REQUEST = 499;

    private final EngineContext engine;
    private final ClientStream client;
    private final HttpRequest request;
    private final ExchangeRecord record;
    private final Passage passage;
    private final RequestBody body;
    private final BackendAnswer answer;
    private @Nullable ExchangeTimer timer;
    private @Nullable Attempts attempts;
    private @Nullable UpstreamStream connection;
    private int ticksWithoutAnswer;
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
        this.passage = new Passage(engine, this, client, request);
        this.body = new RequestBody(request);
        this.answer = new BackendAnswer(engine, this, passage, body, client, request);
    }

    // ---- from the client

    /** Sends the request on its way, or answers it. */
    void begin() {
        passage.begin();
    }

    /** Answers what is not a request at all, or not one for us. */
    void refuse(ErrorPage page) {
        body.completes();
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
        if (!isBrokenOff("the request is not complete")) {
            client.closeAfterResponse();
            refuse(page);
        }
    }

    /** Gives the backend up; returns whether the answer has begun and broke off by that, so that there can be no other. */
    private boolean isBrokenOff(String reason) {
        dropUpstream();
        if (responseStarted) {
            breaksOff(reason);
            client.abort();
        }
        return responseStarted;
    }

    /**
     * A tick of the clock: who owes a body and sends none of it is not waited for. A gRPC stream may rest between two
     * messages for as long as it likes, and who was told to expect a 100 may wait for it.
     *
     * @param reading whether the client may send
     */
    void tick(boolean reading) {
        int ticksWithoutBody =
                body.ticksWithout(reading && !ended && !responseStarted && !Http1Message.isGrpc(request));
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
        body.hold();
        client.pauseReading();
    }

    boolean isEnded() {
        return ended;
    }

    ExchangeRecord record() {
        return record;
    }

    /** What the backend makes of it. */
    BackendAnswer answer() {
        return answer;
    }

    /** The backend that is asked now, or was asked last; null for none. */
    @Nullable
    Upstream upstream() {
        return attempts == null ? null : attempts.upstream();
    }

    /** Whoever chooses its backends. */
    void attempts(Attempts begun) {
        attempts = begun;
    }

    /** Who chooses its backends, once the request is on its way to them. */
    Attempts attempts() {
        Attempts begun = attempts;
        if (begun == null) {
            throw new IllegalStateException("not begun");
        }
        return begun;
    }

    /** A backend is there: the request goes to it. */
    void attach(UpstreamStream newConnection) {
        connection = newConnection;
        if (timer == null && passage.path() != null) {
            timer = ExchangeTimer.of(passage.path().policy().timeouts(), this, client.eventLoop());
        }
        active();
        newConnection.attach(answer);
        passage.toBackend(upstream());
        newConnection.write(request);
        if (body.release(newConnection)) {
            client.resumeReading();
        }
    }

    /** Takes over a part of the request's body. */
    void body(HttpContent content) {
        body.comes(content);
        active();
        if (answered && body.isComplete()) {
            ReferenceCountUtil.release(content);
            client.finished(true);
        } else if (body.bytes() > passage.maxBody() && !ended) {
            ReferenceCountUtil.release(content);
            if (!isBrokenOff("the request is too large")) {
                client.closeAfterResponse();
                answer(ErrorPage.tooLarge(passage.maxBody()));
            }
        } else {
            body.pass(content, connection);
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
        if (answer.isClientWritable()) {
            resumeBackend();
        }
    }

    void resumeBackend() {
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

    // ---- from the backend

    /** Whether it may be sent again: nothing has been answered, and there is no body that could have been sent. */
    boolean isRepeatable() {
        return !responseStarted
                && body.isUnsent()
                && body.isComplete()
                && attempts().isIdempotent();
    }

    /**
     * Sends it again after a backend has refused it unread.
     *
     * @param sent the body so far, which it takes over
     * @return false when that has happened too often
     */
    boolean sendAgain(ArrayDeque<HttpContent> sent) {
        body.hold(sent);
        if (attempts().againAfterRefusal()) {
            return true;
        }
        body.drop();
        return false;
    }

    /** The head of the answer is there. */
    void answerBegins(int status) {
        responseStarted = true;
        if (timer != null) {
            timer.answerBegins();
        }
        record.status(status);
        attempts().answered(status);
    }

    /** It is a WebSocket or an event stream. */
    void hasNoEnd() {
        ActiveRoute route = passage.route();
        if (route != null) {
            endless = true;
            route.exchangeIsEndless(this);
        }
    }

    /** What carried it to the backend is no longer its. */
    void detach() {
        connection = null;
    }

    /** It ends before its answer does; the client is still to be told. */
    void breaksOff(String reason) {
        detach();
        body.drop();
        record.brokeOff(reason);
        end();
    }

    /** Breaks it off without a word to the client. */
    void tear(String reason) {
        dropUpstream();
        breaksOff(reason);
        client.tear();
    }

    // ---- either way

    /** Answers without a backend. */
    void answer(ErrorPage page) {
        body.drop();
        responseStarted = true;
        record.status(page.status().code());
        boolean bodyUnread = body.isUnread();
        if (bodyUnread) {
            client.closeAfterResponse();
        }
        HttpContent text = page.body(request, record.requestId(), passage.isLocal(), client.alloc());
        HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, page.status());
        page.head(head.headers(), request, text.content().readableBytes(), record.requestId());
        boolean bodiless = Http1Message.isBodiless(request, page.status().code());
        client.writeHead(head, bodiless);
        if (bodiless) {
            ReferenceCountUtil.release(text);
            client.writeBody(LastHttpContent.EMPTY_LAST_CONTENT);
        } else {
            client.writeBody(text);
        }
        end();
        client.flush();
        if (body.isComplete() || bodyUnread) {
            client.finished(body.isComplete());
        } else {
            // The end of the request is still to come, in this very read.
            answered = true;
        }
    }

    /** Something came or went: the backend is not idle. */
    void active() {
        if (timer != null) {
            timer.active();
        }
    }

    /** Whether a backend has all of the request and has not begun to answer. */
    boolean isAwaitingAnswer() {
        return connection != null && body.isComplete() && !responseStarted && !ended;
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
        if (!isBrokenOff("no byte for " + Amounts.text(waited))) {
            attempts().failed();
            answer(engine.tooSlow(passage.route(), slow, waited));
        }
    }

    /** It cannot be carried on, for a reason that is not the backend's. */
    void gaveUp(String reason) {
        if (!isBrokenOff(reason)) {
            answer(engine.badAnswer(passage.route(), upstream(), reason, client.connection()));
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

    /** The backend need not go on. */
    void dropUpstream() {
        body.drop();
        if (connection != null) {
            connection.abandon();
            connection = null;
        }
    }

    /** All is over, and what it held is given back. */
    void end() {
        if (ended) {
            return;
        }
        ended = true;
        if (attempts != null) {
            attempts.end();
        }
        stopTimer();
        answer.end();
        passage.end();
        ActiveRoute route = passage.route();
        record.end(route == null ? "none" : route.route().id());
    }

    /** From now on the backend may take its time. */
    void stopTimer() {
        if (timer != null) {
            timer.cancel();
        }
    }
}
