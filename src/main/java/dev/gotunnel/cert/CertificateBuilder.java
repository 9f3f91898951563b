package dev.gotunnel.cert;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;
import org.bouncycastle.asn1.DERGeneralizedTime;
import org.bouncycastle.asn1.DERUTCTime;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;

/**
 * Makes the three kinds of certificate there are: root, intermediate, leaf. All P-256 with ECDSA and SHA-256, after RFC
 * 5280. With {@link EcdsaSigner} the only class that touches BouncyCastle, so that nothing else loads it.
 */
final class CertificateBuilder {
    /** As long as the helper and careful clients accept, and no new prompt for five years. */
    static final Duration CA_LIFETIME = Duration.ofDays(5 * 365);

    /** Far below Apple's limit of 825 days; renewed after two thirds of it. */
    static final Duration LEAF_LIFETIME = Duration.ofDays(90);

    /** Clocks of phones and virtual machines run late: without this a new certificate is "not yet valid" there. */
    private static final Duration BACKDATED = Duration.ofHours(1);

    /** What the authority may sign for: the reserved suffixes, and addresses that no public site has. */
    private static final List<String> PERMITTED_NETWORKS = List.of(
            "127.0.0.0/8",
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "169.254.0.0/16",
            "::1/128",
            "fc00::/7",
            "fe80::/10");

    private static final int FIRST_YEAR_OF_FOUR_DIGITS = 2050;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final JcaX509ExtensionUtils extensions;

    CertificateBuilder() throws GeneralSecurityException {
        extensions = new JcaX509ExtensionUtils();
    }

    static KeyPair newKeyPair() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    X509Certificate root(String commonName, KeyPair keys, List<String> suffixes, Instant now)
            throws GeneralSecurityException {
        X500Name subject = new X500Name("CN=" + commonName);
        return build(keys.getPrivate(), now, CA_LIFETIME, subject, subject, keys, builder -> {
            authority(builder, keys, suffixes, 1);
        });
    }

    /**
     * The intermediate carries the constraints again: Java ignores those of a root, every client enforces these.
     */
    X509Certificate intermediate(
            String commonName,
            KeyPair keys,
            X509Certificate root,
            PrivateKey rootKey,
            List<String> suffixes,
            Instant now)
            throws GeneralSecurityException {
        X500Name issuer = subjectOf(root);
        return build(rootKey, now, CA_LIFETIME, issuer, new X500Name("CN=" + commonName), keys, builder -> {
            authority(builder, keys, suffixes, 0);
            builder.addExtension(
                    Extension.authorityKeyIdentifier, false, extensions.createAuthorityKeyIdentifier(root));
        });
    }

    /**
     * The subject is empty and the SAN critical, as RFC 5280 section 4.2.1.6 has it: no name stands in two places. It never
     * outlives its issuer.
     */
    X509Certificate leaf(KeyPair keys, List<String> names, X509Certificate issuer, PrivateKey issuerKey, Instant now)
            throws GeneralSecurityException {
        GeneralName[] san = subjectAlternativeNames(names);
        Duration left = Duration.between(now, issuer.getNotAfter().toInstant());
        Duration lifetime = left.compareTo(LEAF_LIFETIME) < 0 ? left : LEAF_LIFETIME;
        return build(issuerKey, now, lifetime, subjectOf(issuer), new X500Name(""), keys, builder -> {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(
                    Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
            builder.addExtension(Extension.subjectAlternativeName, true, new GeneralNames(san));
            builder.addExtension(
                    Extension.authorityKeyIdentifier, false, extensions.createAuthorityKeyIdentifier(issuer));
        });
    }

    /** A client may ask for any name in its handshake: one that no certificate can hold is no defect of ours. */
    private static GeneralName[] subjectAlternativeNames(List<String> names) throws GeneralSecurityException {
        try {
            return names.stream()
                    .map(name -> new GeneralName(isAddress(name) ? GeneralName.iPAddress : GeneralName.dNSName, name))
                    .toArray(GeneralName[]::new);
        } catch (IllegalArgumentException e) {
            throw new GeneralSecurityException("a certificate cannot hold " + names, e);
        }
    }

    /** For servers alone: a store that trusts it for code or e-mail as well, as Windows's does, is not to do so here. */
    private void authority(X509v3CertificateBuilder builder, KeyPair keys, List<String> suffixes, int pathLength)
            throws IOException {
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(pathLength));
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
        builder.addExtension(
                Extension.subjectKeyIdentifier, false, extensions.createSubjectKeyIdentifier(keys.getPublic()));
        builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
        builder.addExtension(Extension.nameConstraints, true, constraints(suffixes));
    }

    /** E-mail addresses and URIs are confined to {@code invalid}: a kind of name left out would be unconstrained. */
    private static NameConstraints constraints(List<String> suffixes) {
        Stream<GeneralName> names = suffixes.stream().map(s -> new GeneralName(GeneralName.dNSName, s));
        Stream<GeneralName> networks = PERMITTED_NETWORKS.stream().map(n -> new GeneralName(GeneralName.iPAddress, n));
        Stream<GeneralName> none = Stream.of(
                new GeneralName(GeneralName.rfc822Name, "invalid"),
                new GeneralName(GeneralName.uniformResourceIdentifier, "invalid"));
        GeneralSubtree[] permitted = Stream.of(names, networks, none)
                .flatMap(s -> s)
                .map(GeneralSubtree::new)
                .toArray(GeneralSubtree[]::new);
        return new NameConstraints(permitted, null);
    }

    private static X509Certificate build(
            PrivateKey signer,
            Instant now,
            Duration lifetime,
            X500Name issuer,
            X500Name subject,
            KeyPair keys,
            Extensions extensions)
            throws GeneralSecurityException {
        try {
            X509v3CertificateBuilder builder = new X509v3CertificateBuilder(
                    issuer,
                    new BigInteger(127, RANDOM).setBit(0),
                    time(now.minus(BACKDATED)),
                    time(now.plus(lifetime)),
                    subject,
                    SubjectPublicKeyInfo.getInstance(keys.getPublic().getEncoded()));
            extensions.addTo(builder);
            byte[] encoded = builder.build(new EcdsaSigner(signer)).getEncoded();
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(encoded));
        } catch (IOException e) {
            throw new GeneralSecurityException(e);
        }
    }

    /**
     * As RFC 5280 section 4.1.2.5 wants it: two digits of a year before 2050. Written by hand, because a formatter of
     * dates would read half the world's calendars first.
     */
    private static Time time(Instant instant) {
        OffsetDateTime utc = instant.atOffset(ZoneOffset.UTC);
        int year = utc.getYear();
        String rest = twoDigits(utc.getMonthValue())
                + twoDigits(utc.getDayOfMonth())
                + twoDigits(utc.getHour())
                + twoDigits(utc.getMinute())
                + twoDigits(utc.getSecond())
                + "Z";
        return year < FIRST_YEAR_OF_FOUR_DIGITS
                ? new Time(new DERUTCTime(twoDigits(year % 100) + rest))
                : new Time(new DERGeneralizedTime(year + rest));
    }

    private static String twoDigits(int number) {
        return number < 10 ? "0" + number : Integer.toString(number);
    }

    private static X500Name subjectOf(X509Certificate certificate) {
        return X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
    }

    /** DNS labels that end a name are never all digits, and never hold a colon. */
    static boolean isAddress(String name) {
        return name.indexOf(':') >= 0 || name.matches("[0-9.]+");
    }

    private interface Extensions {
        void addTo(X509v3CertificateBuilder builder) throws IOException, GeneralSecurityException;
    }
}
