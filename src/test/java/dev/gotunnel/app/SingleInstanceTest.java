package dev.gotunnel.app;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.testing.Failures;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SingleInstanceTest {
    @TempDir
    Path temp;

    @Test
    void aRoleIsHeldOnceAndFreeAgainWhenItIsGivenBack() {
        Path file = temp.resolve("run/owner.lock");
        SingleInstance first = SingleInstance.take(file).orElseThrow();
        assertTrue(SingleInstance.take(file).isEmpty());
        assertTrue(SingleInstance.take(file).isEmpty(), "asking does not give it up");
        first.close();
        Optional<SingleInstance> again = SingleInstance.take(file);
        again.orElseThrow().close();
        assertTrue(Files.exists(file));
    }

    @Test
    void rolesDoNotTouchEachOther() {
        try (SingleInstance a = SingleInstance.take(temp.resolve("run/a.lock")).orElseThrow();
                SingleInstance b =
                        SingleInstance.take(temp.resolve("run/b.lock")).orElseThrow()) {
            assertFalse(a.equals(b));
        }
    }

    @Test
    void aRoleWhoseFileCannotBeMadeIsNotHeld() throws Exception {
        Path folder = dev.gotunnel.platform.PrivateFiles.directory(temp.resolve("run"));
        Path inTheWay = Files.createDirectory(folder.resolve("owner.lock"));
        Failures.of(ErrorCode.IO, () -> SingleInstance.take(inTheWay));
        Files.delete(inTheWay);
        SingleInstance.take(inTheWay).orElseThrow().close();
    }
}
