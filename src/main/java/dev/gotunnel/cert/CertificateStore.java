package dev.gotunnel.cert;

import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.platform.PrivateFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificates of this machine's tunnels on disk: the authority in {@code ca}, and for each tunnel one file in
 * {@code certs} that holds key and chain together, so that they can never be out of step. Any thread.
 */
public final class CertificateStore implements CertInstaller {
    private static final Logger LOG = LoggerFactory.getLogger(CertificateStore.class);

    /** A file in the data directory that tells that there was an authority: then no other one is made by itself. */
    public static final String MADE = "ca.made";

    private static final String SUFFIX = ".pem";

    private final Path data;
    private final List<String> suffixes;
    private final AuthorityFolder folder;
    private final BooleanSupplier trusted;
    private @Nullable CertificateAuthority authority;
    private @Nullable GotunnelException damage;
    private String state = "";

    /**
     * A store whose authority is protected by its file alone, and made where there is none.
     *
     * @param data gotunnel's data directory; made on first use
     * @param suffixes the names that a new authority may sign below
     */
    public CertificateStore(Path data, List<String> suffixes, Clock clock) {
        this(data, suffixes, KeyProtection.FILE, () -> false, clock);
    }

    /**
     * A store.
     *
     * @param data gotunnel's data directory; made on first use
     * @param suffixes the names that a new authority may sign below
     * @param protection how the key of its authority is kept
     * @param trusted whether programs of this machine trust a root of ours: then no other one is made in its place unless the
     *     user says so
     */
    public CertificateStore(
            Path data, List<String> suffixes, KeyProtection protection, BooleanSupplier trusted, Clock clock) {
        this.data = data;
        this.suffixes = List.copyOf(suffixes);
        this.folder = new AuthorityFolder(data.resolve("ca"), protection, clock);
        this.trusted = trusted;
    }

    /**
     * Does ahead what the first certificate of a process needs whatever its name: opens the authority if there is one, and
     * makes a key. Writes no certificate. Any thread; who asks for a certificate meanwhile waits for it.
     */
    public synchronized void prepare() {
        try {
            if (folder.exists()) {
                authority().prepare();
            }
        } catch (GotunnelException e) {
            // Whoever asks for a certificate will fail as well, and is the one to say so.
            LOG.debug("No certificate can be made: {}", e.toString());
        }
    }

    @Override
    public X509Certificate installCA() {
        CertificateAuthority current = authority();
        current.requireUnexpired();
        return current.root();
    }

    @Override
    public List<X509Certificate> ownRoots() {
        return Stream.of(folder, folder.next(), folder.old())
                .flatMap(place -> place.root().stream())
                .toList();
    }

    /** The authority in use, be it valid or not. */
    public synchronized CertificateAuthority authority() {
        if (authority == null) {
            PrivateFiles.directory(data);
            if (!folder.exists()) {
                if (Files.exists(made()) || trusted.getAsBoolean()) {
                    throw gone();
                }
                folder.create(suffixes);
            }
            state = folder.state();
            authority = folder.read();
            if (!Files.exists(made())) {
                PrivateFiles.write(
                        made(),
                        (CertificateAuthority.nameOf(authority.root()) + "\n").getBytes(StandardCharsets.US_ASCII));
            }
        }
        return authority;
    }

    /** Tells that there was an authority, which somebody may trust, also where no journal knows it: on a phone, say. */
    private Path made() {
        return data.resolve(MADE);
    }

    private GotunnelException gone() {
        String who = trusted.getAsBoolean() ? "while programs still trust it" : "and somebody may still trust it";
        return AuthorityFolder.unusable(data.resolve("ca"), "is gone, " + who, null);
    }

    /** Where the key of the authority is kept, in words. */
    public String keyPlace() {
        return authority().keyPlace();
    }

