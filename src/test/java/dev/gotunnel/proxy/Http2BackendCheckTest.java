package dev.gotunnel.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.policy.BackendAddress.Scheme;
import dev.gotunnel.policy.TrafficPolicy;
import dev.gotunnel.testing.Await;
import dev.gotunnel.testing.EngineFixture;
import dev.gotunnel.testing.Http2Backend;
import dev.gotunnel.testing.TestBackend;
import dev.gotunnel.testing.WireClient;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** When backends are looked at of which a look asks for more than to accept a connection. */
class Http2BackendCheckTest {
    private static final String HOST = "grpc.localhost";

    @AutoClose
    private final EngineFixture fixture = EngineFixture.start();

    private Http2Backend serve(Http2Backend backend) {
        fixture.route(HOST, new BackendAddress(Scheme.H2C, "127.0.0.1", backend.port(), 1), TrafficPolicy.NONE);
        return backend;
    }

    @Test
    void looksAtABackendThatIsUpOnlySeldom() throws Exception {
        try (Http2Backend backend = serve(Http2Backend.scripted(s -> s.respond(200, "ok")))) {
            fixture.engine().checkNow("test/" + HOST);
            assertTrue(fixture.engine().health("test/" + HOST).getFirst().healthy());
            assertEquals(1, backend.connections());
            try (TestBackend plain = TestBackend.scripted(_ -> {})) {
                fixture.route("plain.localhost", plain);
                Await.until("the plain one was looked at twice", () -> plain.accepted() >= 2);
            }
            assertEquals(1, backend.connections());
        }
    }

    @Test
    void looksAtABackendWhoseConnectionIsLost() throws Exception {
        try (Http2Backend backend = serve(Http2Backend.scripted(s -> s.respond(200, "ok")));
                WireClient client = fixture.secure(HOST)) {
            assertEquals("ok", client.get(HOST, "/").readResponse().text());
            backend.close();
            Await.until(
                    "the next look finds it down",
                    () -> !fixture.engine().health("test/" + HOST).getFirst().healthy());
        }
    }
}
