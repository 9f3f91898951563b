package dev.gotunnel.cert;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.platform.PrivateFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A certificate and key that the user has got elsewhere. Every reason not to take them is told in a sentence, with what
 * mends it. Any thread.
 *
 * @param certificate a PEM file: the server's certificate, then those of its issuers
 * @param key a PEM file with its private key
 */
public record CertificateFiles(Path certificate, Path key) {
    /** A chain with RSA keys of 8192 bits has 30 KB. */
    private static final int MAX_BYTES = 1024 * 1024;

    /**
     * Reads both.
     *
     * @throws GotunnelException {@code CERTIFICATE} when they cannot be used, {@code NOT_PERMITTED} or {@code IO} when they
     *     cannot be read or others can read the key
     */
    public Leaf read(Instant now) {
        List<X509Certificate> chain = chain();
        X509Certificate server = chain.getFirst();
        PrivateKey secret = secret(server);
        try {
            Pem.requirePair(secret, server);
        } catch (GeneralSecurityException e) {
            throw mismatch(chain, secret, e);
        }
        requireOrder(chain);
        requireValid(server, now);
        return new Leaf(secret, chain);
    }

    /** What changes when other files take the place of these, by whatever way; cheap. */
    public String state() {
        return AuthorityFolder.state(certificate) + ";" + AuthorityFolder.state(key);
    }

    private List<X509Certificate> chain() {
        List<X509Certificate> chain;
        try {
            chain = Pem.certificates(text(certificate));
        } catch (GeneralSecurityException e) {
            throw refused("The certificate in " + certificate + " is damaged.", "Copy the file again.", e);
        }
        if (chain.isEmpty()) {
            throw refused(
                    "There is no certificate in " + certificate + ".",
                    "It is to begin with \"-----BEGIN CERTIFICATE-----\"; a binary one is converted by: openssl x509 -inform"
                            + " DER -in '" + certificate + "' -out certificate.pem",
                    null);
        }
        return chain;
    }

    private PrivateKey secret(X509Certificate server) {
        PrivateFiles.requirePrivateFile(key);
        String text = text(key);
        if (Pem.isEncrypted(text)) {
            throw refused(
                    "The key in " + key + " is encrypted.",
                    "Decrypt it: openssl pkey -in '" + key + "' -out plain.pem && chmod 600 plain.pem",
                    null);
        }
        String algorithm = server.getPublicKey().getAlgorithm();
        if (!List.of("EC", "RSA").contains(algorithm)) {
            throw refused(
                    "The certificate in " + certificate + " has a key of the kind " + algorithm
                            + ", which browsers do not take.",
                    "Have one made with an EC (P-256) or RSA key.",
                    null);
        }
        try {
            return Pem.privateKey(text, server);
        } catch (GeneralSecurityException e) {
            throw refused(
                    "The key in " + key + " cannot be read: " + e.getMessage() + ".",
                    "It is to be a private key in PEM, of the certificate in " + certificate + ".",
                    e);
        }
    }

    private static String text(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw refused(file + " is larger than 1 MB.", "Check that it is the file you mean.", null);
            }
            return new String(bytes, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw PrivateFiles.unusable("read " + file, file, e);
        }
    }

    private GotunnelException mismatch(List<X509Certificate> chain, PrivateKey secret, Exception cause) {
        for (X509Certificate other : chain.subList(1, chain.size())) {
            try {
                Pem.requirePair(secret, other);
                return refused(
                        "The certificate of the key in " + key + " does not stand first in " + certificate + ".",
                        "Put the server's certificate first, then its issuers: cat server.pem issuers.pem > chain.pem",
                        cause);
            } catch (GeneralSecurityException e) {
                // Not this one either.
            }
        }
        return refused(
                "The key in " + key + " is not that of the certificate in " + certificate + ".",
                "Name the key that the certificate was asked for with.",
                cause);
    }

    private void requireOrder(List<X509Certificate> chain) {
        for (int i = 1; i < chain.size(); i++) {
            try {
                chain.get(i - 1).verify(chain.get(i).getPublicKey());
            } catch (GeneralSecurityException e) {
                throw refused(
                        "Certificate " + (i + 1) + " of " + chain.size() + " in " + certificate
                                + " did not issue the one before it.",
                        "Each certificate is to be followed by that of its issuer: cat server.pem intermediate.pem > chain.pem",
                        e);
            }
        }
    }

    private void requireValid(X509Certificate server, Instant now) {
        if (now.isAfter(server.getNotAfter().toInstant())) {
            throw refused(
                    "The certificate in " + certificate + " expired on "
                            + day(server.getNotAfter().toInstant()) + ".",
                    "Have it renewed; without --cert and --key, gotunnel makes one by itself.",
                    null);
        }
        if (now.isBefore(server.getNotBefore().toInstant())) {
            throw refused(
                    "The certificate in " + certificate + " is not valid before "
                            + day(server.getNotBefore().toInstant()) + ".",
                    "Check the clock of this machine.",
                    null);
        }
    }

    static LocalDate day(Instant time) {
        return LocalDate.ofInstant(time, ZoneOffset.UTC);
    }

    private static GotunnelException refused(String message, String hint, @Nullable Exception cause) {
        return new GotunnelException(ErrorCode.CERTIFICATE, message, hint, cause);
    }
}
