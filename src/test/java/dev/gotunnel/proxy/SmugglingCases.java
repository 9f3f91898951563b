package dev.gotunnel.proxy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream.Builder;

/** The requests of {@link SmugglingTest} and of its table. */
final class SmugglingCases {
    static final String INTRODUCTION = """
            # Requests that could be read in two ways

            What gotunnel does with requests that another reader might take apart differently (RFC 9112 section 11.2, RFC 9113
            section 10.3): each was sent on a connection of its own, over HTTP/1.1 and over HTTP/2 without TLS, to a tunnel with
            one backend. `closed` means that the connection was closed after it. What the backend sees is what reached it byte for
            byte, without the fields that gotunnel adds to every request (`X-Forwarded-*`, `Forwarded`, `X-Request-Id`,
            `X-Gotunnel-Hops`). `…` stands for more of the same.

            This table is written by a test, which fails when it is not true any more:
            `mvn test -Dtest=SmugglingTest -Dgotunnel.smuggling.write=true`.
            """;

    private static final String POST = "POST / HTTP/1.1\r\nHost: shop.localhost\r\n";
    private static final String HIDDEN = "GET /hidden HTTP/1.1\r\nHost: shop.localhost\r\n\r\n";

    private SmugglingCases() {}

    /**
     * Requests of one kind.
     *
     * @param refused whether none of them is answered by the backend
     * @param bodyBroken whether what is wrong comes after the head, which is on its way by then
     */
    record Group<T>(String title, boolean refused, boolean bodyBroken, List<T> requests) {}

    /** A stream of HTTP/2. */
    record Stream(String[] fields, List<String> data, String[] trailers) {
        @Override
        public String toString() {
            StringBuilder text = new StringBuilder(list(fields));
            data.forEach(part -> text.append(" + DATA ").append(part));
            return trailers.length == 0 ? text.toString() : text + " + trailers " + list(trailers);
        }

        private static String list(String[] fields) {
            List<String> pairs = new ArrayList<>();
            for (int i = 0; i < fields.length; i += 2) {
                pairs.add(fields[i] + ": " + fields[i + 1]);
            }
            return String.join("; ", pairs);
        }
    }

    private static Group<String> framing(String title, String... fields) {
        return new Group<>(
                title,
                true,
                false,
                List.of(fields).stream()
                        .map(field -> POST + field + "\r\n\r\n0\r\n\r\n" + HIDDEN)
                        .toList());
    }

    private static Group<String> requests(String title, String... requests) {
        return new Group<>(title, true, false, List.of(requests));
    }

    private static Group<String> chunks(String... bodies) {
        return new Group<>(
                "Chunks that are none",
                true,
                true,
                List.of(bodies).stream()
                        .map(body -> POST + "Transfer-Encoding: chunked\r\n\r\n" + body + HIDDEN)
                        .toList());
    }

