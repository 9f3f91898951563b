package dev.gotunnel.proxy;

import static dev.gotunnel.testing.Http2Wire.ACK;
import static dev.gotunnel.testing.Http2Wire.CONTINUATION;
import static dev.gotunnel.testing.Http2Wire.DATA;
import static dev.gotunnel.testing.Http2Wire.END_HEADERS;
import static dev.gotunnel.testing.Http2Wire.END_STREAM;
import static dev.gotunnel.testing.Http2Wire.GOAWAY;
import static dev.gotunnel.testing.Http2Wire.HEADERS;
import static dev.gotunnel.testing.Http2Wire.PADDED;
import static dev.gotunnel.testing.Http2Wire.PING;
import static dev.gotunnel.testing.Http2Wire.PREFACE;
import static dev.gotunnel.testing.Http2Wire.PRIORITY;
import static dev.gotunnel.testing.Http2Wire.PUSH_PROMISE;
import static dev.gotunnel.testing.Http2Wire.RST_STREAM;
import static dev.gotunnel.testing.Http2Wire.SETTINGS;
import static dev.gotunnel.testing.Http2Wire.WINDOW_UPDATE;
import static dev.gotunnel.testing.Http2Wire.WITH_PRIORITY;
import static dev.gotunnel.testing.Http2Wire.block;
import static dev.gotunnel.testing.Http2Wire.bytes;
import static dev.gotunnel.testing.Http2Wire.frame;
import static dev.gotunnel.testing.Http2Wire.octets;
import static dev.gotunnel.testing.Http2Wire.setting;
import static dev.gotunnel.testing.Http2Wire.text;
import static dev.gotunnel.testing.Http2Wire.words;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** The rows of {@link Http2ConformanceTest}. */
final class Http2Rules {
    private static final int MAX_FRAME = 16_384;

    /**
     * One rule.
     *
     * @param rule the section and what it says
     * @param expected what {@code Http2Wire.outcome()} says of it
     */
    record Row(String rule, String expected, boolean greeted, byte[] sent) {
        @Override
        public String toString() {
            return rule + " -> " + expected;
        }
    }

    private static Row row(String rule, String expected, byte[]... sent) {
        return new Row(rule, expected, true, bytes(sent));
    }

    /** A rule that Netty takes less strictly, and why that does no harm. */
    private static Row lax(String rule, String expected, String reason, byte[]... sent) {
        return new Row(rule + " (" + reason + ")", expected, true, bytes(sent));
    }

    private static Row first(String rule, String expected, byte[]... sent) {
        return new Row(rule, expected, false, bytes(sent));
    }

    private final byte[] scheme;
    private final byte[] name;

    /**
     * @param scheme of the connection
     * @param name of the tunnel
     */
    Http2Rules(String scheme, String name) {
        this.scheme = octets(scheme.equals("http") ? 0x86 : 0x87);
        this.name = block(":authority", name);
    }

    // ---- bytes

    /** A field block of a good request but for the method. */
    private byte[] fields(String method, String... more) {
        return bytes(block(":method", method), new byte[] {(byte) 0x84}, scheme, name, block(more));
    }

    private byte[] get(int stream) {
        return frame(HEADERS, END_HEADERS | END_STREAM, stream, fields("GET"));
    }

    private byte[] post(int stream, String... more) {
        return frame(HEADERS, END_HEADERS, stream, fields("POST", more));
    }

    private static byte[] data(int stream, int flags, int length) {
        return frame(DATA, flags, stream, new byte[length]);
    }

    private static byte[] settings(int id, long value) {
        return frame(SETTINGS, 0, 0, setting(id, value));
    }

    private static byte[] window(int stream, int increment) {
        return frame(WINDOW_UPDATE, 0, stream, words(increment));
    }

    private static byte[] reset(int stream) {
        return frame(RST_STREAM, 0, stream, words(8));
    }

    private static byte[] hpack(int... block) {
        return frame(HEADERS, END_HEADERS | END_STREAM, 1, octets(block));
    }

    /** A request whose block ends with these bytes. */
    private byte[] withFields(int... block) {
        return frame(HEADERS, END_HEADERS | END_STREAM, 1, fields("GET"), octets(block));
    }

    private static byte[] many(int count, byte[] one) {
        byte[][] all = new byte[count][];
        Arrays.fill(all, one);
        return bytes(all);
    }

