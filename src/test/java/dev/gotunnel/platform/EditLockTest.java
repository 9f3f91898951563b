package dev.gotunnel.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.testing.Failures;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EditLockTest {
    @TempDir
    Path temp;

    @Test
    void oneEditorAtATimeAndNothingIsLeft() throws Exception {
        Path file = temp.resolve("deep/file");
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<Thread> editors = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            editors.add(Thread.ofVirtual().start(() -> {
                for (int k = 0; k < 20; k++) {
                    try (EditLock _ = EditLock.on(file)) {
                        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                        Thread.onSpinWait();
                        inside.decrementAndGet();
                    }
                }
            }));
        }
        for (Thread editor : editors) {
            editor.join();
        }
        assertEquals(1, most.get());
        try (Stream<Path> left = Files.list(file.getParent())) {
            assertEquals(List.of(), left.toList());
        }
    }

    @Test
    void theLockOfAnEditorThatDiedIsTakenAway() throws Exception {
        Path file = temp.resolve("file");
        Path marker = Files.createFile(temp.resolve(".file.lock"));
        Files.setLastModifiedTime(marker, FileTime.from(Instant.now().minusSeconds(60)));
        try (EditLock _ = EditLock.on(file)) {
            assertTrue(Files.exists(marker));
        }
        assertFalse(Files.exists(marker));
    }

    @Test
    void anInterruptEndsTheWait() throws Exception {
        Path file = temp.resolve("file");
        try (EditLock _ = EditLock.on(file)) {
            Thread.currentThread().interrupt();
            Failures.of(ErrorCode.IO, () -> EditLock.on(file));
            assertTrue(Thread.interrupted());
        }
    }
}
