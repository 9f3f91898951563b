package dev.gotunnel.testing;

import dev.gotunnel.cert.CertificateAuthority;
import dev.gotunnel.cert.Leaf;
import dev.gotunnel.observability.Telemetry;
import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.policy.TrafficPolicy;
import dev.gotunnel.proxy.ClientLimits;
import dev.gotunnel.proxy.KeyMaterial;
import dev.gotunnel.proxy.ProxyEngine;
import dev.gotunnel.proxy.Route;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/**
 * A running engine on ports that nobody else has, with a certificate authority that the clients made here trust. The
 * authority and the leaves are made once per process.
 */
public final class EngineFixture implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final ProxyEngine engine;
    private final int securePort;
    private final int plainPort;
    private final ConcurrentLinkedQueue<String> healthChanges = new ConcurrentLinkedQueue<>();

    private EngineFixture(String transport, Telemetry telemetry, ClientLimits limits) {
        engine = new ProxyEngine(transport, EngineFixture::material, telemetry, limits, healthChanges::add);
        securePort = engine.listen(0, true);
        plainPort = engine.listen(0, false);
        engine.redirectTo(securePort);
    }

    /** On the best transport that the machine has, or the one that {@code -Dgotunnel.test.transport} names. */
    public static EngineFixture start() {
        return start(ClientLimits.DEFAULT);
    }

    /** With other limits on what clients may do. */
    public static EngineFixture start(ClientLimits limits) {
        return new EngineFixture(System.getProperty("gotunnel.test.transport"), Telemetry.off(), limits);
    }

    /** On a transport by its name. */
    public static EngineFixture start(String transport) {
        return new EngineFixture(transport, Telemetry.off(), ClientLimits.DEFAULT);
    }

    public static EngineFixture start(Telemetry telemetry) {
        return new EngineFixture(System.getProperty("gotunnel.test.transport"), telemetry, ClientLimits.DEFAULT);
    }

    public ProxyEngine engine() {
        return engine;
    }

    public int securePort() {
        return securePort;
    }

    public int plainPort() {
        return plainPort;
    }

    /** The routes whose backends' health changed, in that order. */
    public ConcurrentLinkedQueue<String> healthChanges() {
        return healthChanges;
    }

    /** Serves a name over HTTPS from backends on 127.0.0.1. */
    public EngineFixture route(String name, TestBackend... backends) {
        return route(name, true, backends);
    }

    /** Serves a name over plain HTTP too, without a redirect. */
    public EngineFixture plainRoute(String name, TestBackend... backends) {
        return route(name, false, backends);
    }

    private EngineFixture route(String name, boolean https, TestBackend... backends) {
        return route(new Route(
                "test/" + name,
                List.of(name),
                Arrays.stream(backends)
                        .map(backend -> new BackendAddress("127.0.0.1", backend.port()))
                        .toList(),
                https));
    }

    /** Serves a name over HTTPS from a backend by its address. */
    public EngineFixture route(String name, BackendAddress backend, TrafficPolicy policy) {
        return route(new Route("test/" + name, List.of(name), List.of(backend), true, policy, List.of(), null));
    }

    public EngineFixture route(Route route) {
        engine.add(route, material(route.names().getFirst()));
        return this;
    }

    /** A leaf of the test authority; for the empty name, one for loopback. */
    public static KeyMaterial material(String name) {
        Leaf leaf = Authority.LEAVES.computeIfAbsent(
                name, n -> Authority.CA.issue(n.isEmpty() ? List.of("localhost", "127.0.0.1", "::1") : List.of(n)));
        return new KeyMaterial(leaf.key(), leaf.chain());
    }

    /** A leaf of the test authority that no other test has. */
    public static KeyMaterial newMaterial(String name) {
        Leaf leaf = Authority.CA.issue(List.of(name));
        return new KeyMaterial(leaf.key(), leaf.chain());
    }

    /** A leaf of the test authority for some names. */
    public static Leaf issue(List<String> names) {
        return Authority.CA.issue(names);
    }

    /** The test authority's root. */
    public static X509Certificate root() {
        return Authority.CA.root();
    }

    /** What trusts the test authority and nothing else. */
    public static SSLContext trust() {
        return Authority.TRUST;
    }

    /** A client that asks the name {@code localhost} for things; redirects are not followed. */
    public HttpClient client(HttpClient.Version version) {
        return HttpClient.newBuilder()
                .version(version)
                .sslContext(trust())
                .connectTimeout(PATIENCE)
                .build();
    }

    /** A TLS connection that names a host by SNI. */
    public WireClient secure(String name) throws IOException {
        return secure(name, securePort);
    }

    public WireClient secure(String name, int port) throws IOException {
        return secure(name, port, "TLSv1.3", "TLSv1.2");
    }

    /** A connection of TLS 1.2. */
    public WireClient tls12(String name) throws IOException {
        return secure(name, securePort, "TLSv1.2");
    }

    private static WireClient secure(String name, int port, String... versions) throws IOException {
        // Sessions are resumed by the host that the factory is told, whatever the name asked for.
        SSLSocket socket = (SSLSocket) trust().getSocketFactory()
                .createSocket(new Socket(loopback(), port), name.isEmpty() ? "127.0.0.1" : name, port, true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setServerNames(name.isEmpty() ? List.of() : List.of(new SNIHostName(name)));
        parameters.setProtocols(versions);
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return new WireClient(socket);
    }

    /** A connection to the port of plain HTTP. */
    public WireClient plain() throws IOException {
        return plain(plainPort);
    }

    public WireClient plain(int port) throws IOException {
        return new WireClient(new Socket(loopback(), port));
    }

    private static InetAddress loopback() throws IOException {
        return InetAddress.getByName("127.0.0.1");
    }

    @Override
    public void close() {
        engine.close();
    }

    private static final class Authority {
        static final CertificateAuthority CA;
        static final Map<String, Leaf> LEAVES = new ConcurrentHashMap<>();
        static final SSLContext TRUST;

        static {
            try {
                CA = make();
                KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
                store.load(null, null);
                store.setCertificateEntry("root", CA.root());
                TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
                trust.init(store);
                TRUST = SSLContext.getInstance("TLS");
                TRUST.init(null, trust.getTrustManagers(), null);
            } catch (IOException | GeneralSecurityException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        private static CertificateAuthority make() throws IOException {
            Path folder = Files.createTempDirectory("gotunnel-test-ca");
            Path home = folder.resolve("ca");
            CertificateAuthority made =
                    CertificateAuthority.open(home, List.of("localhost", "local", "test"), Clock.systemUTC());
            // It reads its key when it is first asked to sign.
            var _ = made.issue(List.of("localhost"));
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                    Files.delete(file);
                }
            }
            return made;
        }
    }
}
