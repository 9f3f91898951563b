package dev.gotunnel.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.cert.CertificateAuthority;
import dev.gotunnel.cert.CertificateStore;
import dev.gotunnel.cert.KeyProtection;
import dev.gotunnel.platform.AppDirectories;
import dev.gotunnel.platform.OperatingSystem;
import dev.gotunnel.testing.TestClock;
import dev.gotunnel.tunnel.FileJournal;
import dev.gotunnel.tunnel.Finding;
import dev.gotunnel.tunnel.Finding.Level;
import dev.gotunnel.tunnel.Journal.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The checks of gotunnel's own files: configuration, folders, journal, certificates, clock. */
@Timeout(60)
class FilesOfOursTest {
    @TempDir
    Path temp;

    private final TestClock clock = new TestClock();
    private AppDirectories directories = new AppDirectories(Path.of(""), Path.of(""), Path.of(""), Path.of(""));

    @BeforeEach
    void places() {
        directories = new AppDirectories(
                temp.resolve("config"), temp.resolve("data"), temp.resolve("state"), temp.resolve("run"));
    }

    private CertificateStore store() {
        return new CertificateStore(directories.data(), List.of("local", "test", "localhost"), clock);
    }

    private CertificatesCheck certificates() {
        return certificates(false);
    }

    private CertificatesCheck certificates(boolean trusted) {
        CertificateStore store = new CertificateStore(
                directories.data(), List.of("test", "localhost"), KeyProtection.FILE, () -> trusted, clock);
        return new CertificatesCheck(directories.data(), store::installCA, () -> trusted, clock);
    }

    @Test
    void aConfigurationIsTheDefaultsOrCountedOrToldWithItsPlaces() throws IOException {
        ConfigurationCheck check = new ConfigurationCheck(directories.configFile());
        assertTrue(Findings.one(Level.OK, check).what().endsWith(": the defaults apply."));
        Files.createDirectories(directories.config());
        Files.writeString(directories.configFile(), "tunnels: [{name: a, domain: a, port: 1}]\n");
        assertTrue(Findings.one(Level.OK, check).what().endsWith("it holds one tunnel."));
        Files.writeString(directories.configFile(), "server: {https_port: many}\nnonsense: 1\n");
        Finding broken = Findings.one(Level.BROKEN, check);
        assertTrue(broken.why().contains("https_port") && broken.why().contains("nonsense"), broken.why());
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void whatIsSecretAndOpenIsClosed() throws IOException {
        FoldersCheck check = new FoldersCheck(directories);
        Findings.one(Level.OK, check);
        assertFalse(Files.exists(directories.data()), "looking makes nothing");
        store().generateCert("shop.local", List.of("shop.local"));
        Findings.one(Level.OK, check);
        Path key = directories.data().resolve("certs/shop.local.pem");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
        Finding open = Findings.one(Level.BROKEN, check);
        assertTrue(open.fix().endsWith("chmod go-rwx '" + key + "'"), open.fix());
        Findings.mend(open);
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(key)));
        Findings.one(Level.OK, check);
    }

    @Test
    void aFileWhereAFolderHasToBeIsTold() throws IOException {
        Files.writeString(directories.state(), "x");
        assertTrue(
                Findings.one(Level.BROKEN, new FoldersCheck(directories)).what().contains("is a file"));
    }

    @Test
    void aDamagedJournalIsMendedWithoutLosingAnything() throws IOException {
        FileJournal journal = new FileJournal(directories.journal());
        JournalCheck check = new JournalCheck(journal);
        Findings.one(Level.OK, check);
        journal.note(new Entry("trust-root", "system:debian", "AB"));
        assertEquals(
                "It tells of one thing written outside of gotunnel's own folders.",
                Findings.one(Level.OK, check).what());
        String damaged = Files.readString(directories.journal()) + "half a li";
        Files.writeString(directories.journal(), damaged);
        Findings.mend(Findings.one(Level.BROKEN, check));
        assertEquals(List.of(new Entry("trust-root", "system:debian", "AB")), journal.entries());
        assertEquals(damaged + "\n", Files.readString(journal.aside()));
        Findings.one(Level.OK, check);
    }

    @Test
    void lookingMakesNoAuthority() {
        assertEquals(
                "There is no certificate authority yet.",
                Findings.one(Level.NOTE, certificates()).what());
        assertFalse(Files.exists(directories.data()));
    }

    @Test
    void anAuthorityIsGoodThenSoonAtItsEndThenOver() {
        String name = CertificateAuthority.nameOf(store().installCA());
        Duration life = Duration.between(
                clock.instant(), store().installCA().getNotAfter().toInstant());
        assertTrue(Findings.one(Level.OK, certificates()).what().startsWith(name + " is good until "));
        clock.pass(life.minusDays(20));
        Finding soon = Findings.one(Level.WARNING, certificates());
        assertTrue(soon.what().startsWith("The certificate authority expires on "), soon.what());
        assertEquals("gotunnel trust renew", soon.fix());
        clock.pass(Duration.ofDays(30));
        assertTrue(Findings.one(Level.BROKEN, certificates()).fix().endsWith("gotunnel trust renew"));
    }

    @Test
    void anAuthorityThatIsDamagedOrGoneWhileItIsTrustedIsTold() throws IOException {
        store().installCA();
        Files.writeString(directories.data().resolve("ca/root.crt"), "rubbish");
        Finding damaged = Findings.one(Level.BROKEN, certificates());
        assertTrue(damaged.fix().endsWith("gotunnel trust renew"), damaged.fix());
        store().removeAuthority();
        Findings.one(Level.NOTE, certificates());
        Finding gone = Findings.one(Level.BROKEN, certificates(true));
        assertTrue(gone.what().endsWith("is gone, while programs still trust it."), gone.what());
        assertFalse(Files.exists(directories.data().resolve("ca")), "none is made in its place");
    }

    @Test
    void aCertificateThatIsDamagedOrOverGoes() throws IOException {
        store().generateCert("shop.local", List.of("shop.local"));
        assertTrue(Findings.one(Level.OK, certificates()).what().contains("one certificate of tunnels"));
        Path file = directories.data().resolve("certs/shop.local.pem");
        Files.writeString(file, "rubbish");
        Finding damaged = Findings.one(Level.WARNING, certificates());
        assertEquals("The certificate in " + file + " is damaged.", damaged.what());
        Findings.mend(damaged);
        assertFalse(Files.exists(file));
        store().generateCert("shop.local", List.of("shop.local"));
        clock.pass(Duration.ofDays(91));
        assertEquals(
                "The certificate in " + file + " has expired.",
                Findings.one(Level.WARNING, certificates()).what());
    }

    @Test
    void aClockBeforeItsOwnCertificatesIsWrong() throws IOException {
        ClockCheck check = new ClockCheck(directories.data(), clock, OperatingSystem.LINUX);
        Findings.one(Level.OK, check);
        store().installCA();
        Findings.one(Level.OK, check);
        clock.pass(Duration.ofMinutes(-30));
        assertTrue(Findings.one(Level.WARNING, check).what().contains(" was written on "));
        clock.pass(Duration.ofDays(-400));
        Finding broken = Findings.one(Level.BROKEN, check);
        assertEquals("sudo timedatectl set-ntp true", broken.fix());
        Files.writeString(directories.data().resolve("ca/root.crt"), "rubbish");
        Findings.one(Level.NOTE, check);
    }
}
