package dev.gotunnel.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.testing.Await;
import dev.gotunnel.testing.EngineFixture;
import dev.gotunnel.testing.Http2Wire;
import dev.gotunnel.testing.TestBackend;
import dev.gotunnel.testing.WireClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/**
 * A request that two readers could take apart differently reaches no backend (RFC 9112 section 11.2). What is sent, what
 * the client gets and what the backend sees stand in {@code docs/SMUGGLING.md}, which these tests hold to the truth:
 * {@code mvn test -Dtest=SmugglingTest -Dgotunnel.smuggling.write=true} writes it anew.
 */
class SmugglingTest {
    private static final String HOST = "shop.localhost";
    private static final Path TABLE = Path.of("docs/SMUGGLING.md");
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 (\\d{3})");
    private static final Pattern OURS =
            Pattern.compile("(?i)\r\n(x-forwarded-[a-z]+|forwarded|x-request-id|x-gotunnel-hops): [^\r]*");
    private static final String NOTHING = "nothing";

    @AutoClose
    private final EngineFixture fixture = EngineFixture.start();

    /** Answers one request of a connection and takes what else comes, so that nothing that is sent stays unseen. */
    @AutoClose
    private final TestBackend backend = TestBackend.scripted(peer -> {
        TestBackend.Request request = peer.readHead();
        if (request != null) {
            peer.readBody(request);
            peer.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 7\r\n\r\nreached");
            peer.awaitEnd();
        }
    });

    private record Row(String sent, String client, String seen) {}

    private void serve() {
        fixture.plainRoute(HOST, backend);
    }

    @Test
    void theTableTellsTheTruth() throws IOException {
        serve();
        StringBuilder table = new StringBuilder(SmugglingCases.INTRODUCTION);
        for (SmugglingCases.Group<String> group : SmugglingCases.HTTP_1) {
            begin(table, group.title());
            for (String request : group.requests()) {
                add(table, group, over1(request));
            }
        }
        for (SmugglingCases.Group<SmugglingCases.Stream> group : SmugglingCases.HTTP_2) {
            begin(table, group.title());
            for (SmugglingCases.Stream request : group.requests()) {
                add(table, group, over2(request));
            }
        }
        if (Boolean.getBoolean("gotunnel.smuggling.write")) {
            Files.writeString(TABLE, table);
        }
        assertEquals(Files.readString(TABLE), table.toString(), "docs/SMUGGLING.md is not what happens");
    }

    private static void begin(StringBuilder table, String title) {
        table.append("\n## ")
                .append(title)
                .append("\n\n| sent | the client gets | the backend sees |\n| --- | --- | --- |\n");
    }

    private static void add(StringBuilder table, SmugglingCases.Group<?> group, Row row) {
        assertFalse(row.seen().contains("/hidden"), row::toString);
        if (group.refused()) {
            assertFalse(row.client().contains("200"), row::toString);
            assertTrue(group.bodyBroken() ? !isWhole(row.seen()) : row.seen().equals(NOTHING), row::toString);
        }
        table.append("| ")
                .append(code(row.sent()))
                .append(" | ")
                .append(row.client())
                .append(" | ")
                .append(group.bodyBroken() ? "at most what came before" : shown(row.seen()))
                .append(" |\n");
    }

    private static String shown(String seen) {
        return seen.equals(NOTHING) ? NOTHING : code(seen);
    }

    /** Whether a backend would take it for a request with all of its body. */
    private static boolean isWhole(String seen) {
        int body = seen.indexOf("\r\n\r\n") + 4;
        if (seen.equals(NOTHING) || body < 4) {
            return false;
        }
        Matcher length = Pattern.compile("(?i)content-length: (\\d+)").matcher(seen);
        return length.find()
                ? seen.length() - body >= Integer.parseInt(length.group(1))
                : seen.substring(body).endsWith("0\r\n\r\n");
    }

    private Row over1(String request) throws IOException {
        int before = backend.received().length();
        try (WireClient client = fixture.plain()) {
            client.send(request);
            String answer = new String(client.readToEnd(), StandardCharsets.ISO_8859_1);
            List<String> got = new ArrayList<>();
            Matcher status = STATUS.matcher(answer);
            while (status.find()) {
                got.add(status.group(1));
            }
            got.add("closed");
            return new Row(request, String.join(", ", got), seen(before));
        } catch (AssertionError e) {
            throw new AssertionError(code(request) + ": " + e.getMessage(), e);
        }
    }

