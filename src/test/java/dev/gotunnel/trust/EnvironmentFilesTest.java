package dev.gotunnel.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.cert.Pem;
import dev.gotunnel.platform.OperatingSystem;
import dev.gotunnel.testing.EngineFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files behind the variables of {@code gotunnel env}. */
class EnvironmentFilesTest {
    private static final X509Certificate ROOT = EngineFixture.root();

    @TempDir
    Path temp;

    private Path folder = Path.of("");
    private Path system = Path.of("");
    private X509Certificate distribution = ROOT;

    @BeforeEach
    void open() throws IOException {
        folder = temp.resolve("data/trust");
        system = temp.resolve("root/etc/ssl/cert.pem");
        distribution = EngineFixture.issue(List.of("distribution.test")).certificate();
        Files.createDirectories(system.resolveSibling(""));
        Files.writeString(system, "# Bündel\n" + Pem.encode(distribution));
    }

    private EnvironmentFiles files(Map<String, String> environment) {
        TrustPlaces places =
                new TrustPlaces(OperatingSystem.LINUX, temp.resolve("root"), temp.resolve("home"), environment);
        return new EnvironmentFiles(
                folder, places, new SystemTrustStores(places, new ScriptedCommands(), Optional.empty()));
    }

    private static List<X509Certificate> certificates(String file) throws IOException, GeneralSecurityException {
        return Pem.certificates(Files.readString(Path.of(file)));
    }

    @Test
    void nodeIsToldOfTheRootAloneAndAllOthersOfTheSystemsAuthoritiesToo() throws IOException, GeneralSecurityException {
        Map<String, String> variables = files(Map.of()).variables(ROOT, false);
        assertEquals(
                List.of(
                        "NODE_EXTRA_CA_CERTS",
                        "SSL_CERT_FILE",
                        "REQUESTS_CA_BUNDLE",
                        "CURL_CA_BUNDLE",
                        "GIT_SSL_CAINFO"),
                List.copyOf(variables.keySet()));
        assertEquals(List.of(ROOT), certificates(variables.get("NODE_EXTRA_CA_CERTS")));
        for (String name : List.of("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO")) {
            assertEquals(List.of(ROOT, distribution), certificates(variables.get(name)), name);
        }
    }

    @Test
    void withoutAListOfTheSystemsTheAuthoritiesOfThisJavaTakeItsPlace() throws IOException, GeneralSecurityException {
        Files.delete(system);
        Map<String, String> variables = files(Map.of()).variables(ROOT, false);
        assertTrue(certificates(variables.get("SSL_CERT_FILE")).size() > 20);
    }

    @Test
    void keepsWhatTheVariablesNamedBefore() throws IOException, GeneralSecurityException {
        X509Certificate company = EngineFixture.issue(List.of("company.test")).certificate();
        Path theirs = temp.resolve("company's.pem");
        Files.writeString(theirs, Pem.encode(company));
        Map<String, String> first = files(Map.of(
                        "SSL_CERT_FILE",
                        theirs.toString(),
                        "NODE_EXTRA_CA_CERTS",
                        theirs.toString(),
                        "CURL_CA_BUNDLE",
                        "/no/such/file"))
                .variables(ROOT, false);
        assertEquals(List.of(ROOT, company), certificates(first.get("NODE_EXTRA_CA_CERTS")));
        assertEquals(List.of(ROOT, company, distribution), certificates(first.get("GIT_SSL_CAINFO")));

        Map<String, String> again = files(first).variables(ROOT, false);
        assertEquals(first, again);
        assertEquals(List.of(ROOT, company), certificates(again.get("NODE_EXTRA_CA_CERTS")), "by then ours is named");
        assertEquals(List.of(ROOT, company, distribution), certificates(again.get("SSL_CERT_FILE")));

        files(Map.of()).variables(ROOT, false);
        assertEquals(List.of(ROOT, distribution), certificates(again.get("SSL_CERT_FILE")), "named no more");
    }

