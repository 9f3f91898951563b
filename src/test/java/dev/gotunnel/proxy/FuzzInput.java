package dev.gotunnel.proxy;

import dev.gotunnel.testing.Http2Wire;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** What {@link EngineFuzzTest} sends: mostly right, so that it gets far, and wrong in one place or the other. */
final class FuzzInput {
    static final String HOST = "fuzz.localhost";

    private FuzzInput() {}

    /**
     * Bytes and where they are cut into separate writes.
     *
     * @param cuts places in thousandths of the whole
     */
    record Sent(byte[] bytes, List<Integer> cuts) {
        @Override
        public String toString() {
            return Http2Wire.show(bytes) + " cut at " + cuts;
        }
    }

    static Arbitrary<Sent> http1() {
        Arbitrary<String> request = Combinators.combine(
                        requestLine(),
                        field().list().ofMaxSize(6),
                        lineEnd().list().ofSize(8),
                        body().list().ofMaxSize(5))
                .as((line, fields, ends, body) -> {
                    StringBuilder text = new StringBuilder(line).append(ends.getFirst());
                    for (int i = 0; i < fields.size(); i++) {
                        text.append(fields.get(i)).append(ends.get(i + 1));
                    }
                    text.append(ends.getLast());
                    body.forEach(text::append);
                    return text.toString();
                });
        Arbitrary<String> good = Arbitraries.of(
                "GET / HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n",
                "HEAD /a HTTP/1.1\r\nhost:" + HOST + "\r\nX: y\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: " + HOST + "\r\nContent-Length: 3\r\n\r\nabc",
                "POST / HTTP/1.1\r\nHost: " + HOST
                        + "\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\nX: y\r\n\r\n",
                "\r\nPUT / HTTP/1.1\r\nHost: " + HOST + "\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc");
        return sent(Arbitraries.frequencyOf(Tuple.of(2, good), Tuple.of(1, request))
                .list()
                .ofMinSize(1)
                .ofMaxSize(3)
                .map(all -> Http2Wire.text(String.join("", all))));
    }

    private static Arbitrary<String> requestLine() {
        return Arbitraries.frequency(
                Tuple.of(8, "GET / HTTP/1.1\r\nHost: " + HOST),
                Tuple.of(8, "POST /a?b HTTP/1.1\r\nHost: " + HOST),
                Tuple.of(1, "POST / HTTP/1.0\r\nHost: " + HOST),
                Tuple.of(1, "HEAD / HTTP/1.1\r\nHost: " + HOST),
                Tuple.of(1, "OPTIONS * HTTP/1.1\r\nHost: " + HOST),
                Tuple.of(1, "GET http://" + HOST + "/ HTTP/1.1\r\nHost: other"),
                Tuple.of(1, "CONNECT " + HOST + ":80 HTTP/1.1\r\nHost: " + HOST),
                Tuple.of(1, "GET  / HTTP/1.1\r\nHost: " + HOST),
                Tuple.of(1, "GET / HTTP/1.1\r\nHost: nobody.localhost"),
                Tuple.of(1, "PRI * HTTP/2.0"),
                Tuple.of(1, "\r\n\r\nGET / HTTP/1.1\r\nHost: " + HOST),
                Tuple.of(1, "GET / HTTP/1.1"));
    }

    private static Arbitrary<String> field() {
        return Arbitraries.frequencyOf(
                Tuple.of(
                        2,
                        Arbitraries.of(
                                "X: y", "Cookie: a=b; c=d", "Accept: */*", "TE: trailers", "Connection: keep-alive")),
                Tuple.of(1, oddField()));
    }

    private static Arbitrary<String> oddField() {
        return Arbitraries.of(
                "Content-Length: 3",
                "Content-Length: 0",
                "Content-Length: 30",
                "Content-Length: +3",
                "Content-Length : 3",
                "Content-Length: 3, 3",
                "content-length:3",
                "Transfer-Encoding: chunked",
                "Transfer-Encoding: chunked",
                "transfer-encoding:\tChunked ",
                "Transfer-Encoding: gzip, chunked",
                "Transfer-Encoding: chunked, identity",
                "Transfer-Encoding : chunked",
                "Transfer-Encoding:\u000bchunked",
                "Connection: close",
                "Connection: keep-alive",
                "Connection: content-length, transfer-encoding, host",
                "Connection: upgrade",
                "Upgrade: websocket",
                "Upgrade: h2c",
                "Expect: 100-continue",
                "TE: trailers, chunked",
                "Trailer: X",
                "Host: other.localhost",
                "X: y",
                "X: y\u0000",
                "X: \u00e9",
                "X: " + "z".repeat(5000),
                ": y",
                "X",
                " X: y",
                "Cookie: a=b; c=d");
    }

