package dev.gotunnel.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameStream;
import org.jspecify.annotations.Nullable;

/**
 * The end of a WebSocket that is a stream of an HTTP/2 connection to a backend (RFC 8441). The stream calls in, until it
 * has parted.
 */
final class Http2UpstreamWebSocket implements WebSocketEnd {
    private final Http2UpstreamConnection connection;
    private final Http2UpstreamStream stream;
    private final Http2FrameStream frames;
    private @Nullable WebSocketEnd other;
    private boolean ended;

    Http2UpstreamWebSocket(Http2UpstreamConnection connection, Http2UpstreamStream stream, Http2FrameStream frames) {
        this.connection = connection;
        this.stream = stream;
        this.frames = frames;
    }

    @Override
    public void open(WebSocketEnd client) {
        other = client;
    }

    // ---- from the backend

    /** Takes over what the backend says. */
    void data(ByteBuf bytes, boolean end) {
        WebSocketEnd client = other;
        if (client == null) {
            bytes.release();
            return;
        }
        client.write(bytes);
        if (end) {
            client.close();
            close();
        }
    }

    /** All of this read has been seen; returns whether the backend may say as much again. */
    boolean readComplete() {
        WebSocketEnd client = other;
        if (client == null) {
            return false;
        }
        client.flush();
        return client.isWritable();
    }

    /** The backend takes bytes again. */
    void granted() {
        if (other != null) {
            other.resumeReading();
        }
    }

    /** The backend, or the connection to it, broke off. */
    void broken() {
        if (other != null) {
            other.reset();
        }
    }

    // ---- from the client

    @Override
    public boolean write(ByteBuf bytes) {
        if (ended || stream.isParted()) {
            bytes.release();
            return true;
        }
        connection.write(new DefaultHttp2DataFrame(bytes).stream(frames));
        return connection.isWritable(frames);
    }

    @Override
    public void flush() {
        connection.flush();
    }

    @Override
    public boolean isWritable() {
        // Once it has ended, whoever waited for room would not even see the client go away.
        return ended || connection.isWritable(frames);
    }

    @Override
    public void resumeReading() {
        stream.resumeReading();
    }

    @Override
    public void end() {
        if (!ended && !stream.isParted()) {
            ended = true;
            connection.write(new DefaultHttp2DataFrame(true).stream(frames));
            connection.flush();
        }
    }

    @Override
    public void close() {
        if (!stream.isParted()) {
            end();
            stream.part();
            connection.resetLater(frames);
        }
    }

    @Override
    public void reset() {
        if (!stream.isParted()) {
            stream.part();
            connection.reset(frames, Http2Error.CANCEL);
        }
    }
}
