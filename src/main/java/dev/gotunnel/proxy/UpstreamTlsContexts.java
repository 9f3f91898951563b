package dev.gotunnel.proxy;

import dev.gotunnel.policy.UpstreamTls;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.NetUtil;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * TLS towards backends: a context for each way to verify them, made once, off the event loop, since reading the issuers
 * that Java trusts takes tens of milliseconds. Any thread.
 */
final class UpstreamTlsContexts implements AutoCloseable {
    private static final int WRAP_BYTES = 128 * 1024;
    private static final int HANDSHAKE_MILLIS = 5000;

    private final ExecutorService worker;
    private final Map<UpstreamTls, Contexts> ready = new HashMap<>();
    private final Map<UpstreamTls, CompletableFuture<Void>> underway = new HashMap<>();
    private boolean closed;

    /**
     * @param both offers HTTP/2 and HTTP/1.1
     * @param http1 offers HTTP/1.1 alone, for what HTTP/2 carries differently: a WebSocket
     */
    private record Contexts(SslContext both, SslContext http1) {
        void release() {
            ReferenceCountUtil.release(both);
            ReferenceCountUtil.release(http1);
        }
    }

    /** @param worker where contexts are made */
    UpstreamTlsContexts(ExecutorService worker) {
        this.worker = worker;
    }

    /** Whether {@link #newHandler} has what it needs. */
    synchronized boolean isReady(UpstreamTls tls) {
        return ready.containsKey(tls);
    }

    /** Makes what {@link #newHandler} needs; fails when the file of issuers cannot be read. */
    synchronized CompletableFuture<Void> prepare(UpstreamTls tls) {
        CompletableFuture<Void> known = underway.get(tls);
        if (known != null) {
            return known;
        }
        CompletableFuture<Void> made = new CompletableFuture<>();
        underway.put(tls, made);
        try {
            worker.execute(() -> make(tls, made));
        } catch (RejectedExecutionException e) {
            underway.remove(tls);
            made.completeExceptionally(e);
        }
        return made;
    }

    private void make(UpstreamTls tls, CompletableFuture<Void> made) {
        IOException failure = null;
        Contexts contexts = null;
        try {
            TrustManagerFactory trust = trust(tls);
            contexts = new Contexts(
                    context(tls, trust, ApplicationProtocolNames.HTTP_2, ApplicationProtocolNames.HTTP_1_1),
                    context(tls, trust, ApplicationProtocolNames.HTTP_1_1));
        } catch (IOException | GeneralSecurityException e) {
            failure = new ConnectFailure.Worded(
                    "the issuers to trust cannot be read", "Check the file that tls.upstream_ca names.");
            failure.initCause(e);
        }
        synchronized (this) {
            underway.remove(tls);
            if (contexts != null) {
                if (closed) {
                    contexts.release();
                } else {
                    ready.put(tls, contexts);
                }
            }
        }
        if (failure == null) {
            made.complete(null);
        } else {
            made.completeExceptionally(failure);
        }
    }

    private static TrustManagerFactory trust(UpstreamTls tls) throws IOException, GeneralSecurityException {
        if (!tls.verify()) {
            return InsecureTrustManagerFactory.INSTANCE;
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        Path file = tls.caFile();
        factory.init(file == null ? null : read(file));
        return factory;
    }

    private static KeyStore read(Path file) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream in = Files.newInputStream(file)) {
            Collection<? extends Certificate> issuers =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (issuers.isEmpty()) {
                throw new IOException("no certificate in " + file);
            }
            for (Certificate issuer : issuers) {
                store.setCertificateEntry("issuer-" + store.size(), issuer);
            }
        }
        return store;
    }

    private static SslContext context(UpstreamTls tls, TrustManagerFactory trust, String... protocols)
            throws SSLException {
        return SslContextBuilder.forClient()
                .sslProvider(TlsContexts.isNative() ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK)
                .trustManager(trust)
                .protocols("TLSv1.3", "TLSv1.2")
                .endpointIdentificationAlgorithm(tls.verify() ? "HTTPS" : null)
                .applicationProtocolConfig(new ApplicationProtocolConfig(
                        Protocol.ALPN,
                        SelectorFailureBehavior.NO_ADVERTISE,
                        SelectedListenerFailureBehavior.ACCEPT,
                        protocols))
                .build();
    }

    /**
     * What makes one connection speak TLS.
     *
     * @param host the host that is connected to
     * @param http1 whether HTTP/2 is not to be offered
     * @return null when {@link #prepare} has not been called, or its work is out of date
     */
    synchronized @Nullable SslHandler newHandler(
            UpstreamTls tls, ByteBufAllocator alloc, String host, int port, boolean http1) {
        Contexts contexts = ready.get(tls);
        if (contexts == null) {
            return null;
        }
        String name = tls.serverName() == null ? host : tls.serverName();
        SslHandler handler = (http1 ? contexts.http1 : contexts.both).newHandler(alloc, name, port);
        SNIServerName asked = sni(name);
        if (asked != null) {
            // By itself a name without a dot, as localhost, would not be told to the backend.
            SSLParameters parameters = handler.engine().getSSLParameters();
            parameters.setServerNames(List.of(asked));
            handler.engine().setSSLParameters(parameters);
        }
        handler.setWrapDataSize(WRAP_BYTES);
        handler.setHandshakeTimeoutMillis(HANDSHAKE_MILLIS);
        return handler;
    }

    /** Addresses are not asked for (RFC 6066 section 3), nor names that are none in DNS, such as one with an underscore. */
    private static @Nullable SNIServerName sni(String name) {
        if (NetUtil.isValidIpV4Address(name) || NetUtil.isValidIpV6Address(name)) {
            return null;
        }
        try {
            return new SNIHostName(name);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** A backend was not trusted: the file may be mended by the next attempt, which reads it again. */
    synchronized void distrusted(UpstreamTls tls) {
        if (tls.caFile() != null) {
            Contexts outdated = ready.remove(tls);
            if (outdated != null) {
                outdated.release();
            }
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        ready.values().forEach(Contexts::release);
        ready.clear();
    }
}