    Stream<Row> all() {
        List<Row> rows = new ArrayList<>();
        rows.addAll(starting());
        rows.addAll(framing());
        rows.addAll(streams());
        rows.addAll(dataAndHeaders());
        rows.addAll(priorityAndReset());
        rows.addAll(settingsRows());
        rows.addAll(pushPingGoAway());
        rows.addAll(windows());
        rows.addAll(continuation());
        rows.addAll(semantics());
        rows.addAll(hpackRows());
        return rows.stream();
    }

    private List<Row> starting() {
        byte[] preface = text(PREFACE);
        return List.of(
                first("3.4 a preface and settings begin a connection", "200", preface, frame(SETTINGS, 0, 0), get(1)),
                first(
                        "3.4 requests may follow before the server's settings",
                        "200",
                        preface,
                        frame(SETTINGS, 0, 0),
                        get(1)),
                first(
                        "3.4 the first frame must be SETTINGS",
                        "GOAWAY PROTOCOL_ERROR",
                        preface,
                        frame(PING, 0, 0, new byte[8])),
                first("3.4 nor may it be a request", "GOAWAY PROTOCOL_ERROR", preface, get(1)),
                first("3.4 nor an acknowledgement", "GOAWAY PROTOCOL_ERROR", preface, frame(SETTINGS, ACK, 0)),
                first("3.4 the first SETTINGS may say something", "200", preface, settings(4, 1 << 20), get(1)));
    }

    private List<Row> framing() {
        return List.of(
                row("4.1 frames of unknown types are ignored", "200", frame(0x42, 0xff, 0, new byte[10]), get(1)),
                row("4.1 and on a stream that is not open", "200", frame(0x42, 0, 1, new byte[10]), get(1)),
                row("4.1 unknown flags are ignored", "200", frame(PING, 0xfe, 0, new byte[8]), get(1)),
                row("4.1 the reserved bit is ignored", "200", frame(WINDOW_UPDATE, 0, 0x80000000, words(1)), get(1)),
                row("4.2 the longest frame is taken", "200", post(1), data(1, END_STREAM, MAX_FRAME)),
                row("4.2 a longer DATA frame", "GOAWAY FRAME_SIZE_ERROR", post(1), data(1, END_STREAM, MAX_FRAME + 1)),
                row(
                        "4.2 a longer HEADERS frame",
                        "GOAWAY FRAME_SIZE_ERROR",
                        frame(HEADERS, END_HEADERS | END_STREAM, 1, new byte[MAX_FRAME + 1])),
                row(
                        "4.2 a longer unknown frame",
                        "GOAWAY FRAME_SIZE_ERROR",
                        frame(0x42, 0, 0, new byte[MAX_FRAME + 1])),
                row("4.3 a block that is cut off", "GOAWAY COMPRESSION_ERROR", hpack(0x82, 0x40, 0x0a, 'x')),
                row(
                        "4.3 nothing may come between HEADERS and CONTINUATION",
                        "GOAWAY PROTOCOL_ERROR",
                        frame(HEADERS, END_STREAM, 1, fields("GET")),
                        frame(PING, 0, 0, new byte[8])),
                row(
                        "5.5 not even a frame of an unknown type",
                        "GOAWAY PROTOCOL_ERROR",
                        frame(HEADERS, END_STREAM, 1, fields("GET")),
                        frame(0x42, 0, 0)));
    }

