package dev.gotunnel.proxy;

import static dev.gotunnel.testing.Http2Wire.block;
import static dev.gotunnel.testing.Http2Wire.bytes;
import static dev.gotunnel.testing.Http2Wire.frame;
import static dev.gotunnel.testing.Http2Wire.octets;
import static dev.gotunnel.testing.Http2Wire.text;
import static dev.gotunnel.testing.Http2Wire.words;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.policy.BackendAddress.Scheme;
import dev.gotunnel.testing.BufferLeaks;
import dev.gotunnel.testing.EngineFixture;
import dev.gotunnel.testing.Http2Wire;
import dev.gotunnel.testing.PolicyBuilder;
import dev.gotunnel.testing.TestBackend;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.slf4j.LoggerFactory;

/**
 * Noise from backends: whatever one says, its client gets an answer of HTTP or none, and that soon; nothing fails or leaks
 * that ought not to. {@code mvn test -Dtest=BackendFuzzTest -Djqwik.tries.default=20000} goes on for longer.
 */
class BackendFuzzTest {
    private static final String HOST = "fuzz.localhost";
    private static final String REST = " / HTTP/1.1\r\nHost: " + HOST + "\r\n";
    private static final int PATIENCE_MILLIS = 20_000;

    /** The first stream of a client that is Netty. */
    private static final int STREAM = 3;

    private static EngineFixture fixture;
    private static TestBackend http1;
    private static TestBackend http2;
    private static final AtomicReference<byte[]> SAYS = new AtomicReference<>(new byte[0]);
    private static final AtomicLong ANSWERED = new AtomicLong();
    private static final AtomicLong ASKED = new AtomicLong();
    private static final ListAppender<ILoggingEvent> LOGGED = new ListAppender<>();

