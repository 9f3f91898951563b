package dev.gotunnel.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.names.DomainName;
import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.testing.Failures;
import dev.gotunnel.tunnel.TunnelId;
import dev.gotunnel.tunnel.TunnelSpec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigLoaderTest {
    @TempDir
    Path temp;

    private static Configuration parse(String... lines) {
        return ConfigLoader.parse(String.join("\n", lines), Path.of("gotunnel.yaml"));
    }

    /** The problems, one a line, as they stand in the message. */
    private static List<String> problems(String... lines) {
        GotunnelException failure = Failures.of(ErrorCode.CONFIG, () -> parse(lines));
        return failure.getMessage().lines().skip(1).map(String::strip).toList();
    }

    private static TunnelSpec spec(String profile, String name, String domain, String... backends) {
        return new TunnelSpec(
                new TunnelId(profile, name),
                DomainName.parse(domain),
                Arrays.stream(backends).map(BackendAddress::parse).toList(),
                true,
                null);
    }

    // ---- what it says

    @Test
    void readsEveryKey() {
        Configuration configuration = parse(
                "version: 1",
                "server: {http_port: 8080, https_port: 0}",
                "observability:",
                "  logging: {level: debug, format: json}",
                "tunnels:",
                "  - domain: shop",
                "    port: 3000",
                "  - name: plain",
                "    domain: plain.test",
                "    port: 4000",
                "    backends: [\"http://127.0.0.1:4001\", \"[::1]:4002\", 4003]",
                "    https: false",
                "  - {name: more, domain: more.localhost, backends: [5000], https: true, https_port: 9443}",
                "profiles:",
                "  work:",
                "    tunnels: [{domain: api.wiki, port: 6000}]",
                "  empty:");
        assertEquals(new Configuration.Server(8080, 0, List.of()), configuration.server());
        assertEquals(new Configuration.Logging("debug", "json"), configuration.logging());
        assertEquals(
                List.of("default", "work", "empty"),
                List.copyOf(configuration.profiles().keySet()));
        TunnelSpec plain =
                spec("default", "plain", "plain.test", "4000", "127.0.0.1:4001", "http://[::1]:4002", "4003");
        assertEquals(
                List.of(
                        spec("default", "shop", "shop", "3000"),
                        new TunnelSpec(plain.id(), plain.domain(), plain.backends(), false, null),
                        new TunnelSpec(
                                new TunnelId("default", "more"),
                                DomainName.parse("more.localhost"),
                                List.of(new BackendAddress("localhost", 5000)),
                                true,
                                9443)),
                configuration.profile("default"));
        assertEquals(List.of(spec("work", "api.wiki", "api.wiki", "6000")), configuration.profile("work"));
        assertEquals(List.of(), configuration.profile("empty"));
        assertEquals(List.of(), configuration.profile("unknown"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n\n", "# nothing but a comment\n", "---\n...\n"})
    void anEmptyDocumentMeansTheDefaults(String text) {
        assertEquals(Configuration.DEFAULT, parse(text));
        assertNull(Configuration.DEFAULT.server().httpsPort());
    }

    @Test
    void keysWithoutAValueMeanTheDefaults() {
        assertEquals(
                Map.of("default", List.of()),
                parse("server:", "observability:", "tunnels:", "profiles:").profiles());
    }

    @Test
    void jsonIsYaml() {
        Configuration configuration =
                parse("{\"version\": 1,", " \"tunnels\": [{\"domain\": \"shop\", \"port\": 3000}]}");
        assertEquals(List.of(spec("default", "shop", "shop", "3000")), configuration.profile("default"));
    }

    @Test
    void windowsLineEndsAndAByteOrderMarkAreFine() {
        Configuration configuration =
                ConfigLoader.parse("\ufefftunnels:\r\n- domain: shop\r\n  port: 3000\r\n", Path.of("f"));
        assertEquals(List.of(spec("default", "shop", "shop", "3000")), configuration.profile("default"));
    }

    @Test
    void theDefaultProfileMayStandAmongTheOthers() {
        Configuration configuration = parse("profiles: {default: {tunnels: [{domain: shop, port: 3000}]}}");
        assertEquals(List.of(spec("default", "shop", "shop", "3000")), configuration.profile("default"));
    }

    // ---- what is wrong

    static Stream<Arguments> wrong() {
        return Stream.of(
                Arguments.of("version: 0", "1:10: version: \"0\" is not allowed; 1 is."),
                Arguments.of(
                        "version: 2\nservr: {}",
                        "1:10: version: is 2; this gotunnel reads up to version 1. The file needs a newer gotunnel:"
                                + " update it, or use another file with --config."),
                Arguments.of(
                        "observability: {environment: here}",
                        "1:30: observability.environment: \"here\" is not allowed; one of these is: development, staging, production."),
                Arguments.of(
                        "security: {privilege_check: perhaps}",
                        "1:29: security.privilege_check: \"perhaps\" is not allowed; one of these is: true, false."),
                Arguments.of(
                        "servr:\n  http_port: 80",
                        "1:1: servr: unknown key; known here: version, server, security, observability, tunnels, profiles. Did you mean \"server\"?"),
                Arguments.of(
                        "server: {port: 80}",
                        "1:10: server.port: unknown key; known here: http_port, https_port, trusted_proxies."),
                Arguments.of("server: 80", "1:9: server: must be a mapping (key: value)."),
                Arguments.of(
                        "server: {http_port: 65536}",
                        "1:21: server.http_port: \"65536\" is not allowed; a whole number from 0 to 65535 is."),
                Arguments.of(
                        "server: {https_port: -1}",
                        "1:22: server.https_port: \"-1\" is not allowed; a whole number from 0 to 65535 is."),
                Arguments.of(
                        "server: {https_port: 99999999999}",
                        "1:22: server.https_port: \"99999999999\" is not allowed; a whole number from 0 to 65535 is."),
                Arguments.of(
                        "server: {https_port: 443.0}",
                        "1:22: server.https_port: \"443.0\" is not allowed; a whole number from 0 to 65535 is."),
                Arguments.of("server: {https_port: [443]}", "1:22: server.https_port: must be a single value."),
                Arguments.of("server:\n  https_port:", "2:14: server.https_port: has no value."),
                Arguments.of("server:\n  https_port: 1\n  https_port: 2", "3:3: server.https_port: stands here twice."),
                Arguments.of(
                        "observability: {tracing: on}",
                        "1:17: observability.tracing: unknown key; known here: environment, logging."),
                Arguments.of(
                        "observability: {logging: {level: loud}}",
                        "1:34: observability.logging.level: \"loud\" is not allowed; one of these is: trace, debug, info, warn, error."),
                Arguments.of(
                        "observability: {logging: {format: xml}}",
                        "1:35: observability.logging.format: \"xml\" is not allowed; one of these is: text, json."),
                Arguments.of(
                        "server: {trusted_proxies: [x]}",
                        "1:28: server.trusted_proxies[0]: \"x\" is not a network. Write an address or a network such as 192.168.1.0/24 or fd00::/8."),
                Arguments.of(
                        "security: {allowed_suffixes: [com]}",
                        "1:31: security.allowed_suffixes[0]: com is a top-level domain. Use a domain of your own, best a part of it that nothing public uses, as dev.example.com."),
                Arguments.of(
                        "security: {ca_key: x}",
                        "1:20: security.ca_key: \"x\" is not allowed; one of these is: auto, keychain, file."),
                Arguments.of("- a", "1:1: must be a mapping (key: value)."),
                Arguments.of(
                        "tunnels: {domain: shop}", "1:10: tunnels: must be a list (lines that begin with \"- \")."),
                Arguments.of("tunnels: [shop]", "1:11: tunnels[0]: must be a mapping (key: value)."),
                Arguments.of("tunnels:\n  - port: 80", "2:5: tunnels[0]: a tunnel needs a \"domain\"."),
                Arguments.of(
                        "tunnels:\n  - domain: shop", "2:5: tunnels[0]: a tunnel needs a \"port\" or \"backends\"."),
                Arguments.of(
                        "tunnels: [{domain: shop, port: 0}]",
                        "1:32: tunnels[0].port: \"0\" is not allowed; a whole number from 1 to 65535 is."),
                Arguments.of(
                        "tunnels: [{domain: a_b, port: 1}]",
                        "1:20: tunnels[0].domain: \"a_b\" is not a name that gotunnel can serve. Use letters, digits and dashes, with dots between: shop, api.shop or shop.test."),
                Arguments.of(
                        "tunnels: [{domain: shop, port: 1, https: maybe}]",
                        "1:42: tunnels[0].https: \"maybe\" is not allowed; one of these is: true, false."),
                Arguments.of(
                        "tunnels: [{domain: shop, port: 1, https: false, https_port: 9443}]",
                        "1:61: tunnels[0].https_port: has no meaning with \"https: false\"."),
                Arguments.of(
                        "tunnels: [{domain: shop, backends: ['ftp://x:1']}]",
                        "1:37: tunnels[0].backends[0]: \"ftp://x:1\" is not a backend. Write http://HOST:PORT, https://HOST:PORT, h2c://HOST:PORT, unix:/PATH, HOST:PORT or PORT, for example http://localhost:3000."),
                Arguments.of(
                        "tunnels: [{domain: shop, backends: [nonsense here]}]",
                        "1:37: tunnels[0].backends[0]: \"nonsense here\" is not a backend. Write http://HOST:PORT, https://HOST:PORT, h2c://HOST:PORT, unix:/PATH, HOST:PORT or PORT, for example http://localhost:3000."),
                Arguments.of(
                        "tunnels: [{name: My Shop, domain: shop, port: 1}]",
                        "1:18: tunnels[0].name: \"My Shop\" is not a valid tunnel name. Use up to 63 lower-case letters, digits, dots, dashes or underscores, starting with a letter or digit."),
                Arguments.of(
                        "tunnels:\n- {domain: shop, port: 1}\n- {domain: shop.test, port: 2}",
                        "3:3: tunnels[1]: the name \"shop\" stands here twice."),
                Arguments.of(
                        "profiles: {My Work: {tunnels: []}}",
                        "1:21: profiles.My Work: is not a profile name; use lower-case letters, digits and dashes (\"session\" is taken by the command line)."),
                Arguments.of(
                        "profiles: {session: {tunnels: []}}",
                        "1:21: profiles.session: is not a profile name; use lower-case letters, digits and dashes (\"session\" is taken by the command line)."),
                Arguments.of(
                        "tunnels: []\nprofiles:\n  default: {tunnels: []}",
                        "3:12: profiles.default: the top-level list \"tunnels\" is this profile already."),
                Arguments.of(
                        "tunnels: [{domain: !!java.net.URL shop, port: 1}]",
                        "1:20: tunnels[0].domain: has a tag (!…), which nothing here takes."),
                Arguments.of("tunnels: !x []", "1:10: tunnels: has a tag (!…), which nothing here takes."),
                Arguments.of("server: !x {}", "1:9: server: has a tag (!…), which nothing here takes."));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void aProblemIsToldByPlaceAndKey(String text, String problem) {
        assertEquals(List.of("gotunnel.yaml:" + problem), problems(text));
    }

    @Test
    void allProblemsAreToldAtOnce() {
        GotunnelException failure = Failures.of(
                ErrorCode.CONFIG,
                () -> parse(
                        "version: one",
                        "tunnels:",
                        "  - {domain: '', port: x}",
                        "  - {nmae: api, port: 80}",
                        "colour: red"));
        assertTrue(failure.getMessage().startsWith("The configuration has 6 problems:\n"), failure.getMessage());
        assertEquals(7, failure.getMessage().lines().count());
        assertEquals("Mend the file, then run the command again. Its keys: docs/CONFIGURATION.md", failure.hint());
    }

    @Test
    void aSyntaxErrorIsToldByItsPlace() {
        assertEquals(List.of("gotunnel.yaml:2:1: but found another document"), problems("a: 1", "---", "b: 2"));
        assertEquals(List.of("gotunnel.yaml:1:4: found undefined alias nope"), problems("a: *nope"));
    }

    // ---- what is hostile

    private static String bomb() {
        StringBuilder text = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for (int i = 1; i < 60; i++) {
            text.append("a").append(i).append(": &a").append(i).append(" [");
            text.append(("*a" + (i - 1) + ",").repeat(9)).append("]\n");
        }
        return text.toString();
    }

    static Stream<String> hostile() {
        return Stream.of(
                bomb(),
                "[".repeat(100_000),
                "{a: ".repeat(50_000),
                "- ".repeat(50_000) + "x",
                "&a a: *a",
                "&a\nprofiles: *a\n",
                "tunnels: &a [*a]",
                "tunnels: [{domain: shop, backends: &b [*b]}]",
                "? [a]\n: b",
                "!%a x",
                "%YAML 99999999999.1\n---\na: b",
                "\"\\uZZZZ\": 1",
                "a: !<tag:%zz> b",
                "\u0000\u0001\u0002",
                "a: \u0007",
                "a\n".repeat(30_000));
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void aHostileFileIsRefusedWithinBounds(String text) {
        assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () -> Failures.of(ErrorCode.CONFIG, () -> ConfigLoader.parse(text, Path.of("f"))));
    }

    @Test
    void anyTextIsAConfigurationOrAFailureOfOurs() {
        Random random = new Random(20);
        String alphabet = "{}[]:,-&*!|>'\"%@`#? \n\ta1\\.";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            random.ints(random.nextInt(14), 0, alphabet.length()).forEach(c -> text.append(alphabet.charAt(c)));
            try {
                ConfigLoader.parse(text.toString(), Path.of("f"));
            } catch (GotunnelException e) {
                assertEquals(ErrorCode.CONFIG, e.code(), text.toString());
            }
        }
    }

    @Test
    void aHugeFileIsRefusedUnread() throws Exception {
        Path file = temp.resolve("huge.yaml");
        Files.write(file, new byte[600 * 1024]);
        GotunnelException failure = Failures.of(ErrorCode.CONFIG, () -> ConfigLoader.load(file));
        assertEquals(file + " is larger than 512 KB.", failure.getMessage());
    }

    // ---- the file

    @Test
    void aFileThatIsNotThereMeansTheDefaults() {
        assertEquals(Configuration.DEFAULT, ConfigLoader.load(temp.resolve("gone/gotunnel.yaml")));
    }

    @Test
    void aFileThatIsNotUtf8IsRefused() throws Exception {
        Path file = Files.write(temp.resolve("f.yaml"), "name: Büro".getBytes(StandardCharsets.ISO_8859_1));
        GotunnelException failure = Failures.of(ErrorCode.CONFIG, () -> ConfigLoader.load(file));
        assertEquals(file + " is not UTF-8 text.", failure.getMessage());
    }

    @Test
    void aFolderIsNoFile() {
        Failures.of(ErrorCode.IO, () -> ConfigLoader.load(temp));
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aFileThatMayNotBeReadIsNotPermitted() throws Exception {
        Path file = Files.writeString(temp.resolve("f.yaml"), "version: 1");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
        assumeTrue(!Files.isReadable(file), "root may read everything: nothing to see here as root");
        GotunnelException failure = Failures.of(ErrorCode.NOT_PERMITTED, () -> ConfigLoader.load(file));
        assertEquals("Check who owns it: ls -ld '" + file + "'", failure.hint());
    }
}
