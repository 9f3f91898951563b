package dev.gotunnel.removal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.cert.CertificateStore;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.platform.AppDirectories;
import dev.gotunnel.platform.OperatingSystem;
import dev.gotunnel.privilege.Outlook;
import dev.gotunnel.testing.InMemoryElevation;
import dev.gotunnel.testing.InMemoryHosts;
import dev.gotunnel.testing.InMemoryPrivileges;
import dev.gotunnel.testing.InMemoryTrustStore;
import dev.gotunnel.trust.EnvironmentFiles;
import dev.gotunnel.trust.SystemCommands;
import dev.gotunnel.trust.SystemTrustStores;
import dev.gotunnel.trust.TrustPlaces;
import dev.gotunnel.tunnel.FileJournal;
import dev.gotunnel.tunnel.HostsService;
import dev.gotunnel.tunnel.PortsService;
import dev.gotunnel.tunnel.Refusals;
import dev.gotunnel.tunnel.Removal.Report;
import dev.gotunnel.tunnel.Removal.Trace;
import dev.gotunnel.tunnel.TrustService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A whole machine: that all of it goes, in an order that can be ended anywhere, with a journal in any state. */
@Timeout(60)
class MachineRemovalTest {
    @TempDir
    Path temp;

    private final InMemoryTrustStore firefox = new InMemoryTrustStore("firefox:a");
    private final InMemoryTrustStore system = new InMemoryTrustStore("system");
    private final InMemoryHosts hosts = new InMemoryHosts();
    private final InMemoryElevation elevation = new InMemoryElevation().with(Outlook.GRANTED);
    private AppDirectories directories = new AppDirectories(Path.of(""), Path.of(""), Path.of(""), Path.of(""));

    @BeforeEach
    void use() throws IOException {
        directories = new AppDirectories(
                temp.resolve("config"), temp.resolve("data"), temp.resolve("state"), temp.resolve("state/run"));
        system.shared = true;
        trust().install(List.of(), steps -> true);
        trust().environment();
        HostsService names = names();
        names.apply(() -> List.of("shop.test"));
        ports().enable();
        names.refuse(Refusals.Word.NO);
        Files.createDirectories(directories.config());
        Files.writeString(directories.configFile(), "version: 1\n");
    }

    private FileJournal journal() {
        return new FileJournal(directories.journal());
    }

    private HostsService names() {
        return new HostsService(
                hosts, journal(), new Refusals(directories.state().resolve("refusals")));
    }

    private PortsService ports() {
        return new PortsService(
                new InMemoryPrivileges(),
                elevation,
                journal(),
                new Refusals(directories.state().resolve("refusals")));
    }

    private CertificateStore certificates() {
        return new CertificateStore(directories.data(), List.of("test", "localhost"), Clock.systemUTC());
    }

    private TrustService trust() {
        TrustPlaces places = new TrustPlaces(OperatingSystem.LINUX, temp.resolve("root"), temp, Map.of());
        SystemTrustStores none = new SystemTrustStores(places, new SystemCommands(Map.of()), Optional.empty());
        return new TrustService(
                certificates(),
                InMemoryTrustStore.machine(List.of(system, firefox)),
                new EnvironmentFiles(directories.trustFiles(), places, none),
                journal());
    }

    private MachineRemoval removal(boolean purge) {
        return MachineRemoval.of(
                new MachineRemoval.Parts(
                        directories,
                        temp.resolve("home"),
                        temp.resolve("root"),
                        names(),
                        ports(),
                        elevation,
                        trust(),
                        () -> certificates().removeAuthority(),
                        journal()),
                purge);
    }

    @Test
    void everythingGoesButTheUsersOwnFile() {
        MachineRemoval removal = removal(false);
        assertEquals(
                List.of(
                        "trust",
                        "trust",
                        "trust",
                        "hosts",
                        "authority",
                        "certificates",
                        "certificates",
                        "state",
                        "state"),
                removal.find().stream().map(Trace::kind).toList());
        assertTrue(removal.kept().getFirst().contains(directories.configFile().toString()));
        Report report = removal.remove();
        assertEquals(List.of(), report.failures());
        assertEquals(List.of(), report.left());
        assertEquals(List.of(), firefox.content);
        assertEquals(List.of(), system.content);
        assertEquals("127.0.0.1 localhost\n", hosts.text());
        assertFalse(Files.exists(directories.data()) || Files.exists(directories.state()));
        assertTrue(Files.exists(directories.configFile()));
        assertEquals(List.of(), removal(false).find());

        assertEquals(List.of(), removal(true).remove().left());
        assertFalse(Files.exists(directories.config()));
    }

