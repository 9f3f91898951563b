package dev.gotunnel.tunnel;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/**
 * How one trust store stands to the root. Its JSON form is the public output of {@code gotunnel trust status --format
 * json}: keys are added, never renamed or removed.
 *
 * @param store its name, for {@code --store}
 * @param place where it lies; empty when it was not found
 * @param found whether there is one, or a browser that would read one
 * @param trusted {@code yes} when the root stands in it, {@code no}, or {@code unknown} when it cannot be read
 * @param verified {@code yes} when a real handshake, or the platform's own verifier, accepted a certificate of ours by this
 *     store; {@code no} when it refused it; {@code unknown} when that could not be tried
 * @param note one sentence on what is special, else empty
 * @param fix what to do so that it is trusted, usually a command; empty when it is, or when nothing is to be done
 */
@JsonPropertyOrder({"store", "place", "found", "trusted", "verified", "note", "fix"})
public record TrustState(
        String store, String place, boolean found, String trusted, String verified, String note, String fix) {}
