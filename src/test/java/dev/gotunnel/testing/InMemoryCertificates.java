package dev.gotunnel.testing;

import dev.gotunnel.cert.CertInstaller;
import dev.gotunnel.cert.Leaf;
import dev.gotunnel.error.GotunnelException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** Certificates of the test authority, kept in memory; making them can be delayed or made to fail. */
public final class InMemoryCertificates implements CertInstaller {
    private final Map<String, Leaf> kept = new ConcurrentHashMap<>();
    private volatile @Nullable GotunnelException failure;
    private volatile CountDownLatch gate = new CountDownLatch(0);

    /** Every certificate fails from now on; null lets them succeed again. */
    public void failWith(@Nullable GotunnelException failed) {
        failure = failed;
    }

    /** Certificates wait from now on until the latch is counted down. */
    public CountDownLatch hold() {
        gate = new CountDownLatch(1);
        return gate;
    }

    /** The domains whose certificates are kept. */
    public Set<String> kept() {
        return new TreeSet<>(kept.keySet());
    }

    @Override
    public X509Certificate installCA() {
        return EngineFixture.root();
    }

    @Override
    public Leaf generateCert(String domain, List<String> names) {
        try {
            gate.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (failure != null) {
            throw failure;
        }
        return kept.computeIfAbsent(domain, d -> EngineFixture.issue(names));
    }

    @Override
    public Leaf temporaryCert(List<String> names) {
        return EngineFixture.issue(names);
    }

    @Override
    public void retainCerts(Set<String> domains) {
        kept.keySet().retainAll(domains);
    }

    @Override
    public void cleanupCert(String domain) {
        kept.remove(domain);
    }
}
