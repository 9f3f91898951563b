package dev.gotunnel.proxy;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.kqueue.KQueue;
import io.netty.channel.kqueue.KQueueIoHandler;
import io.netty.channel.kqueue.KQueueServerSocketChannel;
import io.netty.channel.kqueue.KQueueSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
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
        Class<? extends SocketChannel> clientChannel) {

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
                    IoUringSocketChannel.class);
        }
        if ((best || choice.equals("epoll")) && Epoll.isAvailable()) {
            return of(
                    "epoll",
                    threads,
                    EpollIoHandler.newFactory(),
                    EpollServerSocketChannel.class,
                    EpollSocketChannel.class);
        }
        if ((best || choice.equals("kqueue")) && KQueue.isAvailable()) {
            return of(
                    "kqueue",
                    threads,
                    KQueueIoHandler.newFactory(),
                    KQueueServerSocketChannel.class,
                    KQueueSocketChannel.class);
        }
        return of("nio", threads, NioIoHandler.newFactory(), NioServerSocketChannel.class, NioSocketChannel.class);
    }

    private static Transport of(
            String name,
            int threads,
            IoHandlerFactory factory,
            Class<? extends ServerChannel> serverChannel,
            Class<? extends SocketChannel> clientChannel) {
        EventLoopGroup group =
                new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory("gotunnel-io", true), factory);
        return new Transport(name, group, serverChannel, clientChannel);
    }
}
