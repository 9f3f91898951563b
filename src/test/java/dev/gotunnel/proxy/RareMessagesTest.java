package dev.gotunnel.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.testing.Await;
import dev.gotunnel.testing.EngineFixture;
import dev.gotunnel.testing.Http2Client;
import dev.gotunnel.testing.TestBackend;
import dev.gotunnel.testing.WireClient;
import dev.gotunnel.testing.WireClient.Response;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What HTTP allows and few programs say. */
class RareMessagesTest {
    private static final String HOST = "localhost";

    @AutoClose
    private final EngineFixture fixture = EngineFixture.start();

    private WireClient client(TestBackend backend) throws IOException {
        return fixture.route(HOST, backend).secure(HOST);
    }

    @Test
    void passesTheBytesOfATargetAsTheyAre() throws Exception {
        String target = new String("/grüße?q=日本".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        try (TestBackend backend = TestBackend.saying("ok");
                WireClient client = client(backend);
                Http2Client multiplexed = new Http2Client(fixture, HOST)) {
            assertEquals(200, client.get(HOST, target).readResponse().status());
            multiplexed.headers(1, Http2Client.request("GET", HOST, target), true);
            assertEquals("ok", multiplexed.body(1));
            backend.requests().forEach(request -> assertEquals("GET " + target + " HTTP/1.1", request.line()));
            assertEquals(2, backend.requests().size());
        }
    }

    @Test
    void passesFieldsWithoutAValue() throws Exception {
        try (TestBackend backend = TestBackend.answering((_, peer) ->
                        peer.send("HTTP/1.1 200 OK\r\nX-Nothing:\r\nX-Blank: \t \r\nContent-Length: 0\r\n\r\n"));
                WireClient client = client(backend)) {
            Response answer = client.send("GET / HTTP/1.1\r\nHost: " + HOST + "\r\nX-None:\r\nAccept: \r\n\r\n")
                    .readResponse();
            assertEquals("", answer.fields().get("x-nothing"));
            assertEquals("", answer.fields().get("x-blank"));
            assertEquals("", backend.requests().getFirst().fields().get("x-none"));
            assertEquals("", backend.requests().getFirst().fields().get("accept"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "gzip, chunked", "chunked, gzip", "identity", "chunked, chunked"})
    void takesNoTransferCodingOfABackendThatItDidNotAskFor(String coding) throws Exception {
        try (TestBackend backend = TestBackend.answering((_, peer) -> {
                    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: " + coding + "\r\nConnection: close\r\n\r\n");
                    peer.send("3\r\nabc\r\n0\r\n\r\n");
                });
                WireClient client = client(backend)) {
            Response answer = client.get(HOST, "/").readResponse();
            assertEquals(502, answer.status());
            assertTrue(answer.text().contains("gave no proper answer"), answer.text());
        }
    }

    @Test
    void saysThatItClosesWhenAnAnswerComesInPlaceOf100() throws Exception {
        try (TestBackend backend = TestBackend.answering((_, peer) -> peer.respond(417, "no"));
                WireClient client = client(backend)) {
            Response answer = client.send("POST / HTTP/1.1\r\nHost: " + HOST
                            + "\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
                    .readResponse();
            assertEquals(417, answer.status());
            // What follows would be taken for the body.
            assertEquals("close", answer.field("connection"));
            assertTrue(client.isEnded());
        }
    }

    @Test
    void answersAsManyRequestsAsAreSentAtOnce() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        int count = 3000;
        try (TestBackend backend = TestBackend.answering((request, peer) -> {
                    go.await();
                    peer.respond(200, request.line());
                });
                WireClient client = client(backend)) {
            StringBuilder all = new StringBuilder();
            for (int i = 0; i < count; i++) {
                all.append("GET /").append(i).append(" HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n");
            }
            Thread sender = Thread.ofVirtual().start(() -> {
                try {
                    client.send(all.toString());
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            go.countDown();
            for (int i = 0; i < count; i++) {
                assertEquals("GET /" + i + " HTTP/1.1", client.readResponse().text());
            }
            sender.join();
        }
    }

    @Test
    void takesNoGreetingOfTlsThatIsLargerThanAny() throws Exception {
        try (Socket socket = new Socket("127.0.0.1", fixture.securePort())) {
            socket.setSoTimeout(8000);
            // A record with the beginning of a ClientHello of 1 MiB, and more of it.
            byte[] record = new byte[5 + 16_000];
            byte[] head = {22, 3, 1, 16_000 >> 8, (byte) 16_000, 1, 0x10, 0, 0};
            System.arraycopy(head, 0, record, 0, head.length);
            byte[] more = Arrays.copyOf(record, record.length);
            Arrays.fill(more, 5, more.length, (byte) 0);
            socket.getOutputStream().write(record);
            try {
                for (int i = 0; i < 60; i++) {
                    socket.getOutputStream().write(more);
                }
                Await.until("closed", () -> {
                    try {
                        return socket.getInputStream().read() < 0;
                    } catch (java.net.SocketTimeoutException e) {
                        throw new AssertionError("nothing was said of it", e);
                    } catch (IOException e) {
                        return true;
                    }
                });
            } catch (java.net.SocketException reset) {
                assertTrue(reset.getMessage() != null);
            }
        }
    }

    @Test
    void closesABackendsConnectionThatIsToBeClosed() throws Exception {
        try (TestBackend backend = TestBackend.answering(
                        (_, peer) -> peer.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"));
                WireClient client = client(backend)) {
            for (int i = 0; i < 3; i++) {
                assertEquals("ok", client.get(HOST, "/").readResponse().text());
            }
            assertEquals(3, backend.accepted());
        }
    }
}
