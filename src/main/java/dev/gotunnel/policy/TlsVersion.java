package dev.gotunnel.policy;

/** The versions of TLS that gotunnel speaks with clients. */
public enum TlsVersion {
    /** RFC 5246. */
    TLS_1_2,
    /** RFC 8446. */
    TLS_1_3;

    /** As it stands in the configuration: {@code 1.2}. */
    public String id() {
        return name().substring("TLS_".length()).replace('_', '.');
    }
}
