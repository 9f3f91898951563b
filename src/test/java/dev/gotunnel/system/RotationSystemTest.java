package dev.gotunnel.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.cert.AuthorityChange;
import dev.gotunnel.cert.CertificateStore;
import dev.gotunnel.names.DomainName;
import dev.gotunnel.names.Suffixes;
import dev.gotunnel.observability.Telemetry;
import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.testing.InMemoryHosts;
import dev.gotunnel.testing.InMemoryJournal;
import dev.gotunnel.testing.InMemoryPrivileges;
import dev.gotunnel.testing.InMemoryTunnelStore;
import dev.gotunnel.testing.ScriptedResolution;
import dev.gotunnel.testing.TestBackend;
import dev.gotunnel.tunnel.HostsService;
import dev.gotunnel.tunnel.PortPlan;
import dev.gotunnel.tunnel.Refusals;
import dev.gotunnel.tunnel.TunnelId;
import dev.gotunnel.tunnel.TunnelManager;
import dev.gotunnel.tunnel.TunnelSpec;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real certificates of a tunnel that serves are replaced hundreds of times, and the authority itself several times, while
 * clients that verify what they get use it: over HTTP/2, over kept HTTP/1.1 connections, and with a handshake for each
 * request. Not one request may fail.
 */
@Tag("system")
@Timeout(180)
class RotationSystemTest {
    private static final Duration RUN = Duration.ofSeconds(20);
    private static final String NAME = "shop.localhost";

    @TempDir
    Path temp;

    private final Map<String, AtomicInteger> answered = new ConcurrentHashMap<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final Set<X509Certificate> seen = ConcurrentHashMap.newKeySet();

    /** A client that has read what it trusts is to be done before the authority that comes after is used. */
    private final ReadWriteLock trusting = new ReentrantReadWriteLock();

    private final AtomicBoolean over = new AtomicBoolean();

    /** Passes every connection to the engine, whatever name it is for: Java does not resolve names under localhost. */
    private static final class ToEngine implements AutoCloseable {
        private final ServerSocket server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        private final int port;

        ToEngine(int port) throws IOException {
            this.port = port;
            Thread.ofVirtual().start(this::accept);
        }

