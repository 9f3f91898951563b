package dev.gotunnel.cert;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.stream.Collectors;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Certificates of an authority that is none of ours, as the files that a user gets. */
public final class PemFiles {
    private final Path folder;
    private final Instant begins;
    private final KeyPair rootKeys = keys("EC");
    private final X509Certificate root;
    private int serial = 1;

    /** An authority that exists since an hour ago. */
    public PemFiles(Path folder, Instant now) throws GeneralSecurityException {
        this.folder = folder;
        this.begins = now.minus(Duration.ofHours(1));
        this.root = sign("CN=Public CA", rootKeys, "CN=Public CA", rootKeys, List.of(), Duration.ofDays(3650));
    }

    static KeyPair keys(String algorithm) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        if (algorithm.equals("EC")) {
            generator.initialize(new ECGenParameterSpec("secp256r1"));
        } else if (algorithm.equals("RSA")) {
            generator.initialize(2048);
        }
        return generator.generateKeyPair();
    }

    public X509Certificate root() {
        return root;
    }

    /** A certificate for names, valid from an hour ago. */
    X509Certificate server(KeyPair keys, Duration lifetime, String... names) throws GeneralSecurityException {
        return sign("CN=server", keys, "CN=Public CA", rootKeys, List.of(names), lifetime);
    }

    /** Writes a certificate for names, with its root behind it, and its key. */
    public CertificateFiles write(String name, String algorithm, Duration lifetime, String... names)
            throws GeneralSecurityException, IOException {
        KeyPair keys = keys(algorithm);
        return write(name, List.of(server(keys, lifetime, names), root), Pem.encode(keys.getPrivate()));
    }

    CertificateFiles write(String name, List<X509Certificate> chain, String key) throws IOException {
        Path certificates = Files.writeString(
                folder.resolve(name + ".pem"), chain.stream().map(Pem::encode).collect(Collectors.joining()));
        Path secret = folder.resolve(name + ".key");
        Files.deleteIfExists(secret);
        Files.writeString(
                Files.createFile(
                        secret, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))),
                key);
        return new CertificateFiles(certificates, secret);
    }

    /** The bare form of a key: what PKCS#8 wraps. */
    static String bare(PrivateKey key) throws GeneralSecurityException {
        byte[] inner = Der.read(key.getEncoded()).children().get(2).content();
        return Pem.block(key.getAlgorithm() + " PRIVATE KEY", inner);
    }

    private X509Certificate sign(
            String subject, KeyPair keys, String issuer, KeyPair issuerKeys, List<String> names, Duration lifetime)
            throws GeneralSecurityException {
        try {
            JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    new X500Name(issuer),
                    BigInteger.valueOf(serial++),
                    Date.from(begins),
                    Date.from(begins.plus(lifetime)),
                    new X500Name(subject),
                    keys.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(names.isEmpty()));
            if (!names.isEmpty()) {
                GeneralName[] san = names.stream()
                        .map(name -> new GeneralName(GeneralName.dNSName, name))
                        .toArray(GeneralName[]::new);
                builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(san));
            }
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(
                            new JcaContentSignerBuilder("SHA256withECDSA").build(issuerKeys.getPrivate())));
        } catch (IOException | OperatorCreationException e) {
            throw new GeneralSecurityException(e);
        }
    }
}
