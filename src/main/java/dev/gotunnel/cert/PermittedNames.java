package dev.gotunnel.cert;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a certificate authority may sign for, by its critical name constraints (RFC 5280, section 4.2.1.10).
 *
 * @param suffixes DNS names: these and all below them
 * @param networks addresses, each followed by its mask
 */
record PermittedNames(List<String> suffixes, List<byte[]> networks) {
    private static final String EXTENSION = "2.5.29.30";
    private static final int DNS_NAME = 2;
    private static final int ADDRESS = 7;

    /**
     * Reads them.
     *
     * @throws GeneralSecurityException when a certificate has none: gotunnel makes no such authority
     */
    static PermittedNames of(X509Certificate authority) throws GeneralSecurityException {
        byte[] extension = authority.getExtensionValue(EXTENSION);
        if (extension == null) {
            throw new GeneralSecurityException("it is not constrained");
        }
        List<String> suffixes = new ArrayList<>();
        List<byte[]> networks = new ArrayList<>();
        Der constraints = Der.read(Der.read(extension).content());
        for (Der part : constraints.children()) {
            if (part.tag() != Der.context(0, true)) {
                continue;
            }
            for (Der subtree : part.children()) {
                Der base = subtree.children().getFirst();
                if (base.tag() == Der.context(DNS_NAME, false)) {
                    suffixes.add(new String(base.content(), StandardCharsets.US_ASCII));
                } else if (base.tag() == Der.context(ADDRESS, false)) {
                    networks.add(base.content());
                }
            }
        }
        return new PermittedNames(List.copyOf(suffixes), List.copyOf(networks));
    }

    /** Whether a certificate for a name, a wildcard or a literal address is within them. */
    boolean allow(String name) {
        if (CertificateBuilder.isAddress(name)) {
            return allowAddress(name);
        }
        String below = (name.startsWith("*.") ? name.substring(2) : name).toLowerCase(Locale.ROOT);
        return suffixes.stream().anyMatch(suffix -> below.equals(suffix) || below.endsWith("." + suffix));
    }

    private boolean allowAddress(String name) {
        try {
            byte[] address = InetAddress.ofLiteral(name).getAddress();
            return networks.stream().anyMatch(network -> contains(network, address));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean contains(byte[] network, byte[] address) {
        if (network.length != 2 * address.length) {
            return false;
        }
        for (int i = 0; i < address.length; i++) {
            if ((address[i] & network[address.length + i]) != network[i]) {
                return false;
            }
        }
        return true;
    }
}
