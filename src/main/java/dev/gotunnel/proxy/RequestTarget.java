package dev.gotunnel.proxy;

/** The target of a request line (RFC 9112 section 3.2). */
final class RequestTarget {
    private RequestTarget() {}

    /** Whether it can stand in a request line without ending it early or being read in two ways. */
    static boolean isPlain(CharSequence target) {
        for (int i = 0; i < target.length(); i++) {
            if (target.charAt(i) <= ' ' || target.charAt(i) == 0x7f) {
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
