package dev.gotunnel.demo;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.util.CharsetUtil;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Answers one connection of the demo: the page, the request as text, the clock as events, an echo over WebSocket. */
final class DemoHandler extends SimpleChannelInboundHandler<Object> {
    private @Nullable Future<?> ticking;

    private static final class Page {
        static final String TEXT = read();

        private static String read() {
            try (InputStream in = DemoHandler.class.getResourceAsStream("demo.html")) {
                return new String(
                        Objects.requireNonNull(in, "demo.html is not packaged").readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, Object message) {
        if (message instanceof TextWebSocketFrame frame) {
            ctx.writeAndFlush(new TextWebSocketFrame("You said: " + frame.text()));
        } else if (message instanceof FullHttpRequest request) {
            answer(ctx, request);
        }
    }

    private void answer(ChannelHandlerContext ctx, FullHttpRequest request) {
        int query = request.uri().indexOf('?');
        String path = query < 0 ? request.uri() : request.uri().substring(0, query);
        switch (path) {
            case "/" -> send(ctx, request, HttpResponseStatus.OK, "text/html", page(request));
            case "/events" -> beginEvents(ctx);
            case "/echo" -> send(ctx, request, HttpResponseStatus.OK, "text/plain", asText(request));
            default -> send(ctx, request, HttpResponseStatus.NOT_FOUND, "text/plain", "The demo has no " + path + "\n");
        }
    }

    private static String page(FullHttpRequest request) {
        StringBuilder rows = new StringBuilder();
        for (Map.Entry<String, String> header : request.headers()) {
            rows.append("<tr><th>").append(escape(header.getKey())).append("</th><td>");
            rows.append(escape(header.getValue())).append("</td></tr>\n");
        }
        return Page.TEXT
                .replace("{{line}}", escape(request.method() + " " + request.uri() + " " + request.protocolVersion()))
                .replace("{{host}}", escape(String.valueOf(request.headers().get(HttpHeaderNames.HOST))))
                .replace("{{rows}}", rows);
    }

    private static String asText(FullHttpRequest request) {
        StringBuilder text = new StringBuilder();
        text.append(request.method()).append(' ').append(request.uri()).append('\n');
        request.headers()
                .forEach(h -> text.append(h.getKey())
                        .append(": ")
                        .append(h.getValue())
                        .append('\n'));
        return text.append('\n')
                .append(request.content().toString(CharsetUtil.UTF_8))
                .toString();
    }

    private static void send(
            ChannelHandlerContext ctx, FullHttpRequest request, HttpResponseStatus status, String type, String text) {
        ByteBuf body = Unpooled.copiedBuffer(text, CharsetUtil.UTF_8);
        int length = body.readableBytes();
        boolean head = request.method().equals(HttpMethod.HEAD);
        if (head) {
            body.release();
        }
        DefaultFullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, head ? Unpooled.EMPTY_BUFFER : body);
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, type + "; charset=utf-8")
                .set(HttpHeaderNames.CONTENT_LENGTH, length)
                .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE);
        HttpUtil.setKeepAlive(response, HttpUtil.isKeepAlive(request));
        ctx.writeAndFlush(response);
    }

    private void beginEvents(ChannelHandlerContext ctx) {
        HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        head.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "text/event-stream")
                .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_CACHE)
                .set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        ctx.writeAndFlush(head);
        ticking = ctx.executor().scheduleAtFixedRate(() -> tick(ctx), 0, 1, TimeUnit.SECONDS);
    }

    private static void tick(ChannelHandlerContext ctx) {
        String event = "data: " + LocalTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS) + "\n\n";
        ctx.writeAndFlush(new DefaultHttpContent(Unpooled.copiedBuffer(event, CharsetUtil.UTF_8)));
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (ticking != null) {
            ticking.cancel(false);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // The other side went away in the middle of something, as browsers do.
        ctx.close();
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