    /**
     * Deletes the authority, what a change to another one has left beside it, and the secret of its key in the keychain. The
     * next start makes a new one without asking.
     */
    public synchronized void removeAuthority() {
        folder.removeAll();
        authority = null;
        try {
            Files.deleteIfExists(made());
        } catch (IOException e) {
            throw PrivateFiles.unusable("delete " + made(), made(), e);
        }
    }

    /** The way to another authority, which may sign below these suffixes. */
    public AuthorityChange change(List<String> wanted) {
        return new AuthorityChange(PrivateFiles.directory(data).resolve("ca"), folder, List.copyOf(wanted));
    }

    @Override
    public boolean canSign(String name) {
        return authority().canSign(name);
    }

    @Override
    public synchronized boolean refresh() {
        if (authority == null) {
            return false;
        }
        boolean there = folder.exists();
        String now = there ? folder.state() : "";
        if (now.equals(state)) {
            return false;
        }
        state = now;
        damage = there ? null : gone();
        try {
            authority = there ? folder.read() : authority;
        } catch (GotunnelException e) {
            // The one in use can go on to sign if it has its key; nothing is put in its place.
            damage = e;
        }
        return true;
    }

    @Override
    public synchronized Optional<GotunnelException> trouble() {
        return damage != null ? Optional.of(damage) : authority == null ? Optional.empty() : authority.trouble();
    }

    @Override
    public synchronized Leaf generateCert(String domain, List<String> names) {
        Optional<Leaf> kept = read(file(domain))
                .filter(leaf -> authority().signed(leaf))
                .filter(leaf -> !authority().isDue(leaf))
                .filter(leaf -> leaf.names().containsAll(names));
        if (kept.isPresent()) {
            return kept.get();
        }
        Leaf leaf = authority().issue(names);
        StringBuilder pem = new StringBuilder(Pem.encode(leaf.key()));
        leaf.chain().forEach(certificate -> pem.append(Pem.encode(certificate)));
        PrivateFiles.directory(data.resolve("certs"));
        PrivateFiles.writeReplaceable(file(domain), pem.toString().getBytes(StandardCharsets.US_ASCII));
        return leaf;
    }

    @Override
    public Leaf temporaryCert(List<String> names) {
        return authority().issue(names);
    }

    @Override
    public synchronized void retainCerts(Set<String> domains) {
        folder.tidy();
        folder.next().tidy();
        Path folder = data.resolve("certs");
        Set<String> kept = domains.stream().map(CertificateStore::fileName).collect(Collectors.toSet());
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                String name = String.valueOf(file.getFileName());
                boolean draft = PrivateFiles.isDraft(file);
                if (draft || (name.endsWith(SUFFIX) && !kept.contains(name))) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException e) {
            throw PrivateFiles.unusable("tidy up " + folder, folder, e);
        }
    }

    @Override
    public synchronized void cleanupCert(String domain) {
        Path file = file(domain);
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw PrivateFiles.unusable("delete " + file, file, e);
        }
    }

    /** A file that cannot be used is replaced, and said so: nobody else's certificate lies in our folder. */
    private static Optional<Leaf> read(Path file) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        PrivateFiles.requirePrivate(file);
        try {
            String pem = Files.readString(file, StandardCharsets.US_ASCII);
            Leaf leaf = new Leaf(Pem.privateKey(pem), Pem.certificates(pem));
            if (leaf.chain().isEmpty()) {
                throw new GeneralSecurityException("no certificate found");
            }
            Pem.requirePair(leaf.key(), leaf.certificate());
            return Optional.of(leaf);
        } catch (IOException | GeneralSecurityException e) {
            LOG.warn("The certificate in {} is damaged and will be made anew: {}", file, e.getMessage());
            return Optional.empty();
        }
    }

    /** The domain is a checked DNS name: it cannot leave the folder. */
    private Path file(String domain) {
        return data.resolve("certs").resolve(fileName(domain));
    }

    /** Windows has no files with a star in their name, and no name has an underscore. */
    private static String fileName(String domain) {
        return domain.replace('*', '_') + SUFFIX;
    }
}
