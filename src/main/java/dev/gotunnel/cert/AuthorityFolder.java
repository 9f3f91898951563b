package dev.gotunnel.cert;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.platform.PrivateFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where an authority lies: a folder that is made whole or not at all, and that the next authority takes over in one step.
 * Several processes.
 */
final class AuthorityFolder {
    private static final Logger LOG = LoggerFactory.getLogger(AuthorityFolder.class);

    private static final String ROOT = "root.crt";
    private static final String INTERMEDIATE = "intermediate.crt";
    private static final String INTERMEDIATE_KEY = "intermediate.key";
    private static final String NEXT = ".next";
    private static final String OLD = ".old";
    private static final String DRAFT = ".new-";

    private final Path folder;
    private final KeyProtection protection;
    private final Clock clock;

    /** The folder of an authority, which need not exist yet. */
    AuthorityFolder(Path folder, KeyProtection protection, Clock clock) {
        this.folder = folder.toAbsolutePath();
        this.protection = protection;
        this.clock = clock;
    }

    static GotunnelException unusable(@Nullable Path folder, String why, @Nullable Exception cause) {
        return new GotunnelException(
                ErrorCode.CERTIFICATE,
                "The certificate authority in " + folder + " " + why + ".",
                "Make a new one, to be trusted in the place of this one: gotunnel trust renew",
                cause);
    }

    /** Whether there is one, or what is left of one. Completes a change to the next one that was ended half-way. */
    boolean exists() {
        if (!Files.isDirectory(folder) && Files.isDirectory(next().folder)) {
            move(next().folder, folder);
        }
        return Files.isDirectory(folder);
    }

    /**
     * Reads the authority.
     *
     * @throws GotunnelException {@code CERTIFICATE} when its files are missing or damaged, {@code NOT_PERMITTED} or {@code
     *     IO}
     */
    CertificateAuthority read() {
        PrivateFiles.requirePrivate(folder);
        try {
            X509Certificate root = certificate(ROOT);
            X509Certificate intermediate = certificate(INTERMEDIATE);
            root.verify(root.getPublicKey());
            intermediate.verify(root.getPublicKey());
            Path keyFile = folder.resolve(INTERMEDIATE_KEY);
            if (!Files.exists(keyFile)) {
                throw unusable(folder, "has lost its key", null);
            }
            PrivateFiles.requirePrivate(keyFile);
            return new CertificateAuthority(
                    folder, root, intermediate, PermittedNames.of(intermediate), key(root), clock);
        } catch (AccessDeniedException e) {
            throw PrivateFiles.unusable("read the certificate authority in " + folder, folder, e);
        } catch (GeneralSecurityException | IOException e) {
            throw unusable(folder, "is damaged", e);
        }
    }

    /** The root alone, also of an authority that cannot be used; empty when there is none to read. */
    Optional<X509Certificate> root() {
        try {
            return Files.exists(folder.resolve(ROOT)) ? Optional.of(certificate(ROOT)) : Optional.empty();
        } catch (GeneralSecurityException | IOException e) {
            LOG.warn("{} cannot be read: {}", folder.resolve(ROOT), e.toString());
            return Optional.empty();
        }
    }

    private AuthorityKey key(X509Certificate root) {
        return new AuthorityKey(folder.resolve(INTERMEDIATE_KEY), CertificateAuthority.nameOf(root), protection);
    }

    private X509Certificate certificate(String name) throws GeneralSecurityException, IOException {
        Path file = folder.resolve(name);
        List<X509Certificate> found = Pem.certificates(Files.readString(file));
        if (found.size() != 1) {
            throw new GeneralSecurityException(file + " does not hold exactly one certificate");
        }
        return found.getFirst();
    }