    static final List<Group<String>> HTTP_1 = List.of(
            framing(
                    "Content-Length and Transfer-Encoding at once (CL.TE, TE.CL)",
                    "Content-Length: 5\r\nTransfer-Encoding: chunked",
                    "Transfer-Encoding: chunked\r\nContent-Length: 5",
                    "Content-Length: 0\r\nTransfer-Encoding: chunked",
                    "content-length: 5\r\ntransfer-encoding: CHUNKED"),
            framing(
                    "A Content-Length that is not one number",
                    "Content-Length: 5\r\nContent-Length: 6",
                    "Content-Length: 5\r\nContent-Length: 5",
                    "Content-Length: 5, 6",
                    "Content-Length: 5, 5",
                    "Content-Length: +5",
                    "Content-Length: -1",
                    "Content-Length: 5a",
                    "Content-Length: 0x5",
                    "Content-Length: 5 5",
                    "Content-Length: 0005",
                    "Content-Length: ",
                    "Content-Length: 99999999999999999999"),
            framing(
                    "A Transfer-Encoding that is not chunked alone (TE.TE)",
                    "Transfer-Encoding: xchunked",
                    "Transfer-Encoding: chunkedx",
                    "Transfer-Encoding: identity",
                    "Transfer-Encoding: chunked, identity",
                    "Transfer-Encoding: gzip, chunked",
                    "Transfer-Encoding: chunked;q=1",
                    "Transfer-Encoding: , chunked",
                    "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
                    "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
                    "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
                    "Transfer-Encoding: \"chunked\"",
                    "Transfer-Encoding:\u000bchunked",
                    "Transfer-Encoding: \u0000chunked",
                    "Transfer-Encoding: chunked\u0000"),
            framing(
                    "Fields that are not fields",
                    "Content-Length : 5",
                    "Transfer-Encoding : chunked",
                    "Transfer-Encoding\t: chunked",
                    "Transfer\u0000-Encoding: chunked",
                    "Transfer-Encoding chunked",
                    " Transfer-Encoding: chunked",
                    "X: y\nTransfer-Encoding: chunked",
                    "X: y\rTransfer-Encoding: chunked",
                    "X: y\u0000z",
                    "X\u0000: y",
                    "X y: z",
                    "X",
                    ": z",
                    "X(: z",
                    "X\u00e9: z"),
            framing(
                    "Fields that go on in the next line (obs-fold)",
                    "X: y\r\n folded",
                    "X: y\r\n\tfolded",
                    "X: y\r\n Transfer-Encoding: chunked",
                    "Transfer-Encoding: chunked\r\n , identity",
                    "Transfer-Encoding:\r\n chunked",
                    "Content-Length: 5\r\n 6",
                    "X: y\r\n "),
            requests(
                    "Lines that end otherwise than with CRLF",
                    "GET / HTTP/1.1\nHost: shop.localhost\n\n",
                    "GET / HTTP/1.1\r\nHost: shop.localhost\n\r\n",
                    "GET / HTTP/1.1\r\nHost: shop.localhost\r\n\n",
                    "GET / HTTP/1.1\r\nHost: shop.localhost\r\r\n\r\n",
                    "GET /a\rb HTTP/1.1\r\nHost: shop.localhost\r\n\r\n"),
            requests(
                    "Request lines that are none",
                    "GET   /a  HTTP/1.1\r\nHost: shop.localhost\r\n\r\n",
                    "GET\t/a\tHTTP/1.1\r\nHost: shop.localhost\r\n\r\n",
                    " GET / HTTP/1.1\r\nHost: shop.localhost\r\n\r\n",
                    "GET / HTTP/1.1 \r\nHost: shop.localhost\r\n\r\n",
                    "GET /a b HTTP/1.1\r\nHost: shop.localhost\r\n\r\n",
                    "GET /\u0000 HTTP/1.1\r\nHost: shop.localhost\r\n\r\n",
                    "G(T / HTTP/1.1\r\nHost: shop.localhost\r\n\r\n",
                    "GET /\r\nHost: shop.localhost\r\n\r\n",
                    "GET shop HTTP/1.1\r\nHost: shop.localhost\r\n\r\n",
                    "GET * HTTP/1.1\r\nHost: shop.localhost\r\n\r\n",
                    "GET /a#b HTTP/1.1\r\nHost: shop.localhost\r\n\r\n",
                    "GET /a?b# HTTP/1.1\r\nHost: shop.localhost\r\n\r\n",
                    "GET http://shop.localhost#/a HTTP/1.1\r\nHost: shop.localhost\r\n\r\n",
                    "GET / HTTP/2.0\r\nHost: shop.localhost\r\n\r\n",
                    "GET / HTTP/0.9\r\nHost: shop.localhost\r\n\r\n",
                    "GET / HTTP/1.12\r\nHost: shop.localhost\r\n\r\n",
                    "GET / http/1.1\r\nHost: shop.localhost\r\n\r\n",
                    "GET / HTTX/1.1\r\nHost: shop.localhost\r\n\r\n",
                    "GET / HTTP/1.1\r\n Host: shop.localhost\r\n\r\n",
                    "POST / HTTP/1.0\r\nHost: shop.localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                    "POST / HTTP/1.0\r\nHost: shop.localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
                    "POST / HTTP/1.0\r\nHost: shop.localhost\r\nContent-Length: 5, 6\r\n\r\nabcdef",
                    "\u0001\u0002\u0003\r\n\r\n"),
            requests(
                    "Hosts that are none or more than one",
                    "GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost: shop.localhost\r\nHost: shop.localhost\r\nConnection: close\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost: shop.localhost\r\nHost: other.localhost\r\nConnection: close\r\n\r\n",
                    "GET http://shop.localhost/ HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n",
                    "GET http://user@shop.localhost/ HTTP/1.1\r\nHost: shop.localhost\r\nConnection: close\r\n\r\n",
                    "GET ftp://shop.localhost/ HTTP/1.1\r\nHost: shop.localhost\r\nConnection: close\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost: shop.localhost/other\r\nConnection: close\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost: shop.localhost:port\r\nConnection: close\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost: a@shop.localhost\r\nConnection: close\r\n\r\n"),
            chunks(
                    "x\r\nabc\r\n0\r\n\r\n",
                    "-1\r\nabc\r\n0\r\n\r\n",
                    "ffffffffffffffff\r\nabc\r\n",
                    "80000000\r\nabc\r\n",
                    "100000003\r\nabc\r\n0\r\n\r\n",
                    "3\r\nabcd\r\n0\r\n\r\n",
                    "3\nabc\n0\n\n",
                    "3\r\nabc0\r\n\r\n",
                    "3\r\nabc\n0\r\n\r\n",
                    "0x3\r\nabc\r\n0\r\n\r\n",
                    "3 3\r\nabc\r\n0\r\n\r\n",
                    " 3\r\nabc\r\n0\r\n\r\n",
                    "3 \r\nabc\r\n0\r\n\r\n",
                    "3;a\nb\r\nabc\r\n0\r\n\r\n",
                    "3;a\rb\r\nabc\r\n0\r\n\r\n",
                    "3;a\u0000b\r\nabc\r\n0\r\n\r\n",
                    ";a\r\nabc\r\n0\r\n\r\n",
                    "\r\nabc\r\n0\r\n\r\n",
                    "3\r\nabc\r\n0\r\nX: y\nZ: y\r\n\r\n",
                    "3\r\nabc\r\n0\r\nX: y\r\n folded\r\n\r\n",
                    "3\r\nabc\r\n0\r\n X: y\r\n\r\n",
                    "3\r\nabc\r\n0\r\nX y\r\n\r\n"),
            new Group<>(
                    "What looks odd and has one meaning",
                    false,
                    false,
                    List.of(
                            "\r\nGET / HTTP/1.1\r\nHost: shop.localhost\r\nConnection: close\r\n\r\n",
                            "GET http://shop.localhost/a HTTP/1.1\r\nHost: other.localhost\r\nConnection: close\r\n\r\n",
                            "GET / HTTP/1.1\r\nHost:shop.localhost\r\nConnection: close, host, content-length\r\n\r\n",
                            POST + "Connection: close\r\nContent-Length: 3\r\n\r\nabc",
                            POST + "Connection: close\r\nContent-Length:\t3\t\r\n\r\nabc",
                            POST + "Connection: close, transfer-encoding\r\nTransfer-Encoding: Chunked\r\n\r\n"
                                    + "3;a=\"b\"\r\nabc\r\n0;z\r\nX: y\r\nContent-Length: 9\r\n\r\n",
                            POST + "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n00003\r\nabc\r\n000\r\n\r\n",
                            POST + "Connection: close\r\nTE: chunked\r\nContent-Length: 3\r\n\r\nabc",
                            POST
                                    + "Connection: close, upgrade, http2-settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"
                                    + "Content-Length: 3\r\n\r\nabc")));

