package dev.gotunnel.cert;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Certificates and private keys as text (RFC 7468). Reads with the JDK alone: touching BouncyCastle costs half a second
 * of start-up, and most starts only read.
 */
public final class Pem {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z ]+)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");
    private static final Base64.Encoder BASE64 = Base64.getMimeEncoder(64, new byte[] {'\n'});

    private Pem() {}

    /** A certificate as a {@code CERTIFICATE} block. */
    public static String encode(X509Certificate certificate) {
        try {
            return block("CERTIFICATE", certificate.getEncoded());
        } catch (CertificateException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** A key as an unencrypted PKCS#8 {@code PRIVATE KEY} block. */
    public static String encode(PrivateKey key) {
        return block("PRIVATE KEY", key.getEncoded());
    }

    /** Bytes as a block of a kind. */
    static String block(String type, byte[] der) {
        return "-----BEGIN " + type + "-----\n" + BASE64.encodeToString(der) + "\n-----END " + type + "-----\n";
    }

    /**
     * All certificates of a text, in order.
     *
     * @throws GeneralSecurityException when one is damaged
     */
    public static List<X509Certificate> certificates(String text) throws GeneralSecurityException {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        List<X509Certificate> certificates = new ArrayList<>();
        for (byte[] der : blocks("CERTIFICATE", text)) {
            certificates.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der)));
        }
        return certificates;
    }

    /**
     * The first EC private key of a text.
     *
     * @throws GeneralSecurityException when there is none or it is damaged
     */
    public static PrivateKey privateKey(String text) throws GeneralSecurityException {
        List<byte[]> keys = blocks("PRIVATE KEY", text);
        if (keys.isEmpty()) {
            throw new GeneralSecurityException("no private key found");
        }
        return ecKey(keys.getFirst());
    }

    /**
     * The private key of a certificate, of any of the forms that programs write: PKCS#8, PKCS#1 ({@code RSA PRIVATE KEY}) or
     * SEC 1 ({@code EC PRIVATE KEY}). Their algorithm is the certificate's, whose name in it PKCS#8 has before the key.
     *
     * @throws GeneralSecurityException when there is none, it is damaged, or it is of another algorithm
     */
    static PrivateKey privateKey(String text, X509Certificate certificate) throws GeneralSecurityException {
        String algorithm = certificate.getPublicKey().getAlgorithm();
        List<byte[]> pkcs8 = blocks("PRIVATE KEY", text);
        List<byte[]> bare = blocks(algorithm + " PRIVATE KEY", text);
        if (pkcs8.isEmpty() && bare.isEmpty()) {
            throw new GeneralSecurityException("there is no " + algorithm + " key in it");
        }
        byte[] encoded = pkcs8.isEmpty()
                ? Der.encode(
                        Der.SEQUENCE,
                        Der.encode(Der.INTEGER, new byte[1]),
                        Der.read(certificate.getPublicKey().getEncoded())
                                .children()
                                .getFirst()
                                .encoded(),
                        Der.encode(Der.OCTETS, bare.getFirst()))
                : pkcs8.getFirst();
        try {
            return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } catch (InvalidKeySpecException e) {
            throw new GeneralSecurityException("it is damaged, or no " + algorithm + " key", e);
        }
    }

    /** Whether the key in a text needs a password. */
    static boolean isEncrypted(String text) {
        return text.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----") || text.contains("Proc-Type: 4,ENCRYPTED");
    }

    /** An EC private key of PKCS#8. */
    static PrivateKey ecKey(byte[] pkcs8) throws GeneralSecurityException {
        return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    }

    /**
     * Makes sure that a key and a certificate belong together.
     *
     * @throws GeneralSecurityException when they do not
     */
    public static void requirePair(PrivateKey key, X509Certificate certificate) throws GeneralSecurityException {
        byte[] probe = certificate.getSerialNumber().toByteArray();
        String algorithm = key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
        if (!key.getAlgorithm().equals(certificate.getPublicKey().getAlgorithm())) {
            throw new GeneralSecurityException("the key is not that of the certificate");
        }
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(key);
        signature.update(probe);
        byte[] signed = signature.sign();
        signature.initVerify(certificate.getPublicKey());
        signature.update(probe);
        if (!signature.verify(signed)) {
            throw new GeneralSecurityException("the key is not that of the certificate");
        }
    }

    /** What the blocks of a kind hold, in order. */
    static List<byte[]> blocks(String type, String text) throws GeneralSecurityException {
        List<byte[]> found = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(text);
        while (matcher.find()) {
            if (matcher.group(1).equals(type)) {
                try {
                    found.add(Base64.getMimeDecoder()
                            .decode(matcher.group(2).strip().getBytes(StandardCharsets.US_ASCII)));
                } catch (IllegalArgumentException e) {
                    throw new GeneralSecurityException("damaged " + type + " block", e);
                }
            }
        }
        return found;
    }
}
