package dev.gotunnel.removal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.names.SuffixFile;
import dev.gotunnel.privilege.Outlook;
import dev.gotunnel.privilege.Verb;
import dev.gotunnel.testing.InMemoryElevation;
import dev.gotunnel.testing.InMemoryHosts;
import dev.gotunnel.testing.InMemoryJournal;
import dev.gotunnel.testing.InMemoryPrivileges;
import dev.gotunnel.tunnel.HelperSuffixes;
import dev.gotunnel.tunnel.HostsService;
import dev.gotunnel.tunnel.Journal;
import dev.gotunnel.tunnel.PortsService;
import dev.gotunnel.tunnel.Refusals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Each sort of thing alone: that it is found, goes, and takes nothing else with it. */
@Timeout(60)
class RemainsTest {
    @TempDir
    Path temp;

    private final List<String> done = new ArrayList<>();
    private final List<GotunnelException> failures = new ArrayList<>();
    private final InMemoryJournal journal = new InMemoryJournal();

    private FolderRemains folder(Path folder) {
        return new FolderRemains("state", folder, List.of("journal*", "run"), path -> false);
    }

    private Path file(String name) throws IOException {
        Path file = temp.resolve(name);
        Files.createDirectories(file.resolveSibling(""));
        return Files.writeString(file, "x");
    }

    @Test
    void aFolderGoesWithAllThatIsGotunnels() throws IOException {
        file("state/journal");
        file("state/journal.damaged");
        file("state/run/deep/socket");
        FolderRemains remains = folder(temp.resolve("state"));
        assertEquals(3, remains.find().size());
        remains.remove(done, failures);
        assertEquals(List.of("Deleted " + temp.resolve("state") + "."), done);
        assertFalse(Files.exists(temp.resolve("state")));
        assertEquals(List.of(), remains.find());
        remains.remove(done, failures);
        assertEquals(1, done.size(), "the second time there is nothing to do");
        assertEquals(List.of(), failures);
    }