    private List<Row> streams() {
        return List.of(
                row("5.1 idle: DATA", "GOAWAY PROTOCOL_ERROR", data(1, END_STREAM, 1)),
                row("5.1 idle: RST_STREAM", "GOAWAY PROTOCOL_ERROR", reset(1)),
                row("5.1 idle: WINDOW_UPDATE", "GOAWAY PROTOCOL_ERROR", window(1, 1)),
                row(
                        "5.1 idle: CONTINUATION",
                        "GOAWAY PROTOCOL_ERROR",
                        frame(CONTINUATION, END_HEADERS, 1, fields("GET"))),
                row("5.1 idle: PRIORITY is taken", "200", frame(PRIORITY, 0, 5, words(0), new byte[1]), get(1)),
                row("5.1 half-closed: DATA", "RST_STREAM STREAM_CLOSED", get(1), data(1, END_STREAM, 1)),
                lax(
                        "5.1 half-closed: HEADERS should be STREAM_CLOSED",
                        "RST_STREAM PROTOCOL_ERROR",
                        "Netty gives the stream's error another name",
                        get(1),
                        get(1)),
                row("5.1 half-closed: WINDOW_UPDATE is taken", "200", get(1), window(1, 1)),
                row("5.1 half-closed: PRIORITY is taken", "200", get(1), frame(PRIORITY, 0, 1, words(0), new byte[1])),
                row("5.1 closed by reset: DATA", "RST_STREAM STREAM_CLOSED", post(1), reset(1), data(1, END_STREAM, 1)),
                row("5.1 closed by reset: HEADERS", "RST_STREAM STREAM_CLOSED", post(1), reset(1), get(1)),
                row("5.1 closed: WINDOW_UPDATE is ignored", "200", post(1), reset(1), window(1, 1), get(3)),
                row("5.1 closed: RST_STREAM is ignored", "200", post(1), reset(1), reset(1), get(3)),
                row("5.1.1 an even number", "GOAWAY PROTOCOL_ERROR", get(2)),
                row("5.1.1 number 0", "GOAWAY PROTOCOL_ERROR", get(0)),
                row("5.1.1 numbers may be left out", "200", get(99)),
                lax(
                        "5.1.1 a smaller number than before should end the connection",
                        "RST_STREAM STREAM_CLOSED",
                        "Netty keeps no list of the streams that were left out, and serves nothing on it either way",
                        post(5),
                        get(3)),
                row("5.1.1 the largest number", "200", get(0x7fffffff)),
                row("5.1.2 one stream more than allowed", "RST_STREAM REFUSED_STREAM", tooManyStreams()));
    }

    private byte[] tooManyStreams() {
        List<byte[]> all = new ArrayList<>();
        for (int i = 0; i <= ClientLimits.DEFAULT.streams(); i++) {
            all.add(post(2 * i + 1));
        }
        return bytes(all.toArray(byte[][]::new));
    }

    private List<Row> dataAndHeaders() {
        return List.of(
                row("6.1 DATA on stream 0", "GOAWAY PROTOCOL_ERROR", data(0, END_STREAM, 1)),
                row("6.1 padding", "200", post(1), frame(DATA, END_STREAM | PADDED, 1, octets(3, 'a', 0, 0, 0))),
                row("6.1 nothing but padding", "200", post(1), frame(DATA, END_STREAM | PADDED, 1, octets(3, 0, 0, 0))),
                row(
                        "6.1 padding as long as the frame",
                        "GOAWAY PROTOCOL_ERROR",
                        post(1),
                        frame(DATA, END_STREAM | PADDED, 1, octets(5, 'a', 0, 0, 0))),
                row(
                        "6.1 padding without its length",
                        "RST_STREAM FRAME_SIZE_ERROR",
                        post(1),
                        frame(DATA, END_STREAM | PADDED, 1)),
                row("6.1 an empty body", "200", post(1), data(1, END_STREAM, 0)),
                row("6.2 HEADERS on stream 0", "GOAWAY PROTOCOL_ERROR", frame(HEADERS, END_HEADERS, 0, fields("GET"))),
                row(
                        "6.2 padding",
                        "200",
                        frame(HEADERS, END_HEADERS | END_STREAM | PADDED, 1, octets(2), fields("GET"), octets(0, 0))),
                row(
                        "6.2 padding longer than the frame",
                        "GOAWAY PROTOCOL_ERROR",
                        frame(HEADERS, END_HEADERS | END_STREAM | PADDED, 1, octets(200, 0x82))),
                row(
                        "6.2 padding without its length",
                        "GOAWAY FRAME_SIZE_ERROR",
                        frame(HEADERS, END_HEADERS | END_STREAM | PADDED, 1)),
                row(
                        "6.2 priority fields are ignored",
                        "200",
                        frame(
                                HEADERS,
                                END_HEADERS | END_STREAM | WITH_PRIORITY,
                                1,
                                words(0x80000000 | 77),
                                octets(255),
                                fields("GET"))),
                row(
                        "6.2 priority fields cut off",
                        "GOAWAY FRAME_SIZE_ERROR",
                        frame(HEADERS, END_HEADERS | END_STREAM | WITH_PRIORITY, 1, words(0))));
    }

