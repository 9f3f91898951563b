package dev.gotunnel.config;

import dev.gotunnel.config.Type.ByName;
import dev.gotunnel.config.Type.Either;
import dev.gotunnel.config.Type.FileName;
import dev.gotunnel.config.Type.ItemsOf;
import dev.gotunnel.config.Type.MappingOf;
import dev.gotunnel.config.Type.Share;
import dev.gotunnel.config.Type.Size;
import dev.gotunnel.config.Type.Text;
import dev.gotunnel.config.Type.Time;
import dev.gotunnel.config.Type.Truth;
import dev.gotunnel.config.Type.Whole;
import dev.gotunnel.config.Type.Words;
import dev.gotunnel.policy.Amounts;
import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.policy.Balance;
import dev.gotunnel.policy.DevServer;
import dev.gotunnel.policy.RateLimit;
import dev.gotunnel.policy.StickyCookie;
import dev.gotunnel.policy.Timeouts;
import dev.gotunnel.policy.TlsVersion;
import java.time.Duration;
import java.util.regex.Pattern;

/** The keys of a tunnel, and of the paths that are different in it. Part of the {@link Catalogue}. */
final class TunnelCatalogue {
    private static final Duration TENTH = Duration.ofMillis(100);
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration DAY = Duration.ofHours(24);
    static final int MILLION = 1_000_000;

    private static final Text TOKEN_OF_METHOD = token("method", "a method such as PUT");
    private static final Text TOKEN_OF_HEADER = token("name of a header", "the name of a header");

