package dev.gotunnel.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.cert.CertificateAuthority;
import dev.gotunnel.cli.FakeSurroundings.Printed;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.testing.EngineFixture;
import dev.gotunnel.testing.InMemoryTrustStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;

/** {@code gotunnel trust} and {@code gotunnel env}, with stores in memory. */
@Timeout(60)
class TrustCommandTest {
    private static final String NAME = CertificateAuthority.nameOf(EngineFixture.root());

    @TempDir
    Path temp;

    private FakeSurroundings around;

    @BeforeEach
    void open() {
        around = new FakeSurroundings(temp);
    }

    @AfterEach
    void close() {
        around.close();
    }

    private InMemoryTrustStore add(String name) {
        InMemoryTrustStore store = new InMemoryTrustStore(name);
        around.trustStores.add(store);
        return store;
    }

    @Test
    void theTableTellsWhatIsTrustedAndHowToMendTheRest() {
        add("system").needsPrivilege = true;
        add("firefox:a.default").content.add(EngineFixture.root());
        InMemoryTrustStore unused = add("firefox:b.never");
        unused.found = false;
        InMemoryTrustStore broken = add("firefox:c.broken");
        broken.unreadable = new GotunnelException(ErrorCode.IO, "It is damaged.", "Move it away.");
        Printed printed = around.run("trust", "status");
        assertEquals(0, printed.exit());
        assertEquals("""
                STORE              FOUND  TRUSTED  VERIFIED  HOW TO MEND
                system             yes    no       no        gotunnel trust export | sudo trust system
                firefox:a.default  yes    yes      yes
                firefox:b.never    no     -        -         gotunnel trust export | sudo trust firefox:b.never
                firefox:c.broken   yes    unknown  unknown   Move it away.
                java               no     -        -

                firefox:b.never: It was never used.

                firefox:c.broken: It is damaged.
                """, printed.out());
    }

    @Test
    void programsReadTheStatusAsJsonAndYaml() {
        add("firefox:a");
        String json = around.run("trust", "status", "--format", "json").out();
        assertTrue(json.contains("""
                {
                  "store" : "firefox:a",
                  "place" : "the memory of firefox:a",
                  "found" : true,
                  "trusted" : "no",
                  "verified" : "no",
                  "note" : "",
                  "fix" : "gotunnel trust install --store firefox:a"
                }"""), json);
        String yaml = around.run("trust", "status", "--format", "yaml").out();
        assertTrue(yaml.contains("- store: firefox:a\n"), yaml);
    }

    @Test
    void installShowsWhatItChangesAndAsks() {
        InMemoryTrustStore firefox = add("firefox:a");
        firefox.afterwards = "Restart it.";
        around.answer = "";
        Printed printed = around.run("trust", "install");
        assertEquals("""
                This will change:
                  firefox:a: add %s to the memory of firefox:a
                firefox:a: It trusts the root now.
                  Restart it.
                """.formatted(NAME), printed.out());
        assertEquals(0, printed.exit());
        assertEquals(List.of("Go on? [Y/n] "), around.asked);
        assertEquals(
                "firefox:a: It is trusted already.\n",
                around.run("trust", "install").out());
        assertEquals(1, around.asked.size(), "nothing to ask");
    }

    @ParameterizedTest
    @ValueSource(strings = {"n", "no", "N", "what?"})
    void anythingButYesChangesNothing(String answer) {
        InMemoryTrustStore firefox = add("firefox:a");
        around.answer = answer;
        Printed printed = around.run("trust", "install");
        assertTrue(printed.out().endsWith("Nothing was changed.\n"), printed.out());
        assertEquals(1, printed.exit());
        assertEquals(List.of(), firefox.content);
        firefox.content.add(EngineFixture.root());
        assertEquals(1, around.run("trust", "uninstall").exit());
        assertEquals(1, firefox.content.size());
    }

