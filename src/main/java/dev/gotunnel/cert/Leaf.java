package dev.gotunnel.cert;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * A server certificate with its key: what a listener needs to prove a name.
 *
 * @param key the private key of the first certificate
 * @param chain the leaf, then the intermediate; the root is not sent
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

    /** Never shows the key. */
    @Override
    public String toString() {
        return "Leaf[serial=" + certificate().getSerialNumber().toString(16) + ", expires=" + expires() + "]";
    }
}
