package dev.gotunnel.proxy;

/**
 * The target of a request line (RFC 9112 section 3.2). None of its forms has a fragment: a number sign would let a path
 * be another one here than at a backend that cuts it there.
 */
final class RequestTarget {
    private RequestTarget() {}

    /** Whether it can stand in a request line without ending it early or being read in two ways. */
    static boolean isPlain(CharSequence target) {
        for (int i = 0; i < target.length(); i++) {
            char c = target.charAt(i);
            if (c <= ' ' || c == 0x7f || c == '#') {
                return false;
            }
        }
        return !target.isEmpty();
    }

    /** Whether it is a path, with or without a query, or the asterisk of {@code OPTIONS}. */
    static boolean isOrigin(CharSequence target) {
        return isPlain(target) && (target.charAt(0) == '/' || "*".contentEquals(target));
    }
}
