package dev.gotunnel.privilege;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the privileged helper answers when it has done what it was asked for. Fields that say nothing about the verb are
 * empty.
 *
 * @param changed whether the machine is different from before
 * @param note a sentence for the user
 * @param fingerprint the SHA-256 of the certificate, as {@link Verb#TRUST_REMOVE} takes it
 * @param store the trust store that was written
 * @param suffixes those allowed now, the built-in ones first
 */
public record HelperAnswer(boolean changed, String note, String fingerprint, String store, List<String> suffixes) {
    /** Nothing stands for what was left out. */
    public HelperAnswer(
            boolean changed,
            @Nullable String note,
            @Nullable String fingerprint,
            @Nullable String store,
            @Nullable List<String> suffixes) {
        this.changed = changed;
        this.note = Objects.requireNonNullElse(note, "");
        this.fingerprint = Objects.requireNonNullElse(fingerprint, "");
        this.store = Objects.requireNonNullElse(store, "");
        this.suffixes = suffixes == null ? List.of() : List.copyOf(suffixes);
    }
}
