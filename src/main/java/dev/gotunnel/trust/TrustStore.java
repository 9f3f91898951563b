package dev.gotunnel.trust;

import dev.gotunnel.error.GotunnelException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One list of certificate authorities that some programs of this machine trust. Calls may block for seconds; not for
 * event loops, and not for the process that owns the engine. Methods that read or write throw {@link GotunnelException}
 * with the way out, {@code NOT_PERMITTED} when it is only a permission that is missing.
 */
public interface TrustStore {
    /** What prints the root in use, for commands that somebody types. */
    String EXPORT = "gotunnel trust export";

    /** The same for the root of an authority that is to be used next. */
    String EXPORT_NEXT = EXPORT + " --next";

    /** Names it for good, as {@code KIND:PLACE}: what the journal keeps and {@link TrustStores#ofId} understands. */
    String id();

    /** What the user calls it, such as {@code firefox:abcd.default}. */
    String name();

    /** Where it lies, or which one it is. */
    String place();

    /** Whether it is there, or can be made because there is a program that would read it. */
    boolean isFound();

    /** Whether other users of this machine may have roots of their own in it. */
    boolean isShared();

    /** Whether this process may not write it, and no helper can do it instead. */
    boolean needsPrivilege();

    /** Whether {@link #install} has the system ask for an administrator's password. */
    default boolean asksAdministrator() {
        return false;
    }

    /** Why gotunnel never writes it, and what serves its programs instead; null when gotunnel does write it. */
    @Nullable
    String servedBy();

    /** The roots of ours that stand in it, from earlier authorities too. */
    List<X509Certificate> roots();

    /** Whether what reads this store accepts a server with a certificate of ours. */
    Verdict verify(TrustProbe probe);

    /** What {@link #install} will do, in words with exact places. */
    String change(X509Certificate root);

    /** What {@link #install} would make that is not there yet and is to go with the root again; outermost first. */
    List<Path> creates();

    /** Adds a root. No effect when it is there. */
    void install(X509Certificate root);

    /** Takes a root out. No effect when it is not there. */
    void remove(X509Certificate root);

    /** Deletes what {@link #install} made, as far as it is empty. */
    void tidy(List<Path> created);

    /** How to do by hand what {@link #install} cannot do here; the root in it comes from {@link #EXPORT}. */
    String byHand(X509Certificate root);

    /** The file that is to be byte for byte as before when the roots are gone; empty where a database has no such form. */
    default Optional<Path> file() {
        return Optional.empty();
    }

    /** What the user has to do before a change takes effect, such as to restart a browser; empty for nothing. */
    String afterwards();
}
