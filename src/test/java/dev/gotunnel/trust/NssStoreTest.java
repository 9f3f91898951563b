package dev.gotunnel.trust;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gotunnel.cert.CertificateAuthority;
import dev.gotunnel.cert.Pem;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.testing.EngineFixture;
import dev.gotunnel.testing.Failures;
import dev.gotunnel.trust.NssStore.Browser;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Real NSS databases, by the library and by certutil. Needs libnss3 and certutil, and says so when they are missing. */
@Timeout(60)
class NssStoreTest {
    private static final SystemCommands COMMANDS = new SystemCommands(System.getenv());

    @TempDir
    Path temp;

    private final TrustProbe probe = new TrustProbe(EngineFixture::issue);

    @AfterEach
    void close() {
        probe.close();
    }

    /** The two ways to NSS. */
    enum Way {
        LIBRARY,
        CERTUTIL;

        NssAccess access() {
            Optional<? extends NssAccess> found = this == LIBRARY
                    ? NssLibrary.load(List.of())
                    : COMMANDS.find("certutil").map(program -> new NssCertutil(COMMANDS, program));
            assumeTrue(found.isPresent(), () -> "NOT TESTED: no " + this + " of NSS here (libnss3, libnss3-tools)");
            return found.get();
        }
    }

    private NssStore store(Way way) {
        return new NssStore(Browser.CHROMIUM, "chromium", database(), true, Optional.of(way.access()));
    }

    private Path database() {
        return temp.resolve("home/.pki/nss db'é");
    }

