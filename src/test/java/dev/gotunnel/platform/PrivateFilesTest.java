package dev.gotunnel.platform;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.testing.Failures;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.AclEntry;
import java.nio.file.attribute.AclEntryPermission;
import java.nio.file.attribute.AclEntryType;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "access lists of the profile folder take the place of modes there")
class PrivateFilesTest {
    @TempDir
    Path temp;

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private static void mode(Path path, String mode) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    }

    private List<Path> left() throws IOException {
        try (Stream<Path> files = Files.list(temp)) {
            return files.toList();
        }
    }

    @Test
    void aNewFolderAndItsParentsAreForTheirOwnerAlone() throws IOException {
        Path folder = PrivateFiles.directory(temp.resolve("a/b"));
        assertEquals("rwx------", mode(folder));
        assertEquals("rwx------", mode(temp.resolve("a")));
        assertEquals(folder, PrivateFiles.directory(folder), "again");
    }

    @Test
    void aFolderThatOthersCanEnterIsRefusedWithTheCommandThatClosesIt() throws IOException {
        Path folder = Files.createDirectory(temp.resolve("open"));
        mode(folder, "rwxr-xr-x");
        GotunnelException refused = Failures.of(ErrorCode.NOT_PERMITTED, () -> PrivateFiles.directory(folder));
        assertEquals("Close it: chmod go-rwx '" + folder + "'", refused.hint());
    }

    @Test
    void aFileInTheWayOfAFolderIsNamed() throws IOException {
        Path file = Files.createFile(temp.resolve("file"));
        GotunnelException direct = Failures.of(ErrorCode.IO, () -> PrivateFiles.directory(file));
        assertTrue(direct.getMessage().contains(file + " is in the way"));
        Failures.of(ErrorCode.IO, () -> PrivateFiles.directory(file.resolve("below")));
    }

    @Test
    void aFolderThatMayNotBeMadeSaysWhoseParentItIs() throws IOException {
        Path closed = Files.createDirectory(temp.resolve("closed"));
        mode(closed, "---------");
        try {
            assumeTrue(!Files.isReadable(closed), "root may write everywhere: nothing to see here as root");
            GotunnelException refused =
                    Failures.of(ErrorCode.NOT_PERMITTED, () -> PrivateFiles.directory(closed.resolve("a/b")));
            assertTrue(String.valueOf(refused.hint()).startsWith("Check who owns it: ls -ld '" + temp));
        } finally {
            mode(closed, "rwx------");
        }
    }

    @Test
    void aNewFileIsForItsOwnerAlone() throws IOException {
        Path file = temp.resolve("new/key");
        PrivateFiles.write(file, bytes("secret"));
        assertEquals("rw-------", mode(file));
        assertEquals("rwx------", mode(file.getParent()));
        assertArrayEquals(bytes("secret"), Files.readAllBytes(file));
    }

    @Test
    void anExistingFileKeepsItsPermissionsWhateverTheUmask() throws IOException {
        for (String mode : List.of("rw-rw-rw-", "rw-r--r--", "r--------", "rwxrwx---")) {
            Path file = Files.writeString(temp.resolve("file-" + mode), "old");
            mode(file, mode);
            PrivateFiles.write(file, bytes("new"));
            assertEquals(mode, mode(file));
            assertEquals("new", Files.readString(file));
        }
    }

    @Test
    void aSymbolicLinkStaysOneAndItsTargetIsWritten() throws IOException {
        Path target = Files.writeString(
                Files.createDirectory(temp.resolve("dotfiles")).resolve("real"), "old");
        Path link = Files.createSymbolicLink(temp.resolve("link"), target);
        PrivateFiles.write(link, bytes("new"));
        assertTrue(Files.isSymbolicLink(link));
        assertEquals("new", Files.readString(target));
    }

    @Test
    void aLinkThatLeadsNowhereIsSaidToDoSo() throws IOException {
        Path link = Files.createSymbolicLink(temp.resolve("link"), temp.resolve("gone"));
        GotunnelException failure = Failures.of(ErrorCode.IO, () -> PrivateFiles.write(link, bytes("new")));
        assertEquals("gotunnel cannot write " + link + ": it does not exist.", failure.getMessage());
    }

    @Test
    void aFailedWriteLeavesTheOldContentAndNothingElse() throws IOException {
        Path folder = Files.createDirectory(temp.resolve("in the way"));
        Files.writeString(folder.resolve("content"), "old");
        Failures.of(ErrorCode.IO, () -> PrivateFiles.write(folder, bytes("new")));
        assertEquals("old", Files.readString(folder.resolve("content")));
        assertEquals(List.of(folder), left());
    }

    @Test
    void aReaderSeesTheOldOrTheNewContentAndNeverHalfOfOne() throws Exception {
        Path file = temp.resolve("file");
        byte[] a = bytes("a".repeat(100_000));
        byte[] b = bytes("b".repeat(200_000));
        PrivateFiles.write(file, a);
        AtomicBoolean done = new AtomicBoolean();
        List<Integer> torn = new ArrayList<>();
        Thread reader = Thread.ofPlatform().start(() -> {
            while (!done.get()) {
                try {
                    int length = Files.readAllBytes(file).length;
                    if (length != a.length && length != b.length) {
                        torn.add(length);
                    }
                } catch (IOException e) {
                    torn.add(-1);
                }
            }
        });
        for (int i = 0; i < 50; i++) {
            PrivateFiles.write(file, i % 2 == 0 ? b : a);
        }
        done.set(true);
        reader.join();
        assertEquals(List.of(), torn);
        assertEquals(List.of(file), left());
    }

    @Test
    void aFileNameOfFullLengthCanBeWritten() {
        Path file = temp.resolve("n".repeat(255));
        PrivateFiles.write(file, bytes("x"));
        assertTrue(Files.exists(file));
    }

    @Test
    void anyPermissionOfOthersIsOpen() throws IOException {
        Path file = Files.createFile(temp.resolve("key"));
        for (String mode : List.of("rw-r-----", "rw----r--", "rw-----w-", "rw--w----", "rw------x")) {
            mode(file, mode);
            Failures.of(ErrorCode.NOT_PERMITTED, () -> PrivateFiles.requirePrivate(file));
        }
        mode(file, "rwx------");
        PrivateFiles.requirePrivate(file);
    }

    @Test
    void whatIsNotThereIsNoMatterOfPermissions() {
        GotunnelException failure = Failures.of(ErrorCode.IO, () -> PrivateFiles.requirePrivate(temp.resolve("gone")));
        assertTrue(failure.getCause() instanceof NoSuchFileException);
    }

    @Test
    void aFailureWithoutAReasonIsStillASentence() {
        GotunnelException failure = PrivateFiles.unusable("read x", temp, new IOException());
        assertEquals("gotunnel cannot read x: the system gives no reason.", failure.getMessage());
        assertFalse(failure.getMessage().contains("null"));
    }

    @Test
    void aLinkedFolderIsTakenWhenItIsPrivateAndNamedWhenItLeadsNowhere() throws IOException {
        Path folder = PrivateFiles.directory(temp.resolve("real"));
        Path link = Files.createSymbolicLink(temp.resolve("link"), folder);
        assertEquals(link, PrivateFiles.directory(link));
        mode(folder, "rwxr-x---");
        Failures.of(ErrorCode.NOT_PERMITTED, () -> PrivateFiles.directory(link));
        Files.delete(folder);
        GotunnelException failure = Failures.of(ErrorCode.IO, () -> PrivateFiles.directory(link));
        assertTrue(failure.getMessage().endsWith(" is a link that leads to no folder."), failure.getMessage());
        assertTrue(String.valueOf(failure.hint()).endsWith("rm '" + link + "'"));
    }

    @Test
    void whatRootHasLeftOfGotunnelIsTakenOverAndNothingElse() {
        Path own = Path.of("/home/ann/.local/share/gotunnel/ca");
        assertEquals("Take it over: sudo chown -R ann '" + own + "'", AccessRepair.takeOver(own, 0, "ann"));
        for (String others : List.of("/", "/home/ann/.local", "/etc")) {
            String told = AccessRepair.takeOver(Path.of(others), 0, "ann");
            assertTrue(told.contains("set HOME") && !told.contains("chown"), told);
        }
        assertFalse(AccessRepair.takeOver(own, 1001, "ann").contains("chown"), "another user's");
    }

    @Test
    void aFileOfAnotherUserIsRefused() throws IOException {
        Path file = Files.createFile(temp.resolve("foreign"));
        assumeTrue(
                Files.getAttribute(file, "unix:uid").equals(0), "only root can give files away: nothing to see here");
        Files.setAttribute(file, "unix:uid", 65534);
        GotunnelException refused = Failures.of(ErrorCode.NOT_PERMITTED, () -> PrivateFiles.requirePrivate(file));
        assertTrue(String.valueOf(refused.hint()).startsWith("It is not yours."), refused.hint());
    }

    @Test
    void whatItsOwnerMayNotUseComesWithTheCommandThatOpensIt() throws IOException {
        Path folder = Files.createDirectory(temp.resolve("closed"));
        mode(folder, "r-x------");
        GotunnelException refused =
                PrivateFiles.unusable("write it", folder, new AccessDeniedException(folder.toString()));
        assertEquals("Open it: chmod u+rwX '" + folder + "'", refused.hint());
    }

    @Test
    void aFullDiskIsTold() {
        GotunnelException full = PrivateFiles.unusable("write x", temp, new IOException("No space left on device"));
        assertEquals("gotunnel cannot write x: no space left on device.", full.getMessage());
        assertTrue(String.valueOf(full.hint()).startsWith("Nothing was changed. Make room"));
    }

    /** As the file system of Windows knows users. */
    private record Account(String name) implements UserPrincipal {
        @Override
        public String getName() {
            return name;
        }
    }

    private static AclEntry allows(String who, AclEntryPermission... what) {
        return AclEntry.newBuilder()
                .setType(AclEntryType.ALLOW)
                .setPrincipal(new Account(who))
                .setPermissions(what)
                .build();
    }

    @Test
    void onWindowsTheAccessListTellsWhoElseMayUseIt() {
        Account me = new Account("PC\\me");
        assertEquals(
                List.of("BUILTIN\\Users", "Everyone"),
                AccessRepair.strangers(
                        List.of(
                                allows("PC\\me", AclEntryPermission.READ_DATA),
                                allows("NT AUTHORITY\\SYSTEM", AclEntryPermission.WRITE_DATA),
                                allows("builtin\\administrators", AclEntryPermission.READ_DATA),
                                allows("BUILTIN\\Users", AclEntryPermission.READ_DATA),
                                allows("BUILTIN\\Guests", AclEntryPermission.READ_ATTRIBUTES),
                                allows("Everyone", AclEntryPermission.WRITE_ACL)),
                        me));
    }
}
