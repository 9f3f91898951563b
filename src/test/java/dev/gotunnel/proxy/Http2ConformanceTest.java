package dev.gotunnel.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gotunnel.testing.EngineFixture;
import dev.gotunnel.testing.Http2Wire;
import dev.gotunnel.testing.TestBackend;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a server MUST do by RFC 9113 sections 3 to 8 and RFC 7541, one row each: the bytes that are sent after the preface
 * and the settings, and what comes of them. A row that is to do no harm ends with a request that is answered.
 */
class Http2ConformanceTest {
    private static final String HOST = "localhost";

    private static EngineFixture fixture;
    private static TestBackend backend;

    @BeforeAll
    static void start() {
        fixture = EngineFixture.start();
        backend = TestBackend.answering((request, peer) -> {
            if (request.target().equals("/hold")) {
                peer.awaitEnd();
                return;
            }
            peer.readBody(request);
            peer.respond(200, "ok");
        });
        fixture.route(HOST, backend);
        fixture.plainRoute("plain.localhost", backend);
    }

    @AfterAll
    static void stop() {
        fixture.close();
        backend.close();
    }

    static Stream<Http2Rules.Row> plain() {
        return new Http2Rules("http", "plain.localhost").all();
    }

    static Stream<Http2Rules.Row> secure() {
        return new Http2Rules("https", HOST).all();
    }

    @ParameterizedTest
    @MethodSource("plain")
    void withoutTls(Http2Rules.Row row) throws IOException {
        try (Http2Wire client = Http2Wire.plain(fixture.plainPort())) {
            check(client, row);
        }
    }

    @ParameterizedTest
    @MethodSource("secure")
    void overTls(Http2Rules.Row row) throws IOException {
        try (Http2Wire client = Http2Wire.secure(fixture, HOST)) {
            check(client, row);
        }
    }

    private static void check(Http2Wire client, Http2Rules.Row row) throws IOException {
        if (row.greeted()) {
            client.greet();
        }
        client.send(row.sent());
        assertEquals(row.expected(), client.outcome(), row.rule());
    }
}