    @Test
    void lookingChangesNothing() throws IOException {
        Files.writeString(
                directories.journal(),
                Files.readString(directories.journal()).replaceFirst("trust-root\tsystem.*\n", ""));
        String before = Files.readString(directories.journal());
        assertEquals(removal(true).find(), removal(true).find());
        assertEquals(before, Files.readString(directories.journal()));
        assertEquals(1, firefox.content.size());
    }

    @Test
    void aLostJournalIsMadeUpForByTheAuthorityInUse() throws IOException {
        Files.delete(directories.journal());
        MachineRemoval removal = removal(false);
        assertTrue(removal.find().stream().anyMatch(trace -> trace.what().startsWith("system: remove gotunnel CA")));
        assertEquals(List.of(), removal.remove().left());
        assertEquals(List.of(), system.content);
    }

    @Test
    void aDamagedJournalIsReadAsFarAsItGoes() throws IOException {
        Files.writeString(directories.journal(), "\0\0\0half", StandardOpenOption.APPEND);
        String before = Files.readString(directories.journal());
        MachineRemoval removal = removal(false);
        assertTrue(removal.find().stream().anyMatch(trace -> trace.what().startsWith("unknown: The journal ")));
        assertEquals(before, Files.readString(directories.journal()), "looking mends nothing");
        assertEquals(List.of(), removal.remove().left());
        assertEquals(List.of(), system.content);
        assertFalse(Files.exists(directories.state()));
    }

    @Test
    void halfABlockOfOursInTheHostsFileKeepsNothingElseHere() {
        String damaged = "127.0.0.1 localhost\n# BEGIN gotunnel 1000\n127.0.0.1 shop.test\n";
        hosts.edit(damaged);
        Report report = removal(false).remove();
        assertEquals(1, report.failures().size());
        assertTrue(String.valueOf(report.failures().getFirst().hint()).contains("with an editor"));
        assertEquals(
                List.of("hosts", "state"),
                report.left().stream().map(Trace::kind).toList());
        assertEquals("unknown: Line 2 of the hosts file begins a block that does not end", report.left().getFirst().what());
        assertEquals(damaged, hosts.text());
        assertEquals(List.of(), firefox.content);
        assertFalse(Files.exists(directories.data()));
        hosts.edit("127.0.0.1 localhost\n");
        assertEquals(List.of(), removal(false).remove().left());
        assertFalse(Files.exists(directories.state()));
    }

    @Test
    void halfABlockOfAnotherUserIsHis() {
        hosts.edit("# BEGIN gotunnel 1001\n127.0.0.1 theirs.test\n");
        Report report = removal(false).remove();
        assertEquals(List.of(), report.failures());
        assertEquals(List.of(), report.left());
        assertFalse(Files.exists(directories.state()));
    }

    @Test
    void whatCannotGoIsToldAndTheJournalStaysForTheNextTime() {
        system.unwritable = new GotunnelException(ErrorCode.NOT_PERMITTED, "Only an administrator may.", "sudo rm it");
        Report report = removal(false).remove();
        assertEquals("sudo rm it", report.failures().getFirst().hint());
        assertEquals(
                List.of("trust", "state"),
                report.left().stream().map(Trace::kind).toList());
        assertEquals(List.of(), firefox.content);
        system.unwritable = null;
        assertEquals(List.of(), removal(false).remove().left());
        assertEquals(List.of(), system.content);
    }

    @Test
    void aRunThatWasKilledIsEndedByTheNext() {
        system.beforeRemove = () -> {
            throw new IllegalStateException("killed here");
        };
        try {
            removal(false).remove();
            throw new AssertionError("not killed");
        } catch (IllegalStateException e) {
            assertEquals("killed here", e.getMessage());
        }
        system.beforeRemove = () -> {};
        assertEquals(List.of(), removal(false).remove().left());
        assertEquals(List.of(), system.content);
        assertFalse(Files.exists(directories.data()) || Files.exists(directories.state()));
    }
}
