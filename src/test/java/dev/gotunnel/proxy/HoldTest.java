package dev.gotunnel.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.observability.Telemetry;
import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.testing.Await;
import dev.gotunnel.testing.EngineFixture;
import dev.gotunnel.testing.Http2Client;
import dev.gotunnel.testing.PolicyBuilder;
import dev.gotunnel.testing.TestBackend;
import dev.gotunnel.testing.WireClient;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Requests that wait for a backend, and what may happen meanwhile. */
class HoldTest {
    private static final String HOST = "shop.localhost";
    private static final String ID = "default/shop";

    private final InMemorySpanExporter spans = InMemorySpanExporter.create();

    @AutoClose
    private final Telemetry telemetry = new Telemetry(OpenTelemetrySdk.builder()
            .setTracerProvider(SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(spans))
                    .build())
            .build());

    @AutoClose
    private final EngineFixture fixture = EngineFixture.start(telemetry);

    private final PolicyBuilder policy = new PolicyBuilder();
    private final int port;

    HoldTest() {
        try (TestBackend gone = TestBackend.saying("gone")) {
            port = gone.port();
        }
    }

    private void serve() {
        fixture.route(new Route(
                ID,
                List.of(HOST),
                List.of(new BackendAddress("127.0.0.1", port)),
                true,
                policy.build(),
                List.of(),
                null));
    }

    private TestBackend start() {
        return TestBackend.on("127.0.0.1", port, TestBackend.serving((request, peer) -> {
            peer.readBody(request);
            peer.respond(200, "up");
        }));
    }

    private void awaitDown() {
        Await.until(
                "the backend is found down",
                () -> fixture.engine().health(ID).stream().noneMatch(ProxyEngine.BackendHealth::healthy));
    }

    private List<Long> statuses() {
        return spans.getFinishedSpanItems().stream()
                .map(span -> span.getAttributes().get(AttributeKey.longKey("http.response.status_code")))
                .toList();
    }

    @Test
    void aBackendThatWasUpIsWaitedForWithoutBeingAsked() throws IOException {
        serve();
        try (WireClient client = fixture.secure(HOST)) {
            try (TestBackend before = start()) {
                assertEquals("up", client.get(HOST, "/").readResponse().text());
                assertEquals(1, before.requests().size());
            }
            client.get(HOST, "/");
            awaitDown();
            try (TestBackend after = start()) {
                assertEquals("up", client.readResponse().text());
                assertEquals(1, after.requests().size());
            }
        }
    }

    @Test
    void whoGoesAwayWhileWaitingIsForgotten() throws Exception {
        policy.hold = Duration.ofMinutes(1);
        serve();
        try (WireClient leaving = fixture.secure(HOST);
                Http2Client http2 = new Http2Client(fixture, HOST)) {
            leaving.get(HOST, "/");
            http2.headers(1, Http2Client.request("GET", HOST, "/"), true);
            awaitDown();
            leaving.close();
            http2.reset(1);
            Await.until("both are given up", () -> statuses().equals(List.of(499L, 499L)));
            try (TestBackend late = start();
                    WireClient next = fixture.secure(HOST)) {
                assertEquals("up", next.get(HOST, "/").readResponse().text());
                assertEquals(1, late.requests().size());
            }
        }
    }

    @Test
    void noMoreWaitThanTheBound() {
        policy.hold = Duration.ofMinutes(1);
        serve();
        try (Http2Client many = new Http2Client(fixture, HOST);
                Http2Client more = new Http2Client(fixture, HOST)) {
            for (int i = 0; i < 200; i++) {
                many.headers(2 * i + 1, Http2Client.request("GET", HOST, "/"), true);
            }
            for (int i = 0; i < 57; i++) {
                more.headers(2 * i + 1, Http2Client.request("GET", HOST, "/"), true);
            }
            Await.until("the one above is told at once", () -> statuses().equals(List.of(502L)));
            try (TestBackend late = start()) {
                Await.until(
                        "all others are answered",
                        () -> statuses().stream()
                                        .filter(status -> status == 200)
                                        .count()
                                == 256);
                assertEquals(256, late.requests().size());
            }
        }
    }

    @Test
    void aRouteThatIsRemovedLetsNobodyWait() throws Exception {
        policy.hold = Duration.ofMinutes(1);
        serve();
        try (WireClient client = fixture.secure(HOST)) {
            client.get(HOST, "/");
            awaitDown();
            fixture.engine().remove(ID, Duration.ZERO).join();
            assertTrue(client.isEnded());
        }
    }

    @Test
    void aChangeOfTheRouteDoesNotDisturbWhoWaits() throws Exception {
        policy.hold = Duration.ofMinutes(1);
        serve();
        try (WireClient client = fixture.secure(HOST)) {
            client.send("POST / HTTP/1.1\r\nHost: " + HOST + "\r\nContent-Length: 5\r\n\r\nhello");
            awaitDown();
            fixture.engine().update(new Route(ID, List.of(HOST), List.of(new BackendAddress("127.0.0.1", port)), true));
            try (TestBackend late = start()) {
                assertEquals("up", client.readResponse().text());
                assertTrue(late.received().endsWith("hello"));
            }
        }
    }

    @Test
    void whoWaitsGetsTheBackendThatAChangeBrings() throws Exception {
        policy.hold = Duration.ofMinutes(1);
        serve();
        try (WireClient client = fixture.secure(HOST);
                TestBackend moved = TestBackend.saying("moved")) {
            client.get(HOST, "/");
            awaitDown();
            fixture.engine()
                    .update(new Route(ID, List.of(HOST), List.of(new BackendAddress("127.0.0.1", moved.port())), true));
            assertEquals("moved", client.readResponse().text());
        }
    }
}
