package dev.gotunnel.testing;

import dev.gotunnel.cert.CertInstaller;
import dev.gotunnel.cert.Leaf;
import dev.gotunnel.error.GotunnelException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Certificates of the test authority, kept in memory; making them can be delayed or made to fail. */
public final class InMemoryCertificates implements CertInstaller {
    private final Map<String, Leaf> kept = new ConcurrentHashMap<>();
    private volatile @Nullable GotunnelException failure;
    private volatile @Nullable GotunnelException trouble;
    private volatile List<String> signed = List.of("local", "test", "localhost");
    private final AtomicBoolean changed = new AtomicBoolean();
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
    public List<X509Certificate> ownRoots() {
        return List.of(EngineFixture.root());
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
        return kept.compute(
                domain,
                (_, leaf) -> leaf != null && leaf.names().containsAll(names) ? leaf : EngineFixture.issue(names));
    }

    @Override
    public Leaf temporaryCert(List<String> names) {
        return EngineFixture.issue(names);
    }

    /** The authority may sign below these suffixes alone from now on. */
    public void signOnlyBelow(String... suffixes) {
        signed = List.of(suffixes);
    }

    /** Something is wrong with the authority from now on; null for nothing. */
    public void troubleWith(@Nullable GotunnelException found) {
        trouble = found;
        changed.set(true);
    }

    /** Another authority is in use from now on: no certificate is good any more. */
    public void replaceAuthority() {
        kept.clear();
        changed.set(true);
    }

    @Override
    public boolean canSign(String name) {
        return name.matches("[0-9.]+|.*:.*")
                || signed.stream().anyMatch(suffix -> name.equals(suffix) || name.endsWith("." + suffix));
    }

    @Override
    public boolean refresh() {
        return changed.getAndSet(false);
    }

    @Override
    public Optional<GotunnelException> trouble() {
        return Optional.ofNullable(trouble);
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