    private static Stream get(String... more) {
        Builder<String> fields = java.util.stream.Stream.builder();
        List.of(":method", "GET", ":scheme", "http", ":authority", "shop.localhost", ":path", "/")
                .forEach(fields);
        List.of(more).forEach(fields);
        return of(fields.build().toArray(String[]::new));
    }

    private static Stream of(String... fields) {
        return new Stream(fields, List.of(), new String[0]);
    }

    private static Stream post(List<String> data, String[] trailers, String... more) {
        String[] fields = get(more).fields();
        fields[1] = "POST";
        return new Stream(fields, data, trailers);
    }

    private static final String[] NONE = {};

    static final List<Group<Stream>> HTTP_2 = List.of(
            new Group<>(
                    "HTTP/2: fields that HTTP/1.1 would read otherwise",
                    true,
                    false,
                    List.of(
                            get("x-a", "b\r\nx-injected: 1"),
                            get("x-a", "b\ninjected"),
                            get("x-a", "b\rinjected"),
                            get("x-a", "b\u0000"),
                            get("x-a\r\nb", "c"),
                            get("x a", "c"),
                            get("x-a:", "c"),
                            get("", "c"),
                            get("Upper", "c"),
                            get("x-\u00e9", "c"),
                            get("transfer-encoding", "chunked"),
                            get("connection", "close"),
                            get("keep-alive", "1"),
                            get("proxy-connection", "close"),
                            get("upgrade", "websocket"),
                            get("te", "gzip"),
                            get("host", "other.localhost"),
                            get("host", "shop.localhost", "host", "shop.localhost"))),
            new Group<>(
                    "HTTP/2: pseudo-header fields",
                    true,
                    false,
                    List.of(
                            of(":scheme", "http", ":authority", "shop.localhost", ":path", "/"),
                            of(":method", "GET", ":authority", "shop.localhost", ":path", "/"),
                            of(":method", "GET", ":scheme", "http", ":authority", "shop.localhost"),
                            of(":method", "GET", ":scheme", "http", ":path", "/"),
                            get(":path", "/other"),
                            get(":method", "POST"),
                            get(":authority", "other.localhost"),
                            of(
                                    ":method",
                                    "GET",
                                    ":scheme",
                                    "http",
                                    "x",
                                    "y",
                                    ":authority",
                                    "shop.localhost",
                                    ":path",
                                    "/"),
                            get(":unknown", "x"),
                            get(":status", "200"),
                            get(":protocol", "websocket"),
                            target("GET", "https", "/"),
                            target("GET", "ftp", "/"),
                            target("GET", "http", ""),
                            target("GET", "http", "no-slash"),
                            target("GET", "http", "http://shop.localhost/"),
                            target("GET", "http", "/a b"),
                            target("GET", "http", "/a#b"),
                            target("GET", "http", "/ HTTP/1.1\r\nX-Injected: 1"),
                            target("GET", "http", "/\u0000"),
                            target("GET", "http", "*"),
                            target("GET / HTTP/1.1\r\nX:", "http", "/"),
                            target("G T", "http", "/"),
                            target("", "http", "/"),
                            target("CONNECT", "http", "/"),
                            of(":method", "CONNECT", ":authority", "shop.localhost"),
                            authority("a@shop.localhost"),
                            authority("shop.localhost/x"),
                            authority("shop.localhost:x"),
                            authority("shop .localhost"),
                            authority(""))),
            new Group<>(
                    "HTTP/2: bodies that are not as long as they say",
                    true,
                    true,
                    List.of(
                            get("content-length", "5"),
                            get("content-length", "x"),
                            get("content-length", "0", "content-length", "5"),
                            get("content-length", "-1"),
                            post(List.of("abc"), NONE, "content-length", "5"),
                            post(List.of("abc", "def"), NONE, "content-length", "5"),
                            post(List.of("GET /hidden HTTP/1.1"), NONE, "content-length", "0"))),
            new Group<>(
                    "HTTP/2: what has one meaning",
                    false,
                    false,
                    List.of(
                            get("host", "shop.localhost"),
                            get("te", "trailers"),
                            get("cookie", "a=1", "cookie", "b=2"),
                            of(":method", "GET", ":scheme", "http", ":path", "/", "host", "shop.localhost"),
                            target("OPTIONS", "http", "*"),
                            post(List.of("abc"), NONE, "content-length", "3"),
                            post(List.of("0\r\n\r\n", "GET /h HTTP/1.1\r\n\r\n"), NONE))));

    private static Stream target(String method, String scheme, String path) {
        return of(":method", method, ":scheme", scheme, ":authority", "shop.localhost", ":path", path);
    }

    private static Stream authority(String value) {
        return of(":method", "GET", ":scheme", "http", ":authority", value, ":path", "/");
    }
}
