package dev.gotunnel.tunnel;

/**
 * One change of a trust store that is about to be made.
 *
 * @param store the name of the store
 * @param what what will be done, in words with exact places, without a full stop
 */
public record TrustStep(String store, String what) {}
