package dev.gotunnel.cli;

import dev.gotunnel.config.TunnelFormat;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.policy.BasicUser;
import dev.gotunnel.tunnel.TunnelSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/**
 * The flags of {@code start} that say how requests are treated. They become keys of the configuration, so that both
 * mean, and refuse, the same.
 */
final class TrafficOptions {
    /** What a problem calls a key: by the flag that it came from. */
    private static final Map<String, String> NAMES = new LinkedHashMap<>();

    static {
        NAMES.put("headers.request", "--header");
        NAMES.put("host", "--host-header");
        NAMES.put("preset", "--preset");
        NAMES.put("rate_limit", "--rate-limit");
        NAMES.put("limits.body", "--max-body");
        NAMES.put("balance", "--balance");
        NAMES.put("routes", "--path");
        NAMES.put("hold", "--hold");
        NAMES.put("timeouts", "--timeout");
        NAMES.put("fault", "--fault");
    }

    @ArgGroup(validate = false, heading = "%nRequests:%n", order = 10)
    private Requests requests = new Requests();

    @ArgGroup(validate = false, heading = "%nBackends:%n", order = 11)
    private Backends backends = new Backends();

    @ArgGroup(validate = false, heading = "%nTrouble on purpose:%n", order = 12)
    private Trouble trouble = new Trouble();

    /** What becomes of a request before it goes on. */
    static final class Requests {
        @Option(
                names = "--header",
                paramLabel = "'K: V'",
                description =
                        "Header that the backend gets; '+K: V' adds one beside what is there, --header=-K takes it"
                                + " away. May be repeated.")
        private List<String> headers = new ArrayList<>();

        @Option(
                names = "--basic-auth",
                paramLabel = "USER:@FILE",
                description =
                        "Ask for this user and password; also @FILE or - with USER:PASSWORD in it, or USER:PASSWORD"
                                + " itself. May be repeated.")
        private List<String> users = new ArrayList<>();

        @Option(
                names = "--host-header",
                paramLabel = "HOST",
                description = "Host that the backend gets: preserve, backend, or a name.")
        private @Nullable String host;

        @Option(
                names = "--preset",
                paramLabel = "SERVER",
                description = "Meet the host checks of a development server: vite, webpack, next, rails, django.")
        private @Nullable String preset;

        @Option(names = "--cors", description = "Let pages of every other origin call it.")
        private boolean cors;

        @Option(
                names = "--rate-limit",
                paramLabel = "RATE",
                description = "Requests of each client, such as 100/s or 6000/m; more are answered 429.")
        private @Nullable String rateLimit;

        @Option(names = "--max-body", paramLabel = "SIZE", description = "Largest body of a request, such as 10MB.")
        private @Nullable String maxBody;
    }

    /** Where a request goes, and how long that may take. */
    static final class Backends {
        @Option(
                names = "--balance",
                paramLabel = "RULE",
                description = "Choice among backends: round_robin, least_connections, ip_hash, weighted, failover.")
        private @Nullable String balance;

        @Option(
                names = "--path",
                paramLabel = "PATH=URL",
                description =
                        "Another backend for the paths below a prefix: /v1/=http://localhost:9000. May be repeated.")
        private List<String> paths = new ArrayList<>();

        @Option(
                names = "--hold",
                paramLabel = "TIME",
                description = "How long requests wait for a backend that is down, as while it restarts.")
        private @Nullable String hold;

        @Option(
                names = "--timeout",
                paramLabel = "WHICH=TIME",
                split = ",",
                description = "connect, first_byte or idle, such as first_byte=30s; 0 waits for ever.")
        private List<String> timeouts = new ArrayList<>();
    }

    /** What a client is to be tried with. */
    static final class Trouble {
        @Option(
                names = "--fault",
                paramLabel = "KEY=VALUE",
                split = ",",
                description = "delay, jitter, bandwidth, error_rate, error_status, reset_rate, such as"
                        + " delay=200ms,error_rate=0.1. Change it later: gotunnel fault --help")
        private List<String> fault = new ArrayList<>();
    }

    /** Whether any of the flags was given. */
    boolean areGiven() {
        return !keys(List.of()).isEmpty() || !requests.users.isEmpty() || !backends.paths.isEmpty();
    }