    @Test
    void asksNobodyWithYesOrWithoutATerminal() {
        InMemoryTrustStore firefox = add("firefox:a");
        around.answer = "n";
        assertEquals(0, around.run("trust", "install", "--yes").exit());
        assertEquals(0, around.run("trust", "uninstall", "-y").exit());
        assertEquals(List.of(), around.asked);
        around.answer = null;
        assertEquals(0, around.run("trust", "install").exit());
        assertEquals(1, firefox.content.size());
    }

    @Test
    void aMissingPermissionAloneIsThreeAndAnyOtherFailureOne() {
        add("firefox:a");
        InMemoryTrustStore system = add("system");
        system.needsPrivilege = true;
        Printed permission = around.run("trust", "install");
        assertEquals(3, permission.exit());
        assertTrue(permission.out().contains("firefox:a: It trusts the root now.\n"), permission.out());
        assertTrue(
                permission.out().contains("system: Only an administrator may change it.\n  gotunnel trust export | sudo trust system\n"),
                permission.out());
        add("java:x").unwritable = new GotunnelException(ErrorCode.IO, "The disk is full.", "Make room.");
        Printed failure = around.run("trust", "install");
        assertEquals(1, failure.exit());
        assertTrue(failure.out().contains("java:x: The disk is full.\n  Make room.\n"), failure.out());
    }

    @Test
    void installsOnlyTheStoresThatAreNamed() {
        InMemoryTrustStore first = add("firefox:a");
        InMemoryTrustStore second = add("firefox:b");
        InMemoryTrustStore java = add("java:x");
        assertEquals(0, around.run("trust", "install", "--store", "firefox:b").exit());
        assertEquals(List.of(0, 1, 0), List.of(first.content.size(), second.content.size(), java.content.size()));
        assertEquals(
                0,
                around.run("trust", "install", "--store", "firefox", "--store", "java:x")
                        .exit());
        assertEquals(List.of(1, 1, 1), List.of(first.content.size(), second.content.size(), java.content.size()));
        Printed unknown = around.run("trust", "install", "--store", "opera");
        assertEquals(2, unknown.exit());
        assertEquals(
                "gotunnel: There is no trust store \"opera\" here.\n  There are: firefox:a, firefox:b, java:x\n",
                unknown.err());
    }

    @Test
    void tellsWhenThereIsNothingToDo() {
        assertEquals(
                "There is no trust store that could be written.\n  See: gotunnel trust status\n",
                around.run("trust", "install").out());
        assertEquals(
                "No trust store holds a root of ours.\n",
                around.run("trust", "uninstall").out());
    }

    @Test
    void exportsAProfileForPhones() throws Exception {
        String profile =
                around.run("trust", "export", "--format", "mobileconfig").out();
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
        Document document =
                factory.newDocumentBuilder().parse(new ByteArrayInputStream(profile.getBytes(StandardCharsets.UTF_8)));
        String data = document.getElementsByTagName("data").item(0).getTextContent();
        assertEquals(Base64.getEncoder().encodeToString(EngineFixture.root().getEncoded()), data.replaceAll("\\s", ""));
        assertTrue(profile.contains("<string>com.apple.security.root</string>"), profile);
        assertEquals(
                profile,
                around.run("trust", "export", "--format", "mobileconfig").out());
    }

    // ---- env

    @Test
    void printsVariablesForPosixShells() throws IOException {
        add("java:x").content.add(EngineFixture.root());
        String folder = temp.resolve("trust").toString();
        Path bundle = temp.resolve("root/etc/ssl/cert.pem");
        Files.createDirectories(bundle.resolveSibling(""));
        Files.writeString(bundle, "# the system's\n");
        assertEquals("""
                # eval "$(gotunnel env)"
                export NODE_EXTRA_CA_CERTS='%1$s/root.pem'
                export SSL_CERT_FILE='%1$s/ca-bundle.pem'
                export REQUESTS_CA_BUNDLE='%1$s/ca-bundle.pem'
                export CURL_CA_BUNDLE='%1$s/ca-bundle.pem'
                export GIT_SSL_CAINFO='%1$s/ca-bundle.pem'
                """.formatted(folder), around.run("env", "--shell", "bash").out());
    }

