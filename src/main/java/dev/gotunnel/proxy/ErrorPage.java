package dev.gotunnel.proxy;

import dev.gotunnel.policy.Amounts;
import dev.gotunnel.policy.TlsVersion;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the engine answers by itself: a page for people, plain text for programs. Says what happened, what is known and
 * what to do; never anything of our inside.
 */
final class ErrorPage {
    private static final String POLICY =
            "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'";

    /** Asks again every second, and loads the page once something else than this page answers. */
    private static final String RELOAD = """
            <script>
            setInterval(async () => {
              try {
                const answer = await fetch(location.href, {cache: 'no-store', redirect: 'manual', credentials: 'same-origin'});
                if (!answer.headers.has('x-gotunnel-error')) location.reload();
              } catch (gone) { /* gotunnel itself is not there: keep asking */ }
            }, 1000);
            </script>
            """;

    private static final String COPY = """
            <script>
            for (const button of document.querySelectorAll('button[data-copy]')) button.onclick = async () => {
              await navigator.clipboard.writeText(button.dataset.copy);
              button.textContent = 'Copied';
            };
            </script>
            """;

    private final HttpResponseStatus status;
    private final String headline;
    private final String sentence;
    private final Map<String, String> known = new LinkedHashMap<>();
    private final Map<String, String> fields = new LinkedHashMap<>();
    private @Nullable List<Link> links;
    private @Nullable String command;
    private @Nullable String location;
    private boolean reloads;

    /**
     * A tunnel to choose instead.
     *
     * @param note where it leads
     */
    record Link(String url, String note) {}

    private static final class Template {
        static final String TEXT = read();

