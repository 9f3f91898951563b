package dev.gotunnel.cert;

import dev.gotunnel.error.GotunnelException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The way from one certificate authority to the next: made beside the one in use, trusted, put in its place, and only then
 * is the old one deleted. Each step can be done again, so that a change that was ended half-way is completed by the next.
 */
public final class AuthorityChange {
    private final Path place;
    private final AuthorityFolder folder;
    private final List<String> suffixes;

    AuthorityChange(Path place, AuthorityFolder folder, List<String> suffixes) {
        this.place = place;
        this.folder = folder;
        this.suffixes = suffixes;
    }

    /** How far a change has come. */
    public enum Stage {
        /** None is under way. */
        NONE,
        /** The next authority is made, and not in use yet. */
        PREPARED,
        /** It is in use, and the one before it not deleted yet. */
        REPLACED
    }

    /** How far a change has come that was begun earlier. */
    public Stage stage() {
        boolean inUse = folder.exists();
        return inUse && folder.next().exists()
                ? Stage.PREPARED
                : inUse && folder.old().exists() ? Stage.REPLACED : Stage.NONE;
    }

    /** The folder of the authority in use. */
    public Path place() {
        return place;
    }

    /** The root in use; empty when it cannot be read, which is no reason not to replace it. */
    public Optional<X509Certificate> current() {
        return read(folder).map(CertificateAuthority::root);
    }

    /** The root of the authority that is made, and not in use yet; empty when there is none. */
    public Optional<X509Certificate> prepared() {
        return stage() == Stage.PREPARED ? folder.next().root() : Optional.empty();
    }

    /** Below what the authority in use may sign; nothing when it cannot be read. */
    public List<String> suffixes() {
        return read(folder).map(CertificateAuthority::suffixes).orElse(List.of());
    }

    /** Whether the authority in use can be used: clients accept what it signs. */
    public boolean isUsable() {
        return read(folder).filter(CertificateAuthority::isValid).isPresent();
    }

    /** Whether the authority in use signs below the suffixes that are wanted, and no others. */
    public boolean fits() {
        return read(folder).filter(this::fits).isPresent();
    }

    private boolean fits(CertificateAuthority authority) {
        return authority.isValid() && Set.copyOf(authority.suffixes()).equals(Set.copyOf(suffixes));
    }

    private static Optional<CertificateAuthority> read(AuthorityFolder folder) {
        if (!folder.exists()) {
            return Optional.empty();
        }
        try {
            return Optional.of(folder.read());
        } catch (GotunnelException e) {
            // Half a one, or a damaged one, is none.
            return Optional.empty();
        }
    }

    /** Makes the next authority, unless an earlier change has made one that fits. */
    public CertificateAuthority prepare() {
        AuthorityFolder next = folder.next();
        Optional<CertificateAuthority> made = read(next).filter(this::fits);
        if (made.isPresent()) {
            return made.get();
        }
        next.remove();
        next.create(suffixes);
        return next.read();
    }

    /** Puts the next authority in the place of the one in use. */
    public void put() {
        folder.replaceByNext();
    }

    /** Deletes the authority that was replaced, and its key. */
    public void finish() {
        folder.old().remove();
    }
}
