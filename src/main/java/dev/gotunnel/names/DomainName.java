package dev.gotunnel.names;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A name that a tunnel serves, in lower-case ASCII (RFC 1123 labels; other scripts as IDNA 2003 A-labels). Which names may
 * be typed is the matter of the {@link Suffixes}. A wildcard, {@code *.shop.local}, stands for every name below another,
 * at any depth.
 *
 * @param ascii the full name, such as {@code shop.local}
 */
public record DomainName(String ascii) implements Comparable<DomainName> {
    /** The DNS allows 253; less here, so that the name can be a file's name with an ending. */
    static final int MAX_LENGTH = 250;

    /** What a wildcard begins with. */
    static final String ANY = "*.";

    /** What stands for it where a star cannot be. */
    private static final String ANY_WORD = "any.";

    private static final int SHOWN_LENGTH = 60;

    private static final Pattern LOOPBACK = Pattern.compile("127(?:\\.[0-9]{1,3}){3}");
    private static final Pattern NUMBER_LAST = Pattern.compile("(?:^|\\.)[0-9]+$");
    private static final Pattern LABEL = Pattern.compile("[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?");

    /** @throws GotunnelException with {@code USAGE} when it is not a full name: two labels or more, the last no number */
    public DomainName {
        String below = ascii.startsWith(ANY) ? ascii.substring(ANY.length()) : ascii;
        if (below.indexOf('.') < 0
                || !areLabels(below)
                || NUMBER_LAST.matcher(below).find()) {
            throw malformed(ascii);
        }
        // The name under .localhost, which every tunnel answers to as well, is mostly the longer one.
        if (Math.max(ascii.length(), localhost(ascii).length()) > MAX_LENGTH) {
            throw malformed(ascii);
        }
    }

    /** Whether a text is made of labels, with dots between. */
    static boolean areLabels(String text) {
        return List.of(text.split("\\.", -1)).stream()
                .allMatch(label -> LABEL.matcher(label).matches());
    }

    // Both as a record has them, but by hand: the JVM would write the code of those anew at each start.

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof DomainName that && ascii.equals(that.ascii);
    }

    @Override
    public int hashCode() {
        return ascii.hashCode();
    }

    /**
     * Reads what a user typed, where there are no suffixes but the {@linkplain Suffixes#BUILT_IN built-in} ones.
     *
     * @throws GotunnelException with {@code USAGE} when it cannot be a name
     */
    public static DomainName parse(String typed) {
        return Suffixes.BUILT_IN.parse(typed);
    }

    /** A text short and without what a terminal would obey: it may come from a file or a program. */
    static String shown(String typed) {
        String shown = typed.length() > SHOWN_LENGTH ? typed.substring(0, SHOWN_LENGTH) + "…" : typed;
        return shown.replaceAll("\\p{C}", "?");
    }

    static GotunnelException malformed(String typed) {
        return new GotunnelException(
                ErrorCode.USAGE,
                "\"" + shown(typed) + "\" is not a name that gotunnel can serve.",
                "Use letters, digits and dashes, with dots between: shop, api.shop or shop.test.");
    }

    /** The name without its last label: {@code api.shop} of {@code api.shop.local}, {@code any.shop} of a wildcard. */
    public String stem() {
        String stem = ascii.substring(0, ascii.lastIndexOf('.'));
        return isWildcard() ? ANY_WORD + stem.substring(ANY.length()) : stem;
    }

    /** A name that it stands for: itself, or one below a wildcard. */
    public String example() {
        return isWildcard() ? ANY_WORD + ascii.substring(ANY.length()) : ascii;
    }

    /** Whether it stands for every name below another. */
    public boolean isWildcard() {
        return ascii.startsWith(ANY);
    }

    /** The name that browsers lead to this machine without any set-up (RFC 6761, section 6.3). */
    public String localhostName() {
        return localhost(ascii);
    }

    private static String localhost(String ascii) {
        return ascii.substring(0, ascii.lastIndexOf('.')) + ".localhost";
    }

    /** Whether a text is a full name as it stands, and no wildcard. */
    public static boolean isWritten(String name) {
        try {
            return !new DomainName(name).isWildcard();
        } catch (GotunnelException e) {
            return false;
        }
    }

    /** Whether a host can only mean this machine or its network: a reserved name or a loopback address, brackets off. */
    public static boolean isLocal(String host) {
        return LOOPBACK.matcher(host).matches()
                || host.equals("::1")
                || Suffixes.BUILT_IN.all().stream()
                        .anyMatch(suffix -> host.equals(suffix) || host.endsWith("." + suffix));
    }

    /** Whether it is itself a name that browsers lead here without any set-up. */
    public boolean isLocalhost() {
        return ascii.endsWith(".localhost");
    }

    /** Every name that the tunnel answers to, the {@code .localhost} one first. */
    public List<String> allNames() {
        List<String> names = new ArrayList<>();
        names.add(localhostName());
        if (!isLocalhost()) {
            names.add(ascii);
        }
        return names;
    }

    @Override
    public int compareTo(DomainName other) {
        return ascii.compareTo(other.ascii);
    }

    @Override
    public String toString() {
        return ascii;
    }
}
