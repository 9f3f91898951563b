package dev.gotunnel.policy;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import java.util.Locale;
import java.util.Set;

/**
 * One change of a header field.
 *
 * @param action what happens to the field
 * @param name the field's name in lower case
 * @param value the new value, with placeholders; empty for {@link Action#REMOVE}
 */
public record HeaderRule(Action action, String name, Template value) {
    /**
     * They frame the message or belong to one connection: to change them would make a message of another length, or a
     * WebSocket's handshake that answers another one.
     */
    private static final Set<String> OURS = Set.of(
            "connection",
            "content-length",
            "host",
            "keep-alive",
            "sec-websocket-accept",
            "sec-websocket-key",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");

    /** What happens to a field. */
    public enum Action {
        /** Replaces what is there. */
        SET(""),
        /** Stands beside what is there. */
        ADD("+"),
        /** Takes it away. */
        REMOVE("-");

        private final String sign;

        Action(String sign) {
            this.sign = sign;
        }

        /** What stands before the name in the configuration. */
        public String sign() {
            return sign;
        }
    }

    /** @throws GotunnelException with {@code USAGE} when the name is no field name, or one that is not to be changed */
    public HeaderRule {
        name = name.toLowerCase(Locale.ROOT);
        if (name.isEmpty() || !name.chars().allMatch(HeaderRule::isTokenChar)) {
            throw new GotunnelException(
                    ErrorCode.USAGE,
                    "\"" + name + "\" is not the name of a header.",
                    "Names have letters, digits and dashes; \"+\" before one adds, \"-\" removes.");
        }
        if (OURS.contains(name)) {
            throw new GotunnelException(
                    ErrorCode.USAGE,
                    "The header \"" + name + "\" is not to be changed by a rule.",
                    name.equals("host") ? "Set \"host\" or \"preset\" of the tunnel instead." : "Leave it out.");
        }
    }

    /**
     * Reads a rule as the configuration has it.
     *
     * @param key {@code Name} to set, {@code +Name} to add, {@code -Name} to remove
     * @throws GotunnelException with {@code USAGE} when one of the two cannot be
     */
    public static HeaderRule parse(String key, String value) {
        Action action = key.startsWith("+") ? Action.ADD : key.startsWith("-") ? Action.REMOVE : Action.SET;
        if (action == Action.REMOVE && !value.isEmpty()) {
            throw new GotunnelException(
                    ErrorCode.USAGE, "A header that is removed has no value.", "Write \"" + key + ": \\\"\\\"\".");
        }
        return new HeaderRule(action, key.substring(action.sign.length()), Template.parse(value));
    }

    /** The name with its sign, as the configuration has it. */
    public String key() {
        return action.sign + name;
    }

    /** RFC 9110 section 5.6.2. */
    private static boolean isTokenChar(int c) {
        return (c < 128 && Character.isLetterOrDigit(c)) || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
    }
}
