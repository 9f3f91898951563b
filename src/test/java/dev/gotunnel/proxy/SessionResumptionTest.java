package dev.gotunnel.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.gotunnel.testing.EngineFixture;
import dev.gotunnel.testing.TestBackend;
import dev.gotunnel.testing.WireClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client that comes again resumes its TLS session: by a ticket of TLS 1.2 (RFC 5077), by a PSK of TLS 1.3. */
class SessionResumptionTest {
    private static final String HOST = "localhost";

    @AutoClose
    private final EngineFixture fixture = EngineFixture.start();

    /** A session that is resumed keeps the time of the one that it resumes. */
    private long session(SSLContext client, String version) throws IOException {
        SSLSocket socket = (SSLSocket) client.getSocketFactory()
                .createSocket(
                        new Socket(InetAddress.getByName("127.0.0.1"), fixture.securePort()),
                        HOST,
                        fixture.securePort(),
                        true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(HOST)));
        parameters.setProtocols(new String[] {version});
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        try (WireClient wire = new WireClient(socket)) {
            // The tickets of TLS 1.3 come after the handshake.
            assertEquals(200, wire.get(HOST, "/").readResponse().status());
            SSLSession session = socket.getSession();
            assertEquals(version, session.getProtocol());
            return session.getCreationTime();
        }
    }

    private static SSLContext newClient() throws Exception {
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        java.security.KeyStore issuers = java.security.KeyStore.getInstance(java.security.KeyStore.getDefaultType());
        issuers.load(null, null);
        issuers.setCertificateEntry("root", EngineFixture.root());
        trust.init(issuers);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    private static void awaitNextMillisecond() {
        long now = System.currentTimeMillis();
        while (System.currentTimeMillis() <= now + 1) {
            Thread.onSpinWait();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void resumesWithoutAnotherHandshake(String version) throws Exception {
        try (TestBackend backend = TestBackend.saying("ok")) {
            fixture.route(HOST, backend);
            SSLContext client = newClient();
            long first = session(client, version);
            for (int i = 0; i < 3; i++) {
                awaitNextMillisecond();
                assertEquals(first, session(client, version));
            }
            assertNotEquals(first, session(newClient(), version), "no two sessions have one time by chance");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void beginsAnewWhereTheCertificateHasChanged(String version) throws Exception {
        try (TestBackend backend = TestBackend.saying("ok")) {
            fixture.route(HOST, backend);
            SSLContext client = newClient();
            long first = session(client, version);
            fixture.engine().replaceCertificate("test/" + HOST, EngineFixture.newMaterial(HOST));
            awaitNextMillisecond();
            assertNotEquals(first, session(client, version));
        }
    }
}
