package dev.gotunnel.tunnel;

import dev.gotunnel.names.DomainName;
import dev.gotunnel.observability.Telemetry;
import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.privilege.Outlook;
import dev.gotunnel.testing.Await;
import dev.gotunnel.testing.EngineFixture;
import dev.gotunnel.testing.InMemoryCertificates;
import dev.gotunnel.testing.InMemoryHosts;
import dev.gotunnel.testing.InMemoryJournal;
import dev.gotunnel.testing.InMemoryPrivileges;
import dev.gotunnel.testing.InMemoryTunnelStore;
import dev.gotunnel.testing.ScriptedResolution;
import dev.gotunnel.testing.TestBackend;
import dev.gotunnel.testing.WireClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** A manager on a real engine with ephemeral ports; everything around it is in memory. */
final class ManagerFixture implements AutoCloseable {
    final InMemoryCertificates certificates = new InMemoryCertificates();
    final ScriptedResolution names = new ScriptedResolution();
    final InMemoryHosts hosts = new InMemoryHosts().with(Outlook.UNAVAILABLE);
    final InMemoryJournal journal = new InMemoryJournal();
    final InMemoryPrivileges privileges = new InMemoryPrivileges();
    final InMemoryTunnelStore store;
    final TunnelManager manager;
    final List<TunnelEvent> events = new CopyOnWriteArrayList<>();

    ManagerFixture(TunnelSpec... saved) {
        this(new PortPlan(0, 0, false), Telemetry.off(), saved);
    }

    ManagerFixture(PortPlan plan, Telemetry telemetry, TunnelSpec... saved) {
        store = new InMemoryTunnelStore(saved);
        manager = new TunnelManager(new TunnelManager.Parts(
                "1.0",
                plan,
                null,
                List.of(),
                certificates,
                names,
                new HostsService(hosts, journal, new Refusals(Path.of("nowhere/refusals"))),
                privileges,
                store,
                telemetry,
                false));
        manager.subscribe(events::add);
    }

    /** A specification of the profile that stands before the slash, at the domain of its name. */
    static TunnelSpec spec(String id, int... ports) {
        TunnelId parsed = TunnelId.parse(id);
        List<BackendAddress> backends = Arrays.stream(ports)
                .mapToObj(port -> new BackendAddress("127.0.0.1", port))
                .toList();
        return new TunnelSpec(parsed, DomainName.parse(parsed.name()), backends, true, null);
    }

    static TunnelSpec withHttpsPort(TunnelSpec spec, int port) {
        return new TunnelSpec(spec.id(), spec.domain(), spec.backends(), true, port);
    }

    static TunnelSpec withDomain(TunnelSpec spec, String domain) {
        return new TunnelSpec(spec.id(), DomainName.parse(domain), spec.backends(), spec.https(), spec.httpsPort());
    }

    static TunnelSpec plain(TunnelSpec spec) {
        return new TunnelSpec(spec.id(), spec.domain(), spec.backends(), false, null);
    }

    /** A port of loopback that nothing listens on at the moment. */
    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }

    Tunnel tunnel(String id) {
        return manager.list().stream()
                .filter(t -> t.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    void awaitState(String id, TunnelState state) {
        Await.until(id + " is " + state, () -> tunnel(id).state() == state);
    }

    int port() {
        Integer port = manager.info().httpsPort();
        if (port == null) {
            throw new AssertionError("the engine does not listen");
        }
        return port;
    }

    WireClient connect(String name) throws IOException {
        return connect(name, port());
    }

    static WireClient connect(String name, int port) throws IOException {
        SSLSocket socket = (SSLSocket)
                EngineFixture.trust().getSocketFactory().createSocket(InetAddress.getByName("127.0.0.1"), port);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(name)));
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return new WireClient(socket);
    }

    /** The body of an answer over HTTPS, or its status when that is not 200. */
    String get(String name) throws IOException {
        try (WireClient client = connect(name)) {
            WireClient.Response response = client.get(name, "/").readResponse();
            return response.status() == 200 ? response.text() : String.valueOf(response.status());
        }
    }

    static boolean listens(int port) {
        try (Socket _ = new Socket(InetAddress.getByName("127.0.0.1"), port)) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** What happened to a tunnel, one word each. */
    List<String> story(String id) {
        return events.stream()
                .map(event -> switch (event) {
                    case TunnelEvent.Changed changed ->
                        changed.tunnel().id().equals(id)
                                ? changed.tunnel().state().id()
                                : "";
                    case TunnelEvent.Removed removed -> removed.id().equals(id) ? "removed" : "";
                    case TunnelEvent.OwnerLeaving _ -> "leaving";
                })
                .filter(word -> !word.isEmpty())
                .toList();
    }

    static TestBackend backend(String text) {
        return TestBackend.saying(text);
    }

    @Override
    public void close() {
        manager.close();
    }
}
