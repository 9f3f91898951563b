package dev.gotunnel.cert;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.platform.PrivateFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The certificate authority of this machine: a constrained root that signed one constrained intermediate and whose key
 * was then thrown away. Whoever steals the intermediate's key can sign nothing but local names, and nobody can make a
 * second intermediate. Any thread; signing takes half a second the first time.
 */
public final class CertificateAuthority {
    /** How the common name of every root of ours begins. */
    public static final String ROOT_NAME = "gotunnel CA ";

    private static final String ROOT = "root.crt";
    private static final String INTERMEDIATE = "intermediate.crt";
    private static final String INTERMEDIATE_KEY = "intermediate.key";

    /** The digest of the three files when they were last found to belong together. */
    private static final String CHECKED = "checked";

    private final X509Certificate root;
    private final X509Certificate intermediate;
    private final PrivateKey intermediateKey;
    private final Clock clock;
    private final AtomicReference<@Nullable KeyPair> spare = new AtomicReference<>();

    private CertificateAuthority(
            X509Certificate root, X509Certificate intermediate, PrivateKey intermediateKey, Clock clock) {
        this.root = root;
        this.intermediate = intermediate;
        this.intermediateKey = intermediateKey;
        this.clock = clock;
    }

    /**
     * Opens the authority in a folder, or makes it there. Two processes that do so at once end with the same one. That
     * its files belong together is proven by signatures the first time, which takes a start's fifth, and by their digest
     * from then on: whoever could forge that can read the key.
     *
     * @param folder {@code 0700}; holds the root, the intermediate, the intermediate's key and the digest
     * @param suffixes the names that a new authority may sign below
     * @throws GotunnelException {@code CERTIFICATE} when the files are damaged, {@code NOT_PERMITTED} or {@code IO}
     */
    public static CertificateAuthority open(Path folder, List<String> suffixes, Clock clock) {
        if (!Files.isDirectory(folder)) {
            create(folder, suffixes, clock);
        }
        PrivateFiles.requirePrivate(folder);
        Path keyFile = folder.resolve(INTERMEDIATE_KEY);
        if (Files.exists(keyFile)) {
            PrivateFiles.requirePrivate(keyFile);
        }
        try {
            String rootText = Files.readString(folder.resolve(ROOT));
            String intermediateText = Files.readString(folder.resolve(INTERMEDIATE));
            String keyText = Files.readString(keyFile);
            X509Certificate root = certificate(ROOT, rootText);
            X509Certificate intermediate = certificate(INTERMEDIATE, intermediateText);
            PrivateKey key = Pem.privateKey(keyText);
            String digest = digest(rootText + intermediateText + keyText);
            if (!digest.equals(checked(folder))) {
                root.verify(root.getPublicKey());
                intermediate.verify(root.getPublicKey());
                Pem.requirePair(key, intermediate);
                if (Files.isWritable(folder)) {
                    PrivateFiles.writeReplaceable(folder.resolve(CHECKED), digest.getBytes(StandardCharsets.US_ASCII));
                }
            }
            if (clock.instant().isAfter(intermediate.getNotAfter().toInstant())) {
                throw unusable(
                        folder,
                        "expired on "
                                + LocalDate.ofInstant(intermediate.getNotAfter().toInstant(), ZoneOffset.UTC),
                        null);
            }
            return new CertificateAuthority(root, intermediate, key, clock);
        } catch (AccessDeniedException e) {
            throw PrivateFiles.unusable("read the certificate authority in " + folder, folder, e);
        } catch (GeneralSecurityException | IOException e) {
            throw unusable(folder, "is damaged", e);
        }
    }

    private static GotunnelException unusable(Path folder, String why, @Nullable Exception cause) {
        return new GotunnelException(
                ErrorCode.CERTIFICATE,
                "The certificate authority in " + folder + " " + why + ".",
                "Move that folder away: the next start makes a new authority, to be trusted again.",
                cause);
    }

    private static String digest(String text) throws GeneralSecurityException {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(digest);
    }

    private static String checked(Path folder) throws IOException {
        Path file = folder.resolve(CHECKED);
        return Files.exists(file) ? Files.readString(file) : "";
    }

    private static X509Certificate certificate(String file, String text) throws GeneralSecurityException {
        List<X509Certificate> found = Pem.certificates(text);
        if (found.size() != 1) {
            throw new GeneralSecurityException(file + " does not hold exactly one certificate");
        }
        return found.getFirst();
    }

    /** Written beside its place and moved there in one step, so that a crash leaves nothing half-made. */
    private static void create(Path folder, List<String> suffixes, Clock clock) {
        Path parent = PrivateFiles.directory(folder.toAbsolutePath().resolveSibling(""));
        // A reused subject with a new key makes browsers fail in odd ways, hence a name of its own for each authority.
        String tag = HexFormat.of().withUpperCase().formatHex(randomBytes(4));
        Path draft = PrivateFiles.directory(parent.resolve(folder.getFileName() + ".new-" + tag));
        try {
            CertificateBuilder builder = new CertificateBuilder();
            KeyPair rootKeys = CertificateBuilder.newKeyPair();
            X509Certificate root = builder.root(ROOT_NAME + tag, rootKeys, suffixes, clock.instant());
            KeyPair keys = CertificateBuilder.newKeyPair();
            X509Certificate intermediate = builder.intermediate(
                    "gotunnel intermediate " + tag, keys, root, rootKeys.getPrivate(), suffixes, clock.instant());
            write(draft.resolve(ROOT), Pem.encode(root));
            write(draft.resolve(INTERMEDIATE), Pem.encode(intermediate));
            write(draft.resolve(INTERMEDIATE_KEY), Pem.encode(keys.getPrivate()));
            Files.move(draft, folder, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            delete(draft);
            if (Files.isDirectory(folder)) {
                // Another process was faster; its authority is the one to use. (Linux gives no exception of its own.)
                return;
            }
            throw PrivateFiles.unusable("create the certificate authority in " + folder, folder, e);
        } catch (GeneralSecurityException e) {
            delete(draft);
            throw new GotunnelException(ErrorCode.CERTIFICATE, "The certificate authority could not be made.", null, e);
        }
    }

    private static void write(Path file, String pem) {
        PrivateFiles.write(file, pem.getBytes(StandardCharsets.US_ASCII));
    }

    private static void delete(Path draft) {
        try (Stream<Path> files = Files.list(draft)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(draft);
        } catch (IOException e) {
            throw PrivateFiles.unusable("remove " + draft, draft, e);
        }
    }

    private static byte[] randomBytes(int count) {
        byte[] bytes = new byte[count];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    }

    /** The certificate to trust. */
    public X509Certificate root() {
        return root;
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
     */
    public Leaf issue(List<String> names) {
        try {
            KeyPair prepared = spare.getAndSet(null);
            KeyPair keys = prepared == null ? CertificateBuilder.newKeyPair() : prepared;
            X509Certificate leaf =
                    new CertificateBuilder().leaf(keys, names, intermediate, intermediateKey, clock.instant());
            return new Leaf(keys.getPrivate(), List.of(leaf, intermediate));
        } catch (GeneralSecurityException e) {
            throw new GotunnelException(
                    ErrorCode.CERTIFICATE, "No certificate could be made for " + names.getFirst() + ".", null, e);
        }
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
