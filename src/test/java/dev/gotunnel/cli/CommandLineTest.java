package dev.gotunnel.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.cert.CertificateAuthority;
import dev.gotunnel.cert.Pem;
import dev.gotunnel.cli.FakeSurroundings.Printed;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.names.DomainName;
import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.testing.Await;
import dev.gotunnel.testing.EngineFixture;
import dev.gotunnel.tunnel.Limitation;
import dev.gotunnel.tunnel.TunnelEvent;
import dev.gotunnel.tunnel.TunnelId;
import dev.gotunnel.tunnel.TunnelSpec;
import dev.gotunnel.tunnel.TunnelState;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class CommandLineTest {
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

    private static TunnelSpec spec(String id, String domain, int port) {
        return new TunnelSpec(
                TunnelId.parse(id),
                DomainName.parse(domain),
                List.of(new BackendAddress("localhost", port)),
                true,
                null);
    }

    private void assertFails(int exit, String sentence, String hint, String... args) {
        Printed printed = around.run(args);
        assertEquals("gotunnel: " + sentence + "\n  " + hint + "\n", printed.err());
        assertEquals("", printed.out());
        assertEquals(exit, printed.exit());
    }

    // ---- the whole

    @Test
    void withoutACommandItIsTheDesktop() {
        assertEquals(new Printed(0, "", ""), around.run());
        assertEquals(1, around.desktops);
    }

    @Test
    void theVersionIsOneLine() {
        assertEquals(new Printed(0, "gotunnel 1.2.3\n", ""), around.run("--version"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "start",
                "stop",
                "stop-all",
                "list",
                "status",
                "open",
                "fault",
                "remove",
                "demo",
                "trust",
                "trust export"
            })
    void everyCommandHelps(String command) {
        Printed help = around.run((command + " --help").strip().split(" "));
        assertEquals(0, help.exit());
        assertEquals("", help.err());
        assertTrue(help.out().startsWith("Usage: gotunnel " + command), help.out());
        assertEquals(null, around.begun, "help reads no configuration");
    }

    @Test
    void theHelpShowsExamplesAndExitCodesAndHidesTheEngine() {
        String help = around.run("--help").out();
        assertTrue(help.contains("gotunnel start --port 3000 --domain shop"));
        assertTrue(help.contains("5 port or name taken"));
        assertFalse(help.contains("engine "), help);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--profile work --log-level debug --proxy-https-port 0 list",
                "list --profile work --log-level debug --proxy-https-port 0"
            })
    void globalFlagsStandBeforeOrAfterTheCommand(String line) {
        assertEquals(0, around.run(line.split(" ")).exit());
        GlobalOptions options = Objects.requireNonNull(around.begun);
        assertEquals("work", options.profile());
        assertEquals("debug", options.logLevel());
        assertEquals(0, options.httpsPort());
        assertFalse(options.isHeadless() || options.isDebug());
    }

    @Test
    void debugIsALogLevel() {
        around.run(
                "list",
                "--debug",
                "--headless",
                "--config",
                "x.yaml",
                "--log-format",
                "json",
                "--proxy-http-port",
                "1");
        GlobalOptions options = Objects.requireNonNull(around.begun);
        assertEquals("debug", options.logLevel());
        assertEquals("json", options.logFormat());
        assertEquals(Path.of("x.yaml"), options.config());
        assertEquals(1, options.httpPort());
        assertTrue(options.isHeadless() && options.isDebug());
    }

    // ---- wrong usage

    @Test
    void aWrongWordIsAnsweredWithWhatIsLikeIt() {
        assertFails(2, "Unmatched argument at index 0: 'lst'.", "Did you mean: ls, list, trust?", "lst");
        Printed flag = around.run("start", "--domian", "shop");
        assertEquals(2, flag.exit());
        assertTrue(flag.err().matches("(?s).*'--domian'.*Did you mean: .*--domain.*"), flag.err());
    }

    @Test
    void aMissingOrWrongValueIsAnsweredWithTheHelpToRead() {
        assertFails(2, "Missing required parameter: 'NAME'.", "See: gotunnel stop --help", "stop");
        assertFails(
                2,
                "Invalid value for option '--port': 'abc' is not an int.",
                "See: gotunnel start --help",
                "start",
                "--port",
                "abc");
        assertFails(
                2,
                "Invalid value for option '--format': 'xml' is not one of table, json, yaml.",
                "See: gotunnel list --help",
                "list",
                "--format",
                "xml");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "start                                                | The tunnel needs a name.",
                "start --domain shop                                  | The tunnel needs to lead somewhere.",
                "start --domain shop --host box                       | --host says where --port is; there is no --port.",
                "start --domain shop --backend 1 --host box           | --host says where --port is; there is no --port.",
                "start --domain a_b --port 1                          | \"a_b\" is not a name that gotunnel can serve.",
                "start --domain shop --port 0                         | The port 0 is out of range.",
                "start --domain shop --port 70000                     | The port 70000 is out of range.",
                "start --domain shop --port -1                        | The port -1 is out of range.",
                "start --domain shop --port 1 --https-port 70000      | The port 70000 is out of range.",
                "start --domain shop --port 1 --https=false --https-port 1 | --https-port has no meaning with --https=false.",
                "start --domain shop --port 1 --name My_Shop          | \"My_Shop\" is not a valid tunnel name.",
                "start --domain shop --backend ftp://x                | \"ftp://x\" is not a backend.",
                "start --domain shop --port 1 --save --profile Work   | \"Work\" is not a valid profile name.",
                "start shop --port 1                                  | A saved tunnel has its own port and domain.",
                "start shop --name x                                  | A saved tunnel has its own port and domain.",
            })
    void whatCannotBeStartedIsToldInOneSentenceWithAHint(String line, String sentence) {
        Printed printed = around.run(line.split(" "));
        assertEquals(2, printed.exit(), printed.err());
        List<String> lines = printed.err().lines().toList();
        assertEquals("gotunnel: " + sentence, lines.getFirst());
        assertTrue(lines.size() == 2 && lines.getLast().startsWith("  "), printed.err());
    }

    // ---- failures

    @ParameterizedTest
    @EnumSource
    void everyFailureHasItsExitCodeAndNoStackTrace(ErrorCode code) {
        around.tunnels.failStart(
                new TunnelId("session", "shop"),
                new GotunnelException(code, "It did not work.", "Do this.", new IllegalStateException("beneath")));
        assertFails(code.exitCode(), "It did not work.", "Do this.", "start", "--port", "1", "--domain", "shop");
    }

    @Test
    void aConfigurationThatCannotBeReadIsAFailureLikeAnyOther() {
        around.beginFailure = new GotunnelException(ErrorCode.CONFIG, "It is wrong.", "Mend it.");
        assertFails(2, "It is wrong.", "Mend it.", "list");
        around.beginFailure = new IllegalStateException("class Y");
        assertFails(
                1,
                "gotunnel failed unexpectedly.",
                "Run the command again with --debug and report what it prints.",
                "list");
    }

    @Test
    void debugShowsTheCause() {
        around.tunnels.failStart(
                new TunnelId("session", "shop"),
                new GotunnelException(ErrorCode.IO, "No.", null, new IllegalStateException("beneath")));
        Printed printed = around.run("start", "--port", "1", "--domain", "shop", "--debug");
        assertTrue(
                printed.err().startsWith("gotunnel: No.\njava.lang.IllegalStateException: beneath\n\tat "),
                printed.err());
    }

    // ---- list and status

    @Test
    void withoutTunnelsTheListSaysHowToStartOne() {
        assertEquals(
                new Printed(0, "No tunnels.\n  Start one: gotunnel start --port 3000 --domain shop\n", ""),
                around.run("list"));
        assertEquals("[]\n", around.run("list", "--format", "json").out().replace(" ", ""));
    }

    @Test
    void withoutAnOwnerTheSavedOnesAreListedAtRest() {
        around.saved.put(spec("default/shop", "shop", 3000));
        assertEquals("""
                TUNNEL        STATE    ADDRESS     BACKEND
                default/shop  stopped  shop.local  http://localhost:3000
                """, around.run("ls").out());
    }

    private void aTunnelWithEverything() {
        around.tunnels
                .ports(8880, 8443)
                .limit(
                        new TunnelId("session", "shop"),
                        new Limitation("name-unresolved", "shop.local does not lead here.", "sudo mend it"));
        around.owned().tunnels.with(new TunnelId("default", "rests"), "rests.test", "1", "2");
        around.tunnels.start(spec("session/shop", "shop", 3000));
    }

    @Test
    void theTableShowsWhatRunsAndThatThereIsMoreToKnow() {
        aTunnelWithEverything();
        assertEquals("""
                TUNNEL         STATE    ADDRESS                      BACKEND
                default/rests  stopped  rests.test                   http://localhost:1, http://localhost:2
                session/shop   running  https://shop.localhost:8443  http://localhost:3000

                Some have limitations. See: gotunnel status NAME
                """, around.run("list").out());
    }

    @Test
    void theJsonIsTheContract() {
        aTunnelWithEverything();
        assertEquals("""
                [ {
                  "id" : "default/rests",
                  "profile" : "default",
                  "name" : "rests",
                  "domain" : "rests.test",
                  "state" : "stopped",
                  "urls" : [ ],
                  "backends" : [ {
                    "url" : "http://localhost:1",
                    "healthy" : true
                  }, {
                    "url" : "http://localhost:2",
                    "healthy" : true
                  } ],
                  "limitations" : [ ]
                }, {
                  "id" : "session/shop",
                  "profile" : "session",
                  "name" : "shop",
                  "domain" : "shop.local",
                  "state" : "running",
                  "urls" : [ "https://shop.localhost:8443", "https://shop.local:8443" ],
                  "backends" : [ {
                    "url" : "http://localhost:3000",
                    "healthy" : true
                  } ],
                  "limitations" : [ {
                    "code" : "name-unresolved",
                    "message" : "shop.local does not lead here.",
                    "fix" : "sudo mend it"
                  } ]
                } ]
                """, around.run("list", "--format", "json").out());
    }

    @Test
    void theYamlSaysTheSame() {
        aTunnelWithEverything();
        String yaml = around.run("list", "--format", "YAML").out();
        assertTrue(yaml.startsWith("- id: default/rests\n  profile: default\n  name: rests\n"), yaml);
        assertTrue(yaml.contains("state: running"), yaml);
    }

    @Test
    void statusTellsAllOfOne() {
        aTunnelWithEverything();
        assertEquals("""
                session/shop is running
                  https://shop.localhost:8443  ->  http://localhost:3000
                  https://shop.local:8443  ->  http://localhost:3000

                  shop.local does not lead here.
                    sudo mend it
                """, around.run("status", "shop.local").out());
        assertTrue(around.run("status", "shop", "--format", "json").out().startsWith("{\n  \"id\" : \"session/shop\""));
        assertFails(4, "There is no tunnel \"gone\".", "See: gotunnel list", "status", "gone");
    }

    @Test
    void aBackendThatIsDownIsMarked() {
        around.owned().tunnels.with("shop", "3000");
        around.tunnels.change(new TunnelId("default", "shop"), TunnelState.DEGRADED);
        assertTrue(around.run("list").out().contains("http://localhost:3000 (down)"));
        assertTrue(around.run("status", "shop").out().contains("Nothing answers on http://localhost:3000 yet"));
    }

    @Test
    void aNameOfTwoIsAmbiguous() {
        around.owned().tunnels.with("shop", "1").with(new TunnelId("work", "shop"), "wiki", "2");
        assertFails(2, "\"shop\" means more than one tunnel.", "Say default/shop or work/shop.", "stop", "shop");
    }

    // ---- stopping

    @Test
    void stopStopsOne() {
        around.owned().tunnels.running("shop", "1");
        assertEquals(new Printed(0, "Stopped default/shop.\n", ""), around.run("stop", "shop"));
        assertEquals(new Printed(0, "default/shop does not run.\n", ""), around.run("stop", "shop"));
        assertFails(4, "There is no tunnel \"gone\".", "See: gotunnel list", "stop", "gone");
    }

    @Test
    void withoutAnOwnerThereIsNothingToStop() {
        assertFails(4, "There is no tunnel \"shop\".", "See: gotunnel list", "stop", "shop");
        around.saved.put(spec("default/web", "web", 3000));
        assertEquals(new Printed(0, "default/web does not run.\n", ""), around.run("stop", "web"));
        assertEquals(new Printed(0, "No tunnel runs.\n", ""), around.run("stop-all"));
    }

    @Test
    void stopAllStopsAll() {
        around.owned().tunnels.running("a", "1").running("b", "2").with("c", "3");
        assertEquals(
                "Stopped default/a.\nStopped default/b.\n",
                around.run("stop-all").out());
        assertEquals("No tunnel runs.\n", around.run("stop-all").out());
    }

    // ---- opening

    @Test
    void onlyWhatRunsCanBeOpened() {
        around.saved.put(spec("default/shop", "shop", 3000));
        assertFails(4, "default/shop does not run.", "Start it: gotunnel start default/shop --detach", "open", "shop");
    }

    // ---- trust

    @Test
    void trustShowsAndExportsTheRoot() throws Exception {
        String shown = around.run("trust").out();
        assertTrue(shown.contains(CertificateAuthority.fingerprint(EngineFixture.root())), shown);
        assertEquals(
                Pem.encode(EngineFixture.root()), around.run("trust", "export").out());
        around.owned();
        assertEquals(
                Pem.encode(EngineFixture.root()),
                around.run("trust", "export", "--format", "pem").out());
        assertEquals(2, around.run("trust", "export", "--format", "p12").exit());
    }

    // ---- starting

    private CompletableFuture<Printed> inBackground(String... args) {
        CompletableFuture<Printed> done = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("command").start(() -> done.complete(around.run(args)));
        return done;
    }

    private void awaitRunning(String id) {
        Await.until(
                id + " runs",
                () -> around.tunnels.list().stream()
                        .anyMatch(t -> t.id().equals(id) && t.state() == TunnelState.RUNNING));
    }

    @Test
    void theFirstOneOwnsTheEngineAndEndsWithItsTunnel() throws ExecutionException, InterruptedException {
        CompletableFuture<Printed> command = inBackground("start", "-p", "3000", "-d", "shop");
        awaitRunning("session/shop");
        around.tunnels.stop(new TunnelId("session", "shop"));
        Printed printed = command.get();
        assertEquals("""
                shop is running
                  https://shop.localhost:8443  ->  http://localhost:3000
                  https://shop.local:8443  ->  http://localhost:3000

                  If the browser warns, it does not trust gotunnel's certificate yet: gotunnel trust export --help
                  Press Ctrl-C to stop.
                Stopped shop.
                """, printed.out());
        assertEquals(0, printed.exit());
    }

    @Test
    void theOwnerStaysForOthersUntilTheyEnd() throws ExecutionException, InterruptedException {
        around.tunnels.running("other", "1");
        CompletableFuture<Printed> command = inBackground("start", "-p", "3000", "-d", "shop");
        awaitRunning("session/shop");
        around.tunnels.stop(new TunnelId("session", "shop"));
        Await.until("it says that it stays", () -> around.printed().contains("Press Ctrl-C again"));
        assertFalse(command.isDone());
        around.tunnels.stop(new TunnelId("default", "other"));
        String out = command.get().out();
        assertTrue(out.endsWith("""
                Stopped shop.
                Other commands' tunnels still run through this process: default/other.
                  Press Ctrl-C again to stop them too.
                """), out);
    }

    @Test
    void aLaterOneIsAClientThatSaysWhenItIsStopped() throws ExecutionException, InterruptedException {
        around.owned();
        CompletableFuture<Printed> command = inBackground("start", "-p", "3000", "-d", "shop", "--name", "web");
        awaitRunning("session/web");
        around.run("stop", "web");
        Printed printed = command.get();
        assertTrue(printed.out().endsWith("web was stopped by another command.\n"), printed.out());
        assertEquals(0, printed.exit());
    }

    @Test
    void aClientEndsWithItsOwner() throws ExecutionException, InterruptedException {
        around.owned();
        CompletableFuture<Printed> command = inBackground("start", "-p", "3000", "-d", "shop");
        // Before that it does not listen yet.
        Await.until("it follows its tunnel", () -> around.printed().contains("Press Ctrl-C to stop."));
        around.tunnels.tell(new TunnelEvent.OwnerLeaving());
        assertEquals(
                1,
                command.get().exit(),
                () -> command.join().out() + command.join().err());
        assertTrue(command.get().err().contains("shop ended with the gotunnel that owned the engine."));
        Await.until("it is let go", () -> around.tunnels.calls().contains("stop session/shop"));
        around.tunnels.settle();
    }

    @Test
    void aDetachedOneReturnsAtOnce() {
        around.owned();
        Printed printed =
                around.run("start", "--backend", "[::1]:3000", "--backend", "4000", "-d", "shop.test", "--detach");
        assertEquals("""
                shop is running in the background
                  https://shop.localhost:8443  ->  http://[::1]:3000, http://localhost:4000
                  https://shop.test:8443  ->  http://[::1]:3000, http://localhost:4000

                  Stop it: gotunnel stop session/shop
                """, printed.out());
        assertEquals(0, printed.exit());
    }

    @Test
    void aDetachedOneThatDoesNotComeUpFails() {
        assertFails(1, "It does not come up.", "Its log: x", "start", "-p", "1", "-d", "shop", "--detach");
    }

    @Test
    void aSavedOneIsKeptInItsProfile() {
        around.owned();
        assertEquals(
                0,
                around.run("start", "-p", "1", "-d", "a", "--save", "--detach").exit());
        assertEquals(
                0,
                around.run("start", "-p", "1", "-d", "b", "--save", "--profile", "work", "--detach")
                        .exit());
        assertEquals(List.of(new TunnelId("default", "a"), new TunnelId("work", "b")), around.tunnels.configured());
        assertEquals(List.of(), around.saved.load(), "the owner writes");
    }

    @Test
    void withoutAnOwnerTheCommandItselfSaves() {
        around.run("start", "-p", "1", "-d", "a", "--save", "--detach");
        assertEquals(List.of(spec("default/a", "a", 1)), around.saved.load());
    }

    @Test
    void aSavedOneIsStartedByNameIdOrDomain() {
        around.owned();
        around.saved.put(spec("default/shop", "store.test", 3000));
        for (String reference : List.of("shop", "default/shop", "store.test")) {
            assertEquals(0, around.run("start", reference, "--detach").exit());
        }
        assertFails(
                4,
                "No tunnel \"gone\" is saved.",
                "Make one: gotunnel start --port PORT --domain NAME --save",
                "start",
                "gone");
        around.saved.put(spec("work/shop", "other.test", 1));
        assertFails(2, "\"shop\" means more than one saved tunnel.", "Say default/shop or work/shop.", "start", "shop");
    }

    @Test
    void anOwnerThatNeverAnswersIsGivenUp() {
        around.free = false;
        assertFails(
                1,
                "Another gotunnel is about to start or end and does not answer.",
                "Run the command again; if it stays so, end that process.",
                "start",
                "-p",
                "1",
                "-d",
                "shop");
    }
}
