package dev.gotunnel.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.gotunnel.testing.Await;
import dev.gotunnel.testing.BufferLeaks;
import dev.gotunnel.testing.EngineFixture;
import dev.gotunnel.testing.Http2Wire;
import dev.gotunnel.testing.TestBackend;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.slf4j.LoggerFactory;

/**
 * Structured noise against the real engine: whatever a client sends, its connection is answered or closed, nothing
 * fails or leaks that ought not to, and the backend reads requests of one meaning only. Some seconds of it by default;
 * {@code mvn test -Dtest=EngineFuzzTest -Djqwik.tries.default=200000} goes on for longer.
 */
class EngineFuzzTest {
    private static final int ANSWER_MILLIS = 25;
    private static final String LAST = "that was all";
    private static final int PATIENCE_MILLIS = 30_000;
    private static final String END =
            "\r\n\r\nGET /end HTTP/1.1\r\nHost: " + FuzzInput.HOST + "\r\nConnection: close\r\n\r\n";
    private static final int END_STREAM_ID = 0x7ffffffd;
    private static final Pattern LINE =
            Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+ (/[!-~\\x80-\\xff&&[^#]]*|\\*) HTTP/1\\.1");
    private static final Pattern FIELD = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+: ?[\\t\\x20-\\x7e\\x80-\\xff]*");

    private static EngineFixture fixture;
    private static TestBackend backend;
    private static final AtomicLong SENT = new AtomicLong();
    private static final AtomicLong REACHED = new AtomicLong();
    private static final ListAppender<ILoggingEvent> LOGGED = new ListAppender<>();

    @BeforeContainer
    static void start() {
        BufferLeaks.watch();
        LOGGED.start();
        ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).addAppender(LOGGED);
        fixture = EngineFixture.start();
        backend = TestBackend.answering((request, peer) -> {
            REACHED.incrementAndGet();
            check(request);
            peer.readBody(request);
            peer.respond(
                    200, request.method().equals("HEAD") ? "" : request.target().equals("/end") ? LAST : "ok");
        });
        fixture.plainRoute(FuzzInput.HOST, backend);
    }

    @AfterContainer
    static void stop() throws InterruptedException {
        fixture.close();
        backend.close();
        ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).detachAppender(LOGGED);
        assertEquals(List.of(), BufferLeaks.found());
        System.out.printf("fuzz: %d inputs, of which %d requests reached the backend%n", SENT.get(), REACHED.get());
        // Noise that gets nowhere would prove nothing.
        assertTrue(REACHED.get() > SENT.get() / 5, "too little of it gets through");
    }

    /** One meaning only: strict lines, one framing, one host, and the mark that only the engine sets. */
    private static void check(TestBackend.Request request) {
        String[] lines = request.text().split("\r\n");
        assertTrue(LINE.matcher(lines[0]).matches(), request::text);
        for (int i = 1; i < lines.length; i++) {
            assertTrue(FIELD.matcher(lines[i]).matches(), request::text);
        }
        assertTrue(FuzzInput.HOST.equalsIgnoreCase(request.field("host")), request::text);
        assertEquals("1", request.field("x-gotunnel-hops"), request::text);
        assertTrue(request.field("content-length").matches("[0-9]*"), request::text);
        assertTrue(List.of("", "chunked").contains(request.field("transfer-encoding")), request::text);
        assertTrue(
                request.field("content-length").isEmpty()
                        || request.field("transfer-encoding").isEmpty(),
                request::text);
    }

    @Provide
    Arbitrary<FuzzInput.Sent> http1() {
        return FuzzInput.http1();
    }

    @Provide
    Arbitrary<FuzzInput.Sent> http2() {
        return FuzzInput.http2();
    }

    @Property(edgeCases = EdgeCasesMode.NONE, seed = "1")
    void answersOrClosesWhateverComesOverHttp1(@ForAll("http1") FuzzInput.Sent sent) throws IOException {
        run(sent, Http2Wire.text(END));
    }

    @Property(edgeCases = EdgeCasesMode.NONE, seed = "2")
    void answersOrClosesWhateverComesOverHttp2(@ForAll("http2") FuzzInput.Sent sent) throws IOException {
        byte[] fields = Http2Wire.bytes(
                Http2Wire.octets(0x82, 0x86), Http2Wire.block(":authority", FuzzInput.HOST, ":path", "/end"));
        run(
                sent,
                Http2Wire.frame(
                        Http2Wire.HEADERS, Http2Wire.END_HEADERS | Http2Wire.END_STREAM, END_STREAM_ID, fields));
    }

    private static void run(FuzzInput.Sent sent, byte[] end) throws IOException {
        SENT.incrementAndGet();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), fixture.plainPort())) {
            socket.setTcpNoDelay(true);
            try {
                int at = 0;
                for (int cut : sent.cuts()) {
                    int next = cut * sent.bytes().length / 1000;
                    socket.getOutputStream().write(sent.bytes(), at, next - at);
                    at = next;
                }
                socket.getOutputStream().write(sent.bytes(), at, sent.bytes().length - at);
                socket.getOutputStream().write(end);
            } catch (IOException e) {
                // Closed by then, which is an answer.
                return;
            }
            readToEnd(socket);
        }
        assertHealthy();
    }

    /** Reads to the last answer or the engine's close; when it waits for more itself, there is no more. */
    private static void readToEnd(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        StringBuilder all = new StringBuilder();
        byte[] some = new byte[8192];
        socket.setSoTimeout(ANSWER_MILLIS);
        try {
            while (all.indexOf(LAST) < 0) {
                int n = in.read(some);
                if (n < 0) {
                    return;
                }
                all.append(new String(some, 0, n, StandardCharsets.ISO_8859_1));
            }
        } catch (SocketTimeoutException e) {
            all.setLength(0);
        } catch (IOException e) {
            return;
        }
        try {
            socket.shutdownOutput();
            socket.setSoTimeout(PATIENCE_MILLIS);
            in.transferTo(OutputStream.nullOutputStream());
        } catch (SocketTimeoutException e) {
            throw new AssertionError("the connection hangs", e);
        } catch (IOException e) {
            return;
        }
    }

    private static void assertHealthy() {
        for (Throwable failure = backend.failures().poll();
                failure != null;
                failure = backend.failures().poll()) {
            if (failure instanceof AssertionError) {
                throw new AssertionError("the backend saw what has two meanings", failure);
            }
        }
        for (ILoggingEvent event : List.copyOf(LOGGED.list)) {
            if (event.getLevel().isGreaterOrEqual(Level.WARN)) {
                throw new AssertionError("the engine complains: " + event.getFormattedMessage()
                        + (event.getThrowableProxy() == null
                                ? ""
                                : " " + event.getThrowableProxy().getClassName() + " "
                                        + event.getThrowableProxy().getMessage()));
            }
        }
        LOGGED.list.clear();
        backend.requests().clear();
        Await.until("no connection of the engine's is left in the middle", () -> backend.open() < 200);
    }
}
