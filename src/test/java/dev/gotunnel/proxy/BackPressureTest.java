package dev.gotunnel.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.testing.Await;
import dev.gotunnel.testing.EngineFixture;
import dev.gotunnel.testing.TestBackend;
import dev.gotunnel.testing.WireClient;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whoever is faster waits for the slower one; nothing piles up in between, however much there is to carry. */
class BackPressureTest {
    private static final int BLOCK = 1 << 20;
    private static final int BLOCKS = 256;
    private static final long BOUND = 16L << 20;

    /** What the engine may have to hold, as its allocator counts it. */
    private static long usedMemory() {
        ByteBufAllocatorMetricProvider allocator = (ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT;
        return allocator.metric().usedDirectMemory() + allocator.metric().usedHeapMemory();
    }

    static Stream<String> transports() {
        return TransportTest.available();
    }

    /** Stops now and then, for long enough that a sender without manners would fill the memory. */
    private static void dawdle(int block) {
        if (block % 64 == 1) {
            LockSupport.parkNanos(150_000_000);
        }
    }

    private static TestBackend source() {
        return TestBackend.answering((_, peer) -> {
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: " + (long) BLOCK * BLOCKS + "\r\n\r\n");
            byte[] block = new byte[BLOCK];
            for (int i = 0; i < BLOCKS; i++) {
                peer.send(block);
            }
        });
    }

    private static TestBackend drain(AtomicLong peak, CountDownLatch done) {
        return TestBackend.answering((_, peer) -> {
            byte[] block = new byte[BLOCK];
            long left = (long) BLOCK * BLOCKS;
            for (int i = 0; left > 0; i++) {
                int n = peer.read(block);
                if (n < 0) {
                    return;
                }
                left -= n;
                if (i % 1500 == 1) {
                    LockSupport.parkNanos(150_000_000);
                }
                peak.accumulateAndGet(usedMemory(), Math::max);
            }
            peer.respond(200, "taken");
            done.countDown();
        });
    }

    @ParameterizedTest
    @MethodSource("transports")
    void holdsTheBackendBackForASlowReader(String transport) throws IOException {
        try (EngineFixture fixture = EngineFixture.start(transport);
                TestBackend backend = source()) {
            fixture.route("shop.localhost", backend);
            try (WireClient client = fixture.secure("shop.localhost")) {
                long before = usedMemory();
                long peak = before;
                client.get("shop.localhost", "/").readHead();
                for (int i = 0; i < BLOCKS; i++) {
                    dawdle(i);
                    peak = Math.max(peak, usedMemory());
                    assertEquals(BLOCK, client.readFully(BLOCK).length);
                }
                assertTrue(peak - before < BOUND, "held " + ((peak - before) >> 20) + " MiB");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void holdsTheClientBackForASlowBackend(String transport) throws IOException {
        AtomicLong peak = new AtomicLong();
        long before = usedMemory();
        try (EngineFixture fixture = EngineFixture.start(transport);
                TestBackend backend = drain(peak, new CountDownLatch(1))) {
            fixture.route("shop.localhost", backend);
            try (WireClient client = fixture.secure("shop.localhost")) {
                client.send("POST / HTTP/1.1\r\nHost: shop.localhost\r\nContent-Length: " + (long) BLOCK * BLOCKS
                        + "\r\n\r\n");
                byte[] block = new byte[BLOCK];
                for (int i = 0; i < BLOCKS; i++) {
                    client.send(block);
                }
                assertEquals("taken", client.readResponse().text());
            }
        }
        assertTrue(peak.get() - before < BOUND, "held " + ((peak.get() - before) >> 20) + " MiB");
    }

    /** Of another request, or of a WebSocket: what comes in a read of its own before the answer is read no further. */
    @ParameterizedTest
    @MethodSource("transports")
    void holdsAClientBackThatDoesNotWaitForItsAnswer(String transport) throws Exception {
        Semaphore go = new Semaphore(0);
        try (EngineFixture fixture = EngineFixture.start(transport);
                TestBackend backend = TestBackend.answering((_, peer) -> {
                    go.acquire();
                    peer.respond(200, "late");
                })) {
            fixture.plainRoute("shop.localhost", backend);
            for (boolean secure : new boolean[] {false, true}) {
                try (WireClient client = secure ? fixture.secure("shop.localhost") : fixture.plain()) {
                    int before = backend.requests().size();
                    client.get("shop.localhost", "/");
                    Await.until("the backend has it", () -> backend.requests().size() > before);
                    AtomicLong sent = new AtomicLong();
                    Thread sender = Thread.ofVirtual().start(() -> sendOn(client, sent));
                    assertFalse(
                            Await.within(Duration.ofSeconds(1), () -> sent.get() > BOUND),
                            () -> "took " + (sent.get() >> 20) + " MiB");
                    go.release();
                    assertEquals("late", client.readResponse().text());
                    client.close();
                    sender.join();
                }
            }
        } finally {
            go.release();
        }
    }

    private static void sendOn(WireClient client, AtomicLong sent) {
        byte[] block = new byte[BLOCK];
        try {
            while (sent.get() < 4L * BOUND) {
                client.send(block);
                sent.addAndGet(BLOCK);
            }
        } catch (IOException e) {
            // The client is closed while it sends.
            return;
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void holdsTheBackendBackForASlowReaderOfHttp2(String transport) throws Exception {
        try (EngineFixture fixture = EngineFixture.start(transport);
                TestBackend backend = source();
                HttpClient client = fixture.route("localhost", backend).client(HttpClient.Version.HTTP_2)) {
            long before = usedMemory();
            long peak = before;
            HttpResponse<InputStream> response =
                    client.send(Requests.to(fixture, "/").build(), HttpResponse.BodyHandlers.ofInputStream());
            assertEquals(HttpClient.Version.HTTP_2, response.version());
            try (InputStream in = response.body()) {
                for (int i = 0; i < BLOCKS; i++) {
                    dawdle(i);
                    peak = Math.max(peak, usedMemory());
                    assertEquals(BLOCK, in.readNBytes(BLOCK).length);
                }
                assertEquals(-1, in.read());
            }
            assertTrue(peak - before < BOUND, "held " + ((peak - before) >> 20) + " MiB");
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void holdsTheClientOfHttp2BackForASlowBackend(String transport) throws Exception {
        AtomicLong peak = new AtomicLong();
        long before = usedMemory();
        try (EngineFixture fixture = EngineFixture.start(transport);
                TestBackend backend = drain(peak, new CountDownLatch(1));
                HttpClient client = fixture.route("localhost", backend).client(HttpClient.Version.HTTP_2)) {
            HttpRequest request = Requests.to(fixture, "/")
                    .POST(HttpRequest.BodyPublishers.fromPublisher(
                            HttpRequest.BodyPublishers.ofInputStream(Zeros::new), (long) BLOCK * BLOCKS))
                    .build();
            assertEquals(
                    "taken",
                    client.send(request, HttpResponse.BodyHandlers.ofString()).body());
        }
        assertTrue(peak.get() - before < BOUND, "held " + ((peak.get() - before) >> 20) + " MiB");
    }

    private static final class Zeros extends InputStream {
        private long left = (long) BLOCK * BLOCKS;

        @Override
        public int read() {
            return left-- > 0 ? 0 : -1;
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            int n = (int) Math.min(left, length);
            left -= n;
            return n > 0 ? n : -1;
        }
    }
}