    private List<Row> priorityAndReset() {
        return List.of(
                row("6.3 PRIORITY on stream 0", "GOAWAY PROTOCOL_ERROR", frame(PRIORITY, 0, 0, words(0), octets(1))),
                row(
                        "6.3 PRIORITY of another length",
                        "RST_STREAM FRAME_SIZE_ERROR",
                        post(1),
                        frame(PRIORITY, 0, 1, words(0))),
                row("6.4 RST_STREAM on stream 0", "GOAWAY PROTOCOL_ERROR", reset(0)),
                row(
                        "6.4 RST_STREAM of another length",
                        "GOAWAY FRAME_SIZE_ERROR",
                        post(1),
                        frame(RST_STREAM, 0, 1, octets(0, 0, 8))),
                row(
                        "6.4 an unknown error is a reset like any",
                        "200",
                        post(1),
                        frame(RST_STREAM, 0, 1, words(-1)),
                        get(3)));
    }

    private List<Row> settingsRows() {
        return List.of(
                row("6.5 SETTINGS on a stream", "GOAWAY PROTOCOL_ERROR", frame(SETTINGS, 0, 1)),
                row(
                        "6.5 an acknowledgement with a payload",
                        "GOAWAY FRAME_SIZE_ERROR",
                        frame(SETTINGS, ACK, 0, setting(1, 1))),
                row(
                        "6.5 a length that is no multiple of 6",
                        "GOAWAY FRAME_SIZE_ERROR",
                        frame(SETTINGS, 0, 0, octets(0, 1, 0))),
                row("6.5.2 unknown settings are ignored", "200", settings(0x4242, 7), get(1)),
                row("6.5.2 ENABLE_PUSH of 2", "GOAWAY PROTOCOL_ERROR", settings(2, 2)),
                row("6.5.2 INITIAL_WINDOW_SIZE of 2^31", "GOAWAY FLOW_CONTROL_ERROR", settings(4, 1L << 31)),
                row("6.5.2 MAX_FRAME_SIZE below 2^14", "GOAWAY PROTOCOL_ERROR", settings(5, MAX_FRAME - 1)),
                row("6.5.2 MAX_FRAME_SIZE above 2^24-1", "GOAWAY PROTOCOL_ERROR", settings(5, 1 << 24)),
                row("6.5.2 HEADER_TABLE_SIZE of 0", "200", settings(1, 0), get(1)),
                row("6.5.2 HEADER_TABLE_SIZE of 2^32-1", "200", settings(1, 0xffffffffL), get(1)),
                row("6.5.2 MAX_CONCURRENT_STREAMS of 0 binds pushes only", "200", settings(3, 0), get(1)),
                row(
                        "6.5.3 the same setting twice: the last one holds",
                        "200",
                        frame(SETTINGS, 0, 0, setting(4, 0), setting(4, 99)),
                        get(1)),
                row("RFC 8441 3 ENABLE_CONNECT_PROTOCOL of 2", "GOAWAY PROTOCOL_ERROR", settings(8, 2)));
    }

    private List<Row> pushPingGoAway() {
        return List.of(
                row(
                        "6.6 and 8.4 a client cannot push",
                        "GOAWAY PROTOCOL_ERROR",
                        post(1),
                        frame(PUSH_PROMISE, END_HEADERS, 1, words(2), fields("GET"))),
                row("6.7 PING on a stream", "GOAWAY PROTOCOL_ERROR", frame(PING, 0, 1, new byte[8])),
                row("6.7 PING of another length", "GOAWAY FRAME_SIZE_ERROR", frame(PING, 0, 0, new byte[7])),
                row("6.7 an acknowledgement nobody asked for", "200", frame(PING, ACK, 0, new byte[8]), get(1)),
                row("6.8 GOAWAY on a stream", "GOAWAY PROTOCOL_ERROR", frame(GOAWAY, 0, 1, words(0, 0))),
                row("6.8 GOAWAY too short", "GOAWAY FRAME_SIZE_ERROR", frame(GOAWAY, 0, 0, words(0))),
                row(
                        "6.8 requests under way go on after GOAWAY",
                        "200",
                        post(1),
                        frame(GOAWAY, 0, 0, words(0, 0)),
                        data(1, END_STREAM, 1)));
    }

