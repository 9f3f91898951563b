package dev.gotunnel.proxy;

import io.netty.util.NetUtil;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The name in a {@code Host} field or {@code :authority} (RFC 9110 section 7.2). */
final class HostName {
    private HostName() {}

    /** The name in lower case, without port, brackets and final dot; null when the field is not a host and a port. */
    static @Nullable String of(@Nullable String host) {
        if (host == null || host.isEmpty() || host.length() > 300) {
            return null;
        }
        int end = host.length();
        int colon = host.lastIndexOf(':');
        if (host.charAt(0) == '[') {
            int bracket = host.indexOf(']');
            if (bracket < 0 || (bracket != end - 1 && !isPort(host, bracket + 1))) {
                return null;
            }
            String literal = host.substring(1, bracket);
            return NetUtil.isValidIpV6Address(literal) ? literal.toLowerCase(Locale.ROOT) : null;
        }
        if (colon >= 0) {
            if (!isPort(host, colon)) {
                return null;
            }
            end = colon;
        }
        if (end > 0 && host.charAt(end - 1) == '.') {
            end--;
        }
        return end > 0 && isName(host, end) ? host.substring(0, end).toLowerCase(Locale.ROOT) : null;
    }

    private static boolean isName(String host, int end) {
        for (int i = 0; i < end; i++) {
            char c = host.charAt(i);
            boolean allowed = (c < 128 && Character.isLetterOrDigit(c)) || c == '-' || c == '.' || c == '_';
            if (!allowed) {
                return false;
            }
        }
        return true;
    }

    private static boolean isPort(String host, int colon) {
        if (host.charAt(colon) != ':' || host.length() - colon > 6) {
            return false;
        }
        for (int i = colon + 1; i < host.length(); i++) {
            if (host.charAt(i) < '0' || host.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }
}
