package dev.gotunnel.names;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.platform.OperatingSystem;
import dev.gotunnel.privilege.Caller;
import dev.gotunnel.privilege.Outlook;
import dev.gotunnel.privilege.Verb;
import dev.gotunnel.testing.Failures;
import dev.gotunnel.testing.InMemoryElevation;
import dev.gotunnel.testing.InMemoryElevation.Asked;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class SystemHostsTest {
    private static final Caller CALLER = new Caller("1000", false);

    private final InMemoryElevation elevation = new InMemoryElevation();

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void writeFile() throws IOException {
        file = folder.resolve("hosts");
        Files.writeString(file, "127.0.0.1 localhost\n10.0.0.5 nas");
    }

    private SystemHosts redirected() {
        return hosts(Map.of("GOTUNNEL_HOSTS_FILE", file.toString()));
    }

    private SystemHosts hosts(Map<String, String> environment) {
        return SystemHosts.of(
                OperatingSystem.LINUX, environment, CALLER, elevation, folder.resolve("state/hosts.backup"));
    }

    @Test
    void theSystemsOwnIsWrittenByTheHelperAlone() {
        elevation.with(Outlook.GRANTED);
        SystemHosts hosts = hosts(Map.of());
        assertEquals(Path.of("/etc/hosts"), hosts.place());
        assertEquals(Outlook.GRANTED, hosts.outlook());
        hosts.replaceNames(List.of("shop.test"), "for shop");
        hosts.replaceNames(List.of(), "for nothing");
        assertEquals(
                List.of(
                        new Asked(Verb.HOSTS_APPLY, Map.of("names", List.of("shop.test")), "for shop"),
                        new Asked(Verb.HOSTS_RESTORE, Map.of(), "for nothing")),
                elevation.asked());
    }

    @Test
    void theHelpersListTellsWhichNamesItTakes() throws IOException {
        SystemHosts hosts = SystemHosts.of(
                OperatingSystem.LINUX, folder, Map.of(), CALLER, elevation, folder.resolve("state/hosts.backup"));
        List<String> names = List.of("shop.test", "own.example.com", "example.com", "a.localhost", "test");
        assertEquals(names, hosts.permitted(names), "without a helper there is nobody who could refuse one");
        elevation.with(Outlook.ASKS);
        assertEquals(List.of("shop.test", "a.localhost"), hosts.permitted(names));
        Files.createDirectories(folder.resolve("etc/gotunnel"));
        Files.writeString(folder.resolve("etc/gotunnel/suffixes"), "# allowed\nexample.com # mine\n\n");
        assertEquals(List.of("shop.test", "own.example.com", "a.localhost"), hosts.permitted(names));
        assertEquals(names, redirected().permitted(names), "another file has no helper");
    }

    @Test
    void withoutAHelperNothingIsWrittenEvenByRoot() {
        SystemHosts hosts = hosts(Map.of());
        assertEquals(Outlook.UNAVAILABLE, hosts.outlook());
        Failures.of(ErrorCode.NOT_PERMITTED, () -> hosts.replaceNames(List.of("shop.test"), "for shop"));
    }

    @Test
    void anotherFileIsWrittenByThisProcessAndComesBackByteForByte() throws IOException {
        SystemHosts hosts = redirected();
        assertEquals(Outlook.GRANTED, hosts.outlook());
        byte[] before = Files.readAllBytes(file);
        hosts.replaceNames(List.of("shop.test", "shop.localhost"), "for shop");
        assertEquals(List.of("shop.test", "shop.localhost"), hosts.read().names("1000"));
        hosts.replaceNames(List.of(), "for nothing");
        assertEquals(new String(before, "US-ASCII"), Files.readString(file));
        assertEquals(List.of(), elevation.asked(), "the helper knows nothing of it");
        assertEquals(List.of("hosts"), names(folder), "nothing lies beside it");
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(path -> String.valueOf(path.getFileName())).toList();
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there are no modes")
    void aNewVersionHasTheModeOfTheOldOne() throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--rw-"));
        redirected().replaceNames(List.of("shop.test"), "for shop");
        assertEquals("rw-r--rw-", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }

    @Test
    void writersAtOnceLoseNoLine() throws Exception {
        int writers = 8;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            IntStream.range(0, writers)
                    .mapToObj(i -> threads.submit(
                            () -> new OwnHostsWriter(file, String.valueOf(i)).write(List.of(i + ".test"), "")))
                    .toList()
                    .forEach(done -> {
                        try {
                            done.get();
                        } catch (Exception e) {
                            throw new AssertionError(e);
                        }
                    });
        }
        HostsFile all = redirected().read();
        assertEquals(
                IntStream.range(0, writers).mapToObj(i -> i + ".test").toList(),
                IntStream.range(0, writers)
                        .boxed()
                        .flatMap(i -> all.names(String.valueOf(i)).stream())
                        .toList());
    }

    @Test
    void aFileThatIsNotThereIsEmptyAndIsNotMade() throws IOException {
        Files.delete(file);
        SystemHosts hosts = redirected();
        assertEquals(List.of(), hosts.read().names("1000"));
        assertEquals(Outlook.UNAVAILABLE, hosts.outlook());
        hosts.restore();
        assertFalse(Files.exists(file));
    }

    @Test
    void aDamagedFileIsLeftAsItIs() throws IOException {
        Files.writeString(file, "# BEGIN gotunnel 1000\n");
        GotunnelException failure =
                Failures.of(ErrorCode.IO, () -> redirected().replaceNames(List.of("shop.test"), "for shop"));
        assertTrue(failure.getMessage().startsWith("Line 1 of the hosts file"), failure.getMessage());
        assertEquals("# BEGIN gotunnel 1000\n", Files.readString(file));
    }

    @Test
    void aCopyIsKeptUntilTheNamesAreTakenOut() throws IOException {
        SystemHosts hosts = redirected();
        String before = Files.readString(file);
        hosts.backup();
        hosts.replaceNames(List.of("shop.test"), "for shop");
        assertEquals(before, Files.readString(folder.resolve("state/hosts.backup")));
        hosts.restore();
        assertEquals(before, Files.readString(file));
        assertFalse(Files.exists(folder.resolve("state/hosts.backup")));
    }
}
