package dev.gotunnel.cert;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The certificate authority of this machine: a constrained root that signed one constrained intermediate and whose key
 * was then thrown away. Whoever steals the intermediate's key can sign nothing but local names, and nobody can make a
 * second intermediate. Any thread; signing takes half a second the first time, and longer where a keychain asks its user.
 */
public final class CertificateAuthority {
    /** How the common name of every root of ours begins. */
    public static final String ROOT_NAME = "gotunnel CA ";

    /** From then on, leaves would live shorter than they are meant to. */
    static final Duration WARNING = CertificateBuilder.LEAF_LIFETIME;

    private final Path folder;
    private final X509Certificate root;
    private final X509Certificate intermediate;
    private final PermittedNames permitted;
    private final AuthorityKey keyFile;
    private final Clock clock;
    private final AtomicReference<@Nullable KeyPair> spare = new AtomicReference<>();
    private @Nullable PrivateKey key;

    CertificateAuthority(
            Path folder,
            X509Certificate root,
            X509Certificate intermediate,
            PermittedNames permitted,
            AuthorityKey keyFile,
            Clock clock) {
        this.folder = folder;
        this.root = root;
        this.intermediate = intermediate;
        this.permitted = permitted;
        this.keyFile = keyFile;
        this.clock = clock;
    }

    /**
     * Opens the authority in a folder, or makes it there, its key protected by the file alone. Two processes that do so at
     * once end with the same one.
     *
     * @param folder {@code 0700}; holds the root, the intermediate, the intermediate's key and the digest
     * @param suffixes the names that a new authority may sign below
     * @throws GotunnelException {@code CERTIFICATE} when the files are damaged, {@code NOT_PERMITTED} or {@code IO}
     */
    public static CertificateAuthority open(Path folder, List<String> suffixes, Clock clock) {
        AuthorityFolder place = new AuthorityFolder(folder, KeyProtection.FILE, clock);
        if (!place.exists()) {
            place.create(suffixes);
        }
        return place.read();
    }

    /** The certificate to trust. */
    public X509Certificate root() {
        return root;
    }

    /** The DNS names below which it may sign. */
    public List<String> suffixes() {
        return permitted.suffixes();
    }

    /** Whether a certificate of its for a name or address would be accepted. */
    public boolean canSign(String name) {
        return permitted.allow(name);
    }

    /** Where its key is kept, in words. */
    String keyPlace() {
        return keyFile.place();
    }

    /** Makes the key of the next leaf ahead of it. */
    void prepare() {
        try {
            spare.set(CertificateBuilder.newKeyPair());
        } catch (GeneralSecurityException e) {
            throw new GotunnelException(ErrorCode.CERTIFICATE, "No key could be made.", null, e);
        }
    }

    /**
     * Signs a new key for names.
     *
     * @param names DNS names and literal addresses within the constraints, at least one
     * @throws GotunnelException {@code CERTIFICATE} when it has expired, or its key cannot be used
     */
    public Leaf issue(List<String> names) {
        requireUnexpired();
        PrivateKey signer = key();
        try {
            KeyPair prepared = spare.getAndSet(null);
            KeyPair keys = prepared == null ? CertificateBuilder.newKeyPair() : prepared;
            X509Certificate leaf = new CertificateBuilder().leaf(keys, names, intermediate, signer, clock.instant());
            return new Leaf(keys.getPrivate(), List.of(leaf, intermediate));
        } catch (GeneralSecurityException e) {
            throw new GotunnelException(
                    ErrorCode.CERTIFICATE, "No certificate could be made for " + names.getFirst() + ".", null, e);
        }
    }

    private synchronized PrivateKey key() {
        if (key == null) {
            PrivateKey read = keyFile.read();
            try {
                Pem.requirePair(read, intermediate);
            } catch (GeneralSecurityException e) {
                throw AuthorityFolder.unusable(folder, "has the key of another one", e);
            }
            key = read;
        }
        return key;
    }

    /** @throws GotunnelException {@code CERTIFICATE} when nothing that it signs would be accepted any more */
    void requireUnexpired() {
        if (clock.instant().isAfter(expires())) {
            throw AuthorityFolder.unusable(folder, "expired on " + day(expires()), null);
        }
    }

    /** Whether clients accept what it signs, at this time. */
    boolean isValid() {
        Instant now = clock.instant();
        return !now.isBefore(intermediate.getNotBefore().toInstant()) && !now.isAfter(expires());
    }

    /** When clients stop to accept what it signs. */
    public Instant expires() {
        return intermediate.getNotAfter().toInstant();
    }

    private static LocalDate day(Instant time) {
        return LocalDate.ofInstant(time, ZoneOffset.UTC);
    }

    /** What is wrong with it at this time, or will be before long. */
    Optional<GotunnelException> trouble() {
        Instant now = clock.instant();
        Instant begins = intermediate.getNotBefore().toInstant();
        if (now.isAfter(expires())) {
            return Optional.of(AuthorityFolder.unusable(folder, "expired on " + day(expires()), null));
        }
        if (now.isBefore(begins)) {
            return Optional.of(new GotunnelException(
                    ErrorCode.CERTIFICATE,
                    "The certificate authority is not valid before " + day(begins)
                            + ", and the clock of this machine says " + day(now) + ".",
                    "Set the clock right."));
        }
        if (now.plus(WARNING).isAfter(expires())) {
            return Optional.of(new GotunnelException(
                    ErrorCode.CERTIFICATE,
                    "The certificate authority of this machine expires on " + day(expires())
                            + "; browsers refuse its certificates from then on.",
                    "Make a new one in its place: gotunnel trust renew"));
        }
        return Optional.empty();
    }

    /** Whether this authority, and not an earlier one, signed a leaf. */
    boolean signed(Leaf leaf) {
        if (leaf.chain().size() != 2 || !leaf.chain().getLast().equals(intermediate)) {
            return false;
        }
        try {
            leaf.certificate().verify(intermediate.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            // What it says is its own: the file was changed.
            return false;
        }
    }

    /** Whether a leaf is to be replaced. One that ends with this authority is kept to its end: no other lives longer. */
    boolean isDue(Leaf leaf) {
        Instant now = clock.instant();
        return leaf.expires().isBefore(expires()) ? leaf.isDue(now) : !leaf.isValid(now);
    }

    /** The DNS names below which a root of ours may sign. */
    public static List<String> suffixesOf(X509Certificate root) {
        try {
            return PermittedNames.of(root).suffixes();
        } catch (GeneralSecurityException e) {
            throw new GotunnelException(
                    ErrorCode.CERTIFICATE,
                    nameOf(root) + " does not say what it may sign: it is none of ours.",
                    "Make a new one: gotunnel trust renew",
                    e);
        }
    }

    /** Whether a certificate calls itself the root of an authority of ours, this one or an earlier one. */
    public static boolean isRoot(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().getName().startsWith("CN=" + ROOT_NAME);
    }

    /** What a root is called in lists of certificates: its common name, which no other root has. */
    public static String nameOf(X509Certificate root) {
        return root.getSubjectX500Principal().getName().replaceFirst("^CN=", "");
    }

    /** A certificate's SHA-256 as {@code AB:CD:…}, as browsers and phones show it. */
    public static String fingerprint(X509Certificate certificate) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
            return HexFormat.ofDelimiter(":").withUpperCase().formatHex(digest);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
