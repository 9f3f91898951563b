package dev.gotunnel.proxy;

import dev.gotunnel.policy.DevServer;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Whether a backend of some paths refuses the name that it is asked for, as development servers do that were not told of
 * it: what its latest answers say. Any thread.
 */
final class HostChecks {
    private final @Nullable DevServer met;
    private final AtomicReference<@Nullable Refusal> latest = new AtomicReference<>();

    /** A server, the name that it refuses, and where it is. */
    record Refusal(DevServer server, String name, Upstream by) {}

    /** @param met the server whose checks are met by a preset already; null for none */
    HostChecks(@Nullable DevServer met) {
        this.met = met;
    }

    /** The refusal that stands; null for none. */
    @Nullable
    Refusal refusal() {
        return latest.get();
    }

    /** What looks for a refusal in the body of an answer; null when its status says that there is none. */
    static @Nullable HostCheckRefusal watch(HttpRequest request, int status) {
        return status == HttpResponseStatus.FORBIDDEN.code() || status == HttpResponseStatus.BAD_REQUEST.code()
                ? new HostCheckRefusal(request, status)
                : null;
    }

    /**
     * Whether Next.js checks the origin of a request. It refuses nothing else, and no pages: only what its development
     * server adds to them, such as the WebSocket of hot reload.
     */
    static boolean isCheckedByNext(HttpRequest request) {
        String path = MatchedPath.raw(request.uri());
        return request.headers().contains(HttpHeaderNames.ORIGIN)
                && (path.contains("/_next") || path.contains("/__nextjs"));
    }

    /** A backend has refused a name; returns whether that is news. */
    boolean refused(Refusal refusal) {
        return refusal.server() != met && !Objects.equals(latest.getAndSet(refusal), refusal);
    }

    /** A backend has let a request pass; returns whether that puts an end to a refusal. */
    boolean passed(HttpRequest request, String name, Upstream backend) {
        Refusal before = latest.get();
        if (before == null || !before.name().equals(name) || before.by() != backend) {
            return false;
        }
        // A preflight is answered before the name is checked.
        boolean checked = before.server() == DevServer.NEXT
                ? isCheckedByNext(request)
                : !request.method().equals(HttpMethod.OPTIONS);
        return checked && latest.compareAndSet(before, null);
    }
}