    private List<Row> windows() {
        return List.of(
                row(
                        "6.9 WINDOW_UPDATE of another length",
                        "GOAWAY FRAME_SIZE_ERROR",
                        frame(WINDOW_UPDATE, 0, 0, octets(0, 0, 1))),
                row("6.9 an increment of 0 for the connection", "GOAWAY PROTOCOL_ERROR", window(0, 0)),
                row("6.9 an increment of 0 for a stream", "RST_STREAM PROTOCOL_ERROR", post(1), window(1, 0)),
                row("6.9.1 the connection's window above 2^31-1", "GOAWAY FLOW_CONTROL_ERROR", window(0, 0x7fffffff)),
                row(
                        "6.9.1 a stream's window above 2^31-1",
                        "RST_STREAM FLOW_CONTROL_ERROR",
                        post(1),
                        window(1, 0x7fffffff)),
                row("6.9.1 the reserved bit is ignored", "200", window(0, 0x80000001), get(1)),
                row("6.9.2 a window below zero stays usable", "200", settings(4, 0), get(1), settings(4, 65_535)),
                lax(
                        "6.9.2 a change that overflows a stream's window should end the connection",
                        "RST_STREAM FLOW_CONTROL_ERROR",
                        "Netty ends the stream, whose window alone is wrong",
                        post(1),
                        window(1, 0x7fff0000),
                        settings(4, 0x7fffffff)),
                row(
                        "6.9.1 more DATA than the windows allow",
                        "RST_STREAM FLOW_CONTROL_ERROR",
                        frame(
                                HEADERS,
                                END_HEADERS,
                                1,
                                block(":method", "CONNECT", ":path", "/hold", ":protocol", "websocket"),
                                scheme,
                                name),
                        many(70, data(1, 0, MAX_FRAME))));
    }

    private List<Row> continuation() {
        byte[] block = fields("GET");
        byte[] begin = Arrays.copyOf(block, 3);
        byte[] rest = Arrays.copyOfRange(block, 3, block.length);
        return List.of(
                row(
                        "6.10 a block in two frames",
                        "200",
                        frame(HEADERS, END_STREAM, 1, begin),
                        frame(CONTINUATION, END_HEADERS, 1, rest)),
                row(
                        "6.10 and in three, one of them empty",
                        "200",
                        frame(HEADERS, END_STREAM, 1, begin),
                        frame(CONTINUATION, 0, 1),
                        frame(CONTINUATION, END_HEADERS, 1, rest)),
                row(
                        "6.10 CONTINUATION of another stream",
                        "GOAWAY PROTOCOL_ERROR",
                        frame(HEADERS, END_STREAM, 1, begin),
                        frame(CONTINUATION, END_HEADERS, 3, rest)),
                row("6.10 CONTINUATION on stream 0", "GOAWAY PROTOCOL_ERROR", frame(CONTINUATION, END_HEADERS, 0)),
                row(
                        "6.10 CONTINUATION after a block's end",
                        "GOAWAY PROTOCOL_ERROR",
                        post(1),
                        frame(CONTINUATION, END_HEADERS, 1)),
                row(
                        "10.5.1 CONTINUATION without end",
                        "GOAWAY ENHANCE_YOUR_CALM",
                        frame(HEADERS, END_STREAM, 1, block),
                        many(17, frame(CONTINUATION, 0, 1, block("x", "y")))),
                row(
                        "10.5.1 a block of large frames without end",
                        "GOAWAY PROTOCOL_ERROR",
                        frame(HEADERS, END_STREAM, 1, block),
                        many(5, frame(CONTINUATION, 0, 1, new byte[MAX_FRAME]))));
    }

