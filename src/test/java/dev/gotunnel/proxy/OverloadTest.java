package dev.gotunnel.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.policy.Limits;
import dev.gotunnel.testing.Await;
import dev.gotunnel.testing.EngineFixture;
import dev.gotunnel.testing.Http2Client;
import dev.gotunnel.testing.Http2Client.Frame;
import dev.gotunnel.testing.PolicyBuilder;
import dev.gotunnel.testing.TestBackend;
import dev.gotunnel.testing.WireClient;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One tunnel that is asked for more than its backend can do keeps no other from being served. */
class OverloadTest {
    private static final String STUCK = "stuck.localhost";
    private static final String WELL = "well.localhost";
    private static final int STREAMS = 200;

    @AutoClose
    private final EngineFixture fixture = EngineFixture.start();

    private final CountDownLatch go = new CountDownLatch(1);

    @AutoClose
    private final TestBackend stuck = TestBackend.answering((_, peer) -> {
        go.await();
        peer.respond(200, "at last");
    });

    @AutoClose
    private final TestBackend well = TestBackend.saying("well");

    private void serve(Limits limits) {
        PolicyBuilder policy = new PolicyBuilder();
        policy.limits = limits;
        fixture.route(STUCK, new BackendAddress("127.0.0.1", stuck.port()), policy.build());
        fixture.route(WELL, well);
    }

    /** Everything of the other tunnel comes, over both protocols, while requests to the stuck one are under way. */
    private void theOtherIsServed(Http2Client client, int stream) throws Exception {
        try (WireClient wire = fixture.secure(WELL)) {
            for (int i = 0; i < 200; i++) {
                assertEquals("well", wire.get(WELL, "/").readResponse().text());
                client.headers(stream + 2 * i, Http2Client.request("GET", WELL, "/"), true);
                assertEquals("well", client.body(stream + 2 * i));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void limitsAnswerWhatIsTooMuchAtOnceAndNobodyElseNotices(boolean perBackend) throws Exception {
        serve(perBackend ? new Limits(null, null, 10) : new Limits(null, 10, null));
        // One connection for all, as a browser has it for a certificate with several names.
        try (Http2Client client = new Http2Client(fixture, STUCK)) {
            for (int i = 0; i < STREAMS; i++) {
                client.headers(1 + 2 * i, Http2Client.request("GET", STUCK, "/"), true);
            }
            Map<String, Integer> statuses = new HashMap<>();
            for (int answered = 0; answered < STREAMS - 10; answered++) {
                String status =
                        client.next(Frame.Headers.class).headers().status().toString();
                statuses.merge(status, 1, Integer::sum);
            }
            assertEquals(Map.of("503", STREAMS - 10), statuses);
            Await.until(
                    "the backend has all that it may", () -> stuck.requests().size() == 10);
            theOtherIsServed(client, 1 + 2 * STREAMS);
            go.countDown();
            for (int answered = 0; answered < 10; answered++) {
                assertEquals(
                        "200",
                        client.next(Frame.Headers.class).headers().status().toString());
            }
        } finally {
            go.countDown();
        }
    }

    @Test
    void withoutLimitsNobodyElseNoticesEither() throws Exception {
        serve(null);
        try (Http2Client flood = new Http2Client(fixture, STUCK);
                Http2Client other = new Http2Client(fixture, WELL)) {
            for (int i = 0; i < STREAMS; i++) {
                flood.headers(1 + 2 * i, Http2Client.request("GET", STUCK, "/"), true);
            }
            Await.until("the backend has them all", () -> stuck.requests().size() == STREAMS);
            theOtherIsServed(other, 1);
            assertTrue(stuck.failures().isEmpty());
        } finally {
            go.countDown();
        }
    }

    @Test
    void anUploadThatNobodyTakesHoldsUpNoOtherStreamOfItsConnection() throws Exception {
        serve(null);
        try (Http2Client client = new Http2Client(fixture, STUCK)) {
            client.headers(1, Http2Client.request("POST", STUCK, "/"), false);
            // Its stream's window, a quarter of the connection's.
            for (int i = 0; i < 64; i++) {
                client.data(1, Http2Client.bytes(16_384), false);
            }
            theOtherIsServed(client, 3);
        } finally {
            go.countDown();
        }
    }
}
