package dev.gotunnel.tunnel;

import dev.gotunnel.cert.CertInstaller;
import dev.gotunnel.cert.Leaf;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.names.DomainName;
import dev.gotunnel.observability.Telemetry;
import dev.gotunnel.proxy.KeyMaterial;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What tunnels prove their names with: the certificate step of a tunnel's start, and its renewal while it serves. Any
 * thread but an event loop.
 */
final class TunnelCertificates {
    private static final Logger LOG = LoggerFactory.getLogger(TunnelCertificates.class);

    private final CertInstaller certificates;
    private final InstantSource wall;
    private final Telemetry telemetry;
    private final Consumer<TunnelId> limitationsChanged;
    private final Map<TunnelId, CertificateInUse> inUse = new ConcurrentHashMap<>();
    private volatile @Nullable Limitation authority;

    /**
     * Certificates of tunnels.
     *
     * @param limitationsChanged is told of tunnels whose {@link #limitations} are others now
     */
    TunnelCertificates(
            CertInstaller certificates,
            InstantSource wall,
            Telemetry telemetry,
            Consumer<TunnelId> limitationsChanged) {
        this.certificates = certificates;
        this.wall = wall;
        this.telemetry = telemetry;
        this.limitationsChanged = limitationsChanged;
    }

    X509Certificate root() {
        return certificates.installCA();
    }

    /** Forgets what a killed owner has left of its session: everything but the certificates of some tunnels. */
    void retain(Collection<TunnelSpec> specs) {
        certificates.retainCerts(
                specs.stream().map(spec -> spec.domain().ascii()).collect(Collectors.toSet()));
    }

    /**
     * Takes care of a tunnel's certificates until {@link #end}.
     *
     * @param replace is given all later ones, for the handshakes to come
     * @return what to prove each of its names with
     * @throws GotunnelException when it has none to begin with
     */
    Map<String, KeyMaterial> begin(TunnelSpec spec, Consumer<Map<String, KeyMaterial>> replace) {
        CertificateInUse begun = new CertificateInUse(spec, this::sign, wall, replace);
        Map<String, KeyMaterial> proofs = begun.begin();
        inUse.put(spec.id(), begun);
        measure(begun);
        authority = troubleOfAuthority();
        return proofs;
    }

    /**
     * Takes care of them no longer.
     *
     * @param kept whether the tunnel will start again, with the same name
     */
    void end(TunnelSpec spec, boolean kept) {
        CertificateInUse ending = inUse.remove(spec.id());
        if (ending != null) {
            ending.end();
            telemetry.metrics().certificateGone(spec.domain().ascii());
        }
        if (!kept) {
            forget(spec.domain());
        }
    }

    /** Deletes the certificate and key of a name that no tunnel has any more. */
    void forget(DomainName domain) {
        certificates.cleanupCert(domain.ascii());
    }

    /**
     * Has a tunnel prove names and addresses beside its own, at once; those that it was given before and that are not among
     * them no longer. What the authority may not sign is left out.
     */
    void cover(TunnelId id, Set<String> more) {
        CertificateInUse used = inUse.get(id);
        if (used != null) {
            used.cover(more);
            renew(used);
        }
    }

    /** Renews what depends on files that were changed since the last look. Cheap: for every few seconds. */
    boolean followFiles() {
        if (certificates.refresh()) {
            renew();
            return true;
        }
        inUse.values().stream().filter(CertificateInUse::isTouched).forEach(this::renew);
        return false;
    }

    /** Looks at every certificate in use, and replaces those that are due. */
    void renew() {
        certificates.refresh();
        Limitation before = authority;
        authority = troubleOfAuthority();
        boolean same = Objects.equals(before, authority);
        inUse.values().forEach(used -> {
            if (!renew(used) && !same) {
                limitationsChanged.accept(used.spec().id());
            }
        });
    }

    /** @return whether its limitations were told to be others */
    private boolean renew(CertificateInUse used) {
        boolean changed = used.renew();
        measure(used);
        if (changed) {
            limitationsChanged.accept(used.spec().id());
        }
        return changed;
    }

    private void measure(CertificateInUse used) {
        telemetry.metrics().certificateInUse(used.spec().domain().ascii(), used.expires());
    }

    private @Nullable Limitation troubleOfAuthority() {
        Optional<GotunnelException> trouble = certificates.trouble();
        return trouble.map(found -> CertificateInUse.limitation("certificate-authority", found))
                .orElse(null);
    }

    /** What a tunnel does without, of what belongs to certificates. */
    List<Limitation> limitations(TunnelId id) {
        CertificateInUse used = inUse.get(id);
        if (used == null || !used.spec().https()) {
            return List.of();
        }
        return Stream.concat(Stream.ofNullable(authority), used.limitations().stream())
                .distinct()
                .toList();
    }

    /** A certificate of the authority's, for as many of the names as it may sign. */
    private Leaf sign(String domain, List<String> names) {
        List<String> signed = names.stream().filter(certificates::canSign).toList();
        return telemetry.inSpan(
                "cert.operations",
                () -> telemetry.inSpan("cert.generate", () -> certificates.generateCert(domain, signed)));
    }

    /** A certificate for a name that no tunnel has, or for an address. */
    KeyMaterial temporary(String name) {
        // A client may ask for any name; what is outside the authority's constraints is not signed, nor is nonsense.
        boolean sane = DomainName.isWritten(name) && certificates.canSign(name);
        Leaf leaf = certificates.temporaryCert(sane ? List.of(name) : List.of("localhost", "127.0.0.1", "::1"));
        LOG.debug("A temporary certificate for \"{}\" is valid until {}", sane ? name : "localhost", leaf.expires());
        return CertificateInUse.material(leaf);
    }
}
