package dev.gotunnel.proxy;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.platform.OperatingSystem;
import dev.gotunnel.platform.PortHolder;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.util.NetUtil;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One port on both loopback addresses: browsers take either for a {@code .localhost} name. IPv6 is left out where the
 * machine has none.
 */
final class Listener {
    private static final Logger LOG = LoggerFactory.getLogger(Listener.class);
    private static final int BACKLOG = 1024;
    private static final int LAST_PRIVILEGED = 1023;
    private static final int EPHEMERAL_TRIES = 10;

    private final List<Channel> channels;
    private final int port;

    private Listener(List<Channel> channels, int port) {
        this.channels = channels;
        this.port = port;
    }

    /**
     * Opens a port. Blocks; never call it on an event loop.
     *
     * @param port 0 for an ephemeral one
     * @throws GotunnelException {@code PORT_TAKEN} with the process that holds it, or {@code NOT_PERMITTED}
     */
    static Listener open(Transport transport, int port, ChannelHandler client) {
        if (OperatingSystem.current() == OperatingSystem.MACOS && port > 0 && port <= LAST_PRIVILEGED) {
            // There everybody may listen on such a port of all addresses, and only root on that of loopback.
            return openWide(transport, port, client);
        }
        ServerBootstrap bootstrap = bootstrap(transport, client);
        for (int i = 1; ; i++) {
            try {
                return open(bootstrap, port);
            } catch (GotunnelException e) {
                // An ephemeral port may be free on one of the two addresses only.
                if (port != 0 || i == EPHEMERAL_TRIES) {
                    throw e;
                }
            }
        }
    }

    /** Opens a port of all addresses, and closes what does not come to loopback before a byte of it is read. */
    static Listener openWide(Transport transport, int port, ChannelHandler client) {
        ChannelHandler loopbackOnly = new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
                if (isLoopback(channel.localAddress())) {
                    channel.pipeline().addLast(client);
                } else {
                    LOG.debug("Closed a connection to {}, which is not loopback", channel.localAddress());
                    channel.close();
                }
            }
        };
        Channel channel = bind(bootstrap(transport, loopbackOnly), new InetSocketAddress(port));
        return new Listener(List.of(channel), ((InetSocketAddress) channel.localAddress()).getPort());
    }

    private static boolean isLoopback(@Nullable SocketAddress address) {
        return address instanceof InetSocketAddress internet
                && NetUtil.toAddressString(internet.getAddress())
                        .replace("::ffff:", "")
                        .matches("::1|127\\..*");
    }

    private static ServerBootstrap bootstrap(Transport transport, ChannelHandler client) {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(transport.group())
                .channel(transport.serverChannel())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(client);
        if (OperatingSystem.current() != OperatingSystem.WINDOWS) {
            // On Windows the option means that somebody else may take the port from us.
            bootstrap.option(ChannelOption.SO_REUSEADDR, true);
        }
        return bootstrap;
    }

    private static Listener open(ServerBootstrap bootstrap, int port) {
        Channel ipv4 = bind(bootstrap, new InetSocketAddress(NetUtil.LOCALHOST4, port));
        int bound = ((InetSocketAddress) ipv4.localAddress()).getPort();
        List<Channel> channels = new ArrayList<>(List.of(ipv4));
        try {
            channels.add(bind(bootstrap, new InetSocketAddress(NetUtil.LOCALHOST6, bound)));
        } catch (GotunnelException e) {
            if (e.code() == ErrorCode.PORT_TAKEN) {
                free(ipv4);
                throw e;
            }
            LOG.debug("IPv6 is left out: {}", e.getMessage());
        }
        return new Listener(channels, bound);
    }

    private static Channel bind(ServerBootstrap bootstrap, InetSocketAddress address) {
        int port = address.getPort();
        ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
        if (bound.isSuccess()) {
            return bound.channel();
        }
        Throwable cause = bound.cause();
        String reason = String.valueOf(cause.getMessage());
        if (reason.contains("Permission denied") || reason.contains("EACCES")) {
            throw new GotunnelException(
                    ErrorCode.NOT_PERMITTED,
                    "gotunnel may not listen on port " + port + ": ports below 1024 need a permission.",
                    "Choose a port from 1024 up, or leave the choice to gotunnel.",
                    cause);
        }
        if (reason.contains("in use") || reason.contains("EADDRINUSE")) {
            Optional<PortHolder> holder = PortHolder.of(port);
            throw new GotunnelException(
                    ErrorCode.PORT_TAKEN,
                    "Port " + port + " is in use" + holder.map(h -> " by " + h).orElse(" by another process") + ".",
                    holder.map(h -> "Stop " + h.name() + ", or choose another port.")
                            .orElse("Choose another port."),
                    cause);
        }
        throw new GotunnelException(
                cause instanceof BindException ? ErrorCode.NOT_PERMITTED : ErrorCode.IO,
                "gotunnel cannot listen on port " + port + ": " + reason + ".",
                null,
                cause);
    }

    int port() {
        return port;
    }

    /** Takes no more connections; those that are open go on. Blocks until the port is free. */
    void close() {
        channels.forEach(Listener::free);
    }

    private static void free(Channel channel) {
        channel.close().awaitUninterruptibly();
        // NIO gives the port back with the selection after the close; a task that is due later runs after that one.
        channel.eventLoop().schedule(() -> {}, 1, TimeUnit.MILLISECONDS).awaitUninterruptibly();
    }
}
