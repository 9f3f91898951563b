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
 * @param observability what is told of what goes on
 * @param profiles the tunnels of each profile, in the file's order; a top-level list is the profile {@code default}
 */
public record Configuration(
        Server server, Security security, Observability observability, Map<String, List<TunnelSpec>> profiles) {
    /** What applies without a file. */
    public static final Configuration DEFAULT = new Configuration(
            new Server(null, null, List.of()),
            Security.DEFAULT,
            new Observability(null, new Logging(null, null)),
            Map.of());

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
     * @param caKey key {@code ca_key}: where the key of the authority is kept: {@code auto}, {@code keychain} or {@code file}
     * @param privilegeCheck key {@code privilege_check}: whether it is looked what is permitted, before it is tried
     */
    public record Security(Suffixes suffixes, String caKey, boolean privilegeCheck) {
        static final Security DEFAULT = new Security(Suffixes.BUILT_IN, "auto", true);
    }

    /**
     * Key {@code observability}.
     *
     * @param environment where this gotunnel runs: {@code development}, {@code staging} or {@code production}; null where
     *     nobody said
     * @param logging what is logged, and how
     */
    public record Observability(@Nullable String environment, Logging logging) {}

    /**
     * Key {@code observability.logging}.
     *
     * @param level {@code trace}, {@code debug}, {@code info}, {@code warn} or {@code error}; null where nobody said
     * @param format {@code text} or {@code json}; null where nobody said
     */
    public record Logging(@Nullable String level, @Nullable String format) {}

    /** What is logged, and how. */
    public Logging logging() {
        return observability.logging();
    }

    /** The tunnels of one profile; none when the file does not have it. */
    public List<TunnelSpec> profile(String name) {
        return profiles.getOrDefault(name, List.of());
    }
}
