package dev.gotunnel.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.testing.EngineFixture;
import dev.gotunnel.testing.TestBackend;
import dev.gotunnel.testing.WireClient;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.kqueue.KQueue;
import io.netty.channel.uring.IoUring;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What depends on how the engine talks to the kernel, on every way that this machine has. */
class TransportTest {
    static Stream<String> available() {
        Stream.Builder<String> names = Stream.<String>builder().add("nio");
        if (Epoll.isAvailable()) {
            names.add("epoll");
        }
        if (IoUring.isAvailable()) {
            names.add("io_uring");
        }
        if (KQueue.isAvailable()) {
            names.add("kqueue");
        }
        return names.build();
    }

    @ParameterizedTest
    @MethodSource("available")
    void servesBothVersionsOfHttp(String transport) throws Exception {
        try (EngineFixture fixture = EngineFixture.start(transport);
                TestBackend backend = TestBackend.saying("hello")) {
            fixture.route("localhost", backend);
            for (HttpClient.Version version : HttpClient.Version.values()) {
                if (version.name().equals("HTTP_3")) {
                    continue;
                }
                try (HttpClient client = fixture.client(version)) {
                    assertEquals("hello", Requests.get(client, fixture, "/").body());
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("available")
    void saysWhoHoldsATakenPort(String transport) throws IOException {
        try (EngineFixture fixture = EngineFixture.start(transport);
                ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            GotunnelException e =
                    assertThrows(GotunnelException.class, () -> fixture.engine().listen(taken.getLocalPort(), true));
            assertEquals(ErrorCode.PORT_TAKEN, e.code());
            assertTrue(e.getMessage().contains("pid " + ProcessHandle.current().pid()), e.getMessage());
        }
    }

    @ParameterizedTest
    @MethodSource("available")
    void takesAPortOnlyOnBothAddresses(String transport) throws IOException {
        try (EngineFixture fixture = EngineFixture.start(transport);
                ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("::1"))) {
            int port = taken.getLocalPort();
            GotunnelException e =
                    assertThrows(GotunnelException.class, () -> fixture.engine().listen(port, true));
            assertEquals(ErrorCode.PORT_TAKEN, e.code());
            // The half that it had is free again.
            new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1")).close();
        }
    }

    @ParameterizedTest
    @MethodSource("available")
    void answersForABackendThatRefuses(String transport) throws IOException {
        try (EngineFixture fixture = EngineFixture.start(transport)) {
            TestBackend gone = TestBackend.saying("");
            gone.close();
            fixture.route("shop.localhost", gone);
            try (WireClient client = fixture.secure("shop.localhost")) {
                WireClient.Response answer = client.get("shop.localhost", "/").readResponse();
                assertEquals(502, answer.status());
                assertTrue(answer.text().contains("connection refused"), answer.text());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("available")
    void freesAPortThatItNoLongerListensOn(String transport) throws IOException {
        try (EngineFixture fixture = EngineFixture.start(transport);
                TestBackend backend = TestBackend.saying("hello")) {
            fixture.route("shop.localhost", backend);
            int port = fixture.engine().listen(0, true);
            try (WireClient open = fixture.secure("shop.localhost", port)) {
                fixture.engine().unlisten(port);
                new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1")).close();
                assertEquals(
                        "hello", open.get("shop.localhost", "/").readResponse().text());
            }
        }
    }
}
