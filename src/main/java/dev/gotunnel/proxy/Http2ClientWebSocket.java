package dev.gotunnel.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The end of a WebSocket that is a client's HTTP/2 stream (RFC 8441), from its request on. The stream calls in. */
final class Http2ClientWebSocket implements WebSocketEnd {
    private final Http2ClientStream stream;
    private final WebSocketKey key;

    /** What comes from a client that does not wait for the answer. Its window bounds what is held. */
    private final List<ByteBuf> early = new ArrayList<>(0);

    private @Nullable WebSocketEnd other;
    private @Nullable Runnable ended;
    private boolean clientEnded;

    /** @param key what the request for the backend was given, as the client's has none */
    Http2ClientWebSocket(Http2ClientStream stream, WebSocketKey key) {
        this.stream = stream;
        this.key = key;
    }

    /** Whether a backend's answer proves that it has understood (RFC 6455 section 4.1). */
    boolean isAnsweredBy(@Nullable String accept) {
        return key.isAnsweredBy(accept);
    }

    /** @param listener called when the client's side has ended */
    void onEnd(Runnable listener) {
        ended = listener;
    }

    @Override
    public void open(WebSocketEnd backend) {
        other = backend;
        if (early.isEmpty() && !clientEnded) {
            return;
        }
        early.forEach(backend::write);
        early.clear();
        if (clientEnded) {
            backend.end();
        }
        backend.flush();
        if (backend.isWritable()) {
            stream.resumeReading();
        }
    }

    // ---- from the client

    /**
     * Takes over what the client says.
     *
     * @param end whether it says no more
     * @return whether it may say as much again
     */
    boolean data(ByteBuf bytes, boolean end) {
        clientEnded = end;
        WebSocketEnd backend = other;
        if (backend == null) {
            early.add(bytes);
            return false;
        }
        backend.write(bytes);
        if (end) {
            backend.end();
        }
        return backend.isWritable();
    }

    void flushToBackend() {
        if (other != null) {
            other.flush();
        }
    }

    /** The client takes bytes again. */
    void granted() {
        if (other != null) {
            other.resumeReading();
        }
    }

    /** The client has reset the stream, or is gone. */
    void gone() {
        if (other != null) {
            other.reset();
        }
    }

    /** The tunnel has stopped. */
    void cancel() {
        if (other != null) {
            other.close();
        }
    }

    /** The stream is over, either way. */
    void dispose() {
        early.forEach(ReferenceCountUtil::release);
        early.clear();
        Runnable listener = ended;
        if (listener != null) {
            ended = null;
            listener.run();
        }
    }

    // ---- from the backend

    @Override
    public boolean write(ByteBuf bytes) {
        return stream.writeBytes(bytes);
    }

    @Override
    public void flush() {
        stream.flush();
    }

    @Override
    public boolean isWritable() {
        return stream.isWritable();
    }

    @Override
    public void resumeReading() {
        stream.resumeReading();
    }

    @Override
    public void end() {
        close();
    }

    @Override
    public void close() {
        stream.writeEndOfBytes();
    }

    @Override
    public void reset() {
        stream.broken();
    }
}
