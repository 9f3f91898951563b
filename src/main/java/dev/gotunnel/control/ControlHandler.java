package dev.gotunnel.control;

import dev.gotunnel.control.ControlApi.Problem;
import dev.gotunnel.control.ControlApi.RemovedMessage;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.tunnel.Tunnel;
import dev.gotunnel.tunnel.TunnelEvent;
import dev.gotunnel.tunnel.TunnelService;
import dev.gotunnel.tunnel.TunnelService.Subscription;
import dev.gotunnel.tunnel.TunnelSpec;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to the control API: one request, one answer or one stream of events, then it closes. A request that
 * holds its tunnel ({@code POST tunnels?hold=true}) is answered with that tunnel's events, and the tunnel stops when the
 * connection closes, however its other end came to its end.
 */
final class ControlHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(ControlHandler.class);

    private final ControlRoutes routes;
    private final TunnelService tunnels;
    private final ExecutorService workers;

    ControlHandler(ControlRoutes routes, TunnelService tunnels, ExecutorService workers) {
        this.routes = routes;
        this.tunnels = tunnels;
        this.workers = workers;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
        Channel channel = ctx.channel();
        String method = request.method().name();
        String path = ControlRoutes.split(request.uri()).getFirst();
        boolean hold = ControlRoutes.split(request.uri()).getLast().equals("hold=true");
        byte[] body = ByteBufUtil.getBytes(request.content());
        boolean fromPage = request.headers().contains(HttpHeaderNames.ORIGIN);
        boolean malformed = request.decoderResult().isFailure();
        try {
            workers.execute(() -> {
                try {
                    if (fromPage) {
                        throw new GotunnelException(
                                ErrorCode.NOT_PERMITTED, "Web pages may not use the control API.", null);
                    }
                    if (malformed || !path.startsWith(ControlApi.PREFIX)) {
                        throw ControlRoutes.unknown(method, path);
                    }
                    if (method.equals("GET") && path.equals(ControlApi.PREFIX + "events")) {
                        streamAll(channel);
                    } else if (hold && method.equals("POST") && path.equals(ControlApi.PREFIX + "tunnels")) {
                        hold(channel, body);
                    } else {
                        byte[] json = ControlRoutes.json(routes.call(method, path, body));
                        answer(channel, HttpResponseStatus.OK, "application/json", json);
                    }
                } catch (RuntimeException e) {
                    fail(channel, e);
                }
            });
        } catch (RejectedExecutionException e) {
            ctx.close();
        }
    }

    private static void fail(Channel channel, RuntimeException e) {
        GotunnelException failure = GotunnelException.of(e);
        if (failure.code() == ErrorCode.INTERNAL) {
            LOG.error("The control API failed", e);
        }
        Problem problem = Problem.of(failure);
        answer(channel, HttpResponseStatus.valueOf(problem.status()), ControlApi.PROBLEM, ControlRoutes.json(problem));
    }

    private static void answer(Channel channel, HttpResponseStatus status, String type, byte[] body) {
        DefaultFullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.wrappedBuffer(body));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, type)
                .set(HttpHeaderNames.CONTENT_LENGTH, body.length)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        channel.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
    }

    private static void beginStream(Channel channel) {
        HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        head.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, ControlApi.EVENT_STREAM)
                .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_CACHE)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        channel.writeAndFlush(head);
    }

    /** A reader that has stopped reading is let go before its events fill the memory. */
    private static void send(Channel channel, String name, Object data) {
        if (!channel.isWritable()) {
            channel.close();
            return;
        }
        byte[] event = ControlRoutes.event(name, data);
        channel.writeAndFlush(new DefaultHttpContent(Unpooled.wrappedBuffer(event)));
    }

    private static void send(Channel channel, TunnelEvent event) {
        switch (event) {
            case TunnelEvent.Changed changed -> send(channel, ControlApi.CHANGED, changed.tunnel());
            case TunnelEvent.Removed removed -> send(channel, ControlApi.REMOVED, new RemovedMessage(removed.id()));
            case TunnelEvent.OwnerLeaving leaving -> {
                send(channel, ControlApi.LEAVING, new Object[0]);
                endStream(channel);
            }
        }
    }

    private static void endStream(Channel channel) {
        channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT).addListener(ChannelFutureListener.CLOSE);
    }

    private void streamAll(Channel channel) {
        Subscription subscription = stream(channel, () -> {}, event -> send(channel, event));
        channel.closeFuture().addListener(_ -> subscription.close());
    }

    /**
     * Begins a stream of events. The client may rely on every event from the answer's head on, and must not be sent one
     * before it: so the subscription comes first, and its events wait.
     *
     * @param first sends what stands before them
     */
    private Subscription stream(Channel channel, Runnable first, Consumer<TunnelEvent> listener) {
        Object order = new Object();
        synchronized (order) {
            Subscription subscription = tunnels.subscribe(event -> {
                synchronized (order) {
                    listener.accept(event);
                }
            });
            beginStream(channel);
            first.run();
            return subscription;
        }
    }

    private void hold(Channel channel, byte[] body) {
        TunnelSpec spec = routes.spec(body);
        refuseSecondHolder(spec);
        Tunnel tunnel = tunnels.start(spec);
        AtomicBoolean over = new AtomicBoolean();
        channel.closeFuture().addListener(_ -> {
            if (!over.get()) {
                letGo(tunnel);
            }
        });
        Subscription subscription = stream(channel, () -> send(channel, ControlApi.CHANGED, tunnel), event -> {
            boolean leaving = event instanceof TunnelEvent.OwnerLeaving;
            boolean mine = event instanceof TunnelEvent.Changed changed
                    && changed.tunnel().id().equals(tunnel.id());
            boolean gone =
                    event instanceof TunnelEvent.Removed removed && removed.id().equals(tunnel.id());
            if (mine || gone || leaving) {
                send(channel, event);
            }
            if (gone) {
                // Another tunnel may have the name by the time this connection closes.
                over.set(true);
                endStream(channel);
            }
        });
        channel.closeFuture().addListener(_ -> subscription.close());
        if (tunnels.list().stream().noneMatch(known -> known.id().equals(tunnel.id()))) {
            // It was stopped before the subscription began.
            send(channel, new TunnelEvent.Removed(tunnel.id()));
            endStream(channel);
        }
    }

    /** Two holders of one tunnel would each end it for the other. */
    private void refuseSecondHolder(TunnelSpec spec) {
        String id = spec.id().toString();
        if (tunnels.list().stream()
                .anyMatch(known -> known.id().equals(id) && known.state().isActive())) {
            throw new GotunnelException(
                    ErrorCode.NAME_TAKEN,
                    "A tunnel called \"" + spec.id().name() + "\" runs already.",
                    "Stop it first: gotunnel stop " + spec.id() + " — or choose another --name.");
        }
    }

    private void letGo(Tunnel tunnel) {
        try {
            workers.execute(() -> {
                try {
                    tunnels.stop(tunnel.tunnelId());
                } catch (GotunnelException e) {
                    // It has been stopped by somebody else, which is what was to be done.
                    LOG.debug("{}: {}", tunnel.id(), e.getMessage());
                }
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("{} ends with its owner", tunnel.id());
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.debug("A control connection failed: {}", cause.toString());
        ctx.close();
    }
}
