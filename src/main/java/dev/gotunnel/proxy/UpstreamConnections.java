package dev.gotunnel.proxy;

import dev.gotunnel.policy.BackendAddress.Scheme;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The connections to one backend on one event loop: those of HTTP/1.1 while they are idle, last in first out, which lets
 * a busy time's surplus grow old and close; those of HTTP/2 for as long as they take exchanges. All on that event loop,
 * without locks.
 */
final class UpstreamConnections {
    /** Node closes idle connections after 5 s; a request sent at that moment would be lost. */
    private static final long MAX_IDLE_NANOS = TimeUnit.SECONDS.toNanos(4);

    /** What must not be sent twice goes only where the backend has just answered. */
    private static final long MAX_IDLE_UNREPEATABLE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Before it closes, an HTTP/2 backend says up to where it has read: nothing is lost. */
    private static final long MAX_IDLE_MULTIPLEXED_NANOS = TimeUnit.SECONDS.toNanos(60);

    private static final int MAX_IDLE = 256;

    private final Upstream upstream;
    private final EventLoop loop;
    private final ArrayDeque<Http1UpstreamConnection> idle = new ArrayDeque<>();
    private final List<Http2UpstreamConnection> multiplexed = new ArrayList<>(1);
    private @Nullable ArrayDeque<Waiting> waiting;
    private boolean choseHttp1;

    /** Who waits for a stream; called on the event loop. */
    interface Waiting {
        /** Whether the stream is to become a WebSocket. */
        boolean wantsUpgrade();

        void connected(UpstreamStream stream);

        void connectFailed(Throwable cause);

        /** The backend speaks HTTP/2 alone, and allows no WebSockets there. */
        void webSocketsRefused();

        /** What it did with its stream failed: a defect of ours, by which nobody else who waits is to lose his. */
        void broke(RuntimeException cause);
    }

    UpstreamConnections(Upstream upstream, EventLoop loop) {
        this.upstream = upstream;
        this.loop = loop;
    }

    EventLoop loop() {
        return loop;
    }

    /**
     * A stream on a connection that is there.
     *
     * @param repeatable whether the request may be sent again should the connection turn out to be dead
     * @param upgrade whether it is to become a WebSocket
     * @return null when none is to be had without a new connection
     */
    @Nullable
    UpstreamStream take(boolean repeatable, boolean upgrade) {
        long limit = repeatable ? MAX_IDLE_NANOS : MAX_IDLE_UNREPEATABLE_NANOS;
        for (Http1UpstreamConnection c = idle.pollLast(); c != null; c = idle.pollLast()) {
            if (c.isUsable(limit)) {
                return c;
            }
            c.close();
        }
        for (int i = 0; i < multiplexed.size(); i++) {
            Http2UpstreamConnection candidate = multiplexed.get(i);
            if (candidate.hasRoom() && (!upgrade || candidate.takesWebSockets())) {
                return candidate.open();
            }
        }
        return null;
    }

    /** A stream on a new connection, or on one that is being opened and may take several. */
    void open(UpstreamConnector connector, Waiting exchange) {
        if (exchange.wantsUpgrade() && allowsNoWebSockets()) {
            openWebSocket(connector, exchange);
        } else if (choseHttp1 || !upstream.mayMultiplex()) {
            connect(connector, false, false, new ArrayDeque<>(List.of(exchange)));
        } else if (waiting != null) {
            waiting.add(exchange);
        } else {
            ArrayDeque<Waiting> together = new ArrayDeque<>(4);
            waiting = together;
            together.add(exchange);
            connect(connector, false, true, together);
        }
    }

    private boolean allowsNoWebSockets() {
        return !multiplexed.isEmpty() && multiplexed.stream().noneMatch(Http2UpstreamConnection::takesWebSockets);
    }

    /** HTTP/2 is spoken there, and does not do for a WebSocket: HTTP/1.1 may, where TLS leaves that choice. */
    private void openWebSocket(UpstreamConnector connector, Waiting exchange) {
        if (upstream.endpoint().scheme() == Scheme.HTTPS) {
            connect(connector, true, false, new ArrayDeque<>(List.of(exchange)));
        } else {
            exchange.webSocketsRefused();
        }
    }