        ProxySelector selector() {
            return ProxySelector.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort()));
        }

        private void accept() {
            while (!server.isClosed()) {
                try {
                    Socket client = server.accept();
                    Thread.ofVirtual().start(() -> serve(client));
                } catch (IOException e) {
                    return;
                }
            }
        }

        private void serve(Socket client) {
            try (client;
                    Socket engine = new Socket(InetAddress.getLoopbackAddress(), port)) {
                InputStream in = client.getInputStream();
                int ends = 0;
                while (ends < 4) {
                    int next = in.read();
                    ends = next == (ends % 2 == 0 ? '\r' : '\n') ? ends + 1 : 0;
                }
                client.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                Thread back = Thread.ofVirtual().start(() -> copy(engine, client));
                copy(client, engine);
                back.join();
            } catch (IOException e) {
                // The client hears of it, and counts it.
                return;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private static void copy(Socket from, Socket to) {
            try {
                from.getInputStream().transferTo(to.getOutputStream());
                to.shutdownOutput();
            } catch (IOException e) {
                // Either side has closed it.
                return;
            }
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    private static SSLContext trusting(Set<X509Certificate> roots) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        for (X509Certificate root : roots) {
            store.setCertificateEntry(root.getSerialNumber().toString(), root);
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    private HttpClient client(SSLContext trust, ToEngine way, Version version) {
        return HttpClient.newBuilder()
                .sslContext(trust)
                .proxy(way.selector())
                .version(version)
                .build();
    }

    private void ask(String kind, HttpClient client, URI uri) {
        try {
            HttpRequest request =
                    HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(20)).build();
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200 || !response.body().equals("shop")) {
                failures.add(kind + ": " + response.statusCode() + " " + response.body());
            }
            seen.add((X509Certificate) response.sslSession().orElseThrow().getPeerCertificates()[0]);
            answered.computeIfAbsent(kind + " " + response.version(), _ -> new AtomicInteger())
                    .incrementAndGet();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException e) {
            failures.add(kind + ": " + e);
        }
    }

    @Test
    void noRequestFailsWhileCertificatesAndAuthoritiesAreReplaced() throws Exception {
        CertificateStore certificates =
                new CertificateStore(temp.resolve("data"), Suffixes.BUILT_IN.all(), Clock.systemUTC());
        Set<X509Certificate> roots = ConcurrentHashMap.newKeySet();
        roots.add(certificates.installCA());
        int leaves = 0;
        int authorities = 0;
        try (TestBackend backend = TestBackend.saying("shop");
                TunnelManager manager = new TunnelManager(new TunnelManager.Parts(
                        "1.0",
                        new PortPlan(0, 0, false),
                        null,
                        List.of(),
                        certificates,
                        new ScriptedResolution(),
                        new HostsService(
                                new InMemoryHosts(), new InMemoryJournal(), new Refusals(temp.resolve("refusals"))),
                        new InMemoryPrivileges(),
                        new InMemoryTunnelStore(),
                        Telemetry.off(),
                        false))) {
            manager.start(new TunnelSpec(
                    TunnelId.parse("session/shop"),
                    new DomainName(NAME),
                    List.of(new BackendAddress("127.0.0.1", backend.port())),
                    true,
                    null));
            int port = Objects.requireNonNull(manager.info().httpsPort());
            URI uri = URI.create("https://" + NAME + ":" + port + "/");
            try (ToEngine way = new ToEngine(port);
                    ExecutorService load = Executors.newVirtualThreadPerTaskExecutor()) {
                begin(load, roots, way, uri);
                long end = System.nanoTime() + RUN.toNanos();
                while (System.nanoTime() < end && failures.isEmpty()) {
                    if (leaves % 15 == 14) {
                        // As gotunnel trust renew does: trusted, then used, then the old one goes.
                        AuthorityChange change = certificates.change(Suffixes.BUILT_IN.all());
                        X509Certificate next = change.prepare().root();
                        trusting.writeLock().lock();
                        roots.add(next);
                        trusting.writeLock().unlock();
                        change.put();
                        manager.renewCertificates();
                        change.finish();
                        authorities++;
                    } else {
                        certificates.cleanupCert(NAME);
                        manager.renewCertificates();
                    }
                    leaves++;
                    TimeUnit.MILLISECONDS.sleep(20);
                }
                over.set(true);
            }
        }
        Map<String, AtomicInteger> table = new TreeMap<>(answered);
        System.out.println("certificates replaced: " + leaves + ", authorities: " + authorities
                + ", different certificates seen: " + seen.size() + ", requests answered: " + table + ", failed: "
                + failures.size());
        assertEquals(List.of(), List.copyOf(failures));
        assertEquals(Set.of("handshake each HTTP_1_1", "kept HTTP_1_1", "kept HTTP_2"), table.keySet());
        assertTrue(authorities >= 2, "authorities: " + authorities);
        assertTrue(seen.size() > leaves / 4, "certificates seen: " + seen.size());
    }

    private void begin(ExecutorService load, Set<X509Certificate> roots, ToEngine way, URI uri)
            throws GeneralSecurityException, IOException {
        SSLContext first = trusting(roots);
        for (Version version : List.of(Version.HTTP_2, Version.HTTP_1_1)) {
            HttpClient kept = client(first, way, version);
            for (int i = 0; i < 4; i++) {
                load.execute(() -> {
                    while (!over.get()) {
                        ask("kept", kept, uri);
                    }
                });
            }
        }
        for (int i = 0; i < 2; i++) {
            load.execute(() -> {
                while (!over.get()) {
                    // Without a session to resume, every request makes a whole handshake and verifies the certificate.
                    trusting.readLock().lock();
                    try (HttpClient anew = client(trusting(Set.copyOf(roots)), way, Version.HTTP_1_1)) {
                        ask("handshake each", anew, uri);
                    } catch (GeneralSecurityException | IOException e) {
                        failures.add(e.toString());
                    } finally {
                        trusting.readLock().unlock();
                    }
                }
            });
        }
    }
}
