package dev.gotunnel.proxy;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What a TLS listener proves a name with.
 *
 * @param key the private key of the first certificate
 * @param chain the leaf, then the intermediates
 */
public record KeyMaterial(PrivateKey key, List<X509Certificate> chain) {
    /** Copies the chain. */
    public KeyMaterial {
        chain = List.copyOf(chain);
    }

    /** Never shows the key. */
    @Override
    public String toString() {
        return "KeyMaterial[" + chain.getFirst().getSerialNumber().toString(16) + "]";
    }
}