    /** @param shared whether others may have joined those who wait, until there is a connection */
    private void connect(UpstreamConnector connector, boolean http1, boolean shared, ArrayDeque<Waiting> exchanges) {
        connector.connect(upstream, loop, http1, new UpstreamConnector.Listener() {
            @Override
            public void connected(UpstreamConnection connection) {
                if (shared) {
                    waiting = null;
                }
                joined(connector, connection, exchanges);
            }

            @Override
            public void connectFailed(Throwable cause) {
                if (shared) {
                    waiting = null;
                }
                if (http1 && cause instanceof SSLException) {
                    exchanges.forEach(Waiting::webSocketsRefused);
                } else {
                    exchanges.forEach(each -> each.connectFailed(cause));
                }
            }
        });
    }

    /** Hands out what a new connection has to give; who gets nothing of it waits for a further one. */
    private void joined(UpstreamConnector connector, UpstreamConnection connection, ArrayDeque<Waiting> exchanges) {
        switch (connection) {
            case Http1UpstreamConnection http1 -> {
                choseHttp1 = multiplexed.isEmpty();
                handOver(exchanges.remove(), http1);
            }
            case Http2UpstreamConnection http2 -> {
                choseHttp1 = false;
                if (!http2.hasRoom()) {
                    http2.close();
                    Throwable cause = new ConnectFailure.Worded("it allows no requests on its connections", null);
                    exchanges.forEach(each -> each.connectFailed(cause));
                    return;
                }
                multiplexed.add(http2);
                http2.joins(this);
                share(http2, exchanges);
                if (upstream.isClosed()) {
                    http2.leave();
                }
            }
        }
        exchanges.forEach(each -> open(connector, each));
    }

    /** Leaves those for whom there is nothing here. */
    private static void share(Http2UpstreamConnection http2, ArrayDeque<Waiting> exchanges) {
        for (int left = exchanges.size(); left > 0; left--) {
            Waiting next = exchanges.remove();
            if (http2.hasRoom() && (!next.wantsUpgrade() || http2.takesWebSockets())) {
                handOver(next, http2.open());
            } else {
                exchanges.add(next);
            }
        }
    }

    private static void handOver(Waiting exchange, UpstreamStream stream) {
        try {
            exchange.connected(stream);
        } catch (RuntimeException e) {
            exchange.broke(e);
        }
    }

    /** Takes back a connection whose response is complete. */
    void giveBack(Http1UpstreamConnection connection) {
        Http1UpstreamConnection eldest = idle.peekFirst();
        if (eldest != null && !eldest.isUsable(MAX_IDLE_NANOS)) {
            idle.pollFirst();
            eldest.close();
        }
        if (upstream.isClosed() || idle.size() >= MAX_IDLE) {
            connection.close();
        } else {
            idle.addLast(connection);
        }
    }

    /** Forgets a connection that closed while idle. */
    void forget(Http1UpstreamConnection connection) {
        idle.remove(connection);
    }

    /** Forgets a connection that takes no more exchanges. */
    void forget(Http2UpstreamConnection connection) {
        multiplexed.remove(connection);
    }

    /** The backend gave up a connection: it may be about to end, or have done so. */
    void left() {
        upstream.checkSoon();
    }

    /** Closes what has been idle for too long to be used again. */
    void trim() {
        Http1UpstreamConnection eldest = idle.peekFirst();
        while (eldest != null && !eldest.isUsable(MAX_IDLE_NANOS)) {
            idle.pollFirst();
            eldest.close();
            eldest = idle.peekFirst();
        }
        List.copyOf(multiplexed).stream()
                .filter(c -> c.isIdle(MAX_IDLE_MULTIPLEXED_NANOS))
                .forEach(Http2UpstreamConnection::leave);
    }

    /** Closes what is idle; the rest when it becomes idle. */
    void close() {
        for (Http1UpstreamConnection c = idle.pollLast(); c != null; c = idle.pollLast()) {
            c.close();
        }
        List.copyOf(multiplexed).forEach(Http2UpstreamConnection::leave);
    }
}