    @Test
    void whatWasNamedBeforeStaysThroughARefreshFromAnotherShell() throws IOException, GeneralSecurityException {
        Path mine = Files.writeString(temp.resolve("company.pem"), Pem.encode(distribution));
        Map<String, String> first =
                files(Map.of("NODE_EXTRA_CA_CERTS", mine.toString())).variables(ROOT, false);
        files(Map.of()).refresh(List.of(ROOT, distribution));
        assertEquals(List.of(ROOT, distribution, distribution), certificates(first.get("NODE_EXTRA_CA_CERTS")));
    }

    @Test
    void staysFreshAndIsNotWrittenWithoutNeed() throws IOException, GeneralSecurityException {
        EnvironmentFiles files = files(Map.of());
        files.refresh(List.of(ROOT));
        assertFalse(Files.exists(folder), "nobody has asked for the variables yet");
        Map<String, String> variables = files.variables(ROOT, true);
        Object before = Files.readAttributes(folder.resolve("cacerts.jks"), BasicFileAttributes.class)
                .fileKey();
        files.refresh(List.of(ROOT));
        assertEquals(
                before,
                Files.readAttributes(folder.resolve("cacerts.jks"), BasicFileAttributes.class)
                        .fileKey());
        X509Certificate added = EngineFixture.issue(List.of("added.test")).certificate();
        Files.writeString(system, Pem.encode(added));
        files.refresh(List.of(ROOT));
        assertEquals(List.of(ROOT, added), certificates(variables.get("SSL_CERT_FILE")));
        assertTrue(javaStore().contains(added));
        files.delete();
        assertFalse(Files.exists(folder));
    }

    private List<X509Certificate> javaStore() throws IOException, GeneralSecurityException {
        // As every Java opens it: the format told by the content, no password.
        return JavaStore.certificates(
                KeyStore.getInstance(folder.resolve("cacerts.jks").toFile(), (char[]) null));
    }

    @Test
    void javaIsToldOfAStoreWithAllAuthoritiesBesideItsOtherOptions() throws IOException, GeneralSecurityException {
        String ours = "-Djavax.net.ssl.trustStore=" + folder.resolve("cacerts.jks");
        assertEquals(ours, files(Map.of()).variables(ROOT, true).get("JAVA_TOOL_OPTIONS"));
        List<X509Certificate> all = javaStore();
        assertTrue(all.contains(ROOT) && all.contains(distribution) && all.size() > 20, all.size() + " authorities");
        String both = files(Map.of("JAVA_TOOL_OPTIONS", "-Xmx1g"))
                .variables(ROOT, true)
                .get("JAVA_TOOL_OPTIONS");
        assertEquals("-Xmx1g " + ours, both);
        assertEquals(
                both,
                files(Map.of("JAVA_TOOL_OPTIONS", both)).variables(ROOT, true).get("JAVA_TOOL_OPTIONS"));
        assertFalse(files(Map.of("JAVA_TOOL_OPTIONS", "-Djavax.net.ssl.trustStore=/theirs"))
                .variables(ROOT, true)
                .containsKey("JAVA_TOOL_OPTIONS"));
    }

    @Test
    void aJavaReallyTakesTheOptionFromAFolderWithBlanks() throws Exception {
        folder = temp.resolve("a folder/it's");
        String options = files(Map.of()).variables(ROOT, true).get("JAVA_TOOL_OPTIONS");
        ProcessBuilder java = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XshowSettings:properties",
                "-version");
        java.environment().put("JAVA_TOOL_OPTIONS", options);
        Process process = java.redirectErrorStream(true).start();
        String printed = new String(process.getInputStream().readAllBytes());
        assertEquals(0, process.waitFor(), printed);
        assertTrue(printed.contains("javax.net.ssl.trustStore = " + folder.resolve("cacerts.jks") + "\n"), printed);
    }
}
