package dev.gotunnel.config;

import dev.gotunnel.names.Suffixes;
import dev.gotunnel.policy.Network;
import dev.gotunnel.tunnel.TunnelSpec;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the user's {@code gotunnel.yaml} says. Immutable; passed to those who need it, never looked up.
 *
 * @param server where the engine listens
 * @param security what certificates may be made for, and how their authority is kept
 * @param logging what is logged, and how
 * @param profiles the tunnels of each profile, in the file's order; a top-level list is the profile {@code default}
 */
public record Configuration(Server server, Security security, Logging logging, Map<String, List<TunnelSpec>> profiles) {
    /** What applies without a file. */
    public static final Configuration DEFAULT =
            new Configuration(new Server(null, null, List.of()), Security.DEFAULT, new Logging(null, null), Map.of());

    /**
     * Key {@code server}.
     *
     * @param httpPort the port of plain HTTP; null to let gotunnel choose
     * @param httpsPort the port of HTTPS; null to let gotunnel choose
     * @param trustedProxies whose word on a request's client is taken
     */
    public record Server(
            @Nullable Integer httpPort, @Nullable Integer httpsPort, List<Network> trustedProxies) {
        /** Copies the list. */
        public Server {
            trustedProxies = List.copyOf(trustedProxies);
        }
    }

    /**
     * Key {@code security}.
     *
     * @param suffixes key {@code allowed_suffixes}: where names of tunnels may stand, and what a certificate authority that
     *     is made from now on may sign
     * @param caKey key {@code ca_key}: where the key of the authority is kept, one of {@link #CA_KEYS}
     */
    public record Security(Suffixes suffixes, String caKey) {
        /** The keychain where there is one when the authority is made, else a file; or one of the two in any case. */
        public static final List<String> CA_KEYS = List.of("auto", "keychain", "file");

        static final Security DEFAULT = new Security(Suffixes.BUILT_IN, "auto");
    }

    /**
     * Key {@code observability.logging}.
     *
     * @param level one of {@link #LEVELS}
     * @param format one of {@link #FORMATS}
     */
    public record Logging(@Nullable String level, @Nullable String format) {
        /** From everything to failures alone. */
        public static final List<String> LEVELS = List.of("trace", "debug", "info", "warn", "error");

        /** For people, or one JSON object a line. */
        public static final List<String> FORMATS = List.of("text", "json");
    }

    /** The tunnels of one profile; none when the file does not have it. */
    public List<TunnelSpec> profile(String name) {
        return profiles.getOrDefault(name, List.of());
    }
}