    private List<Row> semantics() {
        return List.of(
                row(
                        "8.1 a body and trailers",
                        "200",
                        post(1),
                        data(1, 0, 3),
                        frame(HEADERS, END_HEADERS | END_STREAM, 1, block("x-sum", "3"))),
                row(
                        "8.1 trailers that do not end the stream",
                        "RST_STREAM PROTOCOL_ERROR",
                        post(1),
                        data(1, 0, 3),
                        frame(HEADERS, END_HEADERS, 1, block("x", "y"))),
                row(
                        "8.1 pseudo-header fields in trailers",
                        "RST_STREAM PROTOCOL_ERROR",
                        post(1),
                        frame(HEADERS, END_HEADERS | END_STREAM, 1, block(":path", "/"))),
                row(
                        "8.2.1 names in upper case",
                        "RST_STREAM PROTOCOL_ERROR",
                        frame(HEADERS, END_HEADERS | END_STREAM, 1, fields("GET", "X-Upper", "y"))),
                row(
                        "8.2.1 a name with a space",
                        "RST_STREAM PROTOCOL_ERROR",
                        frame(HEADERS, END_HEADERS | END_STREAM, 1, fields("GET", "x y", "z"))),
                row(
                        "8.2.1 a value with a line end",
                        "RST_STREAM PROTOCOL_ERROR",
                        frame(HEADERS, END_HEADERS | END_STREAM, 1, fields("GET", "x", "y\r\nz"))),
                row(
                        "8.2.1 a value that begins with a space",
                        "RST_STREAM PROTOCOL_ERROR",
                        frame(HEADERS, END_HEADERS | END_STREAM, 1, fields("GET", "x", " y"))),
                row(
                        "8.2.2 connection-specific fields",
                        "RST_STREAM PROTOCOL_ERROR",
                        frame(HEADERS, END_HEADERS | END_STREAM, 1, fields("GET", "connection", "x"))),
                row(
                        "8.2.2 te may say trailers",
                        "200",
                        frame(HEADERS, END_HEADERS | END_STREAM, 1, fields("GET", "te", "trailers"))),
                row(
                        "8.2.2 and nothing else",
                        "RST_STREAM PROTOCOL_ERROR",
                        frame(HEADERS, END_HEADERS | END_STREAM, 1, fields("GET", "te", "gzip"))),
                row(
                        "8.3 unknown pseudo-header fields",
                        "RST_STREAM PROTOCOL_ERROR",
                        frame(HEADERS, END_HEADERS | END_STREAM, 1, fields("GET", ":what", "y"))),
                row(
                        "8.3 those of responses",
                        "RST_STREAM PROTOCOL_ERROR",
                        frame(HEADERS, END_HEADERS | END_STREAM, 1, fields("GET", ":status", "200"))),
                row(
                        "8.3 pseudo-header fields after others",
                        "RST_STREAM PROTOCOL_ERROR",
                        frame(HEADERS, END_HEADERS | END_STREAM, 1, block("x", "y"), fields("GET"))),
                row(
                        "8.3.1 the same one twice",
                        "RST_STREAM PROTOCOL_ERROR",
                        frame(HEADERS, END_HEADERS | END_STREAM, 1, fields("GET", ":method", "GET"))),
                row(
                        "8.3.1 no :method",
                        "RST_STREAM PROTOCOL_ERROR",
                        frame(HEADERS, END_HEADERS | END_STREAM, 1, octets(0x84), scheme, name)),
                row(
                        "8.3.1 no :scheme",
                        "RST_STREAM PROTOCOL_ERROR",
                        frame(HEADERS, END_HEADERS | END_STREAM, 1, octets(0x82, 0x84), name)),
                row(
                        "8.3.1 no :path",
                        "RST_STREAM PROTOCOL_ERROR",
                        frame(HEADERS, END_HEADERS | END_STREAM, 1, octets(0x82), scheme, name)),
                row(
                        "8.3.1 an empty :path",
                        "RST_STREAM PROTOCOL_ERROR",
                        frame(HEADERS, END_HEADERS | END_STREAM, 1, octets(0x82), scheme, name, block(":path", ""))),
                row(
                        "8.1.1 a body longer than it says",
                        "RST_STREAM PROTOCOL_ERROR",
                        post(1, "content-length", "1"),
                        data(1, END_STREAM, 2)),
                row(
                        "8.1.1 a body shorter than it says",
                        "RST_STREAM PROTOCOL_ERROR",
                        post(1, "content-length", "3"),
                        data(1, END_STREAM, 2)),
                row(
                        "8.1.1 and in two frames",
                        "RST_STREAM PROTOCOL_ERROR",
                        post(1, "content-length", "3"),
                        data(1, 0, 2),
                        data(1, END_STREAM, 2)),
                row("8.5 CONNECT is refused", "400", frame(HEADERS, END_HEADERS, 1, block(":method", "CONNECT"), name)),
                row(
                        "8.5 CONNECT with a path",
                        "RST_STREAM PROTOCOL_ERROR",
                        frame(HEADERS, END_HEADERS, 1, fields("CONNECT"))),
                row(
                        "RFC 8441 4 another protocol",
                        "501",
                        frame(HEADERS, END_HEADERS, 1, fields("CONNECT", ":protocol", "connect-udp"))),
                row(
                        "RFC 8441 4 :protocol without CONNECT",
                        "RST_STREAM PROTOCOL_ERROR",
                        frame(HEADERS, END_HEADERS, 1, fields("GET", ":protocol", "websocket"))));
    }

