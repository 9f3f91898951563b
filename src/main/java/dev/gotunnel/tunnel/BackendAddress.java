package dev.gotunnel.tunnel;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/**
 * Where a tunnel leads: an HTTP server by host and port.
 *
 * @param host a name or a literal address; IPv6 without brackets
 * @param port 1 to 65535
 */
public record BackendAddress(String host, int port) {
    private static final int MAX_DIGITS = 5;

    /** @throws GotunnelException with {@code USAGE} when the port is out of range or the host is empty */
    public BackendAddress {
        if (port < 1 || port > 65535) {
            throw new GotunnelException(
                    ErrorCode.USAGE, "The port " + port + " is out of range.", "Ports go from 1 to 65535.");
        }
        if (host.isBlank() || host.chars().anyMatch(c -> c <= ' ' || c == '/' || c == '@' || c == 0x7f)) {
            throw new GotunnelException(
                    ErrorCode.USAGE,
                    "\"" + host + "\" is not a host.",
                    "Give a name or an address, such as localhost.");
        }
        host = host.toLowerCase(Locale.ROOT);
    }

    /**
     * Reads {@code http://HOST:PORT}, {@code HOST:PORT} or {@code PORT}.
     *
     * @throws GotunnelException with {@code USAGE} when the text is none of these
     */
    public static BackendAddress parse(String text) {
        String url = text.strip();
        if (url.chars().allMatch(Character::isDigit) && !url.isEmpty()) {
            if (url.length() > MAX_DIGITS) {
                // Java would take it for a host's name.
                throw malformed(text);
            }
            return new BackendAddress("localhost", Integer.parseInt(url));
        }
        try {
            URI uri = new URI(url.contains("://") ? url : "http://" + url);
            String host = uri.getHost();
            boolean bare = uri.getRawPath().isEmpty() || uri.getRawPath().equals("/");
            boolean complete = url.contains("://") || uri.getPort() >= 0;
            if (host == null || !complete || !bare || uri.getRawQuery() != null || uri.getRawUserInfo() != null) {
                throw malformed(text);
            }
            if (!"http".equalsIgnoreCase(uri.getScheme())) {
                throw new GotunnelException(
                        ErrorCode.USAGE,
                        "The backend \"" + text + "\" is not plain HTTP.",
                        "gotunnel speaks http:// to backends, for example http://localhost:3000.");
            }
            return new BackendAddress(unbracketed(host), uri.getPort() < 0 ? 80 : uri.getPort());
        } catch (URISyntaxException e) {
            throw malformed(text);
        }
    }

    private static String unbracketed(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    private static GotunnelException malformed(String text) {
        return new GotunnelException(
                ErrorCode.USAGE,
                "\"" + text + "\" is not a backend.",
                "Write http://HOST:PORT, HOST:PORT or PORT, for example http://localhost:3000.");
    }

    /** Whether it names this very machine, by a reserved name or an address of it that is the same everywhere. */
    boolean isHere() {
        if (host.equals("localhost") || host.endsWith(".localhost")) {
            return true;
        }
        try {
            InetAddress address = InetAddress.ofLiteral(host);
            // Connecting to the unspecified address (0.0.0.0, ::) leads to this machine.
            return address.isLoopbackAddress() || address.isAnyLocalAddress();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** The address as a URL, brackets around IPv6. */
    public String url() {
        return "http://" + authority();
    }

    /** {@code host:port}, brackets around IPv6. */
    public String authority() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }

    @Override
    public String toString() {
        return url();
    }
}
