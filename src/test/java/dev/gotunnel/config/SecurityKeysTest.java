package dev.gotunnel.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.names.Suffixes;
import dev.gotunnel.testing.Failures;
import dev.gotunnel.tunnel.OwnCertificate;
import dev.gotunnel.tunnel.TunnelSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What may be signed, where its key lies, and certificates of the user's own. */
class SecurityKeysTest {
    private static final Path FILE = Path.of("/home/me/gotunnel.yaml");

    @TempDir
    Path temp;

    private static Configuration parse(String text) {
        return ConfigLoader.parse(text, FILE);
    }

    private static String problem(String text) {
        return Failures.of(ErrorCode.CONFIG, () -> parse(text)).getMessage();
    }

    private static TunnelSpec only(String text) {
        return parse(text).profile("default").getFirst();
    }

    @Test
    void withoutThemNamesAreLocalAndTheKeyIsWhereItCanBe() {
        assertEquals(Suffixes.BUILT_IN, parse("version: 1").security().suffixes());
        assertEquals("auto", parse("security: {}").security().caKey());
        assertEquals("file", parse("security: {ca_key: file}").security().caKey());
    }

    @Test
    void aDomainBelowAnAllowedSuffixIsComplete() {
        String security = "security: {allowed_suffixes: [local, test, localhost, dev.example.com]}\n";
        assertEquals(
                Suffixes.BUILT_IN.with("dev.example.com"),
                parse(security).security().suffixes());
        String tunnels = "tunnels: [{domain: shop.dev.example.com, port: 1}]";
        assertEquals("shop.dev.example.com", only(security + tunnels).domain().ascii());
        assertEquals("shop.dev.example.com.local", only(tunnels).domain().ascii());
        assertEquals(
                "shop.dev.example.com", only(tunnels + "\n" + security).domain().ascii(), "in whatever order");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "security: {allowed_suffixes: [test, co.uk]} | security.allowed_suffixes[1]: co.uk looks like a public suffix",
                "security: {allowed_suffixes: [github.io]} | security.allowed_suffixes[0]: github.io is a public suffix",
                "security: {allowed_suffixes: dev.example.com} | security.allowed_suffixes: must be a list",
                "security: {ca_key: usb} | security.ca_key: \"usb\" is not allowed; one of these is: auto, keychain, file",
                "security: {alowed_suffixes: []} | Did you mean \"allowed_suffixes\"?",
            })
    void whatIsWrongIsTold(String text, String problem) {
        assertTrue(problem(text).contains(problem), problem(text));
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void filesOfACertificateAreRelativeToTheConfiguration() {
        TunnelSpec spec =
                only("tunnels: [{domain: shop.example.com, port: 1, tls: {certificate: a.pem, key: /k/b.pem}}]");
        assertEquals(new OwnCertificate(Path.of("/home/me/a.pem"), Path.of("/k/b.pem")), spec.certificate());
        assertEquals("shop.example.com", spec.domain().ascii());
        assertEquals("shop.example", spec.id().name());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tls: {certificate: a.pem} | tls: \"certificate\" and \"key\" belong together; one of them is missing.",
                "tls: {key: a.pem} | tls: \"certificate\" and \"key\" belong together; one of them is missing.",
                "https: false, tls: {certificate: a.pem, key: b.pem} | tls.certificate: has no meaning with \"https: false\".",
                "routes: [{path: /a, tls: {certificate: a.pem}}] | tls.certificate: belongs to the tunnel",
            })
    void aCertificateThatCannotBeMeantIsRefused(String keys, String problem) {
        String said = problem("tunnels: [{domain: shop, port: 1, " + keys + "}]");
        assertTrue(said.contains(problem), said);
    }

    @Test
    void allowingASuffixKeepsTheRestOfTheFile() throws Exception {
        Path file = temp.resolve("gotunnel.yaml");
        Files.writeString(file, "# mine\nsecurity:\n  ca_key: file # here\ntunnels:\n  - {domain: shop, port: 1}\n");
        ProfileStore store = new ProfileStore(file, null);
        store.allow(Suffixes.BUILT_IN.with("dev.example.com"));
        assertEquals(Suffixes.BUILT_IN.with("dev.example.com"), store.suffixes());
        assertEquals("""
                # mine
                security:
                  ca_key: file # here
                  allowed_suffixes:
                    - local
                    - test
                    - localhost
                    - dev.example.com
                tunnels:
                  - {domain: shop, port: 1}
                """, Files.readString(file));
        store.allow(Suffixes.BUILT_IN);
        assertEquals(Suffixes.BUILT_IN, store.suffixes());
        assertEquals(1, store.load().size());
    }

    @Test
    void aSavedTunnelBelowASuffixIsFoundAgainByItsName() throws Exception {
        Path file = temp.resolve("gotunnel.yaml");
        Files.writeString(
                file,
                "security: {allowed_suffixes: [dev.example.com]}\ntunnels:\n  - {domain: shop.dev.example.com, port: 1}\n");
        ProfileStore store = new ProfileStore(file, null);
        TunnelSpec spec = store.load().getFirst();
        store.put(spec);
        store.remove(spec.id());
        assertEquals(List.of(), store.load());
    }
}
