package dev.gotunnel.proxy;

import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * A host that a client asks for, and what a backend is told of it ({@code X-Forwarded-*}, RFC 7239). A connection's
 * requests mostly ask for the same: what is read and written once is kept with it.
 *
 * @param field the {@code Host} field as the client sent it
 * @param name the name in it; null when it is no host and port
 * @param forwardedFor the client's address
 * @param forwardedHost the field
 * @param forwardedPort the port in it, or that of the scheme
 * @param forwarded all of it in one field
 */
record AskedHost(
        String field,
        @Nullable String name,
        AsciiString forwardedFor,
        AsciiString forwardedHost,
        AsciiString forwardedPort,
        AsciiString forwarded) {
    static AskedHost of(String field, ClientConnection client) {
        return new AskedHost(
                field,
                HostName.of(field),
                new AsciiString(client.address()),
                new AsciiString(field),
                new AsciiString(portOf(field, client)),
                new AsciiString("for=" + nodeName(client) + ";host=\"" + field + "\";proto=" + client.scheme()));
    }

    /** RFC 7239 section 6: IPv6 in brackets and quotes. */
    private static String nodeName(ClientConnection client) {
        String address = client.address();
        return address.indexOf(':') >= 0 ? "\"[" + address + "]\"" : address;
    }

    private static String portOf(String field, ClientConnection client) {
        int colon = field.lastIndexOf(':');
        if (colon > field.lastIndexOf(']')) {
            return field.substring(colon + 1);
        }
        return client.secure() ? "443" : "80";
    }
}
