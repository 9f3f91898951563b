package dev.gotunnel.proxy;

import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** The body of one request on its way to a backend: passed on as it comes, and held while there is no connection. */
final class RequestBody {
    private final HttpRequest request;
    private @Nullable ArrayDeque<HttpContent> held;
    private long bytes;
    private int ticksWithout;
    private boolean continued;
    private boolean sent;
    private boolean complete;

    RequestBody(HttpRequest request) {
        this.request = request;
    }

    /** Whether all of it has come. */
    boolean isComplete() {
        return complete;
    }

    /** Nothing more of it will come. */
    void completes() {
        complete = true;
    }

    /** Whether nothing of it can have reached a backend. */
    boolean isUnsent() {
        return !sent;
    }

    /** How many bytes of it have come. */
    long bytes() {
        return bytes;
    }

    /** The client has been told to send it. */
    void continued() {
        continued = true;
    }

    /** Whether the client waits to be told that it may send it. */
    boolean isAwaitingConsent() {
        return !complete && !continued && !sent && HttpUtil.is100ContinueExpected(request);
    }

    /** Whether there is some of it to come that the client is not going to be asked for. */
    boolean isUnread() {
        return !complete && (HttpUtil.isTransferEncodingChunked(request) || HttpUtil.getContentLength(request, 0L) > 0);
    }

    /** Something has come; counts it. */
    void comes(HttpContent content) {
        ticksWithout = 0;
        bytes += content.content().readableBytes();
        if (content instanceof LastHttpContent last) {
            complete = true;
            ForwardingHeaders.trailers(last.trailingHeaders());
        }
    }

    /** Passes a part on, or holds it; drops it where neither can be. Takes over the reference. */
    void pass(HttpContent content, @Nullable UpstreamStream to) {
        if (held != null) {
            held.add(content);
        } else if (to != null) {
            send(content, to);
        } else {
            ReferenceCountUtil.release(content);
        }
    }

    private void send(HttpContent content, UpstreamStream to) {
        sent |= content.content().isReadable();
        to.write(content);
    }

    /** Holds what comes from now on. */
    void hold() {
        if (held == null) {
            held = new ArrayDeque<>(4);
            if (complete) {
                // It has been sent before, and was empty.
                held.add(LastHttpContent.EMPTY_LAST_CONTENT);
            }
        }
    }

    /** Holds it as it was before it was sent to a backend that has refused it unread. Takes over the references. */
    void hold(ArrayDeque<HttpContent> again) {
        held = again;
    }

    /** Sends what was held; returns whether anything was being held. */
    boolean release(UpstreamStream to) {
        ArrayDeque<HttpContent> all = held;
        held = null;
        if (all == null) {
            return false;
        }
        for (HttpContent content : all) {
            send(content, to);
        }
        to.flush();
        return true;
    }

    /** Gives up what was held. */
    void drop() {
        if (held != null) {
            held.forEach(ReferenceCountUtil::release);
            held = null;
        }
    }

    /**
     * A tick of the clock; returns how many have passed without a byte that the client owes. Who was told to expect a 100
     * may wait for it.
     *
     * @param wanted whether the client may send it
     */
    int ticksWithout(boolean wanted) {
        boolean owed =
                wanted && !complete && held == null && (continued || sent || !HttpUtil.is100ContinueExpected(request));
        ticksWithout = owed ? ticksWithout + 1 : 0;
        return ticksWithout;
    }
}
