package dev.gotunnel.trust;

import dev.gotunnel.cert.Leaf;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A throwaway HTTPS server on the loopback interface with a leaf of the authority: what is asked whether a store is
 * trusted. It is opened by the first handshake. One thread at a time.
 */
public final class TrustProbe implements AutoCloseable {
    /** The name that the server proves; below a suffix that the authority may always sign for. */
    public static final String NAME = "trust-check.localhost";

    private static final Logger LOG = LoggerFactory.getLogger(TrustProbe.class);
    private static final int PATIENCE_MILLIS = 10_000;
    private static final byte[] ANSWER =
            "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Function<List<String>, Leaf> issuer;
    private @Nullable Leaf leaf;
    private @Nullable SSLServerSocket server;

    /**
     * A probe that does nothing yet.
     *
     * @param issuer signs a leaf for names
     */
    public TrustProbe(Function<List<String>, Leaf> issuer) {
        this.issuer = issuer;
    }

    /** The certificate that the server has. */
    public Leaf leaf() {
        if (leaf == null) {
            leaf = issuer.apply(List.of(NAME));
        }
        return leaf;
    }

    /** The port on 127.0.0.1, where the server answers any request with 204. */
    public int port() throws IOException, GeneralSecurityException {
        if (server == null) {
            KeyStore keys = emptyStore();
            Leaf shown = leaf();
            keys.setKeyEntry("leaf", shown.key(), new char[0], shown.chain().toArray(new X509Certificate[0]));
            KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            managers.init(keys, new char[0]);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(managers.getKeyManagers(), null, null);
            SSLServerSocket opened = (SSLServerSocket) context.getServerSocketFactory()
                    .createServerSocket(0, 5, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
            server = opened;
            Thread.ofVirtual().name("trust-probe").start(() -> serve(opened));
        }
        return server.getLocalPort();
    }

    private static void serve(SSLServerSocket server) {
        while (!server.isClosed()) {
            try (Socket client = server.accept()) {
                client.setSoTimeout(PATIENCE_MILLIS);
                // The first read makes the handshake; a client that refuses the certificate ends it here.
                if (client.getInputStream().read() >= 0) {
                    client.getOutputStream().write(ANSWER);
                }
            } catch (IOException e) {
                LOG.debug("The probe's client has left: {}", e.toString());
            }
        }
    }

    /** Whether a client that trusts these authorities and no others completes a handshake with the server. */
    public Verdict accepts(Collection<X509Certificate> authorities) {
        try {
            KeyStore anchors = emptyStore();
            int number = 0;
            for (X509Certificate authority : authorities) {
                anchors.setCertificateEntry(String.valueOf(number++), authority);
            }
            if (number == 0) {
                return Verdict.NO;
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(anchors);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return shakesHands(context);
        } catch (IOException | GeneralSecurityException e) {
            LOG.debug("No handshake could be tried", e);
            return Verdict.UNKNOWN;
        }
    }

    private Verdict shakesHands(SSLContext context) throws IOException, GeneralSecurityException {
        int port = port();
        Socket plain = new Socket(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port);
        try (SSLSocket client = (SSLSocket) context.getSocketFactory().createSocket(plain, NAME, port, true)) {
            client.setSoTimeout(PATIENCE_MILLIS);
            SSLParameters parameters = client.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(NAME)));
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            client.setSSLParameters(parameters);
            client.startHandshake();
            return Verdict.YES;
        } catch (SSLException e) {
            if (e.getCause() instanceof CertificateException) {
                return Verdict.NO;
            }
            throw e;
        }
    }

    private static KeyStore emptyStore() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    @Override
    public void close() {
        if (server != null) {
            try {
                server.close();
            } catch (IOException e) {
                LOG.debug("The probe does not close", e);
            }
        }
    }
}
