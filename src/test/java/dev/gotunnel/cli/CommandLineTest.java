package dev.gotunnel.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.cert.CertificateAuthority;
import dev.gotunnel.cert.Pem;
import dev.gotunnel.cli.FakeSurroundings.Printed;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.names.DomainName;
import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.policy.Balance;
import dev.gotunnel.policy.BasicUser;
import dev.gotunnel.policy.Cors;
import dev.gotunnel.policy.DevServer;
import dev.gotunnel.policy.Fault;
import dev.gotunnel.policy.HeaderRule;
import dev.gotunnel.policy.HeaderRules;
import dev.gotunnel.policy.HostHeader;
import dev.gotunnel.policy.Limits;
import dev.gotunnel.policy.RateLimit;
import dev.gotunnel.policy.Timeouts;
import dev.gotunnel.testing.Await;
import dev.gotunnel.testing.EngineFixture;
import dev.gotunnel.testing.PolicyBuilder;
import dev.gotunnel.tunnel.Limitation;
import dev.gotunnel.tunnel.TunnelEvent;
import dev.gotunnel.tunnel.TunnelId;
import dev.gotunnel.tunnel.TunnelSpec;
import dev.gotunnel.tunnel.TunnelState;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.bouncycastle.crypto.generators.OpenBSDBCrypt;
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
    void aTunnelMayBeCalledAsACommandIs() {
        around.saved.put(spec("default/start", "start.local", 3000));
        assertTrue(around.run("ls").out().contains("start.local"));
        assertEquals(0, around.run("rm", "start").exit());
        assertEquals(0, around.run("list", "--profile", "stop").exit());
        assertEquals("stop", Objects.requireNonNull(around.begun).profile());
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
                "trust export",
                "trust status",
                "trust install",
                "trust uninstall",
                "env"
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
        assertFails(2, "Unmatched argument at index 0: 'lst'.", "Did you mean: ls, list, hosts?", "lst");
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
                "start shop --cors                                    | A saved tunnel has its own port and domain.",
                "start -d shop -p 1 --balance random                  | --balance: \"random\" is not allowed; one of these is: round_robin, least_connections, ip_hash, weighted, failover.",
                "start -d shop -p 1 --host-header a/b                 | --host-header: \"a/b\" is not a host. Write preserve, backend, or a host such as localhost:3000.",
                "start -d shop -p 1 --preset svelte                   | --preset: \"svelte\" is not allowed; one of these is: vite, webpack, next, rails, django.",
                "start -d shop -p 1 --rate-limit 5                    | --rate-limit: \"5\" is not allowed; a rate such as 100/s, 6000/m or 1000/h is, up to 1000000, or requests, per, burst and by.",
                "start -d shop -p 1 --max-body big                    | --max-body: \"big\" is not allowed; a number of bytes, 64KB, 10MB or 1GB is.",
                "start -d shop -p 1 --hold 5                          | --hold: \"5\" is not allowed; a time from 0 to 1h, such as 500ms, 2s or 5m, is.",
                "start -d shop -p 1 --timeout first_byte=x            | --timeout first_byte: \"x\" is not allowed; a time from 0 to 24h, such as 500ms, 2s or 5m, is.",
                "start -d shop -p 1 --timeout 5s                      | \"5s\" cannot stand after --timeout.",
                "start -d shop -p 1 --fault delay=1ms,error_rate=2    | --fault error_rate: \"2\" is not allowed; a number from 0 to 1 is.",
                "start -d shop -p 1 --fault dely=1ms                  | --fault dely: unknown key; known here: delay, jitter, bandwidth, error_rate, error_status, reset_rate. Did you mean \"delay\"?",
                "start -d shop -p 1 --path v1=9000                    | --path[0].path: \"v1\" is not a path. Write one that begins with a slash, such as /api/.",
                "start -d shop -p 1 --header X-Env                    | --header \"X-Env\" has no value.",
                "start -d shop -p 1 --header Host:x                   | --header host: The header \"host\" is not to be changed by a rule. Set \"host\" or \"preset\" of the tunnel instead.",
                "start -d shop -p 1 --basic-auth me                   | --basic-auth needs a user and a password.",
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

    // ---- removing

    @Test
    void removeTakesASavedOneOutOfTheFile() {
        around.saved.put(spec("default/shop", "store.test", 1));
        assertEquals(new Printed(0, "Removed default/shop.\n", ""), around.run("remove", "store.test"));
        assertEquals(List.of(), around.saved.load());
        assertFails(4, "There is no tunnel \"shop\".", "See: gotunnel list", "remove", "shop");
    }

    @Test
    void removeAsksTheOwnerWhereThatKnowsIt() {
        around.owned().tunnels.running("shop", "1");
        around.saved.put(spec("default/later", "later", 1));
        assertEquals(0, around.run("rm", "shop").exit());
        assertTrue(around.tunnels.calls().contains("remove default/shop"));
        assertEquals(0, around.run("rm", "later").exit());
        assertEquals(List.of(), around.saved.load());
        around.tunnels.start(spec("session/shop", "shop", 3000));
        assertFails(
                2,
                "session/shop is not saved: it is forgotten when it stops.",
                "Stop it: gotunnel stop session/shop",
                "remove",
                "shop");
    }

    // ---- trouble

    @Test
    void faultMakesAndEndsTrouble() {
        around.owned().tunnels.running("shop", "1");
        TunnelId id = new TunnelId("default", "shop");
        assertEquals(
                new Printed(0, "default/shop has faults: delay=200ms error_rate=0.1\n", ""),
                around.run("fault", "shop", "delay=200ms", "error_rate=0.1"));
        assertEquals(
                new Fault(Duration.ofMillis(200), Duration.ZERO, null, 0.1, 503, 0),
                around.tunnels.spec(id).policy().fault());
        assertEquals(new Printed(0, "default/shop is without faults.\n", ""), around.run("fault", "shop", "off"));
        assertNull(around.tunnels.spec(id).policy().fault());
        assertEquals(List.of(), around.saved.load(), "nothing is kept");
    }

    @Test
    void faultKeepsWhatIsToBeKept() {
        around.saved.put(spec("default/shop", "shop", 1));
        assertFails(
                4,
                "default/shop does not run.",
                "Start it: gotunnel start default/shop --detach — or keep this for later with --save.",
                "fault",
                "shop",
                "delay=1s");
        assertEquals(0, around.run("fault", "shop", "delay=1s", "--save").exit());
        assertEquals(
                Duration.ofSeconds(1),
                Objects.requireNonNull(around.saved.load().getFirst().policy().fault())
                        .delay());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "delay    | \"delay\" cannot stand after fault.",
                "dely=1s  | dely: unknown key; known here: delay, jitter, bandwidth, error_rate, error_status, reset_rate. Did you mean \"delay\"?",
                "delay=1y | delay: \"1y\" is not allowed; a time from 0 to 1h, such as 500ms, 2s or 5m, is."
            })
    void aFaultThatCannotBeIsRefused(String word, String sentence) {
        around.owned().tunnels.running("shop", "1");
        Printed printed = around.run("fault", "shop", word);
        assertEquals(2, printed.exit());
        assertEquals("gotunnel: " + sentence, printed.err().lines().findFirst().orElse(""));
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

                  If the browser warns, it does not trust gotunnel's certificate yet: gotunnel trust install
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

    private TunnelSpec saved(String... more) {
        List<String> args = new ArrayList<>(List.of("start", "-p", "1", "-d", "a", "--save", "--detach"));
        args.addAll(List.of(more));
        around.run(args.toArray(String[]::new));
        return around.saved.load().getFirst();
    }

    @Test
    void flagsSayHowRequestsAreTreated() {
        TunnelSpec spec = saved(
                "--header",
                "X-Env: dev",
                "--header",
                "+X-Also: {host}",
                "--header=-X-Gone",
                "--host-header",
                "backend",
                "--preset",
                "vite",
                "--cors",
                "--rate-limit",
                "100/s",
                "--max-body",
                "10MB",
                "--balance",
                "failover",
                "--path",
                "/v1/=http://localhost:9000",
                "--path",
                "/v2=9001",
                "--hold",
                "5s",
                "--timeout",
                "first_byte=30s,idle=0",
                "--fault",
                "delay=200ms,error_rate=0.1");
        PolicyBuilder policy = new PolicyBuilder();
        policy.headers = new HeaderRules(
                List.of(
                        HeaderRule.parse("X-Env", "dev"),
                        HeaderRule.parse("+X-Also", "{host}"),
                        HeaderRule.parse("-X-Gone", "")),
                List.of());
        policy.host = new HostHeader.OfBackend();
        policy.preset = DevServer.VITE;
        policy.cors = Cors.ANY;
        policy.rateLimit = new RateLimit(100, Duration.ofSeconds(1), 100, RateLimit.Key.CLIENT);
        policy.limits = new Limits(10L << 20, null, null);
        policy.balance = Balance.FAILOVER;
        policy.hold = Duration.ofSeconds(5);
        policy.timeouts = new Timeouts(null, Duration.ofSeconds(30), Duration.ZERO);
        policy.fault = new Fault(Duration.ofMillis(200), Duration.ZERO, null, 0.1, 503, 0);
        assertEquals(policy.build(), spec.policy());
        assertEquals(
                List.of("/v1/ localhost:9000", "/v2 localhost:9001"),
                spec.routes().stream()
                        .map(route -> route.prefix() + " " + route.backends().getFirst())
                        .toList());
    }

    @Test
    void savingAgainKeepsWhatNoFlagNames() {
        TunnelSpec before = saved("--hold", "5s", "--header", "X-A: a", "--fault", "delay=1s", "--path", "/v1/=9000");
        TunnelSpec after = saved("--header", "x-a: b", "--fault", "error_rate=1", "--path", "/v1/=9001");
        assertEquals(before.policy().hold(), after.policy().hold());
        assertEquals(
                new HeaderRules(List.of(HeaderRule.parse("X-A", "b")), List.of()),
                after.policy().headers());
        assertEquals(
                new Fault(Duration.ZERO, Duration.ZERO, null, 1, 503, 0),
                after.policy().fault());
        assertEquals(9001, after.routes().getFirst().backends().getFirst().port());
        assertEquals(1, after.routes().size());
        around.run("start", "a", "--save", "--detach", "--port", "2");
        TunnelSpec byName = around.saved.load().getFirst();
        assertEquals(after.policy(), byName.policy());
        assertEquals(2, byName.backends().getFirst().port());
    }

    @Test
    void savingARunningOneChangesItAndReturns() {
        around.owned().tunnels.running("shop", "1");
        around.tunnels.changesWhileRunning();
        Printed printed = around.run("start", "-p", "2", "-d", "shop", "--save");
        assertEquals(0, printed.exit(), printed.err());
        assertTrue(printed.out().startsWith("shop is running as it is saved now\n"), printed.out());
        assertTrue(printed.out().contains("http://localhost:2"), printed.out());
    }

    private static boolean isHashOf(BasicUser user, String password) {
        return OpenBSDBCrypt.checkPassword(user.passwordHash(), password.toCharArray());
    }

    private static BasicUser user(TunnelSpec spec) {
        return Objects.requireNonNull(spec.policy().access()).users().getFirst();
    }

    @Test
    void aPasswordIsHashedAtOnce() throws Exception {
        Path pair = Files.writeString(temp.resolve("pair"), "ann:s3cret: x\n");
        Path secret = Files.writeString(temp.resolve("secret"), "s3cret: x\nnot this\n");
        for (String given : List.of("ann:s3cret: x", "@" + pair, "ann:@" + secret)) {
            BasicUser user = user(saved("--basic-auth", given));
            assertEquals("ann", user.name());
            assertTrue(isHashOf(user, "s3cret: x"));
            assertFalse(isHashOf(user, "s3cret"));
        }
    }

    @Test
    void aPasswordOnTheCommandLineIsWarnedOf() throws Exception {
        around.owned();
        Printed inline = around.run("start", "-p", "1", "-d", "a", "--detach", "--basic-auth", "ann:s3cret");
        assertEquals(
                "Note: the password stands in the list of processes and in the shell's history."
                        + " --basic-auth ann:@FILE keeps it out of both.\n",
                inline.err());
        assertFalse(around.tunnels.spec(new TunnelId("session", "a")).toString().contains("$2b$"));
        Path secret = Files.writeString(temp.resolve("secret"), "s3cret");
        Printed quiet = around.run("start", "-p", "1", "-d", "b", "--detach", "--basic-auth", "ann:@" + secret);
        assertEquals("", quiet.err());
    }

    @Test
    void aPasswordIsReadFromStandardInput() {
        for (String given : List.of("-", "ann:-")) {
            String typed = given.equals("-") ? "ann:s3cret\n" : "s3cret\n";
            PasswordSource source = new PasswordSource(
                    new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8)),
                    new Output(new PrintWriter(new StringWriter()), new PrintWriter(new StringWriter())));
            assertTrue(isHashOf(source.read(given), "s3cret"));
        }
    }

    @Test
    void aPasswordThatCannotBeIsRefused() throws Exception {
        Path empty = Files.writeString(temp.resolve("empty"), "");
        Path secret = Files.writeString(temp.resolve("long"), "x".repeat(73));
        assertEquals(
                2,
                around.run("start", "-p", "1", "-d", "a", "--basic-auth", "ann:@" + empty)
                        .exit());
        assertEquals(
                2,
                around.run("start", "-p", "1", "-d", "a", "--basic-auth", "@" + empty)
                        .exit());
        assertFails(
                2,
                "The password of --basic-auth has 73 bytes.",
                "Choose one of 1 to 72 bytes; that is as much as bcrypt takes.",
                "start",
                "-p",
                "1",
                "-d",
                "a",
                "--basic-auth",
                "ann:@" + secret);
        assertFails(
                1,
                "The password of --basic-auth cannot be read from " + temp.resolve("gone") + ".",
                "Check that it is there and that you may read it.",
                "start",
                "-p",
                "1",
                "-d",
                "a",
                "--basic-auth",
                "@" + temp.resolve("gone"));
    }

    @Test
    void theHelpOfStartIsGrouped() {
        String help = around.run("start", "--help").out();
        int requests = help.indexOf("\nRequests:\n");
        int backends = help.indexOf("\nBackends:\n");
        int trouble = help.indexOf("\nTrouble on purpose:\n");
        assertTrue(0 < requests && requests < backends && backends < trouble, help);
        assertTrue(help.lastIndexOf("--preset=") > requests && help.lastIndexOf("--balance=") > backends, help);
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