    @BeforeContainer
    static void start() {
        BufferLeaks.watch();
        LOGGED.start();
        ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).addAppender(LOGGED);
        fixture = EngineFixture.start();
        http1 = TestBackend.scripted(peer -> {
            peer.readHead();
            peer.send(SAYS.get());
        });
        http2 = TestBackend.scripted(peer -> {
            peer.readFully(Http2Wire.PREFACE.length());
            peer.send(frame(Http2Wire.SETTINGS, 0, 0, Http2Wire.setting(8, 1)));
            byte[] head = peer.readFully(9);
            while (head[3] != Http2Wire.HEADERS) {
                peer.readFully((head[0] & 255) << 16 | (head[1] & 255) << 8 | (head[2] & 255));
                head = peer.readFully(9);
            }
            peer.send(SAYS.get());
        });
        PolicyBuilder policy = new PolicyBuilder();
        policy.hold = Duration.ZERO;
        for (Scheme scheme : List.of(Scheme.HTTP, Scheme.H2C)) {
            int port = scheme == Scheme.HTTP ? http1.port() : http2.port();
            fixture.route(new Route(
                    "test/" + scheme,
                    List.of(name(scheme)),
                    List.of(new BackendAddress(scheme, "127.0.0.1", port, 1)),
                    false,
                    policy.build(),
                    List.of(),
                    null));
        }
    }

    @AfterContainer
    static void stop() throws InterruptedException {
        fixture.close();
        http1.close();
        http2.close();
        ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).detachAppender(LOGGED);
        assertEquals(List.of(), BufferLeaks.found());
        // Noise that is never understood would prove nothing.
        assertTrue(ANSWERED.get() > ASKED.get() / 20, ANSWERED + " of " + ASKED + " were answered as the backend said");
    }

    private static String name(Scheme scheme) {
        return scheme.name().toLowerCase(Locale.ROOT) + "." + HOST;
    }

    // ---- what backends say

    @Provide
    Arbitrary<byte[]> answers() {
        Arbitrary<String> part = Arbitraries.frequency(
                Tuple.of(6, "HTTP/1.1 200 OK\r\n"),
                Tuple.of(2, "HTTP/1.0 200 OK\r\n"),
                Tuple.of(1, "HTTP/1.1 100 Continue\r\n\r\n"),
                Tuple.of(1, "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"),
                Tuple.of(1, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"),
                Tuple.of(1, "HTTP/1.1 204 No Content\r\n"),
                Tuple.of(1, "HTTP/1.1 304 Not Modified\r\n"),
                Tuple.of(1, "HTTP/1.1 999 \r\n"),
                Tuple.of(1, "HTTP/1.1 2x0 OK\r\n"),
                Tuple.of(4, "Content-Length: 3\r\n"),
                Tuple.of(1, "Content-Length: 99999999999999999999\r\n"),
                Tuple.of(1, "Content-Length: -1\r\n"),
                Tuple.of(3, "Transfer-Encoding: chunked\r\n"),
                Tuple.of(1, "Transfer-Encoding: gzip\r\n"),
                Tuple.of(1, "Connection: close\r\n"),
                Tuple.of(1, "Connection: keep-alive, content-length\r\nKeep-Alive: timeout=99999999999\r\n"),
                Tuple.of(1, "Content-Type: text/event-stream\r\n"),
                Tuple.of(1, "X: a\r\n folded\r\n"),
                Tuple.of(1, "X\u0000: b\r\n"),
                Tuple.of(1, "No colon\r\n"),
                Tuple.of(5, "\r\n"),
                Tuple.of(3, "abc"),
                Tuple.of(3, "3\r\nabc\r\n"),
                Tuple.of(2, "0\r\n\r\n"),
                Tuple.of(1, "0\r\nX-Trailer: y\r\nContent-Length: 7\r\n\r\n"),
                Tuple.of(1, "7fffffffffffffff\r\n"),
                Tuple.of(1, "\u0081\u0003abc"),
                Tuple.of(1, "\n"));
        return part.list()
                .ofMaxSize(9)
                .map(parts -> text("HTTP/1.1 200 OK\r\n".repeat(parts.size() % 2) + String.join("", parts)));
    }

    @Provide
    Arbitrary<byte[]> frames() {
        byte[] good = block(":status", "200", "x-a", "b");
        Arbitrary<byte[]> part = Arbitraries.frequency(
                Tuple.of(6, frame(Http2Wire.HEADERS, Http2Wire.END_HEADERS, STREAM, good)),
                Tuple.of(2, frame(Http2Wire.HEADERS, Http2Wire.END_HEADERS | Http2Wire.END_STREAM, STREAM, good)),
                Tuple.of(1, frame(Http2Wire.HEADERS, 0, STREAM, good)),
                Tuple.of(1, frame(Http2Wire.CONTINUATION, Http2Wire.END_HEADERS, STREAM, block("x", "y"))),
                Tuple.of(
                        1,
                        frame(Http2Wire.HEADERS, Http2Wire.END_HEADERS, STREAM, block(":status", "103", "link", "x"))),
                Tuple.of(1, frame(Http2Wire.HEADERS, Http2Wire.END_HEADERS, STREAM, block(":status", "101"))),
                Tuple.of(1, frame(Http2Wire.HEADERS, Http2Wire.END_HEADERS, STREAM, block(":status", "2"))),
                Tuple.of(1, frame(Http2Wire.HEADERS, Http2Wire.END_HEADERS, STREAM, block("x", "no status"))),
                Tuple.of(
                        1,
                        frame(
                                Http2Wire.HEADERS,
                                Http2Wire.END_HEADERS,
                                STREAM,
                                block(":status", "200", "x", "a\r\nb: c"))),
                Tuple.of(
                        1,
                        frame(
                                Http2Wire.HEADERS,
                                Http2Wire.END_HEADERS,
                                STREAM,
                                block(":status", "200", "content-length", "9"))),
                Tuple.of(1, frame(Http2Wire.HEADERS, Http2Wire.END_HEADERS, 5, good)),
                Tuple.of(4, frame(Http2Wire.DATA, 0, STREAM, text("abc"))),
                Tuple.of(3, frame(Http2Wire.DATA, Http2Wire.END_STREAM, STREAM, text("abc"))),
                Tuple.of(1, frame(Http2Wire.DATA, Http2Wire.PADDED, STREAM, octets(2, 'a', 0, 0))),
                Tuple.of(1, frame(Http2Wire.DATA, 0, 7, text("abc"))),
                Tuple.of(
                        2,
                        frame(
                                Http2Wire.HEADERS,
                                Http2Wire.END_HEADERS | Http2Wire.END_STREAM,
                                STREAM,
                                block("grpc-status", "0"))),
                Tuple.of(1, frame(Http2Wire.RST_STREAM, 0, STREAM, words(7))),
                Tuple.of(1, frame(Http2Wire.RST_STREAM, 0, STREAM, words(2))),
                Tuple.of(1, frame(Http2Wire.GOAWAY, 0, 0, words(0, 0))),
                Tuple.of(1, frame(Http2Wire.GOAWAY, 0, 0, words(STREAM, 11))),
                Tuple.of(1, frame(Http2Wire.WINDOW_UPDATE, 0, STREAM, words(0x7fffffff))),
                Tuple.of(1, frame(Http2Wire.SETTINGS, 0, 0, Http2Wire.setting(4, 0))),
                Tuple.of(1, frame(Http2Wire.SETTINGS, 0, 0, Http2Wire.setting(3, 0))),
                Tuple.of(1, frame(Http2Wire.PUSH_PROMISE, Http2Wire.END_HEADERS, STREAM, words(2), good)),
                Tuple.of(1, frame(Http2Wire.PING, 0, 0, new byte[8])),
                Tuple.of(1, text("HTTP/1.1 400 What?\r\n\r\n")));
        return part.list().ofMaxSize(7).map(parts -> bytes(parts.toArray(byte[][]::new)));
    }

    // ---- what clients ask

    @Provide
    Arbitrary<String> requests() {
        return Arbitraries.of(
                "GET" + REST + "Connection: close\r\n\r\n",
                "HEAD" + REST + "Connection: close\r\n\r\n",
                "POST" + REST + "Connection: close\r\nContent-Length: 3\r\n\r\nabc",
                "POST" + REST
                        + "Connection: close\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
                "POST" + REST
                        + "Connection: close\r\nContent-Type: application/grpc\r\nTE: trailers\r\nContent-Length: 0\r\n\r\n",
                "GET / HTTP/1.0\r\nHost: " + HOST + "\r\n\r\n",
                "GET" + REST + "Connection: Upgrade, close\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    }

    @Property(edgeCases = EdgeCasesMode.NONE, seed = "3")
    void aClientIsAnsweredWhateverABackendSaysInHttp1(
            @ForAll("requests") String request, @ForAll("answers") byte[] said) throws IOException {
        run(Scheme.HTTP, request, said);
    }

    @Property(edgeCases = EdgeCasesMode.NONE, seed = "4")
    void aClientIsAnsweredWhateverABackendSaysInHttp2(@ForAll("requests") String request, @ForAll("frames") byte[] said)
            throws IOException {
        run(Scheme.H2C, request, said);
    }

    private static void run(Scheme scheme, String request, byte[] said) throws IOException {
        ASKED.incrementAndGet();
        SAYS.set(said);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), fixture.plainPort())) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write(request.replace(HOST, name(scheme)).getBytes(StandardCharsets.ISO_8859_1));
            String answer = readToEnd(socket.getInputStream(), said);
            assertTrue(
                    answer.isEmpty() || answer.startsWith("HTTP/1.1 "), () -> answer + " to " + Http2Wire.show(said));
            if (answer.contains("HTTP/1.1 200") || answer.contains("HTTP/1.1 101")) {
                ANSWERED.incrementAndGet();
            }
        }
        for (ILoggingEvent event : List.copyOf(LOGGED.list)) {
            boolean ofBackend = event.getFormattedMessage().startsWith("The backend ");
            if (event.getLevel().isGreaterOrEqual(Level.WARN) && !ofBackend) {
                throw new AssertionError("the engine complains: " + event.getFormattedMessage() + " "
                        + (event.getThrowableProxy() == null
                                ? ""
                                : ThrowableProxyUtil.asString(event.getThrowableProxy()))
                        + " after " + Http2Wire.show(said));
            }
        }
        LOGGED.list.clear();
    }

    private static String readToEnd(InputStream in, byte[] said) throws IOException {
        StringBuilder all = new StringBuilder();
        byte[] some = new byte[8192];
        try {
            for (int n = in.read(some); n >= 0; n = in.read(some)) {
                all.append(new String(some, 0, n, StandardCharsets.ISO_8859_1));
            }
        } catch (SocketTimeoutException e) {
            throw new AssertionError("the client hangs after " + all + " to " + Http2Wire.show(said), e);
        } catch (SocketException e) {
            // A reset: what broke off does not look complete.
            return all.toString();
        }
        return all.toString();
    }
}
