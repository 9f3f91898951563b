package dev.gotunnel.proxy;

import dev.gotunnel.policy.TlsVersion;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslCachingX509KeyManagerFactory;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.AsyncMapping;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The TLS context for the name that a client asks for (SNI, RFC 6066 section 3). Tunnels' certificates are set ahead;
 * for any other name one is made at the first handshake, off the event loop, so that even the page that says "no such
 * tunnel" comes without a warning. TLS 1.2 and 1.3 by BoringSSL, or by the JDK where it is missing.
 */
final class TlsContexts implements AsyncMapping<String, SslContext>, AutoCloseable {
    /** Made for names that no tunnel has: bounded, since a client can ask for any name. */
    private static final int MAX_TEMPORARY = 64;

    private static final String[] FROM_1_2 = {"TLSv1.3", "TLSv1.2"};
    private static final String[] ONLY_1_3 = {"TLSv1.3"};

    /** The context of clients that name nothing, or an address. */
    private static final String NO_NAME = "";

    private final Function<String, KeyMaterial> temporary;
    private final ExecutorService worker;
    private final Map<String, SslContext> ofTunnels = new HashMap<>();
    private final Map<String, CompletableFuture<SslContext>> ofStrangers = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<String, TlsVersion> oldest = new HashMap<>();
    private boolean closed;

    /**
     * @param temporary makes a certificate for a name that no tunnel has, or for no name when it is empty; may block
     * @param worker where it is made
     */
    TlsContexts(Function<String, KeyMaterial> temporary, ExecutorService worker) {
        this.temporary = temporary;
        this.worker = worker;
    }

    /** Whether BoringSSL serves, rather than the JDK's slower implementation. */
    static boolean isNative() {
        return OpenSsl.isAvailable();
    }

    /**
     * Sets the certificates of some names; connections that are open keep the one they have.
     *
     * @param oldestVersion the oldest version that clients may use; null for TLS 1.2
     */
    void put(Map<String, KeyMaterial> proofs, @Nullable TlsVersion oldestVersion) {
        Map<KeyMaterial, SslContext> contexts = new HashMap<>();
        try {
            proofs.values().forEach(material -> contexts.computeIfAbsent(material, its -> context(its, oldestVersion)));
            proofs.forEach(
                    (name, material) -> put(name, Objects.requireNonNull(contexts.get(material)), oldestVersion));
        } finally {
            contexts.values().forEach(ReferenceCountUtil::release);
        }
    }

    private synchronized void put(String name, SslContext context, @Nullable TlsVersion oldestVersion) {
        ReferenceCountUtil.release(ofTunnels.put(name, ReferenceCountUtil.retain(context)));
        if (oldestVersion == null) {
            oldest.remove(name);
        } else {
            oldest.put(name, oldestVersion);
        }
        if (name.startsWith("*")) {
            forgetBelow(name.substring(1));
        }
    }

    /** Makes anew what was made for names that no tunnel has, when it is next asked for. */
    synchronized void forgetTemporary() {
        ofStrangers.values().forEach(TlsContexts::release);
        ofStrangers.clear();
    }

    /** What was made for the names below a wildcard may not be what it demands. */
    private void forgetBelow(String suffix) {
        for (String made : List.copyOf(ofStrangers.keySet())) {
            if (made.endsWith(suffix)) {
                release(ofStrangers.remove(made));
            }
        }
    }

    synchronized void remove(String name) {
        oldest.remove(name);
        ReferenceCountUtil.release(ofTunnels.remove(name));
    }