    private static Arbitrary<String> lineEnd() {
        return Arbitraries.frequency(
                Tuple.of(60, "\r\n"),
                Tuple.of(1, "\n"),
                Tuple.of(1, "\r"),
                Tuple.of(1, "\r\n "),
                Tuple.of(1, "\r\n\t"),
                Tuple.of(1, "\r\r\n"),
                Tuple.of(1, ""));
    }

    private static Arbitrary<String> body() {
        return Arbitraries.of(
                "abc",
                "3\r\nabc\r\n",
                "3;x=y\r\nabc\r\n",
                "0\r\n\r\n",
                "0\r\nX: y\r\n\r\n",
                "0\r\nX: y\r\n z\r\n\r\n",
                "3\nabc\n",
                "3 \r\nabc\r\n",
                "ffffffff\r\n",
                "-1\r\n",
                "\r\n",
                "GET /hidden HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n");
    }

    static Arbitrary<Sent> http2() {
        return sent(Combinators.combine(
                        Arbitraries.frequency(Tuple.of(20, true), Tuple.of(1, false)),
                        frame().list().ofMinSize(1).ofMaxSize(8))
                .as((greeted, frames) -> Http2Wire.bytes(
                        Http2Wire.text(Http2Wire.PREFACE),
                        greeted ? Http2Wire.frame(Http2Wire.SETTINGS, 0, 0) : new byte[0],
                        Http2Wire.bytes(frames.toArray(byte[][]::new)))));
    }

    private static Arbitrary<byte[]> frame() {
        Arbitrary<Integer> stream = Arbitraries.frequency(
                Tuple.of(10, 1),
                Tuple.of(8, 3),
                Tuple.of(4, 5),
                Tuple.of(2, 0),
                Tuple.of(1, 2),
                Tuple.of(1, 0x7fffffff));
        Arbitrary<Integer> flags = Arbitraries.frequency(
                Tuple.of(4, 5),
                Tuple.of(4, 4),
                Tuple.of(2, 1),
                Tuple.of(2, 0),
                Tuple.of(1, 12),
                Tuple.of(1, 0x2d),
                Tuple.of(1, 255));
        Arbitrary<byte[]> headers = Combinators.combine(flags, stream, block())
                .as((flag, id, payload) -> Http2Wire.frame(Http2Wire.HEADERS, flag, id, payload));
        Arbitrary<byte[]> data = Combinators.combine(flags, stream, noise(60))
                .as((flag, id, payload) -> Http2Wire.frame(Http2Wire.DATA, flag, id, payload));
        Arbitrary<byte[]> control = Combinators.combine(
                        Arbitraries.of(2, 3, 4, 5, 6, 7, 8, 9, 0x42),
                        flags,
                        stream,
                        Arbitraries.of(0, 4, 5, 6, 8, 12),
                        Arbitraries.integers().between(0, 3),
                        Arbitraries.longs())
                .as((type, flag, id, length, lie, seed) -> {
                    byte[] payload = bytes(length, seed);
                    return Http2Wire.bytes(
                            Http2Wire.frameHead(length + (lie == 3 ? 1 : 0), type, flag, isOfConnection(type) ? 0 : id),
                            payload);
                });
        Arbitrary<byte[]> good = Arbitraries.of(1, 3, 5, 7, 9)
                .flatMap(id -> Arbitraries.of(
                        Http2Wire.frame(Http2Wire.HEADERS, 5, id, request(0x82)),
                        Http2Wire.bytes(
                                Http2Wire.frame(Http2Wire.HEADERS, 4, id, request(0x83)),
                                Http2Wire.frame(Http2Wire.DATA, 0, id, new byte[20]),
                                Http2Wire.frame(Http2Wire.DATA, 1, id)),
                        Http2Wire.bytes(
                                Http2Wire.frame(Http2Wire.HEADERS, 4, id, request(0x83)),
                                Http2Wire.frame(Http2Wire.HEADERS, 5, id, Http2Wire.block("x", "y"))),
                        Http2Wire.frame(Http2Wire.WINDOW_UPDATE, 0, 0, Http2Wire.words(id)),
                        Http2Wire.frame(Http2Wire.PING, 0, 0, new byte[8])));
        return Arbitraries.frequencyOf(
                Tuple.of(18, good), Tuple.of(3, headers), Tuple.of(1, data), Tuple.of(1, control));
    }

