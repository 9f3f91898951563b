package dev.gotunnel.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.net.httpserver.HttpServer;
import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.policy.Balance;
import dev.gotunnel.policy.Ejection;
import dev.gotunnel.policy.Limits;
import dev.gotunnel.proxy.Route;
import dev.gotunnel.testing.Await;
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
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
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
    private static final int CHANGES = 200;

    /** By then all backends of the tunnel are down, more likely than not. */
    private static final Duration STANDSTILL = Duration.ofMillis(500);

    /** A backend that can be killed, connections included, and started again on its port. */
    private static final class Backend {
        private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        private int port;
        private HttpServer server;
        private boolean up;

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
            up = true;
        }

        void kill() {
            up = false;
            server.stop(0);
        }

        boolean isUp() {
            return up;
        }

        BackendAddress address() {
            return new BackendAddress("127.0.0.1", port);
        }
    }

    /** A tunnel and its three backends, which a stream of chances changes while it is in use. */
    private static final class Changes {
        private final Random chance;
        private final EngineFixture fixture;
        private final List<Backend> backends;
        private final Map<String, Integer> made = new TreeMap<>();
        private boolean otherTunnel;

        Changes(long seed, EngineFixture fixture, List<Backend> backends) {
            this.chance = new Random(seed);
            this.fixture = fixture;
            this.backends = backends;
            fixture.route(route());
        }

        /** Some of the backends in some order, in turn by one rule or another. */
        private Route route() {
            PolicyBuilder policy = new PolicyBuilder();
            policy.hold = Duration.ofSeconds(20);
            policy.retries = 3;
            policy.balance = Balance.values()[chance.nextInt(Balance.values().length)];
            policy.ejection = new Ejection(3, Duration.ofMillis(200));
            policy.slowStart = chance.nextBoolean() ? Duration.ofMillis(300) : null;
            List<Backend> chosen = new ArrayList<>(backends);
            Collections.shuffle(chosen, chance);
            return new Route(
                    "load/run",
                    List.of("localhost"),
                    chosen.subList(0, 1 + chance.nextInt(chosen.size())).stream()
                            .map(Backend::address)
                            .toList(),
                    true,
                    policy.build(),
                    List.of(),
                    null);
        }

        void next() throws IOException {
            Backend backend = backends.get(chance.nextInt(backends.size()));
            switch (chance.nextInt(5)) {
                case 0 -> {
                    made("backends changed");
                    fixture.engine().update(route());
                }
                case 1 -> {
                    made("certificate replaced");
                    fixture.engine().replaceCertificate("load/run", EngineFixture.newMaterial("localhost"));
                }
                case 2 -> {
                    made("other tunnel added or removed");
                    if (otherTunnel) {
                        fixture.engine().remove("load/other", Duration.ZERO).join();
                    } else {
                        fixture.route(
                                new Route("load/other", List.of("other.localhost"), List.of(backend.address()), true));
                    }
                    otherTunnel = !otherTunnel;
                }
                case 3 -> {
                    made("backend restarted");
                    backend.kill();
                    backend.start();
                }
                default -> {
                    made("backend down or up");
                    if (backend.isUp()) {
                        backend.kill();
                    } else {
                        backend.start();
                    }
                }
            }
        }

        private void made(String change) {
            made.merge(change, 1, Integer::sum);
        }

        /** Requests wait while all their backends are down. */
        void bringUp() throws IOException {
            for (Backend backend : backends) {
                if (!backend.isUp()) {
                    backend.start();
                }
            }
        }
    }

    @Test
    void losesNothingWhileEverythingChanges() throws Exception {
        List<Backend> backends = List.of(new Backend(), new Backend(), new Backend());
        long seed = Long.getLong("gotunnel.test.seed", System.nanoTime());
        AtomicLong sent = new AtomicLong();
        ConcurrentLinkedQueue<String> lost = new ConcurrentLinkedQueue<>();
        AtomicBoolean over = new AtomicBoolean();
        try (EngineFixture fixture = EngineFixture.start();
                HttpClient http1 = fixture.client(HttpClient.Version.HTTP_1_1);
                HttpClient http2 = fixture.client(HttpClient.Version.HTTP_2);
                ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            Changes changes = new Changes(seed, fixture, backends);
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                HttpClient client = i % 2 == 0 ? http1 : http2;
                running.add(clients.submit(() -> load(client, fixture, over, sent, lost)));
            }
            for (int change = 0; change < CHANGES; change++) {
                long before = sent.get();
                changes.next();
                if (!Await.within(STANDSTILL, () -> sent.get() >= before + 20)) {
                    changes.bringUp();
                    Await.until("requests go on", () -> sent.get() >= before + 20);
                }
            }
            over.set(true);
            changes.bringUp();
            for (Future<?> each : running) {
                each.get();
            }
            System.out.printf(
                    "load run: seed %d, %s, %d requests sent, %d answered, %d lost%n",
                    seed, changes.made, sent.get(), sent.get() - lost.size(), lost.size());
        } finally {
            backends.forEach(Backend::kill);
        }
        assertEquals(List.of(), List.copyOf(lost), "seed " + seed);
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
