package dev.gotunnel.proxy;

import dev.gotunnel.policy.BackendAddress;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens connections to backends on the event loop of the client that asked. {@code localhost} means both loopback
 * addresses (Vite listens on one of them, and which one depends on its Node); other names are resolved off the loop.
 */
final class UpstreamConnector {
    private static final Logger LOG = LoggerFactory.getLogger(UpstreamConnector.class);
    private static final int CONNECT_TIMEOUT_MILLIS = 5000;
    private static final long RESOLUTION_LIFE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Transport transport;
    private final ExecutorService worker;
    private final HttpDecoderConfig decoding;
    private final Map<String, Resolution> resolved = new ConcurrentHashMap<>();
    private final Map<BackendAddress, InetAddress> lastGood = new ConcurrentHashMap<>();

    private record Resolution(List<InetAddress> addresses, long expiresNanos) {}

    /** Who waits for a connection; called on the event loop it was asked for. */
    interface Listener {
        void connected(UpstreamConnection connection);

        void connectFailed(Throwable cause);
    }

    UpstreamConnector(Transport transport, ExecutorService worker, HttpDecoderConfig decoding) {
        this.transport = transport;
        this.worker = worker;
        this.decoding = decoding;
    }

    /** Opens a connection that speaks HTTP. Call on the event loop; answers there. */
    void connect(Upstream upstream, EventLoop loop, Listener listener) {
        BackendAddress endpoint = upstream.endpoint();
        List<InetAddress> known = knownAddresses(endpoint.host());
        if (!known.isEmpty()) {
            connect(upstream, preferLastGood(endpoint, known), 0, loop, listener);
            return;
        }
        try {
            worker.execute(() -> {
                try {
                    List<InetAddress> found = List.of(InetAddress.getAllByName(endpoint.host()));
                    resolved.put(endpoint.host(), new Resolution(found, System.nanoTime() + RESOLUTION_LIFE_NANOS));
                    loop.execute(() -> connect(upstream, preferLastGood(endpoint, found), 0, loop, listener));
                } catch (UnknownHostException e) {
                    loop.execute(() -> listener.connectFailed(e));
                } catch (RejectedExecutionException e) {
                    LOG.debug("The engine ended while {} was looked up", endpoint.host());
                }
            });
        } catch (RejectedExecutionException e) {
            listener.connectFailed(e);
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

    private void connect(Upstream upstream, List<InetAddress> addresses, int index, EventLoop loop, Listener listener) {
        UpstreamConnection connection = new UpstreamConnection(upstream);
        new Bootstrap()
                .group(loop)
                .channel(transport.clientChannel())
                .disableResolver()
                .option(ChannelOption.TCP_NODELAY, true)
                // A backend may answer and close while the request is still being sent: read what it said first.
                .option(ChannelOption.AUTO_CLOSE, false)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new HttpClientCodec(decoding, false, false), connection);
                    }
                })
                .connect(new InetSocketAddress(
                        addresses.get(index), upstream.endpoint().port()))
                .addListener((ChannelFuture opened) -> {
                    if (opened.isSuccess()) {
                        lastGood.put(upstream.endpoint(), addresses.get(index));
                        listener.connected(connection);
                    } else if (index + 1 < addresses.size()) {
                        connect(upstream, addresses, index + 1, loop, listener);
                    } else {
                        listener.connectFailed(opened.cause());
                    }
                });
    }
}