    private static byte[] request(int method) {
        return Http2Wire.bytes(Http2Wire.octets(method, 0x86, 0x84), Http2Wire.block(":authority", HOST));
    }

    private static boolean isOfConnection(int type) {
        return type == Http2Wire.SETTINGS || type == Http2Wire.PING || type == Http2Wire.GOAWAY;
    }

    private static Arbitrary<byte[]> block() {
        byte[] target = Http2Wire.bytes(Http2Wire.octets(0x86, 0x84), Http2Wire.block(":authority", HOST));
        Arbitrary<byte[]> begin = Arbitraries.frequency(
                Tuple.of(6, Http2Wire.bytes(Http2Wire.octets(0x82), target)),
                Tuple.of(6, Http2Wire.bytes(Http2Wire.octets(0x83), target)),
                Tuple.of(1, Http2Wire.bytes(Http2Wire.block(":method", "CONNECT", ":protocol", "websocket"), target)),
                Tuple.of(1, Http2Wire.block(":method", "CONNECT", ":authority", HOST)),
                Tuple.of(1, new byte[0]));
        Arbitrary<byte[]> more = Arbitraries.frequencyOf(
                Tuple.of(
                        6,
                        Arbitraries.of(
                                Http2Wire.block("x", "y"),
                                Http2Wire.block("content-length", "3"),
                                Http2Wire.block("content-length", "3", "content-length", "4"),
                                Http2Wire.block("transfer-encoding", "chunked"),
                                Http2Wire.block("connection", "close"),
                                Http2Wire.block("x", "y\r\nz: w"),
                                Http2Wire.block("X", "y"),
                                Http2Wire.block("te", "trailers"),
                                Http2Wire.block("host", HOST),
                                Http2Wire.block(":path", "/other"),
                                Http2Wire.octets(0x40, 1, 'a', 1, 'b'),
                                Http2Wire.octets(0xbe),
                                Http2Wire.octets(0x20),
                                Http2Wire.octets(0x00, 0x81, 0xf3, 0x81, 0x07))),
                Tuple.of(1, noise(20)));
        return Combinators.combine(begin, more.list().ofMaxSize(3))
                .as((head, rest) -> Http2Wire.bytes(head, Http2Wire.bytes(rest.toArray(byte[][]::new))));
    }

    private static Arbitrary<byte[]> noise(int max) {
        return Arbitraries.bytes().array(byte[].class).ofMaxSize(max);
    }

    private static byte[] bytes(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        if (length == 4 && seed % 2 == 0) {
            // Small numbers are what windows are made of.
            bytes[0] = 0;
            bytes[1] = 0;
        }
        return bytes;
    }

    /** Changes a byte here and there, and cuts the whole into writes. */
    private static Arbitrary<Sent> sent(Arbitrary<byte[]> whole) {
        Arbitrary<List<Integer>> places =
                Arbitraries.integers().between(0, 999).list().ofMaxSize(3);
        Arbitrary<Boolean> spoilt = Arbitraries.frequency(Tuple.of(5, false), Tuple.of(1, true));
        return Combinators.combine(whole, places, spoilt, places, Arbitraries.longs())
                .as((bytes, cuts, spoil, at, seed) -> {
                    byte[] copy = bytes.clone();
                    Random random = new Random(seed);
                    for (int place : spoil ? at : List.<Integer>of()) {
                        copy[place * copy.length / 1000] = (byte) random.nextInt();
                    }
                    return new Sent(copy, cuts.stream().sorted().toList());
                });
    }
}