    @Test
    void whatIsNotGotunnelsStaysInAFolderThatTheUserChose() throws IOException {
        file("state/journal");
        Path foreign = file("state/thesis.txt");
        folder(temp.resolve("state")).remove(done, failures);
        assertTrue(Files.exists(foreign));
        assertEquals(List.of("Deleted what was gotunnel's in " + temp.resolve("state") + "; the rest stays."), done);
        assertEquals(List.of(), folder(temp.resolve("state")).find());
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aLinkIsDeletedAndNotFollowed() throws IOException {
        Path foreign = file("elsewhere/photo");
        Files.createDirectories(temp.resolve("state/run"));
        Files.createSymbolicLink(temp.resolve("state/run/link"), foreign.resolveSibling(""));
        Files.createSymbolicLink(temp.resolve("state/journal"), foreign);
        folder(temp.resolve("state")).remove(done, failures);
        assertTrue(Files.exists(foreign));
        assertFalse(Files.exists(temp.resolve("state")));
    }

    @Test
    void anEmptyFolderIsAThingToo() throws IOException {
        Path empty = Files.createDirectories(temp.resolve("state"));
        assertEquals(List.of(empty.toString()), folder(empty).find());
        folder(empty).remove(done, failures);
        assertFalse(Files.exists(empty));
    }

    @Test
    void whatIsKeptForNowStaysAndIsFoundAgain() throws IOException {
        Path journal = file("state/journal");
        file("state/journal.damaged");
        FolderRemains remains =
                new FolderRemains("state", temp.resolve("state"), List.of("journal*"), path -> path.equals(journal));
        remains.remove(done, failures);
        assertEquals(List.of(journal.toString()), remains.find());
    }

    @Test
    void theNamesOfThisUserGoAndOthersStay() {
        String others = "127.0.0.1 localhost\n# BEGIN gotunnel 100\n127.0.0.1 b.test\n# END gotunnel 100\n";
        InMemoryHosts hosts = new InMemoryHosts(others);
        HostsRemains remains =
                new HostsRemains(new HostsService(hosts, journal, new Refusals(temp.resolve("refusals"))));
        assertEquals(List.of(), remains.find());
        hosts.replaceNames(List.of("a.test"), "a test");
        journal.note(new Journal.Entry("hosts", hosts.place().toString(), "a.test"));
        assertEquals(List.of("a.test in " + hosts.place()), remains.find());
        remains.remove(done, failures);
        remains.remove(done, failures);
        assertEquals(others, hosts.text());
        assertEquals(List.of(), journal.entries(), "else the journal would stay for what is gone");
        assertEquals(1, done.size());
        assertEquals(List.of(), failures);
    }

    private SystemRemains system(InMemoryElevation elevation) {
        PortsService ports = new PortsService(
                temp, new InMemoryPrivileges(), elevation, journal, new Refusals(temp.resolve("refusals")));
        return new SystemRemains(ports, new HelperSuffixes(suffixes(), elevation, journal));
    }

    private SuffixFile suffixes() {
        return new SuffixFile(temp.resolve("etc/gotunnel/suffixes"));
    }

    /** This user's gotunnel opened the ports, and allowed a suffix beside another user's. */
    private void settings() throws IOException {
        file("etc/sysctl.d/60-gotunnel.conf");
        Files.writeString(file("etc/gotunnel/suffixes"), "# allowed\ncorp.example\nlab.example\n");
        journal.note(new Journal.Entry("ports", "net.ipv4.ip_unprivileged_port_start", "80"));
        journal.note(new Journal.Entry("suffix", suffixes().place().toString(), "lab.example"));
    }

    @Test
    void withoutPermissionTheLinesToTypeAreTold() throws IOException {
        settings();
        SystemRemains remains = system(new InMemoryElevation());
        assertEquals(2, remains.find().size());
        remains.remove(done, failures);
        assertEquals(
                List.of(ErrorCode.NOT_PERMITTED),
                failures.stream().map(GotunnelException::code).distinct().toList());
        assertTrue(
                String.valueOf(failures.get(0).hint()).endsWith("sysctl -w net.ipv4.ip_unprivileged_port_start=1024"),
                failures.get(0).hint());
        assertEquals(
                "By hand: as an administrator, take the line lab.example out of "
                        + suffixes().place(),
                failures.get(1).hint());
        assertEquals(List.of(), done);
        // As was said.
        Files.delete(temp.resolve("etc/sysctl.d/60-gotunnel.conf"));
        Files.writeString(suffixes().place(), "corp.example\n");
        assertEquals(List.of(), remains.find());
        remains.remove(done, failures);
        assertEquals(2, failures.size());
        assertEquals(List.of(), journal.entries());
    }

    @Test
    void theHelperTakesBackWhatItDidForThisUserAndForNoOther() throws IOException {
        settings();
        InMemoryElevation elevation = new InMemoryElevation().with(Outlook.GRANTED);
        system(elevation).remove(done, failures);
        assertEquals(
                List.of("PORTS_DISABLE {}", "SUFFIX_REMOVE {suffix=lab.example}"),
                elevation.asked().stream()
                        .map(one -> one.verb() + " " + one.data())
                        .toList());
        assertEquals(2, done.size());
        assertEquals(List.of(), failures);
        assertEquals(List.of(), journal.entries());
    }

    @Test
    void whatTheHelperDidForOthersIsNeitherFoundNorTouchedButTold() throws IOException {
        settings();
        List.copyOf(journal.entries()).forEach(journal::forget);
        InMemoryElevation elevation = new InMemoryElevation().with(Outlook.GRANTED);
        SystemRemains remains = system(elevation);
        assertEquals(List.of(), remains.find());
        remains.remove(done, failures);
        assertEquals(List.of(), elevation.asked());
        assertEquals(2, remains.kept().size());
        assertTrue(
                remains.kept().get(1).contains("corp.example, lab.example"),
                remains.kept().get(1));
    }

    @Test
    void theHelperIsAskedForThePortsThoughTheFileForTheNextBootIsGone() throws IOException {
        settings();
        Files.delete(temp.resolve("etc/sysctl.d/60-gotunnel.conf"));
        InMemoryElevation elevation = new InMemoryElevation().with(Outlook.GRANTED);
        assertEquals(2, system(elevation).find().size());
        system(elevation).remove(done, failures);
        assertEquals(Verb.PORTS_DISABLE, elevation.asked().getFirst().verb());
    }

    @Test
    void onlyEntriesThatStartGotunnelGo() throws IOException {
        file(".config/autostart/gotunnel.desktop");
        file(".config/systemd/user/gotunnel.service");
        Path foreign = file(".config/autostart/gotunneling-club.desktop");
        AutostartRemains remains = new AutostartRemains(temp);
        assertEquals(2, remains.find().size());
        remains.remove(done, failures);
        assertEquals(List.of(), remains.find());
        assertTrue(Files.exists(foreign));
        assertEquals(2, done.size());
    }
}
