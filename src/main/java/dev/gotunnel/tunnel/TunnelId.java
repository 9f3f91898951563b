package dev.gotunnel.tunnel;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who a tunnel is: {@code PROFILE/NAME}.
 *
 * @param profile the profile that the tunnel belongs to; {@link #SESSION} for tunnels started from the command line
 * @param name the tunnel's name within the profile
 */
public record TunnelId(String profile, String name) implements Comparable<TunnelId> {
    /** The profile of tunnels that live as long as the command that started them. */
    public static final String SESSION = "session";

    /** The profile of a configuration file's top-level {@code tunnels} list. */
    public static final String DEFAULT = "default";

    private static final Pattern WORD = Pattern.compile("[a-z0-9](?:[a-z0-9._-]{0,62})");

    /** @throws GotunnelException with {@code USAGE} when either part is not a plain lower-case word */
    public TunnelId {
        check("profile", profile);
        check("tunnel", name);
    }

    private static void check(String what, String word) {
        if (!isWord(word)) {
            throw new GotunnelException(
                    ErrorCode.USAGE,
                    "\"" + word + "\" is not a valid " + what + " name.",
                    "Use up to 63 lower-case letters, digits, dots, dashes or underscores, starting with a letter or digit.");
        }
    }

    /** Whether a text can be the name of a tunnel or profile. */
    public static boolean isWord(String word) {
        return WORD.matcher(word).matches();
    }

    /** Reads {@code PROFILE/NAME}. */
    public static TunnelId parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new GotunnelException(ErrorCode.USAGE, "\"" + text + "\" is not PROFILE/NAME.", "See: gotunnel list");
        }
        return new TunnelId(text.substring(0, slash), text.substring(slash + 1));
    }

    // Both as a record has them, but by hand: the JVM would write the code of those anew at each start.

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TunnelId(String otherProfile, String otherName)
                && profile.equals(otherProfile)
                && name.equals(otherName);
    }

    @Override
    public int hashCode() {
        return 31 * profile.hashCode() + name.hashCode();
    }

    @Override
    public int compareTo(TunnelId other) {
        int byProfile = profile.compareTo(other.profile);
        return byProfile != 0 ? byProfile : name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return profile + "/" + name;
    }
}