    /**
     * Makes an authority, beside its place and moved there in one step, so that a crash leaves nothing half-made. When
     * another process is faster, that one's stays.
     */
    void create(List<String> suffixes) {
        Path parent = PrivateFiles.directory(folder.resolveSibling(""));
        tidy();
        // A reused subject with a new key makes browsers fail in odd ways, hence a name of its own for each authority.
        String tag = HexFormat.of().withUpperCase().formatHex(randomBytes(4));
        Path draft = PrivateFiles.directory(parent.resolve(folder.getFileName() + DRAFT + tag));
        AuthorityFolder made = new AuthorityFolder(draft, protection, clock);
        try {
            CertificateBuilder builder = new CertificateBuilder();
            KeyPair rootKeys = CertificateBuilder.newKeyPair();
            X509Certificate root =
                    builder.root(CertificateAuthority.ROOT_NAME + tag, rootKeys, suffixes, clock.instant());
            KeyPair keys = CertificateBuilder.newKeyPair();
            X509Certificate intermediate = builder.intermediate(
                    "gotunnel intermediate " + tag, keys, root, rootKeys.getPrivate(), suffixes, clock.instant());
            write(draft.resolve(ROOT), Pem.encode(root));
            write(draft.resolve(INTERMEDIATE), Pem.encode(intermediate));
            made.key(root).create(keys.getPrivate());
            Files.move(draft, folder, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            made.remove();
            if (Files.isDirectory(folder)) {
                // Another process was faster; its authority is the one to use. (Linux gives no exception of its own.)
                return;
            }
            throw PrivateFiles.unusable("create the certificate authority in " + folder, folder, e);
        } catch (GotunnelException e) {
            made.remove();
            throw e;
        } catch (GeneralSecurityException e) {
            made.remove();
            throw new GotunnelException(ErrorCode.CERTIFICATE, "The certificate authority could not be made.", null, e);
        }
    }

    private static void write(Path file, String pem) {
        PrivateFiles.write(file, pem.getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] randomBytes(int count) {
        byte[] bytes = new byte[count];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    }

    /** Removes what killed processes have left, a minute ago or longer: those who make one now take a second. */
    void tidy() {
        Path parent = folder.resolveSibling("");
        if (!Files.isDirectory(parent)) {
            return;
        }
        try (Stream<Path> files = Files.list(parent)) {
            for (Path file : files.toList()) {
                boolean draft = String.valueOf(file.getFileName()).startsWith(folder.getFileName() + DRAFT);
                if (draft
                        && Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS)
                                .toInstant()
                                .plusSeconds(60)
                                .isBefore(clock.instant())) {
                    new AuthorityFolder(file, protection, clock).remove();
                }
            }
        } catch (IOException e) {
            throw PrivateFiles.unusable("tidy up " + parent, parent, e);
        }
    }

    /** Where the one lies that is to take this one's place. */
    AuthorityFolder next() {
        return new AuthorityFolder(folder.resolveSibling(folder.getFileName() + NEXT), protection, clock);
    }

    /** Where the one lies whose place this one has taken. */
    AuthorityFolder old() {
        return new AuthorityFolder(folder.resolveSibling(folder.getFileName() + OLD), protection, clock);
    }

    /**
     * Lets the next authority take this one's place, which is kept as the {@link #old} one. Ended between the two moves, the
     * next look at this folder completes it.
     */
    void replaceByNext() {
        if (!Files.isDirectory(next().folder)) {
            // Another process was faster.
            return;
        }
        if (Files.isDirectory(folder)) {
            old().remove();
            move(folder, old().folder);
        }
        move(next().folder, folder);
    }

    private static void move(Path from, Path to) {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            if (Files.isDirectory(to) && !Files.isDirectory(from)) {
                // Another process was faster, with the same result.
                return;
            }
            throw PrivateFiles.unusable("move " + from + " to " + to, from, e);
        }
    }

    /** Deletes it and those beside it. */
    void removeAll() {
        old().remove();
        next().remove();
        remove();
    }

    /** Deletes it, and the secret of its key in the keychain. */
    void remove() {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try {
            if (Files.exists(folder.resolve(ROOT))) {
                key(certificate(ROOT)).forgetSecret();
            }
        } catch (GeneralSecurityException | IOException | GotunnelException e) {
            LOG.warn("The secret of the key in {} may still be in the keychain: {}", folder, e.getMessage());
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(folder);
        } catch (IOException e) {
            throw PrivateFiles.unusable("remove " + folder, folder, e);
        }
    }

    /** What changes when other files take the place of these; cheap enough to be asked every few seconds. */
    String state() {
        return Stream.of(ROOT, INTERMEDIATE, INTERMEDIATE_KEY)
                .map(name -> state(folder.resolve(name)))
                .reduce("", (all, one) -> all + one + ";");
    }

    /** The same for any file; empty when there is none. */
    static String state(Path file) {
        try {
            BasicFileAttributes its = Files.readAttributes(file, BasicFileAttributes.class);
            return its.fileKey() + " " + its.size() + " " + its.lastModifiedTime();
        } catch (IOException e) {
            // It is not there, or not to be seen: whoever reads it then tells why.
            return "";
        }
    }
}