        private static String read() {
            try (InputStream in = ErrorPage.class.getResourceAsStream("page.html")) {
                return new String(
                        Objects.requireNonNull(in, "page.html is not packaged").readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private ErrorPage(HttpResponseStatus status, String headline, String sentence) {
        this.status = status;
        this.headline = headline;
        this.sentence = sentence;
    }

    static ErrorPage badRequest(String sentence) {
        return new ErrorPage(HttpResponseStatus.BAD_REQUEST, "This request cannot be served", sentence);
    }

    static ErrorPage headersTooLarge() {
        return new ErrorPage(
                HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                "This request's headers are too large",
                "gotunnel accepts 64 KiB in 256 fields. Often a cookie has grown: delete the cookies of this name.");
    }

    static ErrorPage targetTooLong() {
        return new ErrorPage(
                HttpResponseStatus.REQUEST_URI_TOO_LONG,
                "This request's URL is too long",
                "gotunnel accepts 32 KiB. Send what is that long in the body.");
    }

    /** The client began a request and did not go on. */
    static ErrorPage requestTimeout() {
        return new ErrorPage(
                HttpResponseStatus.REQUEST_TIMEOUT,
                "This request did not arrive in time",
                "It began and then nothing more came. Send it again.");
    }

    /** An extended CONNECT (RFC 8441) to something else than a WebSocket. */
    static ErrorPage notImplemented() {
        return new ErrorPage(
                HttpResponseStatus.NOT_IMPLEMENTED,
                "This request asks for a protocol that gotunnel does not know",
                "The only protocol that can follow CONNECT is websocket.");
    }

    /** The TLS connection was opened for another name, and is older than this one's tunnel allows (RFC 9110 section 15.5.20). */
    static ErrorPage misdirected(String name, TlsVersion oldest) {
        return new ErrorPage(
                HttpResponseStatus.MISDIRECTED_REQUEST,
                "This connection is not good enough for " + name,
                "It takes TLS " + oldest.id() + " and up only. Open a connection of its own for it.");
    }

    /** The bare answer for clients that are not to learn what runs here. */
    static ErrorPage notFound() {
        return new ErrorPage(HttpResponseStatus.NOT_FOUND, "", "");
    }

    static ErrorPage redirect(String url) {
        ErrorPage page = new ErrorPage(HttpResponseStatus.TEMPORARY_REDIRECT, "", "");
        page.location = url;
        return page;
    }

    /** No tunnel has the name. */
    static ErrorPage unknownName(String name, List<Link> tunnels) {
        ErrorPage page = new ErrorPage(
                HttpResponseStatus.NOT_FOUND,
                "No tunnel is called " + name,
                tunnels.isEmpty() ? "No tunnel runs at the moment." : "These tunnels run:");
        page.links = tunnels;
        String stem = name.contains(".") ? name.substring(0, name.lastIndexOf('.')) : name;
        page.command = "gotunnel start --port 3000 --domain " + stem;
        return page;
    }

    /**
     * No backend of the tunnel accepts a connection.
     *
     * @param hint what to do when it is not simply to start the backend
     */
    static ErrorPage backendDown(
            String tunnel, String backends, String since, String reason, @Nullable String hint, boolean reloads) {
        ErrorPage page = new ErrorPage(
                HttpResponseStatus.BAD_GATEWAY,
                "The backend of " + tunnel + " does not answer",
                hint != null
                        ? hint
                        : reloads
                                ? "Start it, and this page loads by itself."
                                : "Start it, then send the request again.");
        page.known.put("Backend", backends);
        page.known.put("Down since", since);
        page.known.put("Last error", reason);
        page.reloads = reloads;
        return page;
    }

    /** The request has come through here again and again. */
    static ErrorPage loop(String tunnel) {
        return new ErrorPage(
                HttpResponseStatus.valueOf(508, "Loop Detected"),
                "The tunnel " + tunnel + " leads back to itself",
                "Its backend sends the request to gotunnel again. Give the tunnel the port of the service itself.");
    }

    /** As many requests are under way as may be. */
    static ErrorPage busy(String tunnel) {
        ErrorPage page = new ErrorPage(
                HttpResponseStatus.SERVICE_UNAVAILABLE,
                tunnel + " has as many requests under way as it may",
                "Send the request again in a moment.");
        page.fields.put("retry-after", "1");
        return page;
    }

    /** More requests came than the tunnel takes. */
    static ErrorPage tooMany(String tunnel, long seconds) {
        ErrorPage page = new ErrorPage(
                HttpResponseStatus.TOO_MANY_REQUESTS,
                "Too many requests to " + tunnel,
                "Send the next one in " + seconds + " s.");
        page.fields.put("retry-after", Long.toString(seconds));
        return page;
    }

    /** The client is not in a network that may pass. */
    static ErrorPage forbidden(String tunnel) {
        return new ErrorPage(
                HttpResponseStatus.FORBIDDEN,
                tunnel + " is not open to this address",
                "Who runs it has said which networks may pass.");
    }

    /** The password is missing or wrong. */
    static ErrorPage unauthorized(String realm) {
        ErrorPage page = new ErrorPage(
                HttpResponseStatus.UNAUTHORIZED, realm + " asks for a password", "The one sent is missing or wrong.");
        page.fields.put("www-authenticate", "Basic realm=\"" + realm + "\", charset=\"UTF-8\"");
        return page;
    }

    /** The body is larger than the tunnel takes. */
    static ErrorPage tooLarge(long bytes) {
        return new ErrorPage(
                HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE,
                "This request's body is too large",
                "This tunnel takes up to " + Amounts.text(bytes) + ".");
    }

    /** Trouble on purpose, which nobody is to look for a cause of. */
    static ErrorPage injected(int status) {
        ErrorPage page = new ErrorPage(
                HttpResponseStatus.valueOf(status),
                "This error is made on purpose",
                "The tunnel's fault switch asks for it; the backend was not asked.");
        page.fields.put("x-gotunnel-fault", "error");
        return page;
    }

    /** An answer of header fields alone. */
    static ErrorPage noContent(Map<String, String> fields) {
        ErrorPage page = new ErrorPage(HttpResponseStatus.NO_CONTENT, "", "");
        page.fields.putAll(fields);
        return page;
    }

    /** A backend took the request and did not answer in time. */
    static ErrorPage gatewayTimeout(String tunnel, String backend, String waited) {
        ErrorPage page = new ErrorPage(
                HttpResponseStatus.GATEWAY_TIMEOUT,
                "The backend of " + tunnel + " did not answer in time",
                "It took the request, and nothing came back for " + waited + ". Its own log may say why.");
        page.known.put("Backend", backend);
        return page;
    }

    /** A backend accepted the connection and gave no proper answer. */
    static ErrorPage badAnswer(String tunnel, String backend, String reason) {
        ErrorPage page = new ErrorPage(
                HttpResponseStatus.BAD_GATEWAY,
                "The backend of " + tunnel + " gave no proper answer",
                "It was reached, but " + reason + ". Its own log may say why.");
        page.known.put("Backend", backend);
        return page;
    }

    /** The backend speaks HTTP/2 alone, and does not allow it there. */
    static ErrorPage noWebSocket(String tunnel, String backend) {
        ErrorPage page = new ErrorPage(
                HttpResponseStatus.BAD_GATEWAY,
                "The backend of " + tunnel + " takes no WebSockets",
                "It speaks HTTP/2 and does not allow them there. Switch extended CONNECT (RFC 8441) on in it, or give WebSockets"
                        + " an address of their own that begins with http://.");
        page.known.put("Backend", backend);
        return page;
    }

    HttpResponseStatus status() {
        return status;
    }

    /**
     * The body in the form that the client asks for. The caller releases it.
     *
     * @param detailed whether it names backends, other tunnels and commands, which are nothing to a client elsewhere
     */
    HttpContent body(HttpRequest request, String requestId, boolean detailed, ByteBufAllocator alloc) {
        String text =
                headline.isEmpty() ? "" : wantsHtml(request) ? html(requestId, detailed) : plain(requestId, detailed);
        ByteBuf buffer = text.isEmpty() ? alloc.buffer(0, 0) : ByteBufUtil.writeUtf8(alloc, text);
        return new DefaultLastHttpContent(buffer);
    }

    void head(HttpHeaders headers, HttpRequest request, int length, String requestId) {
        if (!status.equals(HttpResponseStatus.NO_CONTENT)) {
            headers.set(HttpHeaderNames.CONTENT_LENGTH, length);
        }
        fields.forEach(headers::set);
        if (location != null) {
            headers.set(HttpHeaderNames.LOCATION, location);
            return;
        }
        if (headline.isEmpty()) {
            return;
        }
        boolean html = wantsHtml(request);
        headers.set(HttpHeaderNames.CONTENT_TYPE, html ? "text/html; charset=utf-8" : "text/plain; charset=utf-8");
        headers.set(HttpHeaderNames.CACHE_CONTROL, "no-store");
        headers.set("x-gotunnel-error", status.code());
        headers.set(ForwardingHeaders.X_REQUEST_ID, requestId);
        headers.set("x-content-type-options", "nosniff");
        if (html) {
            headers.set(HttpHeaderNames.CONTENT_SECURITY_POLICY, POLICY);
        }
    }

    private static boolean wantsHtml(HttpRequest request) {
        String accept = request.headers().get(HttpHeaderNames.ACCEPT);
        return accept != null && accept.contains("text/html");
    }

    private String plain(String requestId, boolean detailed) {
        StringBuilder text = new StringBuilder();
        text.append(headline).append(". ").append(sentence).append('\n');
        if (!detailed) {
            return text.append("Request: ").append(requestId).append('\n').toString();
        }
        known.forEach(
                (key, value) -> text.append(key).append(": ").append(value).append('\n'));
        if (links != null) {
            links.forEach(link -> text.append("  ")
                    .append(link.url())
                    .append("  ->  ")
                    .append(link.note())
                    .append('\n'));
        }
        if (command != null) {
            text.append("Next: ").append(command).append('\n');
        }
        return text.append("Request: ").append(requestId).append('\n').toString();
    }

    private String html(String requestId, boolean detailed) {
        StringBuilder content =
                new StringBuilder("<p>").append(escape(sentence)).append("</p>\n");
        if (detailed && !known.isEmpty()) {
            content.append("<dl>");
            known.forEach((key, value) -> content.append("<dt>")
                    .append(escape(key))
                    .append("</dt><dd>")
                    .append(escape(value))
                    .append("</dd>"));
            content.append("</dl>\n");
        }
        if (detailed && links != null && !links.isEmpty()) {
            content.append("<ul>");
            for (Link link : links) {
                String url = escape(link.url());
                content.append("<li><a href=\"")
                        .append(url)
                        .append("\">")
                        .append(url)
                        .append("</a><span>");
                content.append(escape(link.note())).append("</span></li>");
            }
            content.append("</ul>\n");
        }
        if (detailed && command != null) {
            String line = escape(command);
            content.append("<p>To give a service this name:</p><div class=\"next\"><code>")
                    .append(line);
            content.append("</code><button type=\"button\" data-copy=\"")
                    .append(line)
                    .append("\">Copy</button></div>\n");
        }
        String script = (reloads ? RELOAD : "") + (command != null ? COPY : "");
        return Template.TEXT
                .replace("{{title}}", escape(headline))
                .replace("{{headline}}", escape(headline))
                .replace("{{footer}}", escape(" · " + status.code() + " · request " + requestId))
                .replace("{{script}}", script)
                .replace("{{content}}", content);
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    /** Whether a page may fetch itself again: only what is safe to repeat. */
    static boolean mayReload(HttpMethod method) {
        return HttpMethod.GET.equals(method);
    }
}
