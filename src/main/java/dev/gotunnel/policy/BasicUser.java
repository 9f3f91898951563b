package dev.gotunnel.policy;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import java.util.regex.Pattern;

/**
 * Somebody who may pass with a password (RFC 7617).
 *
 * @param name the user's name, without a colon
 * @param passwordHash the password's bcrypt hash, as {@code $2b$10$…}; never shown
 */
public record BasicUser(String name, String passwordHash) {
    /** Costs above 14 take more than a second for each new password that is tried. */
    private static final Pattern BCRYPT = Pattern.compile("\\$2[aby]\\$(0[4-9]|1[0-4])\\$[./A-Za-z0-9]{53}");

    /** @throws GotunnelException with {@code USAGE} when the name has a colon or the hash is not bcrypt's */
    public BasicUser {
        if (name.isEmpty() || name.indexOf(':') >= 0 || name.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
            throw new GotunnelException(
                    ErrorCode.USAGE, "\"" + name + "\" is not a user's name.", "Give one without a colon.");
        }
        if (!BCRYPT.matcher(passwordHash).matches()) {
            throw new GotunnelException(
                    ErrorCode.USAGE,
                    "The password hash of \"" + name + "\" is not a bcrypt hash with a cost of 4 to 14.",
                    "Make one: gotunnel start … --basic-auth " + name + ":@FILE --save, or htpasswd -nbB " + name
                            + " PASSWORD");
        }
    }

    @Override
    public String toString() {
        return "BasicUser[" + name + "]";
    }
}
