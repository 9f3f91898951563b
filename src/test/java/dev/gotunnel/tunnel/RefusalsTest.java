package dev.gotunnel.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.privilege.Permission;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RefusalsTest {
    @TempDir
    Path folder;

    private Path file;
    private Refusals refusals;

    @BeforeEach
    void open() {
        file = folder.resolve("state/refusals");
        refusals = new Refusals(file);
    }

    @Test
    void whatWasDeclinedOutlivesTheProcess() throws IOException {
        assertFalse(refusals.has(Permission.MODIFY_HOSTS_FILE));
        refusals.remember(Permission.MODIFY_HOSTS_FILE, Refusals.Word.NO);
        assertTrue(new Refusals(file).has(Permission.MODIFY_HOSTS_FILE));
        assertFalse(refusals.has(Permission.BIND_PRIVILEGED_PORTS));
        assertEquals("modify-hosts-file no\n", Files.readString(file));
    }

    @Test
    void noIsForgottenWhenAnythingIsAllowedByHandAndNeverWhenTheSameIs() {
        refusals.remember(Permission.MODIFY_HOSTS_FILE, Refusals.Word.NEVER);
        refusals.remember(Permission.INSTALL_CERTIFICATES, Refusals.Word.NO);
        refusals.forget(Permission.BIND_PRIVILEGED_PORTS);
        assertTrue(refusals.has(Permission.MODIFY_HOSTS_FILE));
        assertFalse(refusals.has(Permission.INSTALL_CERTIFICATES));
        refusals.forget(Permission.MODIFY_HOSTS_FILE);
        assertFalse(refusals.has(Permission.MODIFY_HOSTS_FILE));
        assertFalse(Files.exists(file), "an empty file goes");
    }

    @Test
    void neverOutlastsALaterNo() throws IOException {
        refusals.remember(Permission.MODIFY_HOSTS_FILE, Refusals.Word.NEVER);
        refusals.remember(Permission.MODIFY_HOSTS_FILE, Refusals.Word.NO);
        assertEquals("modify-hosts-file never\n", Files.readString(file));
    }

    @Test
    void aLineThatIsNotUnderstoodIsNone() throws IOException {
        Files.createDirectories(file.resolveSibling(""));
        Files.writeString(file, "modify-hosts-file maybe\n\u00e4\nbind-privileged-ports no\n");
        assertFalse(refusals.has(Permission.MODIFY_HOSTS_FILE));
        assertTrue(refusals.has(Permission.BIND_PRIVILEGED_PORTS));
    }
}
