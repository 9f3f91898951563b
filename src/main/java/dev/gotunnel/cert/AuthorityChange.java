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

    /** The folder of the authority in use. */
    public Path place() {
        return place;
    }

    /** The root in use; empty when it cannot be read, which is no reason not to replace it. */
    public Optional<X509Certificate> current() {
        return rootIn(folder);
    }

    /** The root that an earlier change has replaced, and not deleted yet. */
    public Optional<X509Certificate> replaced() {
        return rootIn(folder.old());
    }

    private static Optional<X509Certificate> rootIn(AuthorityFolder folder) {
        if (!folder.exists()) {
            return Optional.empty();
        }
        try {
            return Optional.of(folder.read().root());
        } catch (GotunnelException e) {
            return Optional.empty();
        }
    }

    /** Makes the next authority, unless an earlier change has made one that fits. */
    public CertificateAuthority prepare() {
        AuthorityFolder next = folder.next();
        if (next.exists()) {
            try {
                CertificateAuthority made = next.read();
                if (Set.copyOf(made.suffixes()).equals(Set.copyOf(suffixes))) {
                    made.requireUnexpired();
                    return made;
                }
            } catch (GotunnelException e) {
                // Half a one, or one of another time: made anew.
                next.remove();
            }
        }
        next.remove();
        next.create(suffixes);
        return next.read();
    }

    /** Puts the next authority in the place of the one in use. */
    public void put() {
        folder.replaceByNext();
    }

    /** Forgets the next authority: the user does not want it after all. */
    public void abandon() {
        folder.next().remove();
    }

    /** Deletes the authority that was replaced, and its key. */
    public void finish() {
        folder.old().remove();
    }
}
