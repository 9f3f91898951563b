package dev.gotunnel.proxy;

import io.netty.channel.Channel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Counts the open connections of each client's address, so that one of them cannot take all there are. Any thread. */
final class ClientCensus {
    private final Map<InetAddress, Integer> open = new ConcurrentHashMap<>();
    private final ClientLimits limits;

    ClientCensus(ClientLimits limits) {
        this.limits = limits;
    }

    /** Counts a connection until it closes; returns false, and does not count it, when it is one too many. */
    boolean admit(Channel channel) {
        if (!(channel.remoteAddress() instanceof InetSocketAddress remote)) {
            return true;
        }
        InetAddress address = remote.getAddress();
        int limit = address.isLoopbackAddress() ? limits.localConnections() : limits.connections();
        if (limit == Integer.MAX_VALUE) {
            return true;
        }
        if (open.merge(address, 1, Integer::sum) > limit) {
            leave(address);
            return false;
        }
        channel.closeFuture().addListener(_ -> leave(address));
        return true;
    }

    private void leave(InetAddress address) {
        open.computeIfPresent(address, (_, count) -> count > 1 ? count - 1 : null);
    }
}