    @Test
    void tellsJavaOfAStoreWhenOneDoesNotTrustTheRoot() {
        add("java:x");
        String fish = around.run("env", "--shell", "fish").out();
        assertTrue(
                fish.contains(
                        "set -gx JAVA_TOOL_OPTIONS '-Djavax.net.ssl.trustStore=" + temp + "/trust/cacerts.jks'\n"),
                fish);
        around.environment = Map.of("JAVA_TOOL_OPTIONS", "-Djavax.net.ssl.trustStore=/mine");
        assertFalse(around.run("env").out().contains("JAVA_TOOL_OPTIONS"), "the user's own choice stays");
    }

    @Test
    void quotesForEachShell() {
        assertEquals("export A='it'\\''s \\ $x'", Shell.BASH.assign("A", "it's \\ $x"));
        assertEquals("set -gx A 'it\\'s \\\\ $x'", Shell.FISH.assign("A", "it's \\ $x"));
        assertEquals("$env:A = 'it''s \\ $x'", Shell.POWERSHELL.assign("A", "it's \\ $x"));
    }

    @Test
    void choosesTheShellThatTheUserHas() {
        assertEquals(Shell.FISH, Shell.of(Map.of("SHELL", "/usr/bin/fish"), false));
        assertEquals(Shell.BASH, Shell.of(Map.of("SHELL", "/bin/zsh"), false));
        assertEquals(Shell.BASH, Shell.of(Map.of(), false));
        assertEquals(Shell.POWERSHELL, Shell.of(Map.of(), true));
        assertEquals(Shell.BASH, Shell.of(Map.of("SHELL", "/usr/bin/bash"), true));
    }

    // ---- another authority

    @Test
    void renewShowsWhatItChangesAndTellsWhatIsInUse() {
        around.answer = "n";
        Printed declined = around.run("trust", "renew");
        assertEquals(1, declined.exit());
        assertTrue(declined.out().contains("certificate authority: make a new one in "), declined.out());
        assertTrue(declined.out().endsWith("Nothing was changed.\n"), declined.out());
        Printed done = around.run("trust", "renew", "--yes");
        assertEquals(0, done.exit());
        assertTrue(done.out().contains(" is in use; it signs below .local, .test, .localhost."), done.out());
        assertEquals(List.of("renewCertificates"), around.tunnels.calls());
    }

    @Test
    void aSuffixIsAddedListedAndRemoved() {
        assertEquals("local\ntest\nlocalhost\n", around.run("trust", "suffix").out());
        Printed added = around.run("trust", "suffix", "add", "Dev.Example.com", "--yes");
        assertEquals(0, added.exit());
        assertTrue(added.out().contains("allow names below .local, .test, .localhost, .dev.example.com"), added.out());
        assertTrue(around.run("trust", "suffix", "list").out().endsWith("dev.example.com\n"));
        Printed again = around.run("trust", "suffix", "add", "dev.example.com");
        assertTrue(
                again.out().endsWith("It signs below .local, .test, .localhost, .dev.example.com already.\n"),
                again.out());
        assertEquals(
                0,
                around.run("trust", "suffix", "remove", "dev.example.com", "--yes")
                        .exit());
        assertEquals("local\ntest\nlocalhost\n", around.run("trust", "suffix").out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"com", "co.uk", "github.io", "a b", "local.."})
    void aSuffixThatIsNotYoursIsRefused(String suffix) {
        Printed printed = around.run("trust", "suffix", "add", suffix, "--yes");
        assertEquals(2, printed.exit());
        assertTrue(printed.err().contains("dev.example.com"), printed.err());
        assertEquals("local\ntest\nlocalhost\n", around.run("trust", "suffix").out());
    }
}
