package dev.gotunnel.testing;

import dev.gotunnel.cert.CertificateAuthority;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.trust.TrustProbe;
import dev.gotunnel.trust.TrustStore;
import dev.gotunnel.trust.TrustStores;
import dev.gotunnel.trust.Verdict;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A trust store of a program that nobody has, verified by a real handshake. */
public final class InMemoryTrustStore implements TrustStore {
    public final List<X509Certificate> content = new ArrayList<>();
    public final List<Path> tidied = new ArrayList<>();
    public volatile boolean found = true;
    public volatile boolean shared;
    public volatile boolean needsPrivilege;
    public volatile boolean asksAdministrator;
    public volatile @Nullable String servedBy;
    public volatile @Nullable GotunnelException unreadable;
    public volatile @Nullable GotunnelException unwritable;
    public volatile List<Path> creates = List.of();
    public volatile String afterwards = "";
    public volatile @Nullable Path file;

    /** Runs before the root is written. */
    public volatile Runnable beforeInstall = () -> {};

    /** Runs before a root is taken out. */
    public volatile Runnable beforeRemove = () -> {};

    private final String name;

    public InMemoryTrustStore(String name) {
        this.name = name;
    }

    /** A machine with these stores. {@link TrustStores#ofId} knows some more. */
    public static TrustStores machine(List<InMemoryTrustStore> found, InMemoryTrustStore... gone) {
        return new TrustStores() {
            @Override
            public List<String> kinds() {
                return List.of("system", "firefox", "java");
            }

            @Override
            public List<TrustStore> find() {
                return List.copyOf(found);
            }

            @Override
            public Optional<TrustStore> ofId(String id) {
                return List.of(gone).stream()
                        .filter(store -> store.id().equals(id))
                        .<TrustStore>map(store -> store)
                        .findFirst();
            }
        };
    }

    @Override
    public String id() {
        return name + ":memory";
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String place() {
        return "the memory of " + name;
    }

    @Override
    public boolean isFound() {
        return found;
    }

    @Override
    public boolean isShared() {
        return shared;
    }

    @Override
    public boolean needsPrivilege() {
        return needsPrivilege;
    }

    @Override
    public boolean asksAdministrator() {
        return asksAdministrator;
    }

    @Override
    public @Nullable String servedBy() {
        return servedBy;
    }

    @Override
    public List<X509Certificate> roots() {
        if (unreadable != null) {
            throw unreadable;
        }
        return content.stream().filter(CertificateAuthority::isRoot).toList();
    }

    @Override
    public Verdict verify(TrustProbe probe) {
        return probe.accepts(content);
    }

    @Override
    public String change(X509Certificate root) {
        return "add " + CertificateAuthority.nameOf(root) + " to " + place();
    }

    @Override
    public List<Path> creates() {
        return creates;
    }

    @Override
    public void install(X509Certificate root) {
        beforeInstall.run();
        if (unwritable != null) {
            throw unwritable;
        }
        if (!content.contains(root)) {
            content.add(root);
        }
    }

    @Override
    public void remove(X509Certificate root) {
        beforeRemove.run();
        if (unwritable != null) {
            throw unwritable;
        }
        content.remove(root);
    }

    @Override
    public void tidy(List<Path> created) {
        tidied.addAll(created);
    }

    @Override
    public String byHand(X509Certificate root) {
        return EXPORT + " | sudo trust " + name;
    }

    @Override
    public Optional<Path> file() {
        return Optional.ofNullable(file);
    }

    @Override
    public String afterwards() {
        return afterwards;
    }
}
