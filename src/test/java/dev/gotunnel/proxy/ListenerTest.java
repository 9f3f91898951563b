package dev.gotunnel.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What macOS needs for ports below 1024, tried on any port of any system. */
class ListenerTest {
    @ChannelHandler.Sharable
    private static final class Greeting extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            ctx.writeAndFlush(Unpooled.copiedBuffer("hello", StandardCharsets.US_ASCII))
                    .addListener(ChannelFutureListener.CLOSE);
        }
    }

    /** What a client at an address is answered; nothing when the connection is closed. */
    private static String answer(InetAddress address, @Nullable String transport) throws IOException {
        Transport opened = Transport.open(transport);
        Listener listener = Listener.openWide(opened, 0, new Greeting());
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, listener.port()), 5000);
            socket.setSoTimeout(5000);
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        } catch (SocketException e) {
            return "";
        } finally {
            listener.close();
            opened.group().shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nio", "best"})
    void onAllAddressesOnlyLoopbackIsServed(String transport) throws IOException {
        String chosen = transport.equals("best") ? null : transport;
        assertEquals("hello", answer(InetAddress.ofLiteral("127.0.0.1"), chosen));
        Optional<InetAddress> other = NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> !address.isLoopbackAddress() && address.getAddress().length == 4)
                .findFirst();
        assumeTrue(other.isPresent(), "this machine has no address but loopback");
        assertEquals("", answer(other.orElseThrow(), chosen));
    }

    @Test
    void ipv6LoopbackIsServedWhereThereIsOne() throws IOException {
        assumeTrue(
                NetworkInterface.networkInterfaces()
                        .flatMap(NetworkInterface::inetAddresses)
                        .anyMatch(address -> address.isLoopbackAddress() && address.getAddress().length == 16),
                "this machine has no ::1");
        assertEquals("hello", answer(InetAddress.ofLiteral("::1"), null));
    }
}
