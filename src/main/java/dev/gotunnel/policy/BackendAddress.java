package dev.gotunnel.policy;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where requests go: an HTTP server and how to speak to it.
 *
 * @param scheme the protocol
 * @param host a name or a literal address, IPv6 without brackets; the path of the socket for {@link Scheme#UNIX}
 * @param port 1 to 65535; 0 for {@link Scheme#UNIX}
 * @param weight its share of the requests where the balance is weighted, 1 to {@value #MAX_WEIGHT}
 */
public record BackendAddress(Scheme scheme, String host, int port, int weight) {
    /** The largest weight. */
    public static final int MAX_WEIGHT = 1000;

    private static final int MAX_DIGITS = 5;

    /** A Unix socket's path must fit into {@code sockaddr_un}: 108 bytes on Linux, 104 on macOS, with a final zero. */
    private static final int MAX_SOCKET_PATH = 103;

    /** The protocol that a backend speaks. */
    public enum Scheme {
        /** HTTP/1.1. */
        HTTP(80),
        /** TLS; HTTP/2 or HTTP/1.1 by ALPN. */
        HTTPS(443),
        /** HTTP/2 without TLS, with prior knowledge (RFC 9113 section 3.3), as gRPC servers speak it. */
        H2C(80),
        /** HTTP/1.1 over a Unix domain socket. */
        UNIX(0);

        private final int defaultPort;

        Scheme(int defaultPort) {
            this.defaultPort = defaultPort;
        }

        /** As it stands in a URL. */
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** @throws GotunnelException with {@code USAGE} when a part is out of range */
    public BackendAddress {
        if (weight < 1 || weight > MAX_WEIGHT) {
            throw new GotunnelException(
                    ErrorCode.USAGE,
                    "The weight " + weight + " is out of range.",
                    "Weights go from 1 to " + MAX_WEIGHT + ".");
        }
        if (scheme == Scheme.UNIX) {
            requireSocketPath(host);
        } else {
            requireHostAndPort(host, port);
            host = host.toLowerCase(Locale.ROOT);
        }
    }

    /** An HTTP/1.1 server. */
    public BackendAddress(String host, int port) {
        this(Scheme.HTTP, host, port, 1);
    }

    // Both as a record has them, but by hand: the JVM would write the code of those anew at each start.

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof BackendAddress that
                && scheme == that.scheme
                && host.equals(that.host)
                && port == that.port
                && weight == that.weight;
    }

    @Override
    public int hashCode() {
        return Objects.hash(scheme, host, port, weight);
    }

    private static void requireHostAndPort(String host, int port) {
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
    }

    private static void requireSocketPath(String path) {
        boolean plain = path.startsWith("/") && path.chars().noneMatch(c -> c < ' ' || c == 0x7f);
        if (!plain || path.length() > MAX_SOCKET_PATH) {
            throw new GotunnelException(
                    ErrorCode.USAGE,
                    "\"" + path + "\" is not the path of a socket.",
                    "Write unix:/absolute/path.sock, at most " + MAX_SOCKET_PATH + " characters.");
        }
    }

    /**
     * Reads {@code http://HOST:PORT}, {@code https://HOST:PORT}, {@code h2c://HOST:PORT}, {@code unix:/PATH},
     * {@code HOST:PORT} or {@code PORT}.
     *
     * @throws GotunnelException with {@code USAGE} when the text is none of these
     */
    public static BackendAddress parse(String text) {
        String url = text.strip();
        if (url.startsWith("unix:")) {
            String path = url.substring("unix:".length());
            return new BackendAddress(Scheme.UNIX, path.startsWith("//") ? path.substring(2) : path, 0, 1);
        }
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
            boolean bare = uri.getRawPath() == null
                    || uri.getRawPath().isEmpty()
                    || uri.getRawPath().equals("/");
            boolean complete = url.contains("://") || uri.getPort() >= 0;
            if (host == null || !complete || !bare || uri.getRawQuery() != null || uri.getRawUserInfo() != null) {
                throw malformed(text);
            }
            Scheme scheme = schemeOf(uri.getScheme(), text);
            int port = uri.getPort() < 0 ? scheme.defaultPort : uri.getPort();
            return new BackendAddress(scheme, unbracketed(host), port, 1);
        } catch (URISyntaxException e) {
            throw malformed(text);
        }
    }

    private static Scheme schemeOf(String word, String text) {
        return switch (word.toLowerCase(Locale.ROOT)) {
            case "http" -> Scheme.HTTP;
            case "https" -> Scheme.HTTPS;
            case "h2c" -> Scheme.H2C;
            default -> throw malformed(text);
        };
    }

    private static String unbracketed(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    private static GotunnelException malformed(String text) {
        return new GotunnelException(
                ErrorCode.USAGE,
                "\"" + text + "\" is not a backend.",
                "Write http://HOST:PORT, https://HOST:PORT, h2c://HOST:PORT, unix:/PATH, HOST:PORT or PORT,"
                        + " for example http://localhost:3000.");
    }

    /** The same backend with another share of the requests. */
    public BackendAddress withWeight(int newWeight) {
        return new BackendAddress(scheme, host, port, newWeight);
    }

    /** Whether it names this very machine, by a reserved name or an address of it that is the same everywhere. */
    public boolean isHere() {
        if (scheme == Scheme.UNIX || host.equals("localhost") || host.endsWith(".localhost")) {
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
        return scheme == Scheme.UNIX ? "unix:" + host : scheme.id() + "://" + authority();
    }

    /** {@code host:port}, brackets around IPv6; {@code localhost} for a Unix socket, whose server has no other name. */
    public String authority() {
        if (scheme == Scheme.UNIX) {
            return "localhost";
        }
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }

    /** For people: the URL, without the scheme where it is plain HTTP. */
    @Override
    public String toString() {
        return scheme == Scheme.HTTP ? authority() : url();
    }
}
