package dev.gotunnel.proxy;

import dev.gotunnel.policy.Amounts;
import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.policy.BackendAddress.Scheme;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens connections to backends on the event loop of the client that asked. {@code localhost} means both loopback
 * addresses (Vite listens on one of them, and which one depends on its Node); other names are resolved off the loop.
 */
final class UpstreamConnector {
    private static final Logger LOG = LoggerFactory.getLogger(UpstreamConnector.class);
    private static final long RESOLUTION_LIFE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Transport transport;
    private final ExecutorService worker;
    private final UpstreamTlsContexts contexts;
    private final HttpDecoderConfig decoding;
    private final Map<String, Resolution> resolved = new ConcurrentHashMap<>();
    private final Map<BackendAddress, InetAddress> lastGood = new ConcurrentHashMap<>();

    private record Resolution(List<InetAddress> addresses, long expiresNanos) {}

    /** Who waits for a connection; called on the event loop it was asked for. */
    interface Listener {
        void connected(UpstreamConnection connection);

        void connectFailed(Throwable cause);
    }

    /** @param decoding what an HTTP/1.1 backend may say */
    UpstreamConnector(
            Transport transport, ExecutorService worker, UpstreamTlsContexts contexts, HttpDecoderConfig decoding) {
        this.transport = transport;
        this.worker = worker;
        this.contexts = contexts;
        this.decoding = decoding;
    }

    /**
     * Opens a connection that speaks HTTP. Call on the event loop; answers there.
     *
     * @param http1 whether it must be HTTP/1.1, of a backend that has chosen HTTP/2 before; fails as a handshake does where
     *     the backend has no such choice
     */
    void connect(Upstream upstream, EventLoop loop, boolean http1, Listener listener) {
        Attempt attempt = new Attempt(upstream, loop, http1, listener);
        attempt.watch();
        if (upstream.endpoint().scheme() == Scheme.HTTPS && !contexts.isReady(upstream.tls())) {
            contexts.prepare(upstream.tls())
                    .whenComplete((_, failure) -> answer(loop, () -> {
                        if (failure == null) {
                            begin(attempt);
                        } else {
                            attempt.failed(failure);
                        }
                    }));
        } else {
            begin(attempt);
        }
    }

    private void begin(Attempt attempt) {
        if (attempt.done) {
            return;
        }
        BackendAddress endpoint = attempt.upstream.endpoint();
        if (endpoint.scheme() == Scheme.UNIX) {
            connectToSocket(attempt);
            return;
        }
        List<InetAddress> known = knownAddresses(endpoint.host());
        if (!known.isEmpty()) {
            connect(attempt, preferLastGood(endpoint, known), 0);
            return;
        }
        attempt.awaits(Step.NAME);
        try {
            worker.execute(() -> {
                try {
                    List<InetAddress> found = List.of(InetAddress.getAllByName(endpoint.host()));
                    resolved.put(endpoint.host(), new Resolution(found, System.nanoTime() + RESOLUTION_LIFE_NANOS));
                    answer(attempt.loop, () -> connect(attempt, preferLastGood(endpoint, found), 0));
                } catch (UnknownHostException e) {
                    answer(attempt.loop, () -> attempt.failed(e));
                }
            });
        } catch (RejectedExecutionException e) {
            attempt.failed(e);
        }
    }

    private static void answer(EventLoop loop, Runnable step) {
        try {
            loop.execute(step);
        } catch (RejectedExecutionException e) {
            LOG.debug("The engine ended while a connection was being prepared");
        }
    }

    private List<InetAddress> knownAddresses(String host) {
        if (host.equals("localhost") || host.endsWith(".localhost")) {
            return List.of(NetUtil.LOCALHOST4, NetUtil.LOCALHOST6);
        }
        InetAddress literal = NetUtil.createInetAddressFromIpAddressString(host);
        if (literal != null) {
            return List.of(literal);
        }
        Resolution resolution = resolved.get(host);
        return resolution == null || resolution.expiresNanos() - System.nanoTime() < 0
                ? List.of()
                : resolution.addresses();
    }