    private Row over2(SmugglingCases.Stream request) throws IOException {
        int before = backend.received().length();
        try (Http2Wire client = Http2Wire.plain(fixture.plainPort())) {
            client.greet();
            int end = request.data().isEmpty() ? Http2Wire.END_STREAM : 0;
            client.send(Http2Wire.frame(
                    Http2Wire.HEADERS, Http2Wire.END_HEADERS | end, 1, Http2Wire.block(request.fields())));
            for (int i = 0; i < request.data().size(); i++) {
                int last = i == request.data().size() - 1 ? Http2Wire.END_STREAM : 0;
                client.send(Http2Wire.frame(
                        Http2Wire.DATA, last, 1, Http2Wire.text(request.data().get(i))));
            }
            if (request.trailers().length > 0) {
                client.send(Http2Wire.frame(
                        Http2Wire.HEADERS,
                        Http2Wire.END_HEADERS | Http2Wire.END_STREAM,
                        1,
                        Http2Wire.block(request.trailers())));
            }
            return new Row(request.toString(), client.outcome(), seen(before));
        } catch (AssertionError e) {
            throw new AssertionError(code(request.toString()) + ": " + e.getMessage(), e);
        }
    }

    /** What the backend was sent since, without the fields that every request gets. */
    private String seen(int before) {
        Await.until("the backend has seen all there is", () -> backend.open() == 0);
        String seen = OURS.matcher(backend.received().substring(before)).replaceAll("");
        return seen.isEmpty() ? NOTHING : seen;
    }

    /** Bytes as a line of a Markdown table; what is long is cut where it only repeats itself. */
    private static String code(String bytes) {
        StringBuilder shown = new StringBuilder();
        for (char c : bytes.replaceAll("(.)\\1{39,}", "$1$1$1…").toCharArray()) {
            switch (c) {
                case '\r' -> shown.append("\\r");
                case '\n' -> shown.append("\\n");
                case '\t' -> shown.append("\\t");
                case '|' -> shown.append("\\|");
                case '`' -> shown.append('\'');
                default -> {
                    if (c < ' ' || c == 0x7f || (c > 0x7f && c < 0x100)) {
                        shown.append(String.format(Locale.ROOT, "\\x%02x", (int) c));
                    } else {
                        shown.append(c);
                    }
                }
            }
        }
        return "`" + shown + "`";
    }

    @Test
    void dropsFieldsOfTheTrailersThatFrameOrRoute() throws IOException {
        serve();
        try (WireClient client = fixture.plain()) {
            client.send(
                    "POST / HTTP/1.1\r\nHost: " + HOST + "\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
                            + "Content-Length: 7\r\nHost: other.localhost\r\nX-Forwarded-For: 9.9.9.9\r\nConnection: x\r\nX-Good: 1\r\n\r\n");
            assertEquals(200, client.readResponse().status());
            String trailers = backend.received().substring(backend.received().indexOf("\r\n\r\n") + 4);
            assertEquals("0\r\nx-good: 1\r\n\r\n", trailers.toLowerCase(Locale.ROOT));
        }
    }

    @Test
    void seesAFoldThatComesInPieces() throws IOException {
        serve();
        String head = "GET / HTTP/1.1\r\nHost: " + HOST + "\r\nX: y\r\n folded\r\n\r\n";
        String trailers = "POST / HTTP/1.1\r\nHost: " + HOST
                + "\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX: y\r\n folded\r\n\r\n";
        for (String request : List.of(head, trailers)) {
            try (WireClient client = fixture.plain()) {
                for (int i = 0; i < request.length(); i++) {
                    client.send(request.substring(i, i + 1));
                }
                assertEquals(400, client.readResponse().status());
            }
        }
    }

    @Test
    void takesARequestThatComesInPieces() throws IOException {
        serve();
        String request = "\r\nPOST /a HTTP/1.1\r\nHost: " + HOST
                + "\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n a\n\r\n1\r\n \r\n0\r\nX: y\r\nZ: y\r\n\r\n";
        for (int i = 1; i < request.length(); i++) {
            try (WireClient client = fixture.plain()) {
                client.send(request.substring(0, i)).send(request.substring(i));
                assertEquals(200, client.readResponse().status());
            }
        }
    }

    @Test
    void answersAtMostWhatWasAsked() throws IOException {
        try (TestBackend talkative = TestBackend.scripted(peer -> {
                    while (peer.readHead() != null) {
                        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none"
                                + "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged");
                    }
                });
                WireClient client = fixture.route("talk.localhost", talkative).secure("talk.localhost")) {
            String get = "GET / HTTP/1.1\r\nHost: talk.localhost\r\n\r\n";
            client.send(get + get + get);
            for (int i = 0; i < 3; i++) {
                assertEquals("one", client.readResponse().text());
            }
        }
    }
}