    /**
     * A tunnel treated as the flags say, and as before where they say nothing.
     *
     * @throws GotunnelException with {@code USAGE} when one of them cannot be
     */
    TunnelSpec applyTo(TunnelSpec spec, PasswordSource passwords) {
        if (!areGiven()) {
            return spec;
        }
        Map<String, Object> changes =
                keys(requests.users.stream().map(passwords::read).toList());
        if (!backends.paths.isEmpty()) {
            changes.put("routes", routes(spec));
        }
        return TunnelFormat.changed(spec, changes, NAMES);
    }

    private Map<String, Object> keys(List<BasicUser> users) {
        Map<String, Object> keys = new LinkedHashMap<>();
        put(keys, "balance", backends.balance);
        put(keys, "hold", backends.hold);
        put(keys, "host", requests.host);
        put(keys, "preset", requests.preset);
        put(keys, "rate_limit", requests.rateLimit);
        put(keys, "limits", requests.maxBody == null ? null : Map.of("body", requests.maxBody));
        put(keys, "cors", requests.cors ? true : null);
        put(keys, "headers", requests.headers.isEmpty() ? null : Map.of("request", headers()));
        put(
                keys,
                "timeouts",
                backends.timeouts.isEmpty() ? null : pairs("--timeout", backends.timeouts, "first_byte=30s"));
        put(keys, "fault", trouble.fault.isEmpty() ? null : pairs("--fault", trouble.fault, "delay=200ms"));
        if (!users.isEmpty()) {
            keys.put(
                    "auth",
                    Map.of(
                            "basic",
                            users.stream()
                                    .map(user -> Map.of("user", user.name(), "password_hash", user.passwordHash()))
                                    .toList()));
        }
        return keys;
    }

    private static void put(Map<String, Object> keys, String key, @Nullable Object value) {
        if (value != null) {
            keys.put(key, value);
        }
    }

    private Map<String, Object> headers() {
        Map<String, List<String>> values = new LinkedHashMap<>();
        for (String header : requests.headers) {
            int colon = header.indexOf(':');
            if (colon < 0 && !header.startsWith("-")) {
                throw new GotunnelException(
                        ErrorCode.USAGE,
                        "--header \"" + header + "\" has no value.",
                        "Write --header 'Name: value', or --header=-Name to take one away.");
            }
            String name = colon < 0 ? header : header.substring(0, colon).strip();
            String value = colon < 0 ? "" : header.substring(colon + 1).strip();
            values.computeIfAbsent(name.toLowerCase(Locale.ROOT), _ -> new ArrayList<>())
                    .add(value);
        }
        Map<String, Object> headers = new LinkedHashMap<>();
        values.forEach((name, all) -> headers.put(name, name.startsWith("+") ? all : all.getLast()));
        return headers;
    }

    /**
     * {@code KEY=VALUE} words as a mapping.
     *
     * @param example right ones
     */
    static Map<String, Object> pairs(String flag, List<String> words, String example) {
        Map<String, Object> pairs = new LinkedHashMap<>();
        for (String word : words) {
            int equals = word.indexOf('=');
            if (equals < 1) {
                throw new GotunnelException(
                        ErrorCode.USAGE,
                        "\"" + word + "\" cannot stand after " + flag + ".",
                        "Write it as in: " + flag + " " + example);
            }
            pairs.put(word.substring(0, equals), word.substring(equals + 1));
        }
        return pairs;
    }

    /** The routes of a tunnel with those of the flags; one that is there already gets another backend. */
    private List<Object> routes(TunnelSpec spec) {
        List<Object> routes = new ArrayList<>();
        Map<String, String> asked = new LinkedHashMap<>();
        pairs("--path", backends.paths, "/v1/=http://localhost:9000")
                .forEach((path, url) -> asked.put(path, url.toString()));
        if (TunnelFormat.written(spec).get("routes") instanceof List<?> known) {
            for (Object route : known) {
                Map<String, Object> keys = new LinkedHashMap<>();
                ((Map<?, ?>) route).forEach((key, value) -> keys.put(String.valueOf(key), value));
                String url = asked.remove(String.valueOf(keys.get("path")));
                if (url != null) {
                    keys.remove("backends");
                    keys.put("backend", url);
                }
                routes.add(keys);
            }
        }
        asked.forEach((path, url) -> routes.add(Map.of("path", path, "backend", url)));
        return routes;
    }
}
