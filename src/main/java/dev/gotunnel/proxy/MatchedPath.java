package dev.gotunnel.proxy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The path of a request as routes are matched with it: percent-encoding undone, empty and dot segments resolved,
 * parameters after a semicolon left out. Servers read paths in all these ways, and a route that asks for a password must
 * not be got round by {@code /x/..%2fadmin}. What is forwarded is the client's own spelling.
 */
final class MatchedPath {
    private MatchedPath() {}

    /**
     * The path that routes are matched with.
     *
     * @param target a request target: a path with or without a query, or the asterisk
     */
    static String of(String target) {
        String path = raw(target);
        return isPlain(path) && path.indexOf('%') < 0 ? path : resolved(decoded(path));
    }

    /** A target without its query, as it was sent. */
    static String raw(String target) {
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query);
    }

    /** Whether all servers agree on a path's segments, so that its beginning can be replaced as it stands. */
    static boolean isPlain(String path) {
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c == ';' || c == '\\' || (c == '%' && isEncodedSeparator(path, i))) {
                return false;
            }
            if (c == '/' && (path.startsWith("//", i) || isDotSegment(path, i + 1))) {
                return false;
            }
        }
        return true;
    }

    /** Whether a segment is one dot or two, and not a name that begins with some. */
    private static boolean isDotSegment(String path, int at) {
        int end = path.indexOf('/', at);
        String segment = path.substring(at, end < 0 ? path.length() : end);
        return segment.equals(".") || segment.equals("..");
    }

    /** An encoded dot, slash or backslash. */
    private static boolean isEncodedSeparator(String path, int at) {
        int value = hex(path, at + 1) * 16 + hex(path, at + 2);
        return value == '.' || value == '/' || value == '\\';
    }

    private static String decoded(String path) {
        byte[] bytes = new byte[path.length()];
        int length = 0;
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c == '%' && hex(path, i + 1) >= 0 && hex(path, i + 2) >= 0) {
                bytes[length++] = (byte) (hex(path, i + 1) * 16 + hex(path, i + 2));
                i += 2;
            } else {
                bytes[length++] = (byte) c;
            }
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8).replace('\\', '/');
    }

    private static int hex(String text, int at) {
        return at < text.length() ? Character.digit(text.charAt(at), 16) : -1;
    }

    private static String resolved(String path) {
        Deque<String> segments = new ArrayDeque<>();
        String[] parts = path.split("/", -1);
        for (String part : parts) {
            int parameters = part.indexOf(';');
            String segment = parameters < 0 ? part : part.substring(0, parameters);
            if (segment.equals("..")) {
                segments.pollLast();
            } else if (!segment.isEmpty() && !segment.equals(".")) {
                segments.addLast(segment);
            }
        }
        String last = parts[parts.length - 1];
        boolean folder = last.isEmpty() || last.equals(".") || last.equals("..");
        return "/" + String.join("/", segments) + (folder && !segments.isEmpty() ? "/" : "");
    }
}
