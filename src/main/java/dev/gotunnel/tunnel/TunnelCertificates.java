package dev.gotunnel.tunnel;

import dev.gotunnel.cert.CertInstaller;
import dev.gotunnel.cert.Leaf;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.names.DomainName;
import dev.gotunnel.observability.Telemetry;
import dev.gotunnel.proxy.KeyMaterial;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What tunnels prove their names with: the certificate step of a tunnel's start, and its renewal while it serves. Any
 * thread but an event loop.
 */
final class TunnelCertificates {
    private static final Logger LOG = LoggerFactory.getLogger(TunnelCertificates.class);

    private final CertInstaller certificates;
    private final Telemetry telemetry;
    private final Map<TunnelId, InUse> inUse = new ConcurrentHashMap<>();

    /** A certificate that a tunnel serves with. Guarded by itself, so that no renewal outlives the tunnel. */
    private static final class InUse {
        final TunnelSpec spec;
        final Consumer<KeyMaterial> replace;
        Leaf leaf;
        boolean ended;

        InUse(TunnelSpec spec, Leaf leaf, Consumer<KeyMaterial> replace) {
            this.spec = spec;
            this.leaf = leaf;
            this.replace = replace;
        }
    }

    TunnelCertificates(CertInstaller certificates, Telemetry telemetry) {
        this.certificates = certificates;
        this.telemetry = telemetry;
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
     * Takes care of a tunnel's certificate until {@link #end}.
     *
     * @param replace is given every later one, for the handshakes to come
     * @return what to begin with
     */
    KeyMaterial begin(TunnelSpec spec, Consumer<KeyMaterial> replace) {
        Leaf leaf = generate(spec);
        inUse.put(spec.id(), new InUse(spec, leaf, replace));
        return material(leaf);
    }

    /**
     * Takes care of it no longer.
     *
     * @param kept whether the tunnel will start again, with the same name
     */
    void end(TunnelSpec spec, boolean kept) {
        InUse ending = inUse.remove(spec.id());
        if (ending != null) {
            synchronized (ending) {
                ending.ended = true;
            }
        }
        if (!kept) {
            forget(spec.domain());
        }
    }

    /** Deletes the certificate and key of a name that no tunnel has any more. */
    void forget(DomainName domain) {
        certificates.cleanupCert(domain.ascii());
    }

    /** Looks at every certificate in use, and replaces those that are due. */
    void renew() {
        inUse.values().forEach(this::renew);
    }

    private void renew(InUse used) {
        TunnelId id = used.spec.id();
        synchronized (used) {
            if (used.ended) {
                return;
            }
            try {
                Leaf leaf = generate(used.spec);
                if (!leaf.equals(used.leaf)) {
                    used.replace.accept(material(leaf));
                    used.leaf = leaf;
                    LOG.info("The certificate of {} is renewed until {}", id, leaf.expires());
                }
            } catch (GotunnelException e) {
                LOG.error("The certificate of {} could not be renewed: {}", id, e.getMessage());
            }
        }
    }

    private Leaf generate(TunnelSpec spec) {
        String domain = spec.domain().ascii();
        List<String> names = spec.domain().allNames();
        Leaf leaf = telemetry.inSpan(
                "cert.operations",
                () -> telemetry.inSpan("cert.generate", () -> certificates.generateCert(domain, names)));
        telemetry.metrics().certificateExpires(domain, Duration.between(Instant.now(), leaf.expires()));
        return leaf;
    }

    /** A certificate for a name that no tunnel has, or for an address. */
    KeyMaterial temporary(String name) {
        // A client may ask for any name; what is outside the authority's constraints is not signed, nor is nonsense.
        List<String> names = DomainName.isValid(name) ? List.of(name) : List.of("localhost", "127.0.0.1", "::1");
        return material(certificates.temporaryCert(names));
    }

    private static KeyMaterial material(Leaf leaf) {
        return new KeyMaterial(leaf.key(), leaf.chain());
    }
}
