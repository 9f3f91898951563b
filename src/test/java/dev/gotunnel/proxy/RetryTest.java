package dev.gotunnel.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.observability.Telemetry;
import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.policy.Balance;
import dev.gotunnel.policy.Ejection;
import dev.gotunnel.policy.HealthProbe;
import dev.gotunnel.policy.PathRoute;
import dev.gotunnel.policy.TrafficPolicy;
import dev.gotunnel.testing.Await;
import dev.gotunnel.testing.EngineFixture;
import dev.gotunnel.testing.PolicyBuilder;
import dev.gotunnel.testing.TestBackend;
import dev.gotunnel.testing.WireClient;
import dev.gotunnel.testing.WireClient.Response;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What becomes of a request, and of its backend, when that does not answer as it should; what a trace tells of it. */
class RetryTest {
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

    @AutoClose
    private final TestBackend one = TestBackend.saying("one");

    @AutoClose
    private final TestBackend two = TestBackend.saying("two");

    @AutoClose
    private final TestBackend breaking = TestBackend.answering((_, peer) -> peer.close());

    @AutoClose
    private final TestBackend broken = TestBackend.answering((_, peer) -> peer.respond(503, "broken"));

    private final PolicyBuilder policy = new PolicyBuilder();

    private static BackendAddress address(TestBackend backend) {
        return new BackendAddress("127.0.0.1", backend.port());
    }

    /** A port that nobody listens on. */
    private static BackendAddress nobody() {
        try (TestBackend gone = TestBackend.saying("gone")) {
            return address(gone);
        }
    }

    private Route route(BackendAddress... backends) {
        return new Route(ID, List.of(HOST), Arrays.asList(backends), true, policy.build(), List.of(), null);
    }

    private Response ask(String method) throws IOException {
        try (WireClient client = fixture.secure(HOST)) {
            return client.send(method + " / HTTP/1.1\r\nHost: " + HOST + "\r\nContent-Length: 0\r\n\r\n")
                    .readResponse();
        }
    }

    private List<String> reasonsOfRetries() {
        Await.until("the request is traced", () -> !spans.getFinishedSpanItems().isEmpty());
        return spans.getFinishedSpanItems().stream()
                .map(SpanData::getEvents)
                .flatMap(List::stream)
                .filter(event -> event.getName().equals("retry"))
                .map(event -> event.getAttributes().get(AttributeKey.stringKey("reason")))
                .toList();
    }

    @Test
    void aTraceTellsOfEachRetryAndWhy() throws IOException {
        policy.balance = Balance.FAILOVER;
        policy.retries = 2;
        fixture.route(route(address(breaking), address(broken), address(one)));
        assertEquals("one", ask("GET").text());
        assertEquals(List.of("the connection was closed", "it was answered with 503"), reasonsOfRetries());
    }

    @Test
    void aRequestIsSentAgainNoMoreOftenThanAllowed() throws IOException {
        policy.retries = 3;
        fixture.route(route(address(breaking)));
        assertEquals(502, ask("GET").status());
        assertEquals(4, breaking.requests().size());
        assertEquals(502, ask("POST").status());
        assertEquals(5, breaking.requests().size());
    }

    @Test
    void aConnectionThatBreaksCountsAsAFailureThoughTheRequestIsAnsweredElsewhere() throws IOException {
        policy.balance = Balance.FAILOVER;
        policy.ejection = new Ejection(2, Duration.ofHours(1));
        fixture.route(route(address(breaking), address(one)));
        for (int i = 0; i < 4; i++) {
            assertEquals("one", ask("GET").text());
        }
        assertEquals(2, breaking.requests().size());
        assertTrue(fixture.healthChanges().contains(ID));
    }

    @Test
    void anAnswerOfTroubleIsPassedOnWhereNoOtherBackendIsUp() throws IOException {
        policy.balance = Balance.FAILOVER;
        policy.retries = 1;
        fixture.route(route(address(broken), nobody()));
        fixture.engine().checkNow(ID);
        assertEquals("broken", ask("GET").text());
    }

    @Test
    void aConnectionThatBreaksIsTriedAgainAtTheSameBackendWhereNoOtherIsUp() throws IOException {
        policy.balance = Balance.FAILOVER;
        fixture.route(route(address(breaking), nobody()));
        fixture.engine().checkNow(ID);
        assertTrue(ask("GET").text().contains("closed the connection"));
        assertEquals(2, breaking.requests().size());
    }

    @Test
    void thoseThatAreUpShareEquallyWhatOneThatIsDownLeaves() throws IOException {
        fixture.route(route(nobody(), address(one), address(two)));
        fixture.engine().checkNow(ID);
        List<String> said = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            said.add(ask("GET").text());
        }
        assertEquals(List.of("one", "two", "one", "two", "one", "two"), said);
    }

    @Test
    void pathsThatShareABackendShowItOnceAndLeaveItsProbeAlone() {
        PolicyBuilder probing = new PolicyBuilder();
        probing.health = new HealthProbe("/up", Duration.ofMillis(100), Duration.ofSeconds(5), 200, 299, 2, 1);
        PolicyBuilder retrying = new PolicyBuilder();
        retrying.retries = 2;
        fixture.route(new Route(
                ID,
                List.of(HOST),
                List.of(address(one)),
                true,
                TrafficPolicy.NONE,
                List.of(path("/longest", probing), path("/short", retrying)),
                null));
        assertEquals(1, fixture.engine().health(ID).size());
        Await.until(
                "it is probed",
                () -> one.requests().stream().anyMatch(r -> r.target().equals("/up")));
    }

    private static PathRoute path(String prefix, PolicyBuilder policy) {
        return new PathRoute(prefix, null, List.of(), policy.build());
    }
}
