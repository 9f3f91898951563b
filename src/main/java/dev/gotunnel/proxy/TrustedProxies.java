package dev.gotunnel.proxy;

import dev.gotunnel.policy.Network;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Whose word on a request's client is taken: proxies in front of this one. The client is the last address, read from the
 * end, that is not such a proxy; what stands before it anybody may have written. Immutable.
 *
 * @param networks where such proxies are; none believes nobody
 */
record TrustedProxies(List<Network> networks) {
    /** Copies the list. */
    TrustedProxies {
        networks = List.copyOf(networks);
    }

    /** The client as its proxy tells of it; the connection itself where that is nobody's to tell. */
    ClientConnection client(ClientConnection connection, HttpHeaders headers) {
        if (networks.isEmpty() || !isTrusted(connection.address())) {
            return connection;
        }
        String address = connection.address();
        List<String> told = told(headers);
        for (int i = told.size() - 1; i >= 0 && isTrusted(address); i--) {
            // A proxy may keep to itself whom it speaks for (RFC 7239, section 6): that is nobody known, and not the
            // proxy.
            address = parse(told.get(i)) == null ? ClientConnection.UNKNOWN : told.get(i);
        }
        String scheme = headers.get("x-forwarded-proto");
        boolean secure = scheme == null
                ? connection.secure()
                : scheme.strip().toLowerCase(Locale.ROOT).equals("https");
        return new ClientConnection(
                connection.channel(), secure, address, connection.loopback(), connection.port(), connection.tlsPort());
    }

    /**
     * The host and port that the client asked such a proxy for; the request's own where that is nobody's to tell.
     *
     * @param secure whether the client asked it over TLS
     */
    String host(ClientConnection connection, HttpHeaders headers, String host, boolean secure) {
        String told = networks.isEmpty() ? null : headers.get("x-forwarded-host");
        if (told == null || !isTrusted(connection.address()) || HostName.of(told.strip()) == null) {
            return host;
        }
        String asked = told.strip();
        String port = headers.get("x-forwarded-port");
        boolean complete =
                port == null || port.equals(secure ? "443" : "80") || asked.lastIndexOf(':') > asked.lastIndexOf(']');
        // Many a proxy tells the name and the port apart.
        return complete || HostName.of(asked + ":" + port) == null ? asked : asked + ":" + port;
    }

    private boolean isTrusted(String address) {
        InetAddress parsed = parse(address);
        return parsed != null && networks.stream().anyMatch(network -> network.contains(parsed));
    }

    private static @Nullable InetAddress parse(String text) {
        try {
            return InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** The addresses of {@code X-Forwarded-For}, or else of {@code Forwarded} (RFC 7239), the nearest last. */
    private static List<String> told(HttpHeaders headers) {
        List<String> addresses = new ArrayList<>();
        for (String line : headers.getAll("x-forwarded-for")) {
            for (String address : line.split(",")) {
                addresses.add(bare(address.strip()));
            }
        }
        if (!addresses.isEmpty()) {
            return addresses;
        }
        for (String line : headers.getAll("forwarded")) {
            for (String element : line.split(",")) {
                for (String pair : element.split(";")) {
                    String parameter = pair.strip();
                    if (parameter.regionMatches(true, 0, "for=", 0, 4)) {
                        addresses.add(bare(parameter.substring(4)));
                    }
                }
            }
        }
        return addresses;
    }

    /** Without quotes, brackets and port. */
    private static String bare(String node) {
        String text = node.replace("\"", "");
        if (text.startsWith("[")) {
            return text.substring(1, Math.max(1, text.indexOf(']')));
        }
        int colon = text.indexOf(':');
        // With several it is an IPv6 address without brackets, and so without a port.
        return colon < 0 || colon != text.lastIndexOf(':') ? text : text.substring(0, colon);
    }
}
