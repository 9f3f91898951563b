package dev.gotunnel.names;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import java.net.IDN;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The suffixes below which tunnels have their names and the certificate authority may sign: those below which no public
 * site can have one, and domains of the user's own. Immutable; passed to those who read names, never looked up.
 *
 * @param all in lower-case ASCII, the built-in ones first
 */
public record Suffixes(List<String> all) {
    /** What the privileged helper takes at most, and far more than anybody has. */
    private static final int MAX = 64;

    /** What a bare name gets. */
    private static final String DEFAULT = "local";

    private static final Set<String> ALWAYS = new LinkedHashSet<>(List.of(DEFAULT, "test", "localhost"));
    private static final Pattern ADDRESS = Pattern.compile("[0-9]+(?:\\.[0-9]+){3}");

    /** {@code .local} (RFC 6762), {@code .test} and {@code .localhost} (RFC 6761). */
    public static final Suffixes BUILT_IN = new Suffixes(List.of());

    /**
     * Suffixes to add to the built-in ones, which need not be among them.
     *
     * @throws GotunnelException with {@code USAGE} for what is no domain, or one below which strangers have names
     */
    public Suffixes {
        Set<String> complete = new LinkedHashSet<>(ALWAYS);
        all.forEach(suffix -> complete.add(checked(suffix)));
        if (complete.size() > MAX + ALWAYS.size()) {
            throw new GotunnelException(
                    ErrorCode.USAGE, "More than " + MAX + " suffixes are too many.", "Remove those no longer used.");
        }
        all = List.copyOf(complete);
    }

    /** These and one more. */
    public Suffixes with(String suffix) {
        Set<String> more = new LinkedHashSet<>(all);
        more.add(checked(suffix));
        return new Suffixes(List.copyOf(more));
    }

    /**
     * These without one.
     *
     * @throws GotunnelException with {@code USAGE} for a built-in one
     */
    public Suffixes without(String suffix) {
        String gone = checked(suffix);
        if (ALWAYS.contains(gone)) {
            throw new GotunnelException(
                    ErrorCode.USAGE, gone + " is built in.", "Leave it: no public site can have a name below it.");
        }
        return new Suffixes(all.stream().filter(known -> !known.equals(gone)).toList());
    }

    /** Whether a suffix is one of these. */
    public boolean contains(String suffix) {
        return all.contains(checked(suffix));
    }

    /** Those that are not built in. */
    public List<String> added() {
        return all.stream().filter(suffix -> !ALWAYS.contains(suffix)).toList();
    }

    /** Whether no public site can have a name below a suffix. */
    static boolean isBuiltIn(String suffix) {
        return ALWAYS.contains(suffix);
    }

    /** Reads one suffix, in whatever letters and with or without a dot before it. */
    private static String checked(String typed) {
        String bare = typed.strip();
        bare = bare.startsWith(".") ? bare.substring(1) : bare;
        String ascii;
        try {
            ascii = IDN.toASCII(bare, IDN.USE_STD3_ASCII_RULES).toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException e) {
            throw noDomain(typed);
        }
        if (ALWAYS.contains(ascii)) {
            return ascii;
        }
        if (!DomainName.areLabels(ascii) || ascii.length() > DomainName.MAX_LENGTH) {
            throw noDomain(typed);
        }
        PublicSuffixes.whyPublic(ascii).ifPresent(why -> {
            throw new GotunnelException(
                    ErrorCode.USAGE,
                    ascii + " " + why + ".",
                    "Use a domain of your own, best a part of it that nothing public uses, as dev.example.com.");
        });
        return ascii;
    }

    private static GotunnelException noDomain(String typed) {
        return new GotunnelException(
                ErrorCode.USAGE,
                "\"" + DomainName.shown(typed) + "\" is not a domain.",
                "Use letters, digits and hyphens, with dots between, as in dev.example.com.");
    }

    /**
     * Reads what a user typed. A name without one of the suffixes gets {@code .local}: {@code shop} becomes
     * {@code shop.local}, {@code api.shop} becomes {@code api.shop.local}, {@code *.shop} becomes {@code *.shop.local}.
     *
     * @throws GotunnelException with {@code USAGE} when it cannot be a name
     */
    public DomainName parse(String typed) {
        return parse(typed, false);
    }

    /**
     * Reads the name of a tunnel that has a certificate of its own: one with a dot may be any name, and is taken as it
     * stands.
     *
     * @throws GotunnelException with {@code USAGE} when it cannot be a name
     */
    public DomainName parseProven(String typed) {
        return parse(typed, true);
    }

    private DomainName parse(String typed, boolean proven) {
        String ascii = ascii(typed);
        String below = ascii.startsWith(DomainName.ANY) ? ascii.substring(DomainName.ANY.length()) : ascii;
        if (all.contains(below) && below.indexOf('.') < 0) {
            throw DomainName.malformed(typed);
        }
        if (all.contains(ascii) && !proven) {
            throw isSuffix(ascii);
        }
        boolean complete = isBelowOne(ascii) || (proven && below.indexOf('.') > 0);
        try {
            return new DomainName(complete ? ascii : ascii + "." + DEFAULT);
        } catch (GotunnelException e) {
            throw DomainName.malformed(typed);
        }
    }

    private static GotunnelException isSuffix(String suffix) {
        return new GotunnelException(
                ErrorCode.USAGE,
                suffix + " is a suffix; names stand below it.",
                "Give a name such as shop." + suffix + ".");
    }

    private static String ascii(String typed) {
        String name = typed.strip();
        if (name.endsWith(".")) {
            name = name.substring(0, name.length() - 1);
        }
        if (name.indexOf(':') >= 0 || name.indexOf('/') >= 0) {
            throw new GotunnelException(
                    ErrorCode.USAGE,
                    "\"" + typed + "\" is more than a name.",
                    "Give the name alone, without scheme, port and path: shop, api.shop or shop.test.");
        }
        if (ADDRESS.matcher(name).matches()) {
            throw new GotunnelException(
                    ErrorCode.USAGE, "\"" + typed + "\" is an address, not a name.", "Give a name, such as shop.");
        }
        try {
            boolean wildcard = name.startsWith(DomainName.ANY);
            return (wildcard ? DomainName.ANY : "")
                    + IDN.toASCII(wildcard ? name.substring(DomainName.ANY.length()) : name, IDN.USE_STD3_ASCII_RULES)
                            .toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException e) {
            throw DomainName.malformed(typed);
        }
    }

    /** Whether a name stands below one of these. */
    public boolean have(DomainName name) {
        return isBelowOne(name.ascii());
    }

    private boolean isBelowOne(String name) {
        return isBelow(name, all);
    }

    static boolean isBelow(String name, List<String> suffixes) {
        return suffixes.stream().anyMatch(suffix -> name.endsWith("." + suffix));
    }

    /** As the configuration and messages show them: {@code .local, .test, .localhost}. */
    @Override
    public String toString() {
        return "." + String.join(", .", all);
    }
}