    private X509Certificate anotherRoot() {
        return CertificateAuthority.open(temp.resolve("other"), List.of("localhost"), Clock.systemUTC())
                .root();
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.walk(temp)) {
            return files.filter(file -> !file.equals(temp))
                    .map(file -> temp.relativize(file).toString())
                    .toList();
        }
    }

    @ParameterizedTest
    @EnumSource
    void makesADatabaseTrustsTheRootAndLeavesNothingBehind(Way way) throws IOException {
        NssStore store = store(way);
        assertTrue(store.isFound());
        assertEquals(List.of(), store.roots());
        assertEquals(Verdict.NO, store.verify(probe));
        List<Path> created = store.creates();
        assertEquals(
                List.of(
                        temp.resolve("home"),
                        temp.resolve("home/.pki"),
                        database(),
                        database().resolve("cert9.db")),
                created);
        store.install(EngineFixture.root());
        assertEquals(List.of(EngineFixture.root()), store.roots());
        assertEquals(way == Way.LIBRARY ? Verdict.YES : Verdict.UNKNOWN, store.verify(probe));
        assertEquals(Verdict.YES, store(Way.LIBRARY).verify(probe));
        assertEquals(List.of(), store.creates());

        store.install(EngineFixture.root());
        assertEquals(List.of(EngineFixture.root()), store.roots(), "installed twice");

        store.remove(EngineFixture.root());
        store.remove(EngineFixture.root());
        assertEquals(List.of(), store.roots());
        assertEquals(Verdict.NO, store(Way.LIBRARY).verify(probe));
        store.tidy(created);
        assertEquals(List.of(), files());
    }

    @Test
    void whatTheLibraryWritesCertutilReadsAsAnAuthorityForWebSitesAlone() throws IOException {
        store(Way.LIBRARY).install(EngineFixture.root());
        String list = certutil("-L");
        String name = CertificateAuthority.nameOf(EngineFixture.root());
        assertTrue(list.lines().anyMatch(line -> line.matches(name + "\\s+C,,\\s*")), list);
        assertEquals(List.of(EngineFixture.root()), store(Way.CERTUTIL).roots());
    }

    private String certutil(String... arguments) throws IOException {
        Optional<Path> program = COMMANDS.find("certutil");
        assumeTrue(program.isPresent(), "NOT TESTED: no certutil here (libnss3-tools)");
        List<String> command = new ArrayList<>(List.of(program.orElseThrow().toString(), "-d", "sql:" + database()));
        command.addAll(List.of(arguments));
        CommandRunner.Answer answer = COMMANDS.run(command);
        assertTrue(answer.isSuccess(), answer::output);
        return answer.output();
    }

    @ParameterizedTest
    @EnumSource
    void findsTheRootsOfEarlierAuthoritiesAndKeepsForeignCertificates(Way way) throws IOException {
        NssStore store = store(way);
        X509Certificate old = anotherRoot();
        List<Path> created = store.creates();
        store.install(old);
        Path foreign = temp.resolve("foreign.pem");
        Files.writeString(
                foreign,
                Pem.encode(EngineFixture.issue(List.of("foreign.localhost")).certificate()));
        certutil("-A", "-t", "P,,", "-n", "somebody else's", "-i", foreign.toString());
        store.install(EngineFixture.root());
        assertEquals(2, store.roots().size());
        store.remove(old);
        assertEquals(List.of(EngineFixture.root()), store.roots());
        store.remove(EngineFixture.root());
        store.tidy(created);
        assertTrue(certutil("-L").contains("somebody else's"));
        assertTrue(Files.exists(database().resolve("cert9.db")), "a database with others' certificates stays");
    }

    @Test
    void nssRefusesAForeignNameByTheConstraints() {
        NssStore store = store(Way.LIBRARY);
        store.install(EngineFixture.root());
        NssAccess nss = Way.LIBRARY.access();
        assertEquals(
                Verdict.YES, nss.verify(database(), EngineFixture.issue(List.of("shop.localhost")), "shop.localhost"));
        assertEquals(Verdict.NO, nss.verify(database(), EngineFixture.issue(List.of("bank.com")), "bank.com"));
        assertEquals(
                Verdict.NO, nss.verify(database(), EngineFixture.issue(List.of("shop.localhost")), "other.localhost"));
    }

    @ParameterizedTest
    @EnumSource
    void aDatabaseWithAPasswordIsToldApart(Way way) throws IOException {
        NssStore store = store(way);
        Files.createDirectories(database());
        Path password = temp.resolve("password");
        Files.writeString(password, "secret\n");
        certutil("-N", "-f", password.toString());
        GotunnelException failure = Failures.of(ErrorCode.NOT_PERMITTED, () -> store.install(EngineFixture.root()));
        assertTrue(failure.getMessage().contains("protected by a password"), failure.getMessage());
        assertEquals(Verdict.NO, store(Way.LIBRARY).verify(probe));
    }

    @ParameterizedTest
    @EnumSource
    void aDamagedDatabaseIsToldAndLeftAsItIs(Way way) throws IOException {
        NssStore store = store(way);
        Files.createDirectories(database());
        Path file = database().resolve("cert9.db");
        Files.writeString(file, "this is no database".repeat(100));
        byte[] before = Files.readAllBytes(file);
        Failures.of(ErrorCode.IO, store::roots);
        Failures.of(ErrorCode.IO, () -> store.install(EngineFixture.root()));
        assertArrayEquals(before, Files.readAllBytes(file));
    }

    @Test
    void aDatabaseThatIsCutShortIsTold() throws IOException {
        NssStore store = store(Way.LIBRARY);
        store.install(EngineFixture.root());
        try (RandomAccessFile file =
                new RandomAccessFile(database().resolve("cert9.db").toFile(), "rw")) {
            file.setLength(5000);
        }
        Failures.of(ErrorCode.IO, () -> {
            store.roots();
            store.install(anotherRoot());
        });
    }

    @Test
    void aLockedDatabaseIsTold() throws Exception {
        NssStore store = store(Way.LIBRARY);
        store.install(EngineFixture.root());
        Process holder = new ProcessBuilder(
                        "python3",
                        "-c",
                        "import sqlite3,sys\nc=sqlite3.connect(sys.argv[1])\nc.execute('begin exclusive')\n"
                                + "print('held',flush=True)\nsys.stdin.read()",
                        database().resolve("cert9.db").toString())
                .start();
        try {
            assertEquals('h', holder.getInputStream().read());
            for (Executable use :
                    List.<Executable>of(store::roots, () -> store.install(anotherRoot()), () -> store.verify(probe))) {
                GotunnelException failure = Failures.of(ErrorCode.IO, use);
                assertTrue(String.valueOf(failure.hint()).startsWith("Close the browser"), failure.hint());
            }
        } finally {
            holder.getOutputStream().close();
            holder.waitFor();
        }
        assertEquals(List.of(EngineFixture.root()), store.roots());
    }
}
