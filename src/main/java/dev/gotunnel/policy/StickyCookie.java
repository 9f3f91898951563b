package dev.gotunnel.policy;

/**
 * Keeps a client at the backend that answered it first, by a cookie, as long as that is up.
 *
 * @param name the cookie's name, a token of RFC 6265
 */
public record StickyCookie(String name) {
    /** The name where none was given. */
    public static final StickyCookie DEFAULT = new StickyCookie("gotunnel_backend");
}
