package dev.gotunnel.tunnel;

/**
 * Something that a running tunnel does without, why, and how to get it. A limitation never changes the state.
 *
 * @param code a stable word, such as {@code name-unresolved}
 * @param message one sentence for the user: what does not work, and why
 * @param fix what to do about it, usually a command
 */
public record Limitation(String code, String message, String fix) {}
