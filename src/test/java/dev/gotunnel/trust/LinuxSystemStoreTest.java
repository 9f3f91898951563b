package dev.gotunnel.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gotunnel.cert.CertificateAuthority;
import dev.gotunnel.cert.Pem;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.platform.OperatingSystem;
import dev.gotunnel.testing.Await;
import dev.gotunnel.testing.EngineFixture;
import dev.gotunnel.testing.Failures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The system stores of every family of Linux, below a root folder of the test's, with a script for the system's program. */
@DisabledOnOs(OS.WINDOWS)
class LinuxSystemStoreTest {
    private static final X509Certificate ROOT = EngineFixture.root();
    private static final String NAME = CertificateAuthority.nameOf(ROOT);

    @TempDir
    Path temp;

    private final SystemCommands commands = new SystemCommands(System.getenv());
    private TrustPlaces places = new TrustPlaces(OperatingSystem.LINUX, Path.of("/"), Path.of("/"), Map.of());

    @BeforeEach
    void open() {
        places = new TrustPlaces(OperatingSystem.LINUX, temp.resolve("root"), temp.resolve("home"), Map.of());
    }

    /** Makes a system whose program puts all anchors behind the distribution's authorities, as the real ones do. */
    private LinuxSystemStore system(LinuxFamily family) throws IOException {
        Path bundle = places.system(family.bundle());
        Files.createDirectories(bundle.resolveSibling(""));
        Path distribution = temp.resolve("distribution.pem");
        Files.writeString(
                distribution,
                Pem.encode(EngineFixture.issue(List.of("distribution.test")).certificate()));
        Files.copy(distribution, bundle, StandardCopyOption.REPLACE_EXISTING);
        Path program = places.system("/usr/sbin/" + family.afterInstall().getFirst());
        Files.createDirectories(program.resolveSibling(""));
        Files.writeString(
                program,
                "#!/bin/sh\necho \"$@\" >>'" + temp.resolve("calls") + "'\ncat '" + distribution + "' "
                        + places.system(family.anchors()) + "/* >'" + bundle + "' 2>/dev/null; true\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        return new LinuxSystemStore(family, places, commands, Optional.empty(), Files::isWritable);
    }

    private List<String> calls() throws IOException {
        return Files.readAllLines(temp.resolve("calls"));
    }

    @ParameterizedTest
    @EnumSource
    void writesAnAnchorAndLetsTheSystemKnow(LinuxFamily family) throws IOException {
        LinuxSystemStore store = system(family);
        byte[] before = Files.readAllBytes(places.system(family.bundle()));
        try (TrustProbe probe = new TrustProbe(EngineFixture::issue)) {
            assertTrue(store.isFound());
            assertFalse(store.needsPrivilege());
            assertEquals(Verdict.NO, store.verify(probe));
            List<Path> created = store.creates();
            store.install(ROOT);
            Path file = places.system(family.anchors())
                    .resolve(NAME.toLowerCase(Locale.ROOT).replace(' ', '-') + ".crt");
            assertEquals(Pem.encode(ROOT), Files.readString(file));
            assertEquals("rw-r--r--", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
            assertTrue(store.change(ROOT).startsWith("write " + file + " and run update-ca-"), store.change(ROOT));
            assertEquals(List.of(ROOT), store.roots());
            assertEquals(Verdict.YES, store.verify(probe));
            store.install(ROOT);

            store.remove(ROOT);
            store.remove(ROOT);
            store.tidy(created);
            assertEquals(List.of(), store.roots());
            assertEquals(Verdict.NO, store.verify(probe));
            assertFalse(Files.exists(places.system(family.anchors())));
        }
        assertEquals(new String(before), Files.readString(places.system(family.bundle())));
        boolean debian = family == LinuxFamily.DEBIAN || family == LinuxFamily.ALPINE;
        assertEquals(List.of("", "", debian ? "--fresh" : ""), calls());
    }

    @Test
    void whatAnAdministratorHasPutThereStays() throws IOException {
        LinuxSystemStore store = system(LinuxFamily.DEBIAN);
        Path foreign = places.system(LinuxFamily.DEBIAN.anchors()).resolve("company.crt");
        Files.createDirectories(foreign.resolveSibling(""));
        Files.writeString(foreign, "anything");
        List<Path> created = store.creates();
        store.install(ROOT);
        store.remove(ROOT);
        store.tidy(created);
        assertEquals("anything", Files.readString(foreign));
    }

    /** The copy for Java, which Debian's own program never takes a removed root out of. */
    @Test
    void thoseWhoCopyTheStoreAreToldOfARemovalBeforeTheAnchorGoes() throws IOException {
        LinuxSystemStore store = system(LinuxFamily.DEBIAN);
        Path follower = places.system("/etc/ca-certificates/update.d/java");
        Files.createDirectories(follower.resolveSibling(""));
        Files.writeString(follower.resolveSibling("README"), "not a program");
        Path heard = temp.resolve("heard");
        Files.writeString(
                follower,
                "#!/bin/sh\nls " + places.system(LinuxFamily.DEBIAN.anchors()) + " >'" + heard + "'; cat >>'" + heard
                        + "'\n");
        Files.setPosixFilePermissions(follower, PosixFilePermissions.fromString("rwxr-xr-x"));
        String anchor = NAME.toLowerCase(Locale.ROOT).replace(' ', '-');
        store.install(ROOT);
        store.remove(ROOT);
        assertEquals(List.of(anchor + ".crt", "-/etc/ssl/certs/" + anchor + ".pem"), Files.readAllLines(heard));

        store.install(ROOT);
        Files.writeString(follower, "#!/bin/sh\nexit 1\n");
        GotunnelException failure = Failures.of(ErrorCode.IO, () -> store.remove(ROOT));
        assertTrue(String.valueOf(failure.hint()).endsWith("| sudo " + follower), failure.hint());
        assertEquals(List.of(ROOT), store.roots());
        LinuxSystemStore closed =
                new LinuxSystemStore(LinuxFamily.DEBIAN, places, commands, Optional.empty(), folder -> false);
        String typed = String.valueOf(
                Failures.of(ErrorCode.NOT_PERMITTED, () -> closed.remove(ROOT)).hint());
        assertTrue(typed.endsWith("--fresh && echo -/etc/ssl/certs/" + anchor + ".pem | sudo " + follower), typed);
    }

    /** As Debian's does: it appends to its draft, be that new or not. */
    @Test
    void whatAKilledRunOfTheSystemsProgramHasLeftDoesNotStay() throws IOException {
        LinuxSystemStore store = system(LinuxFamily.DEBIAN);
        Path bundle = places.system(LinuxFamily.DEBIAN.bundle());
        Path program = places.system("/usr/sbin/update-ca-certificates");
        Path draft = bundle.resolveSibling(bundle.getFileName() + ".new");
        String before = Files.readString(bundle);
        Files.writeString(
                program,
                "#!/bin/sh\ncat '" + temp.resolve("distribution.pem") + "' "
                        + places.system(LinuxFamily.DEBIAN.anchors()) + "/* >>'" + draft + "' 2>/dev/null\nmv '" + draft
                        + "' '" + bundle + "'\n");
        store.install(ROOT);
        Files.copy(bundle, draft);
        store.remove(ROOT);
        assertEquals(before, Files.readString(bundle));
        Files.writeString(bundle, before + before);
        store.tidy(List.of());
        assertEquals(before, Files.readString(bundle));
    }

    /** The program that a killed gotunnel has left running, above all. */
    @Test
    void theSystemsProgramWaitsForTheEndOfAnotherRun() throws Exception {
        LinuxSystemStore store = system(LinuxFamily.DEBIAN);
        Path flock = commands.find("flock").orElse(null);
        assumeTrue(flock != null, "flock(1) is not installed: runs are not kept apart here");
        Path anchors = Files.createDirectories(places.system(LinuxFamily.DEBIAN.anchors()));
        Path log = temp.resolve("log");
        Files.writeString(places.system("/usr/sbin/update-ca-certificates"), "#!/bin/sh\necho ran >>'" + log + "'\n");
        Process other = new ProcessBuilder(
                        flock.toString(),
                        anchors.toString(),
                        "sh",
                        "-c",
                        "echo held; read x; echo ended >>'" + log + "'")
                .start();
        try (var _ = other.getOutputStream();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            assertEquals("held", other.inputReader().readLine());
            Future<?> install = threads.submit(() -> store.install(ROOT));
            Await.until("the other one to wait", () -> waiting(flock) == 2 || install.isDone());
            other.outputWriter().write("\n");
            other.outputWriter().flush();
            install.get();
        }
        assertEquals("ended", Files.readAllLines(log).getFirst());
    }

    private static long waiting(Path flock) {
        return ProcessHandle.current()
                .descendants()
                .filter(process -> process.info().command().orElse("").equals(flock.toString()))
                .count();
    }

    @Test
    void withoutPermissionItNamesTheCommandsToType() throws IOException {
        system(LinuxFamily.FEDORA);
        LinuxSystemStore store = closed(Optional.empty());
        assertTrue(store.needsPrivilege());
        GotunnelException failure = Failures.of(ErrorCode.NOT_PERMITTED, () -> store.install(ROOT));
        assertEquals(store.byHand(ROOT), failure.hint());
        system(LinuxFamily.FEDORA).install(ROOT);
        GotunnelException stays = Failures.of(ErrorCode.NOT_PERMITTED, () -> store.remove(ROOT));
        assertTrue(String.valueOf(stays.hint()).matches("sudo rm \\S+\\.crt && sudo update-ca-trust"), stays.hint());
    }

    private LinuxSystemStore closed(Optional<SystemTrustInstaller> helper) {
        return new LinuxSystemStore(LinuxFamily.FEDORA, places, commands, helper, folder -> false);
    }

    @Test
    void withoutPermissionAHelperDoesIt() throws IOException {
        LinuxSystemStore open = system(LinuxFamily.FEDORA);
        LinuxSystemStore store = closed(Optional.of(new SystemTrustInstaller() {
            @Override
            public void install(X509Certificate root) {
                open.install(root);
            }

            @Override
            public void remove(X509Certificate root) {
                open.remove(root);
            }
        }));
        assertFalse(store.needsPrivilege());
        assertTrue(store.change(ROOT).endsWith("(asks for an administrator's password)"), store.change(ROOT));
        assertEquals(List.of(), store.creates());
        store.install(ROOT);
        assertEquals(List.of(ROOT), store.roots());
        store.remove(ROOT);
        assertEquals(List.of(), store.roots());
    }

    @Test
    void whatTheHelperDidNotWriteItDoesNotTakeBackAndThatIsTold() throws IOException {
        system(LinuxFamily.FEDORA).install(ROOT);
        List<String> done = new ArrayList<>();
        LinuxSystemStore store = closed(Optional.of(new RememberingInstaller(done)));
        GotunnelException stays = Failures.of(ErrorCode.NOT_PERMITTED, () -> store.remove(ROOT));
        assertTrue(String.valueOf(stays.hint()).startsWith("sudo rm "), stays.hint());
        assertEquals(List.of("remove"), done);
    }

    @Test
    void theCommandsToTypeAreComplete() {
        LinuxSystemStore store =
                new LinuxSystemStore(LinuxFamily.ARCH, places, commands, Optional.empty(), folder -> false);
        String file = places.system("/etc/ca-certificates/trust-source/anchors/"
                        + NAME.toLowerCase(Locale.ROOT).replace(' ', '-') + ".crt")
                .toString();
        assertEquals("gotunnel trust export | sudo tee " + file + " && sudo update-ca-trust", store.byHand(ROOT));
    }

    @Test
    void aSystemWithoutItsProgramIsNotFound() throws IOException {
        LinuxSystemStore store = system(LinuxFamily.ALPINE);
        Files.delete(places.system("/usr/sbin/update-ca-certificates"));
        assertFalse(store.isFound());
    }

    @Test
    void aProgramThatFailsIsTold() throws IOException {
        LinuxSystemStore store = system(LinuxFamily.OPENSUSE);
        Files.writeString(places.system("/usr/sbin/update-ca-certificates"), "#!/bin/sh\nexit 1\n");
        GotunnelException failure = Failures.of(ErrorCode.IO, () -> store.install(ROOT));
        assertEquals("Run it: sudo update-ca-certificates", failure.hint());
    }

    @ParameterizedTest
    @CsvSource({
        "ID=debian, DEBIAN",
        "ID=linuxmint|ID_LIKE=\"ubuntu debian\", DEBIAN",
        "ID=\"rocky\"|ID_LIKE=\"rhel centos fedora\", FEDORA",
        "ID=endeavouros|ID_LIKE='arch', ARCH",
        "ID=\"opensuse-tumbleweed\"|ID_LIKE=\"opensuse suse\", OPENSUSE",
        "ID=alpine, ALPINE",
        "ID=gentoo, ",
        "NAME=debian, ",
    })
    void tellsTheFamilyByOsRelease(String release, LinuxFamily family) {
        assertEquals(
                Optional.ofNullable(family),
                LinuxFamily.of(Stream.of(release.split("\\|")).toList()));
    }
}
