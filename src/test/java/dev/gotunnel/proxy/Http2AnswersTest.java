package dev.gotunnel.proxy;

import static dev.gotunnel.testing.Http2Wire.DATA;
import static dev.gotunnel.testing.Http2Wire.END_HEADERS;
import static dev.gotunnel.testing.Http2Wire.END_STREAM;
import static dev.gotunnel.testing.Http2Wire.GOAWAY;
import static dev.gotunnel.testing.Http2Wire.HEADERS;
import static dev.gotunnel.testing.Http2Wire.PING;
import static dev.gotunnel.testing.Http2Wire.SETTINGS;
import static dev.gotunnel.testing.Http2Wire.WINDOW_UPDATE;
import static dev.gotunnel.testing.Http2Wire.block;
import static dev.gotunnel.testing.Http2Wire.frame;
import static dev.gotunnel.testing.Http2Wire.setting;
import static dev.gotunnel.testing.Http2Wire.words;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.testing.EngineFixture;
import dev.gotunnel.testing.Http2Wire;
import dev.gotunnel.testing.Http2Wire.Frame;
import dev.gotunnel.testing.TestBackend;
import java.io.IOException;
import java.util.Locale;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What the engine itself says in HTTP/2 keeps the rules too (RFC 9113, RFC 7541); {@link Http2Rules} has those of clients. */
class Http2AnswersTest {
    private static final String HOST = "shop.localhost";
    private static final int ACK = 1;

    @AutoClose
    private final EngineFixture fixture = EngineFixture.start();

    @AutoClose
    private final TestBackend backend = TestBackend.answering((request, peer) -> {
        int length = Integer.parseInt(request.target().substring(1));
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: " + length
                + "\r\nX-Upper-Case: Value\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\n\r\n");
        peer.send(new byte[length]);
    });

    private Http2Wire open() throws IOException {
        fixture.route(HOST, backend);
        Http2Wire client = Http2Wire.secure(fixture, HOST);
        client.greet();
        return client;
    }

    private static byte[] get(int stream, int length) {
        return frame(
                HEADERS,
                END_HEADERS | END_STREAM,
                stream,
                block(":method", "GET", ":scheme", "https", ":authority", HOST, ":path", "/" + length));
    }

    @Test
    void settingsAreAcknowledged() throws IOException {
        try (Http2Wire client = open()) {
            client.send(frame(SETTINGS, 0, 0, setting(4, 100_000)));
            Frame frame = client.next(SETTINGS);
            while (frame.flags() != ACK) {
                frame = client.next(SETTINGS);
            }
            assertEquals(0, frame.payload().length);
        }
    }

    @Test
    void aPingComesBackWithItsOctets() throws IOException {
        try (Http2Wire client = open()) {
            byte[] octets = {1, 2, 3, 4, 5, 6, 7, 8};
            client.send(frame(PING, 0, 0, octets));
            Frame answer = client.next(PING);
            assertEquals(ACK, answer.flags());
            assertArrayEquals(octets, answer.payload());
        }
    }

    @Test
    void noFrameIsLongerThanTheClientTakes() throws IOException {
        try (Http2Wire client = open()) {
            client.send(get(1, 60_000));
            client.fields(client.next(HEADERS));
            int read = 0;
            while (read < 60_000) {
                Frame data = client.next(DATA);
                assertTrue(data.payload().length <= 16_384, "a frame of " + data.payload().length);
                read += data.payload().length;
            }
            assertEquals(60_000, read);
        }
    }

    @Test
    void noMoreIsSentThanTheWindowAllows() throws IOException {
        try (Http2Wire client = open()) {
            client.send(frame(SETTINGS, 0, 0, setting(4, 10)), get(1, 25));
            client.fields(client.next(HEADERS));
            assertEquals(10, client.next(DATA).payload().length);
            // Whatever else had been sent would come before the answer to this.
            client.send(frame(PING, 0, 0, new byte[8]));
            Frame next = client.read();
            while (next.type() != PING) {
                assertTrue(next.type() != DATA, "more than the window");
                next = client.read();
            }
            client.send(frame(WINDOW_UPDATE, 0, 1, words(15)));
            Frame rest = client.next(DATA);
            assertEquals(15, rest.payload().length);
        }
    }

    @Test
    void theTableForFieldsIsAsSmallAsTheClientAsks() throws IOException {
        try (Http2Wire client = open()) {
            client.send(frame(SETTINGS, 0, 0, setting(1, 0)));
            Frame frame = client.next(SETTINGS);
            while (frame.flags() != ACK) {
                frame = client.next(SETTINGS);
            }
            client.send(get(1, 0));
            // RFC 7541 section 4.2: the next block begins with the change.
            assertEquals(0x20, client.next(HEADERS).payload()[0]);
        }
    }

    @Test
    void namesOfFieldsAreInLowerCaseAndOnlyThoseThatBelong() throws IOException {
        try (Http2Wire client = open()) {
            client.send(get(1, 0));
            var fields = client.fields(client.next(HEADERS));
            fields.forEach(field -> assertEquals(
                    field.getKey().toString().toLowerCase(Locale.ROOT),
                    field.getKey().toString()));
            assertEquals("Value", fields.get("x-upper-case").toString());
            assertTrue(!fields.contains("connection") && !fields.contains("keep-alive"), fields.toString());
        }
    }

    @Test
    void aGoodbyeNamesTheLastRequestThatWasTaken() throws IOException {
        try (Http2Wire client = open()) {
            client.send(get(1, 0), get(5, 0));
            client.fields(client.next(HEADERS));
            client.fields(client.next(HEADERS));
            fixture.engine().close();
            Frame goodbye = client.next(GOAWAY);
            assertEquals(5, goodbye.word(0));
            assertEquals(0, goodbye.word(4));
        }
    }
}
