package dev.gotunnel.proxy;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.kqueue.KQueue;
import io.netty.channel.kqueue.KQueueDomainSocketChannel;
import io.netty.channel.kqueue.KQueueIoHandler;
import io.netty.channel.kqueue.KQueueServerSocketChannel;
import io.netty.channel.kqueue.KQueueSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringDomainSocketChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How the engine talks to the kernel: the best of io_uring, epoll, kqueue and NIO that this machine has.
 *
 * @param name for the log
 * @param group the event loops; they accept, serve clients and talk to backends, so that a request never changes thread
 */
record Transport(
        String name,
        EventLoopGroup group,
        Class<? extends ServerChannel> serverChannel,
        Class<? extends SocketChannel> clientChannel,
        Class<? extends Channel> domainChannel) {

    /** A Unix domain socket's address, as the transport's channels take it; null where there are no such sockets. */
    @Nullable
    SocketAddress domainAddress(String path) {
        if (domainChannel != NioDomainSocketChannel.class) {
            return new DomainSocketAddress(path);
        }
        try {
            return UnixDomainSocketAddress.of(path);
        } catch (UnsupportedOperationException e) {
            return null;
        }
    }

    /** Whether there is one better than NIO; loads its native library. */
    static boolean isNative() {
        return IoUring.isAvailable() || Epoll.isAvailable() || KQueue.isAvailable();
    }

    /**
     * Starts the event loops.
     *
     * @param preferred {@code io_uring}, {@code epoll}, {@code kqueue} or {@code nio}; null for the best there is
     */
    static Transport open(@Nullable String preferred) {
        // Four loops serve more than any developer's machine asks for; every further one costs buffers.
        int threads = Math.clamp(Runtime.getRuntime().availableProcessors(), 2, 4);
        String choice = preferred == null ? "best" : preferred.toLowerCase(Locale.ROOT);
        boolean best = choice.equals("best");
        if ((best || choice.equals("io_uring")) && IoUring.isAvailable()) {
            return of(
                    "io_uring",
                    threads,
                    IoUringIoHandler.newFactory(),
                    IoUringServerSocketChannel.class,
                    IoUringSocketChannel.class,
                    IoUringDomainSocketChannel.class);
        }
        if ((best || choice.equals("epoll")) && Epoll.isAvailable()) {
            return of(
                    "epoll",
                    threads,
                    EpollIoHandler.newFactory(),
                    EpollServerSocketChannel.class,
                    EpollSocketChannel.class,
                    EpollDomainSocketChannel.class);
        }
        if ((best || choice.equals("kqueue")) && KQueue.isAvailable()) {
            return of(
                    "kqueue",
                    threads,
                    KQueueIoHandler.newFactory(),
                    KQueueServerSocketChannel.class,
                    KQueueSocketChannel.class,
                    KQueueDomainSocketChannel.class);
        }
        return of(
                "nio",
                threads,
                NioIoHandler.newFactory(),
                NioServerSocketChannel.class,
                NioSocketChannel.class,
                NioDomainSocketChannel.class);
    }

    private static Transport of(
            String name,
            int threads,
            IoHandlerFactory factory,
            Class<? extends ServerChannel> serverChannel,
            Class<? extends SocketChannel> clientChannel,
            Class<? extends Channel> domainChannel) {
        EventLoopGroup group =
                new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory("gotunnel-io", true), factory);
        return new Transport(name, group, serverChannel, clientChannel, domainChannel);
    }
}
