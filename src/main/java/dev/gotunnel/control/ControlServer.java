package dev.gotunnel.control;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.platform.PrivateFiles;
import dev.gotunnel.tunnel.RootOfTrust;
import dev.gotunnel.tunnel.TunnelService;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * The control API of the process that owns the engine: HTTP and JSON over a Unix domain socket that only its user can
 * open, on Windows too. The caller holds the owner's lock, so that a socket that lies there is a dead owner's.
 */
public final class ControlServer implements AutoCloseable {
    private static final int MAX_BODY_BYTES = 1 << 20;
    private static final int ANSWER_SECONDS = 2;

    private final Path socket;
    private final EventLoopGroup group;
    private final ExecutorService workers;
    private final ChannelGroup open;
    private final Channel listener;

    /**
     * Answers from now on.
     *
     * @param socket in a folder that only its user can enter
     * @param window brings the window to the front; called on a thread of the server's own
     * @throws GotunnelException {@code IO} when the socket cannot be opened
     */
    public ControlServer(Path socket, TunnelService tunnels, RootOfTrust machine, Runnable window) {
        this.socket = socket;
        this.group = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("gotunnel-control", true), NioIoHandler.newFactory());
        this.workers = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("gotunnel-control").factory());
        this.open = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
        ControlRoutes routes = new ControlRoutes(tunnels, machine, window);
        try {
            Files.deleteIfExists(socket);
            ChannelFuture bound = new ServerBootstrap()
                    .group(group)
                    .channel(NioServerDomainSocketChannel.class)
                    .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(1 << 20, 4 << 20))
                    .childHandler(new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            open.add(channel);
                            channel.pipeline()
                                    .addLast(
                                            new HttpServerCodec(),
                                            new OneBody(),
                                            new ControlHandler(routes, tunnels, workers));
                        }
                    })
                    .bind(UnixDomainSocketAddress.of(socket))
                    .awaitUninterruptibly();
            if (!bound.isSuccess()) {
                throw new IOException(bound.cause());
            }
            listener = bound.channel();
            if (Files.getFileStore(socket).supportsFileAttributeView("posix")) {
                Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
            }
        } catch (IOException | IllegalArgumentException e) {
            endThreads();
            throw new GotunnelException(
                    ErrorCode.IO,
                    "gotunnel cannot open its control socket " + socket + ".",
                    "If the path is longer than 100 characters, choose a shorter folder with GOTUNNEL_RUNTIME_DIR.",
                    e);
        }
    }

    /** Netty's own would refuse a body that is too large and wait for the next request. */
    private static final class OneBody extends HttpObjectAggregator {
        OneBody() {
            super(MAX_BODY_BYTES);
        }

        @Override
        protected void handleOversizedMessage(ChannelHandlerContext ctx, HttpMessage oversized) {
            DefaultFullHttpResponse refusal =
                    new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE);
            refusal.headers()
                    .set(HttpHeaderNames.CONTENT_LENGTH, 0)
                    .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
            ctx.writeAndFlush(refusal).addListener(ChannelFutureListener.CLOSE);
        }
    }

    private void endThreads() {
        workers.shutdownNow();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    }

    /** Answers no longer and removes the socket. */
    @Override
    public void close() {
        listener.close().awaitUninterruptibly();
        // Whoever asked for the end is still to hear of it.
        workers.shutdown();
        try {
            workers.awaitTermination(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        open.forEach(channel -> channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE));
        open.newCloseFuture().awaitUninterruptibly(1, TimeUnit.SECONDS);
        endThreads();
        try {
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            throw PrivateFiles.unusable("remove " + socket, socket, e);
        }
    }
}
