package dev.gotunnel.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.policy.Ejection;
import dev.gotunnel.policy.Limits;
import dev.gotunnel.proxy.Route;
import dev.gotunnel.testing.EngineFixture;
import dev.gotunnel.testing.Http2Client;
import dev.gotunnel.testing.PolicyBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What changes while it is in use: nothing that may be repeated is lost, and one tunnel's trouble stays its own. */
@Tag("system")
class LoadRunSystemTest {
    private static final int CLIENTS = 6;
    private static final int CHANGES = 100;

    /** A backend that can be killed, connections included, and started again on its port. */
    private static final class Backend {
        private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        private int port;
        private HttpServer server;

        Backend() throws IOException {
            start();
        }

        void start() throws IOException {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 100);
            port = server.getAddress().getPort();
            server.setExecutor(threads);
            server.createContext("/", exchange -> {
                byte[] body = exchange.getRequestURI().toString().getBytes();
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
                exchange.close();
            });
            server.start();
        }

        void kill() {
            server.stop(0);
        }

        BackendAddress address() {
            return new BackendAddress("127.0.0.1", port);
        }
    }

    @Test
    void losesNothingWhileEverythingChanges() throws Exception {
        Backend one = new Backend();
        Backend two = new Backend();
        AtomicLong sent = new AtomicLong();
        ConcurrentLinkedQueue<String> lost = new ConcurrentLinkedQueue<>();
        AtomicBoolean over = new AtomicBoolean();
        try (EngineFixture fixture = EngineFixture.start();
                HttpClient http1 = fixture.client(HttpClient.Version.HTTP_1_1);
                HttpClient http2 = fixture.client(HttpClient.Version.HTTP_2);
                ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            fixture.route(route(0, one, two));
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                HttpClient client = i % 2 == 0 ? http1 : http2;
                running.add(clients.submit(() -> load(client, fixture, over, sent, lost)));
            }
            for (int change = 0; change < CHANGES; change++) {
                long before = sent.get();
                change(fixture, change, one, two);
                while (sent.get() < before + 20) {
                    Thread.onSpinWait();
                    Thread.sleep(1);
                }
            }
            over.set(true);
            for (Future<?> each : running) {
                each.get();
            }
        } finally {
            one.kill();
            two.kill();
        }
        System.out.printf(
                "load run: %d changes, %d requests sent, %d answered, %d lost%n",
                CHANGES, sent.get(), sent.get() - lost.size(), lost.size());
        assertEquals(List.of(), List.copyOf(lost));
        assertTrue(sent.get() > CHANGES * 20L);
    }

    private static Route route(int variant, Backend... backends) {
        PolicyBuilder policy = new PolicyBuilder();
        policy.hold = Duration.ofSeconds(20);
        policy.retries = 2 + variant % 2;
        policy.ejection = new Ejection(3, Duration.ofMillis(200));
        List<BackendAddress> addresses = new ArrayList<>();
        for (Backend backend : backends) {
            addresses.add(backend.address());
        }
        return new Route("load/run", List.of("localhost"), addresses, true, policy.build(), List.of(), null);
    }

    private static void change(EngineFixture fixture, int change, Backend one, Backend two) throws IOException {
        switch (change % 5) {
            case 0 -> fixture.engine().update(change % 2 == 0 ? route(change, one, two) : route(change, two, one));
            case 1 -> fixture.engine().replaceCertificate("load/run", EngineFixture.newMaterial("localhost"));
            case 2 -> fixture.route(new Route("load/other", List.of("other.localhost"), List.of(one.address()), true));
            case 3 -> fixture.engine().remove("load/other", Duration.ZERO).join();
            default -> {
                Backend killed = change % 2 == 0 ? one : two;
                killed.kill();
                killed.start();
            }
        }
    }

    private static void load(
            HttpClient client,
            EngineFixture fixture,
            AtomicBoolean over,
            AtomicLong sent,
            ConcurrentLinkedQueue<String> lost) {
        while (!over.get()) {
            String path = "/" + sent.incrementAndGet();
            try {
                HttpResponse<String> answer = client.send(
                        HttpRequest.newBuilder(URI.create("https://localhost:" + fixture.securePort() + path))
                                .timeout(Duration.ofSeconds(30))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                if (answer.statusCode() != 200 || !answer.body().equals(path)) {
                    lost.add(path + ": " + answer.statusCode() + " " + answer.body());
                }
            } catch (IOException e) {
                lost.add(path + ": " + e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    @Test
    void anOverloadedTunnelDoesNotSlowAnother() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        HttpServer stuck = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1000);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        stuck.setExecutor(threads);
        stuck.createContext("/", exchange -> {
            try {
                go.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        stuck.start();
        Backend healthy = new Backend();
        PolicyBuilder policy = new PolicyBuilder();
        policy.limits = new Limits(null, 50, null);
        try (EngineFixture fixture = EngineFixture.start();
                HttpClient client = fixture.client(HttpClient.Version.HTTP_1_1)) {
            fixture.route(
                    "stuck.localhost",
                    new BackendAddress("127.0.0.1", stuck.getAddress().getPort()),
                    policy.build());
            fixture.route(new Route("load/run", List.of("localhost"), List.of(healthy.address()), true));
            try (Http2Client many = new Http2Client(fixture, "stuck.localhost")) {
                for (int i = 0; i < 100; i++) {
                    many.headers(2 * i + 1, Http2Client.request("GET", "stuck.localhost", "/"), true);
                }
                int refused = 0;
                while (refused < 50) {
                    var head = many.next(Http2Client.Frame.Headers.class);
                    assertEquals("503", String.valueOf(head.headers().status()));
                    refused++;
                }
                for (int i = 0; i < 100; i++) {
                    HttpResponse<String> answer = client.send(
                            HttpRequest.newBuilder(URI.create("https://localhost:" + fixture.securePort() + "/" + i))
                                    .timeout(Duration.ofSeconds(5))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
                    assertEquals(200, answer.statusCode());
                }
            }
        } finally {
            go.countDown();
            stuck.stop(0);
            healthy.kill();
            threads.shutdown();
        }
    }
}
