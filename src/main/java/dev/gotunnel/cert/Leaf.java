package dev.gotunnel.cert;

import java.security.PrivateKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A server certificate with its key: what a listener needs to prove a name.
 *
 * @param key the private key of the first certificate
 * @param chain the leaf, then its issuers; the root is not sent
 */
public record Leaf(PrivateKey key, List<X509Certificate> chain) {
    /** Copies the chain. */
    public Leaf {
        chain = List.copyOf(chain);
    }

    /** The certificate itself. */
    public X509Certificate certificate() {
        return chain.getFirst();
    }

    /** When browsers stop to accept it. */
    public Instant expires() {
        return certificate().getNotAfter().toInstant();
    }

    /** Whether two thirds of its life are over, or it is not valid at all at that time. */
    public boolean isDue(Instant now) {
        Instant begins = certificate().getNotBefore().toInstant();
        Duration life = Duration.between(begins, expires());
        return now.isBefore(begins)
                || now.isAfter(begins.plus(life.multipliedBy(2).dividedBy(3)));
    }

    /** Whether it is accepted at a time. */
    public boolean isValid(Instant now) {
        return !now.isBefore(certificate().getNotBefore().toInstant()) && !now.isAfter(expires());
    }

    /** The names and addresses that it proves, in lower case. */
    public Set<String> names() {
        Set<String> names = new LinkedHashSet<>();
        try {
            Collection<List<?>> san = certificate().getSubjectAlternativeNames();
            if (san != null) {
                san.forEach(entry -> names.add(String.valueOf(entry.get(1)).toLowerCase(Locale.ROOT)));
            }
        } catch (CertificateParsingException e) {
            // Then no client finds a name in it either.
            return Set.of();
        }
        return names;
    }

    /** Whether it proves a name: as it stands, or by a wildcard in the place of its first label (RFC 9525, section 6.3). */
    public boolean covers(String name) {
        Set<String> names = names();
        int dot = name.indexOf('.');
        return names.contains(name) || (dot > 0 && names.contains("*" + name.substring(dot)));
    }

    /** Never shows the key. */
    @Override
    public String toString() {
        return "Leaf[serial=" + certificate().getSerialNumber().toString(16) + ", expires=" + expires() + "]";
    }
}