    private List<InetAddress> preferLastGood(BackendAddress endpoint, List<InetAddress> addresses) {
        InetAddress good = lastGood.get(endpoint);
        if (good == null || addresses.getFirst().equals(good) || !addresses.contains(good)) {
            return addresses;
        }
        return Stream.concat(Stream.of(good), addresses.stream().filter(a -> !a.equals(good)))
                .toList();
    }

    /** Tries one address after the other; what is left of the time is shared out among those that are left. */
    private void connect(Attempt attempt, List<InetAddress> addresses, int index) {
        if (attempt.done) {
            return;
        }
        attempt.awaits(Step.SOCKET);
        BackendAddress endpoint = attempt.upstream.endpoint();
        bootstrap(attempt, transport.clientChannel(), attempt.millisOf(addresses.size() - index))
                .option(ChannelOption.TCP_NODELAY, true)
                .connect(new InetSocketAddress(addresses.get(index), endpoint.port()))
                .addListener((ChannelFuture opened) -> {
                    if (opened.isSuccess()) {
                        lastGood.put(endpoint, addresses.get(index));
                        attempt.opened();
                    } else if (index + 1 < addresses.size()) {
                        connect(attempt, addresses, index + 1);
                    } else {
                        attempt.failed(opened.cause());
                    }
                });
    }

    private void connectToSocket(Attempt attempt) {
        SocketAddress address =
                transport.domainAddress(attempt.upstream.endpoint().host());
        if (address == null) {
            attempt.failed(new ConnectFailure.Worded("this system has no Unix domain sockets", null));
            return;
        }
        bootstrap(attempt, transport.domainChannel(), 0).connect(address).addListener((ChannelFuture opened) -> {
            if (opened.isSuccess()) {
                attempt.opened();
            } else {
                attempt.failed(opened.cause());
            }
        });
    }

