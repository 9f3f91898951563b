package dev.gotunnel.proxy;

import dev.gotunnel.policy.TlsVersion;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProtocols;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** What is known of a client's connection. On its event loop. */
final class ClientConnection {
    /** In the place of an address that nobody tells: it is in no network. */
    static final String UNKNOWN = "unknown";

    private final Channel channel;
    private final boolean secure;
    private final String address;
    private final boolean loopback;
    private final int port;
    private final boolean tlsPort;
    private @Nullable AskedHost latest;

    /**
     * @param channel its channel
     * @param secure whether it is TLS
     * @param address the client's address without brackets or zone
     * @param loopback whether the client is this machine
     * @param port the port of ours that it came to
     * @param tlsPort whether that port speaks TLS, which a client of plain HTTP may not have known
     */
    ClientConnection(Channel channel, boolean secure, String address, boolean loopback, int port, boolean tlsPort) {
        this.channel = channel;
        this.secure = secure;
        this.address = address;
        this.loopback = loopback;
        this.port = port;
        this.tlsPort = tlsPort;
    }

    static ClientConnection of(Channel channel, boolean secure, boolean tlsPort) {
        int port = channel.localAddress() instanceof InetSocketAddress local ? local.getPort() : 0;
        if (!(channel.remoteAddress() instanceof InetSocketAddress remote)) {
            return new ClientConnection(channel, secure, UNKNOWN, false, port, tlsPort);
        }
        String text = remote.getAddress().getHostAddress();
        int zone = text.indexOf('%');
        return new ClientConnection(
                channel,
                secure,
                zone < 0 ? text : text.substring(0, zone),
                remote.getAddress().isLoopbackAddress(),
                port,
                tlsPort);
    }

    Channel channel() {
        return channel;
    }

    boolean secure() {
        return secure;
    }

    String address() {
        return address;
    }

    boolean loopback() {
        return loopback;
    }

    int port() {
        return port;
    }

    boolean tlsPort() {
        return tlsPort;
    }

    /** A host that the client asks for, known from the latest request when that asked for the same. */
    AskedHost asked(String field) {
        AskedHost known = latest;
        if (known == null || !known.field().equals(field)) {
            known = AskedHost.of(field, this);
            latest = known;
        }
        return known;
    }

    /** Whether its TLS is older than a version; false where it is none at all. */
    boolean isOlderThan(@Nullable TlsVersion version) {
        if (version != TlsVersion.TLS_1_3 || !secure) {
            return false;
        }
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        return tls != null && !tls.engine().getSession().getProtocol().equals(SslProtocols.TLS_v1_3);
    }

    /** Whether who asks is at this machine; not so when it is a proxy here that tells of another client. */
    boolean isHere() {
        try {
            return loopback && InetAddress.ofLiteral(address).isLoopbackAddress();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** The scheme of the URLs that lead here. */
    String scheme() {
        return secure ? "https" : "http";
    }

    /** Closes a connection with a reset, past TLS and its orderly end, so that nobody takes what broke off for all there was. */
    static void reset(Channel channel) {
        channel.config().setOption(ChannelOption.SO_LINGER, 0);
        ChannelHandlerContext tls = channel.pipeline().context(SslHandler.class);
        if (tls == null) {
            channel.close();
        } else {
            tls.close();
        }
    }
}
