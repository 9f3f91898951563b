package dev.gotunnel.config;

import dev.gotunnel.config.Type.ByName;
import dev.gotunnel.config.Type.ItemsOf;
import dev.gotunnel.config.Type.MappingOf;
import dev.gotunnel.config.Type.Text;
import dev.gotunnel.config.Type.Truth;
import dev.gotunnel.config.Type.Whole;
import dev.gotunnel.config.Type.Words;
import dev.gotunnel.platform.OperatingSystem;
import java.util.List;
import java.util.Map;

/**
 * Every key of {@code gotunnel.yaml}, once. What is allowed, what applies without it, what it does: validation, the JSON
 * Schema, the tables of the manual, the commented file of {@code config init}, the variables and {@code --set} all go by
 * it. Those of a tunnel stand in {@link TunnelCatalogue}.
 */
final class Catalogue {
    /** The version of the format that this gotunnel writes and reads. */
    static final int VERSION = 1;

    static final String PORT_FORM = "0 takes a free one";

    /** The defaults that are not the same on every operating system. All of them stand here. */
    private static final Map<OperatingSystem, String> HTTP_PORT = Map.of(
            OperatingSystem.LINUX, "80 when allowed, else 8880",
            OperatingSystem.MACOS, "80, or 8880 when it is taken",
            OperatingSystem.WINDOWS, "80, or 8880 when it is taken");

    private static final Map<OperatingSystem, String> HTTPS_PORT = Map.of(
            OperatingSystem.LINUX, "443 when allowed, else 8443",
            OperatingSystem.MACOS, "443, or 8443 when it is taken",
            OperatingSystem.WINDOWS, "443, or 8443 when it is taken");

    static final Keys SERVER = Keys.of(
            Key.of("http_port", new Whole(0, 65535), "the port of plain HTTP; " + PORT_FORM)
                    .otherwise(HTTP_PORT),
            Key.of("https_port", new Whole(0, 65535), "the port of HTTPS; " + PORT_FORM)
                    .otherwise(HTTPS_PORT),
            Key.of(
                            "trusted_proxies",
                            new ItemsOf(Text.of("address or network")),
                            "whose word on a request's client is taken, as `X-Forwarded-*` has it")
                    .otherwise("nobody's"));

    static final Keys SECURITY = Keys.of(
            Key.of(
                            "allowed_suffixes",
                            new ItemsOf(Text.of("domain")),
                            "where names may stand, and what an"
                                    + " [authority](CERTIFICATES.md#names-below-a-domain-of-your-own) that is made from"
                                    + " now on may sign; `local`, `test` and `localhost` always belong to it")
                    .or("[local, test, localhost]"),
            Key.of(
                            "ca_key",
                            new Words(List.of("auto", "keychain", "file")),
                            "how the [key of the authority](CERTIFICATES.md#the-key) is protected")
                    .or("auto"),
            Key.of(
                            "privilege_check",
                            new Truth(),
                            "`false` tries ports 80 and 443 without looking first whether they are permitted")
                    .or("true"));

    static final Keys LOGGING = Keys.of(
            Key.of("level", new Words(List.of("trace", "debug", "info", "warn", "error")), "what is logged")
                    .or("warn"),
            Key.of("format", new Words(List.of("text", "json")), "for people, or one JSON object a line")
                    .otherwise("`text`; `json` in the environments `staging` and `production`"));

    static final Keys OBSERVABILITY = Keys.of(
            Key.of(
                            "environment",
                            new Words(List.of("development", "staging", "production")),
                            "where this gotunnel runs; each line of a JSON log says it")
                    .otherwise("none"),
            Key.of("logging", new MappingOf(LOGGING), "what is logged, and how"));

    private static final Type TUNNELS = new ItemsOf(new MappingOf(TunnelCatalogue.TUNNEL));

    static final Keys PROFILE = Keys.of(Key.of("tunnels", TUNNELS, "the tunnels of the profile"));

    /** What may stand at the top of a file. */
    static final Keys ROOT = Keys.of(
            Key.of("version", new Whole(VERSION, VERSION), "the version of the format")
                    .or(String.valueOf(VERSION))
                    .forProjects(),
            Key.of("server", new MappingOf(SERVER), "where gotunnel listens"),
            Key.of("security", new MappingOf(SECURITY), "what certificates may be made for, and what is asked for"),
            Key.of("observability", new MappingOf(OBSERVABILITY), "what is told of what goes on"),
            Key.of("tunnels", TUNNELS, "the tunnels of the profile `default`").belowForProjects(),
            Key.of(
                    "profiles",
                    new ByName("NAME", new MappingOf(PROFILE)),
                    "tunnels that are used together, by the name of their profile"));

    private Catalogue() {}
}
