package dev.gotunnel.policy;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import java.net.InetAddress;

/**
 * A range of addresses (RFC 4632).
 *
 * @param address its first address
 * @param prefix how many leading bits an address in it shares with that one
 */
public record Network(InetAddress address, int prefix) {
    /**
     * Reads {@code 192.168.1.0/24}, {@code fd00::/8} or a single address.
     *
     * @throws GotunnelException with {@code USAGE} when the text is none of these
     */
    public static Network parse(String text) {
        int slash = text.indexOf('/');
        try {
            InetAddress address = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
            int bits = address.getAddress().length * 8;
            int prefix = slash < 0 ? bits : Integer.parseInt(text.substring(slash + 1));
            if (prefix >= 0 && prefix <= bits) {
                return new Network(address, prefix);
            }
        } catch (IllegalArgumentException e) {
            // Told below.
        }
        throw new GotunnelException(
                ErrorCode.USAGE,
                "\"" + text + "\" is not a network.",
                "Write an address or a network such as 192.168.1.0/24 or fd00::/8.");
    }

    /** Whether an address is in this range; an IPv4 address mapped into IPv6 counts as what it stands for. */
    public boolean contains(InetAddress other) {
        byte[] mine = address.getAddress();
        byte[] its = other.getAddress();
        if (mine.length != its.length) {
            return false;
        }
        int whole = prefix / 8;
        for (int i = 0; i < whole; i++) {
            if (mine[i] != its[i]) {
                return false;
            }
        }
        int rest = prefix % 8;
        return rest == 0 || (mine[whole] ^ its[whole]) >> (8 - rest) == 0;
    }

    @Override
    public String toString() {
        return address.getHostAddress() + "/" + prefix;
    }
}