    /** Called by the SNI handler on its event loop, which never waits here. Whoever gets the context releases it. */
    @Override
    public synchronized Future<SslContext> map(@Nullable String serverName, Promise<SslContext> promise) {
        String name = serverName == null ? NO_NAME : serverName.toLowerCase(Locale.ROOT);
        SslContext ofTunnel = ofTunnel(name);
        if (ofTunnel != null) {
            return promise.setSuccess(ReferenceCountUtil.retain(ofTunnel));
        }
        if (closed) {
            return promise.setFailure(new IllegalStateException("closed"));
        }
        CompletableFuture<SslContext> ofStranger = ofStrangers.get(name);
        if (ofStranger == null) {
            ofStranger = begin(name);
        }
        // Retained while a reference is held for sure: by the map under this lock, or by the maker while it completes.
        ofStranger.whenComplete((made, failure) -> {
            if (made == null) {
                promise.tryFailure(failure);
            } else if (!promise.trySuccess(ReferenceCountUtil.retain(made))) {
                ReferenceCountUtil.release(made);
            }
        });
        return promise;
    }

    /** A certificate's wildcard stands for one label (RFC 9525 section 6.3); deeper names get one of their own. */
    private @Nullable SslContext ofTunnel(String name) {
        SslContext exact = ofTunnels.get(name);
        int dot = name.indexOf('.');
        return exact != null || dot < 0 ? exact : ofTunnels.get("*" + name.substring(dot));
    }

    /** Has a context made for a name that no tunnel has; the one unused for longest goes when there are too many. */
    private CompletableFuture<SslContext> begin(String name) {
        CompletableFuture<SslContext> future = new CompletableFuture<>();
        ofStrangers.put(name, future);
        if (ofStrangers.size() > MAX_TEMPORARY) {
            String eldest = ofStrangers.keySet().iterator().next();
            release(ofStrangers.remove(eldest));
        }
        try {
            worker.execute(() -> make(name, future));
        } catch (RejectedExecutionException e) {
            ofStrangers.remove(name);
            future.completeExceptionally(e);
        }
        return future;
    }

    private void make(String name, CompletableFuture<SslContext> future) {
        try {
            SslContext made = context(temporary.apply(name), oldestBelow(name));
            ReferenceCountUtil.retain(made);
            future.complete(made);
            ReferenceCountUtil.release(made);
        } catch (RuntimeException e) {
            synchronized (this) {
                ofStrangers.remove(name, future);
            }
            future.completeExceptionally(e);
        }
    }

    private static void release(@Nullable CompletableFuture<SslContext> future) {
        if (future != null) {
            future.thenAccept(ReferenceCountUtil::release);
        }
    }

    /** What the longest wildcard above a name demands of its clients. */
    private synchronized @Nullable TlsVersion oldestBelow(String name) {
        for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
            String above = "*" + name.substring(dot);
            if (ofTunnels.containsKey(above)) {
                return oldest.get(above);
            }
        }
        return null;
    }

    private static SslContext context(KeyMaterial material, @Nullable TlsVersion oldestVersion) {
        KeyManagerFactory keys = FixedKeyManager.factory(material);
        boolean isNative = isNative();
        try {
            return SslContextBuilder.forServer(isNative ? new OpenSslCachingX509KeyManagerFactory(keys) : keys)
                    .sslProvider(isNative ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK)
                    // Without one of its own, every context reads the JDK's trust store, which takes 10 to 34 ms.
                    .trustManager(NoClients.INSTANCE)
                    .protocols(oldestVersion == TlsVersion.TLS_1_3 ? ONLY_1_3 : FROM_1_2)
                    .applicationProtocolConfig(new ApplicationProtocolConfig(
                            Protocol.ALPN,
                            SelectorFailureBehavior.NO_ADVERTISE,
                            SelectedListenerFailureBehavior.ACCEPT,
                            ApplicationProtocolNames.HTTP_2,
                            ApplicationProtocolNames.HTTP_1_1))
                    .build();
        } catch (SSLException e) {
            throw new IllegalStateException("TLS cannot be set up: " + e.getMessage(), e);
        }
    }

    /** Releases all contexts; connections that are open go on. */
    @Override
    public synchronized void close() {
        closed = true;
        ofTunnels.values().forEach(ReferenceCountUtil::release);
        ofTunnels.clear();
        ofStrangers.values().forEach(TlsContexts::release);
        ofStrangers.clear();
    }
}