    private static Text token(String form, String allowed) {
        return new Text(form, Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+"), allowed);
    }

    private static Key whole(String name, int min, int max, String meaning) {
        return Key.of(name, new Whole(min, max), meaning);
    }

    private static Key time(String name, Duration min, Duration max, String meaning) {
        return Key.of(name, new Time(min, max), meaning);
    }

    // ---- where requests go

    static final Keys BACKEND = Keys.of(
            Key.of(
                            "url",
                            Text.of("URL"),
                            "`http://HOST:PORT`, `https://HOST:PORT` (HTTP/2 or HTTP/1.1), `h2c://HOST:PORT` (HTTP/2"
                                    + " without TLS, as gRPC servers speak it), `unix:/PATH`")
                    .required(),
            whole("weight", 1, BackendAddress.MAX_WEIGHT, "its share where `balance` is `weighted`")
                    .or("1"));

    private static final Type ONE_BACKEND = new Either(Text.of("URL"), new MappingOf(BACKEND));

    static final Keys STICKY = Keys.of(Key.of(
                    "cookie",
                    token("name", "a name of letters, digits, dashes and underscores"),
                    "the cookie that tells them")
            .or(StickyCookie.DEFAULT.name()));

    static final Keys HEALTH = Keys.of(
            Key.of(
                            "path",
                            new Text(
                                    "path",
                                    Pattern.compile("/[!-~]*"),
                                    "a path that begins with a slash, such as /healthz,"),
                            "asked of each backend now and then; without `health`, a backend is up when it accepts"
                                    + " connections")
                    .or("/"),
            time("interval", TENTH, HOUR, "the pause between two").or("2s"),
            time("timeout", TENTH, MINUTE, "how long an answer may take").or("1s"),
            Key.of(
                            "status",
                            new Text(
                                    "`200` or `200-399`", Pattern.compile("([1-5]\\d\\d)(?:-([1-5]\\d\\d))?"), null),
                            "what a healthy answer has")
                    .or("200-399"),
            whole("unhealthy_after", 1, 100, "how many failures in a row take it down")
                    .or("2"),
            whole("healthy_after", 1, 100, "how many successes in a row bring it up")
                    .or("1"));

    static final Keys EJECTION = Keys.of(
            whole("failures", 1, 1000, "after how many failures of real requests in a row")
                    .or("5"),
            time("duration", TENTH, HOUR, "for how long").or("10s"));

    static final Keys TIMEOUTS = Keys.of(
            time("connect", Duration.ZERO, DAY, "until a backend accepts a connection; `0` waits for ever, here and below")
                    .otherwise("`" + Amounts.text(Timeouts.CONNECT) + "`"),
            time("first_byte", Duration.ZERO, DAY, "from the end of a request until its answer begins")
                    .otherwise("`" + Amounts.text(Timeouts.FIRST_BYTE) + "`"),
            time(
                            "idle",
                            Duration.ZERO,
                            DAY,
                            "without a byte either way while an answer is under way; event streams and WebSockets"
                                    + " excepted")
                    .otherwise("`0`"));

    /** The keys about backends. */
    static final Keys OF_BACKENDS = Keys.of(
            Key.of("balance", Words.of(Balance.class, Balance::id), "which backend a request goes to")
                    .otherwise("`round_robin`")
                    .forProjects(),
            Key.of(
                            "sticky",
                            new Either(new Truth(), new MappingOf(STICKY)),
                            "whether a client stays with the backend that answered it first")
                    .otherwise("off")
                    .forProjects(),
            Key.of("health", new MappingOf(HEALTH), "how backends are asked whether they are well")
                    .otherwise("off")
                    .forProjects(),
            Key.of(
                            "ejection",
                            new MappingOf(EJECTION),
                            "leaves a backend out for a while after failures of real requests in a row")
                    .otherwise("off")
                    .forProjects(),
            whole(
                            "retries",
                            0,
                            10,
                            "how often an idempotent request is tried again before its answer begins; where it is set,"
                                    + " answers of 502, 503 and 504 are tried elsewhere too")
                    .otherwise("`1`, and no answer is retried")
                    .forProjects(),
            time("slow_start", Duration.ZERO, HOUR, "how long a backend that came up takes to get its full share")
                    .otherwise("off")
                    .forProjects(),
            time(
                            "hold",
                            Duration.ZERO,
                            HOUR,
                            "how long requests wait for a backend that is down, as while it restarts")
                    .otherwise("5 s from when a backend on this machine went down")
                    .forProjects(),
            Key.of("timeouts", new MappingOf(TIMEOUTS), "how long a backend is waited for")
                    .forProjects());

    // ---- what becomes of requests

    static final Keys LIMITS = Keys.of(
            Key.of("body", new Size(), "the largest body of a request; more is answered 413")
                    .otherwise("none"),
            whole("requests", 1, MILLION, "requests under way; more are answered 503")
                    .otherwise("none"),
            whole("per_backend", 1, MILLION, "requests under way at one backend")
                    .otherwise("none"));

    static final Keys RATE_LIMIT = Keys.of(
            whole("requests", 1, MILLION, "how many may come").required(),
            time("per", TENTH, DAY, "in which time").or("1s"),
            whole("burst", 1, MILLION, "how many at once").otherwise("as `requests`"),
            Key.of(
                            "by",
                            Words.of(RateLimit.Key.class, PolicyWriter::wordOf),
                            "each client's address for itself, or all together")
                    .or("client"));

    /** The short form of a rate: how many, and per what. */
    static final Text RATE = new Text(
            "`100/s`, `6000/m` or `1000/h`",
            Pattern.compile("(\\d{1,7})/([smh])"),
            null);

    static final Keys CORS = Keys.of(
            Key.of(
                            "origins",
                            new ItemsOf(new Text(
                                    "`https://HOST` or `\"*\"`",
                                    Pattern.compile("\\*|[a-z][a-z0-9+.-]*://[A-Za-z0-9._\\-\\[\\]:]+"),
                                    "an origin such as https://app.localhost, or \"*\",")),
                            "which may call; by their names with `credentials`")
                    .or("[\"*\"]"),
            Key.of("methods", new ItemsOf(TOKEN_OF_METHOD), "the methods that a preflight allows")
                    .otherwise("what is asked for"),
            Key.of("headers", new ItemsOf(TOKEN_OF_HEADER), "the headers that a preflight allows")
                    .otherwise("what is asked for"),
            Key.of("exposed", new ItemsOf(TOKEN_OF_HEADER), "response headers that a page may read")
                    .otherwise("none"),
            Key.of("credentials", new Truth(), "whether cookies and passwords may come along")
                    .or("false"),
            time("max_age", Duration.ZERO, DAY, "how long a browser remembers a preflight")
                    .or("10m"));

    private static final String RULES = "sets a header; `+Name` adds one beside what is there (a list adds several),"
            + " `-Name: \"\"` takes it away. Values may have `{host}`, `{method}`, `{scheme}`, `{path}`, `{query}`,"
            + " `{remote_ip}`, `{request_id}`, `{tunnel}`, `{backend}`; `{{` is a brace";

    static final Type HEADER_VALUE = new Either(Text.of("value"), new ItemsOf(Text.of("value")));

    static final Keys HEADERS = Keys.of(
            Key.of("request", new ByName("HEADER", HEADER_VALUE), RULES).otherwise("none"),
            Key.of("response", new ByName("HEADER", HEADER_VALUE), "the same for what the backend answers")
                    .otherwise("none"));

    /** The keys about requests. */
    static final Keys OF_REQUESTS = Keys.of(
            Key.of("limits", new MappingOf(LIMITS), "what is too much").forProjects(),
            Key.of(
                            "rate_limit",
                            new Either(RATE, new MappingOf(RATE_LIMIT)),
                            "how many requests may come; more are answered 429")
                    .otherwise("none")
                    .forProjects(),
            Key.of(
                            "host",
                            Text.of("`preserve`, `backend` or a host"),
                            "what the backend gets as `Host`: what the client asked for, its own, or this")
                    .otherwise("`preserve`")
                    .forProjects(),
            Key.of(
                            "preset",
                            Words.of(DevServer.class, DevServer::id),
                            "meets the [checks of `Host` and `Origin`](ENGINE.md#development-servers) of a development"
                                    + " server")
                    .otherwise("none")
                    .forProjects(),
            Key.of("cors", new Either(new Truth(), new MappingOf(CORS)), "lets pages of other origins call it")
                    .otherwise("the backend's own")
                    .forProjects());

    // ---- who may pass

    static final Keys USER = Keys.of(
            Key.of("user", Text.of("name"), "without a colon").required(),
            Key.of(
                            "password_hash",
                            Text.of("bcrypt"),
                            "bcrypt's, cost 4 to 14: `gotunnel start … --basic-auth USER:@FILE --save` makes one")
                    .required()
                    .hidden());

    static final Keys AUTH = Keys.of(
            Key.of("basic", new ItemsOf(new MappingOf(USER)), "who may pass with a password")
                    .otherwise("nobody is asked"));

    /** The keys about clients. Those of a path stand together in the place of its tunnel's. */
    static final Keys OF_CLIENTS = Keys.of(
            Key.of("allow", new ItemsOf(Text.of("address or network")), "where clients may come from")
                    .otherwise("everywhere")
                    .forProjects(),
            Key.of(
                            "deny",
                            new ItemsOf(Text.of("address or network")),
                            "where they may not come from; has the last word")
                    .otherwise("nowhere")
                    .forProjects(),
            Key.of("auth", new MappingOf(AUTH), "who may pass").forProjects());

    // ---- the rest

    static final Keys TLS = Keys.of(
            Key.of(
                            "min_version",
                            Words.of(TlsVersion.class, TlsVersion::id),
                            "the oldest version of TLS that clients may use")
                    .otherwise("`\"1.2\"`")
                    .forProjects(),
            Key.of(
                            "certificate",
                            new FileName(),
                            "[a certificate of your own](CERTIFICATES.md#a-certificate-of-your-own) in PEM; the domain"
                                    + " may then be any name with a dot")
                    .otherwise("one of gotunnel's"),
            Key.of("key", new FileName(), "its key, in PEM and not encrypted"),
            Key.of("upstream_verify", new Truth(), "whether the certificate of an `https://` backend is checked")
                    .or("true")
                    .forProjects(),
            Key.of("upstream_ca", new FileName(), "PEM file of the authorities to trust then")
                    .otherwise("what Java trusts")
                    .forProjects(),
            Key.of(
                            "upstream_server_name",
                            new Text("name", Pattern.compile("[A-Za-z0-9._-]{1,253}"), "a name such as api.internal"),
                            "what to ask for (SNI), and to find in the certificate")
                    .otherwise("the backend's host")
                    .forProjects());

    static final Keys FAULT = Keys.of(
            time("delay", Duration.ZERO, HOUR, "added before each request goes on").or("0"),
            time("jitter", Duration.ZERO, HOUR, "a random part more").or("0"),
            Key.of("bandwidth", new Size(), "bytes a second of each response").otherwise("none"),
            Key.of("error_rate", new Share(), "the share of requests answered with an error")
                    .or("0"),
            whole("error_status", 400, 599, "by this status").or("503"),
            Key.of("reset_rate", new Share(), "the share of requests whose connection is reset")
                    .or("0"));

    private static final Keys TROUBLE = Keys.of(
            Key.of("fault", new MappingOf(FAULT), "trouble on purpose").forProjects());

    /** What may stand in a tunnel, or in one of its paths for that path alone. */
    static final Keys POLICY = OF_BACKENDS
            .and(OF_REQUESTS)
            .and(OF_CLIENTS)
            .and(Keys.of(
                    Key.of("headers", new MappingOf(HEADERS), "changes of headers").forProjects(),
                    Key.of("tls", new MappingOf(TLS), "TLS towards clients and backends").belowForProjects()))
            .and(TROUBLE);

    private static final Text PREFIX = Text.of("`/PREFIX`");

    /** The keys of a path alone. */
    static final Keys OF_PATHS = Keys.of(
            Key.of("path", PREFIX, "`/v1/` holds for what is below, `/v1` for itself and what is below; the longest one wins")
                    .required()
                    .forProjects(),
            Key.of("strip_prefix", new Truth(), "the backend is asked without the prefix")
                    .or("false")
                    .forProjects(),
            Key.of("rewrite", PREFIX, "stands in the prefix's place when the backend is asked")
                    .otherwise("none")
                    .forProjects(),
            Key.of("backend", ONE_BACKEND, "where these requests go").otherwise("the tunnel's").forProjects(),
            Key.of("backends", new ItemsOf(ONE_BACKEND), "the same for several").otherwise("the tunnel's").forProjects());

    static final Keys ROUTE = OF_PATHS.and(POLICY);

    /** The keys of a tunnel alone. */
    static final Keys OF_TUNNELS = Keys.of(
            Key.of(
                            "name",
                            Text.of("lower-case letters, digits, `.`, `-`, `_`, up to 63"),
                            "how lists call it")
                    .otherwise("from `domain`")
                    .forProjects(),
            Key.of("domain", Text.of("name"), "the name to serve; `shop` is short for `shop.local`")
                    .required()
                    .forProjects(),
            whole("port", 1, 65535, "the service on `localhost`: short for the first of the backends")
                    .otherwise("required, or `backends`")
                    .forProjects(),
            Key.of("backends", new ItemsOf(ONE_BACKEND), "where requests go")
                    .otherwise("required, or `port`")
                    .forProjects(),
            Key.of("https", new Truth(), "`false` serves plain HTTP alone")
                    .or("true")
                    .forProjects(),
            whole("https_port", 0, 65535, "serve it on this port as well; " + Catalogue.PORT_FORM)
                    .otherwise("none")
                    .forProjects(),
            Key.of("routes", new ItemsOf(new MappingOf(ROUTE)), "what is [different for some paths](#paths)")
                    .otherwise("none")
                    .belowForProjects());

    static final Keys TUNNEL = OF_TUNNELS.and(POLICY);

    /** A tunnel that says its profile itself. */
    static final Keys TUNNEL_WITH_PROFILE = Keys.of(Key.of("profile", Text.of("name"), "the tunnel's profile")
                    .required())
            .and(TUNNEL);

    private TunnelCatalogue() {}
}