    private List<Row> hpackRows() {
        return List.of(
                row("RFC 7541 2.3.3 index 0", "GOAWAY COMPRESSION_ERROR", hpack(0x80)),
                row("2.3.3 an index beyond both tables", "GOAWAY COMPRESSION_ERROR", hpack(0x82, 0xff, 0x20)),
                row(
                        "2.3.3 the name of an index beyond both tables",
                        "GOAWAY COMPRESSION_ERROR",
                        hpack(0x7f, 0x20, 1, 'x')),
                row(
                        "4.2 a size update at the beginning",
                        "200",
                        frame(HEADERS, END_HEADERS | END_STREAM, 1, octets(0x20, 0x3f, 0x09), fields("GET"))),
                row("4.2 a size update after a field", "GOAWAY COMPRESSION_ERROR", withFields(0x20)),
                row("6.3 a size above the limit", "GOAWAY COMPRESSION_ERROR", hpack(0x3f, 0xe2, 0x1f)),
                row(
                        "4.4 an entry larger than the table empties it",
                        "200",
                        frame(
                                HEADERS,
                                END_HEADERS | END_STREAM,
                                1,
                                octets(0x21),
                                fields("GET"),
                                octets(0x40, 1, 'x', 1, 'y'))),
                row(
                        "5.1 a number without end",
                        "GOAWAY COMPRESSION_ERROR",
                        hpack(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f)),
                row(
                        "5.1 a number beyond 32 bits",
                        "GOAWAY COMPRESSION_ERROR",
                        hpack(0xff, 0xff, 0xff, 0xff, 0xff, 0x7f)),
                row("5.1 a number cut off", "GOAWAY COMPRESSION_ERROR", hpack(0x82, 0xff)),
                row("5.2 a string longer than the block", "GOAWAY COMPRESSION_ERROR", hpack(0x40, 0x7f, 0x20, 'x')),
                row("5.2 a name cut off", "GOAWAY COMPRESSION_ERROR", hpack(0x40, 5, 'x')),
                row("5.2 a value that is missing", "GOAWAY COMPRESSION_ERROR", hpack(0x40, 1, 'x')),
                row("5.2 Huffman codes", "200", withFields(0x00, 0x81, 0xf3, 0x81, 0x07)),
                row(
                        "5.2 more than 7 bits of padding",
                        "GOAWAY COMPRESSION_ERROR",
                        withFields(0x00, 1, 'x', 0x82, 0x07, 0xff)),
                row("5.2 padding of zeros", "GOAWAY COMPRESSION_ERROR", withFields(0x00, 1, 'x', 0x81, 0x00)),
                row(
                        "5.2 the code of EOS",
                        "GOAWAY COMPRESSION_ERROR",
                        withFields(0x00, 1, 'x', 0x84, 0xff, 0xff, 0xff, 0xff)),
                row("6.2.1 a literal with indexing, then its index", "200", withFields(0x40, 1, 'x', 1, 'y', 0xbe)),
                row("6.2.2 a literal without indexing", "200", withFields(0x00, 1, 'x', 1, 'y')),
                row(
                        "6.2.2 which is not in the table",
                        "GOAWAY COMPRESSION_ERROR",
                        withFields(0x00, 1, 'x', 1, 'y', 0xbe)),
                row(
                        "4.3 a smaller table loses what does not fit any more",
                        "GOAWAY COMPRESSION_ERROR",
                        frame(HEADERS, END_HEADERS | END_STREAM, 1, fields("GET"), octets(0x40, 1, 'x', 1, 'y')),
                        frame(
                                HEADERS,
                                END_HEADERS | END_STREAM,
                                3,
                                octets(0x20, 0x3f, 0x09),
                                fields("GET"),
                                octets(0xbe))),
                row("6.2.3 a literal never indexed", "200", withFields(0x10, 1, 'x', 1, 'y')),
                row(
                        "2.3.2 the table goes on from block to block",
                        "200",
                        post(1),
                        frame(HEADERS, END_HEADERS | END_STREAM, 1, octets(0x40, 1, 'x', 1, 'y')),
                        frame(HEADERS, END_HEADERS | END_STREAM, 3, fields("GET"), octets(0xbe))));
    }
}