    private Bootstrap bootstrap(Attempt attempt, Class<? extends Channel> channel, int millis) {
        return new Bootstrap()
                .group(attempt.loop)
                .channel(channel)
                .disableResolver()
                // A backend may answer and close while the request is still being sent: read what it said first.
                .option(ChannelOption.AUTO_CLOSE, false)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, millis)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel opening) throws IOException {
                        attempt.prepare(opening);
                    }
                });
    }

    /** What an attempt waits for. */
    private enum Step {
        NAME("its name did not resolve"),
        SOCKET("no answer"),
        HANDSHAKE("no TLS handshake"),
        SETTINGS("no HTTP/2 settings");

        private final String missing;

        Step(String missing) {
            this.missing = missing;
        }
    }

    /**
     * One connection on its way from a name to one that carries requests: a socket, TLS, then HTTP/1.1 or HTTP/2. One limit
     * holds for all of it.
     */
    private final class Attempt implements Http2UpstreamConnection.Opening {
        private final Upstream upstream;
        private final EventLoop loop;
        private final boolean http1;
        private final Listener listener;
        private @Nullable Channel channel;
        private @Nullable Http1UpstreamConnection plain;
        private final long beganNanos = System.nanoTime();
        private @Nullable Future<?> limit;
        private Step step = Step.SOCKET;
        private boolean done;

        Attempt(Upstream upstream, EventLoop loop, boolean http1, Listener listener) {
            this.upstream = upstream;
            this.loop = loop;
            this.http1 = http1;
            this.listener = listener;
        }

        void prepare(Channel opening) throws IOException {
            channel = opening;
            ChannelPipeline pipeline = opening.pipeline();
            switch (upstream.endpoint().scheme()) {
                case HTTP, UNIX -> plain = http1(pipeline);
                case H2C -> Http2UpstreamConnection.install(pipeline, false, this);
                case HTTPS -> {
                    BackendAddress endpoint = upstream.endpoint();
                    SslHandler tls = contexts.newHandler(
                            upstream.tls(), opening.alloc(), endpoint.host(), endpoint.port(), http1);
                    if (tls == null) {
                        throw new IOException("the trusted issuers are being read again");
                    }
                    tls.setHandshakeTimeoutMillis(0);
                    pipeline.addLast(tls, new Negotiation(this, tls));
                }
            }
        }

        private Http1UpstreamConnection http1(ChannelPipeline pipeline) {
            Http1UpstreamConnection connection = new Http1UpstreamConnection(upstream.connections(loop));
            pipeline.addLast(new Http1BackendCodec(decoding), connection);
            return connection;
        }

        /** From now on its time runs. */
        void watch() {
            long millis = upstream.connectTimeout().toMillis();
            if (millis > 0) {
                limit = loop.schedule(this::tooLate, millis, TimeUnit.MILLISECONDS);
            }
        }

        /** What there is of the time for one of so many tries; 0 for all of it, which is watched anyway. */
        int millisOf(int tries) {
            long left = upstream.connectTimeout()
                    .minusNanos(System.nanoTime() - beganNanos)
                    .toMillis();
            return tries == 1 || upstream.connectTimeout().isZero() ? 0 : Math.toIntExact(Math.max(1, left / tries));
        }

        /** Says what it waits for from now on. */
        void awaits(Step next) {
            step = next;
        }

        private void tooLate() {
            String reason = step.missing + " in " + Amounts.text(upstream.connectTimeout());
            failed(new ConnectFailure.Worded(reason, step == Step.HANDSHAKE ? ConnectFailure.PLAIN_HTTP : hint()));
        }

        private @Nullable String hint() {
            return step == Step.SETTINGS && upstream.endpoint().scheme() == Scheme.H2C
                    ? "If it serves HTTP/1.1, write http:// in place of h2c://."
                    : null;
        }

        /** The socket is open. */
        void opened() {
            if (done) {
                return;
            }
            if (plain != null) {
                connected(plain);
            } else {
                awaits(upstream.endpoint().scheme() == Scheme.H2C ? Step.SETTINGS : Step.HANDSHAKE);
            }
        }

        private void connected(UpstreamConnection connection) {
            end();
            listener.connected(connection);
        }

        private void end() {
            done = true;
            if (limit != null) {
                limit.cancel(false);
            }
        }

        /** The backend has proved who it is, and chosen a protocol. */
        void negotiated(ChannelPipeline pipeline, @Nullable String protocol) {
            if (ApplicationProtocolNames.HTTP_2.equals(protocol)) {
                awaits(Step.SETTINGS);
                Http2UpstreamConnection.install(pipeline, true, this);
            } else if (http1 && !ApplicationProtocolNames.HTTP_1_1.equals(protocol)) {
                failed(new SSLException("no HTTP/1.1 there"));
            } else if (!done) {
                connected(http1(pipeline));
            }
        }

        @Override
        public void succeeded(Http2UpstreamConnection connection) {
            if (!done) {
                connected(connection);
            }
        }

        @Override
        public void failed(String reason) {
            failed(new ConnectFailure.Worded(reason, hint()));
        }

        void failed(Throwable cause) {
            if (done) {
                return;
            }
            end();
            if (ConnectFailure.of(cause).isAboutTrust()) {
                contexts.distrusted(upstream.tls());
            }
            if (channel != null) {
                channel.close();
            }
            listener.connectFailed(cause);
        }
    }

    /** Waits for the end of the TLS handshake. */
    private static final class Negotiation extends ChannelInboundHandlerAdapter {
        private final Attempt attempt;
        private final SslHandler tls;

        Negotiation(Attempt attempt, SslHandler tls) {
            this.attempt = attempt;
            this.tls = tls;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof SslHandshakeCompletionEvent end) {
                if (end.isSuccess()) {
                    attempt.negotiated(ctx.pipeline(), tls.applicationProtocol());
                    ctx.pipeline().remove(this);
                } else {
                    Throwable cause = end.cause();
                    attempt.failed(cause instanceof SSLException ? cause : new SSLException(cause));
                }
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            // The handshake's end says the same.
            LOG.debug("A TLS connection to a backend failed: {}", cause.toString());
            ctx.close();
        }
    }
}
