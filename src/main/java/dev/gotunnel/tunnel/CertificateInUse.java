package dev.gotunnel.tunnel;

import dev.gotunnel.cert.CertificateFiles;
import dev.gotunnel.cert.Leaf;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.proxy.KeyMaterial;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one tunnel proves its names with while it serves: a certificate of the authority's, and for its domain one of the
 * user's own where it has that. One that cannot be renewed stays in use. Any thread; renewals wait for each other, and none
 * outlives the tunnel.
 */
final class CertificateInUse {
    private static final Logger LOG = LoggerFactory.getLogger(CertificateInUse.class);

    /** Public authorities renew a month ahead: from then on, nobody has. */
    private static final Duration SOON = Duration.ofDays(14);

    private final TunnelSpec spec;
    private final BiFunction<String, List<String>, Leaf> sign;
    private final InstantSource wall;
    private final Consumer<Map<String, KeyMaterial>> replace;
    private final @Nullable CertificateFiles files;

    private @Nullable Leaf signed;
    private @Nullable Leaf own;
    private List<String> more = List.of();
    private boolean ended;
    private @Nullable GotunnelException signFailure;
    private @Nullable GotunnelException ownFailure;
    private volatile String touched = "";
    private volatile List<Limitation> limitations = List.of();

    /**
     * A tunnel that begins.
     *
     * @param sign makes a certificate of the authority's for a domain's file and names
     * @param replace takes what is to be used from now on, for each name
     */
    CertificateInUse(
            TunnelSpec spec,
            BiFunction<String, List<String>, Leaf> sign,
            InstantSource wall,
            Consumer<Map<String, KeyMaterial>> replace) {
        this.spec = spec;
        this.sign = sign;
        this.wall = wall;
        this.replace = replace;
        OwnCertificate given = spec.certificate();
        this.files = given == null ? null : new CertificateFiles(given.certificate(), given.key());
    }

    TunnelSpec spec() {
        return spec;
    }

    List<Limitation> limitations() {
        return limitations;
    }

    /**
     * The certificates to begin with.
     *
     * @throws GotunnelException when its own cannot be used, or without one, when the authority cannot sign
     */
    synchronized Map<String, KeyMaterial> begin() {
        if (files != null) {
            touched = files.state();
            own = files.read(wall.instant());
        }
        try {
            signed = sign.apply(spec.domain().ascii(), names());
        } catch (GotunnelException e) {
            if (own == null) {
                throw e;
            }
            signFailure = e;
        }
        limitations = findLimitations();
        return proofs();
    }

    synchronized void end() {
        ended = true;
    }

    synchronized void cover(Set<String> names) {
        more = List.copyOf(names);
    }

    private List<String> names() {
        List<String> names = new ArrayList<>(spec.domain().allNames());
        more.stream().filter(name -> !names.contains(name)).forEach(names::add);
        return names;
    }

    /** Whether the files of its own certificate were changed since the last renewal. */
    boolean isTouched() {
        return files != null && !files.state().equals(touched);
    }

    /**
     * Replaces what is due, or was changed.
     *
     * @return whether its limitations are others now
     */
    synchronized boolean renew() {
        if (ended) {
            return false;
        }
        boolean bySigned = renewSigned();
        boolean renewed = (isTouched() && renewOwn()) || bySigned;
        if (renewed) {
            replace.accept(proofs());
            LOG.info("The certificate of {} is renewed until {}", spec.id(), expires());
        }
        List<Limitation> found = findLimitations();
        boolean changed = !found.equals(limitations);
        limitations = found;
        return changed;
    }

    private boolean renewSigned() {
        try {
            Leaf leaf = sign.apply(spec.domain().ascii(), names());
            boolean renewed = !leaf.equals(signed);
            signed = leaf;
            signFailure = null;
            return renewed;
        } catch (GotunnelException e) {
            tell(e, signFailure);
            signFailure = e;
            return false;
        }
    }

    /** Half of a new pair is no reason to stop: the other half comes, and then the files are changed again. */
    private boolean renewOwn() {
        CertificateFiles from = Objects.requireNonNull(files);
        touched = from.state();
        try {
            Leaf leaf = from.read(wall.instant());
            boolean renewed = !leaf.equals(own);
            own = leaf;
            ownFailure = null;
            return renewed;
        } catch (GotunnelException e) {
            tell(e, ownFailure);
            ownFailure = e;
            return false;
        }
    }

    private void tell(GotunnelException failure, @Nullable GotunnelException before) {
        if (before == null || !before.getMessage().equals(failure.getMessage())) {
            LOG.error("The certificate of {} could not be renewed: {}", spec.id(), failure.getMessage());
        }
    }

    /** The user's own proves the domain, whatever names it has; the name under .localhost is hardly ever among them. */
    private Map<String, KeyMaterial> proofs() {
        Map<String, KeyMaterial> proofs = new LinkedHashMap<>();
        for (String name : spec.domain().allNames()) {
            boolean byOwn = own != null && (name.equals(spec.domain().ascii()) || own.covers(name) || signed == null);
            proofs.put(name, material(Objects.requireNonNull(byOwn ? own : signed)));
        }
        return proofs;
    }

    /** When that of its domain expires. */
    synchronized Instant expires() {
        return Objects.requireNonNull(own == null ? signed : own).expires();
    }

    private List<Limitation> findLimitations() {
        List<Limitation> found = new ArrayList<>();
        String domain = spec.domain().ascii();
        Leaf owns = own;
        if (ownFailure != null) {
            found.add(limitation("certificate", ownFailure));
        }
        if (owns != null) {
            if (!owns.covers(domain)) {
                found.add(new Limitation(
                        "certificate",
                        "The certificate of " + spec.id() + " is not for " + domain + " but for "
                                + String.join(", ", owns.names()) + ": browsers warn.",
                        "Have one made for " + domain + ", or name the tunnel as the certificate is."));
            }
            if (ownFailure == null && wall.instant().plus(SOON).isAfter(owns.expires())) {
                found.add(new Limitation(
                        "certificate",
                        "The certificate of " + spec.id() + " expires on "
                                + LocalDate.ofInstant(owns.expires(), ZoneOffset.UTC) + ".",
                        "Renew it; a new one in "
                                + Objects.requireNonNull(files).certificate() + " is used at once."));
            }
        }
        if (signFailure != null) {
            // A failure of its own, or the one that the trouble with the authority is told by.
            found.add(limitation(
                    signFailure.code() == ErrorCode.CERTIFICATE ? "certificate-authority" : "certificate",
                    signFailure));
        }
        if (owns == null && signed != null && !signed.names().contains(domain)) {
            found.add(new Limitation(
                    "certificate",
                    "The certificate authority may not sign for " + domain + ", so browsers warn there.",
                    "Let it sign below the suffixes of the configuration: gotunnel trust renew"));
        }
        return List.copyOf(found);
    }

    static Limitation limitation(String code, GotunnelException failure) {
        return new Limitation(code, failure.getMessage(), failure.hint() == null ? "" : failure.hint());
    }

    static KeyMaterial material(Leaf leaf) {
        return new KeyMaterial(leaf.key(), leaf.chain());
    }
}
