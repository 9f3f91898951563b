package dev.gotunnel.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.testing.Failures;
import dev.gotunnel.tunnel.Journal.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The journal of what was written to the machine. */
class FileJournalTest {
    @TempDir
    Path temp;

    private Path file = Path.of("");
    private FileJournal journal = new FileJournal(file);

    @BeforeEach
    void open() {
        file = temp.resolve("state/journal");
        journal = new FileJournal(file);
    }

    @Test
    void keepsEntriesInOrderAndOnceForOtherProcesses() {
        Entry first = new Entry("trust-root", "firefox:/home/a b/it's", "AB:CD");
        Entry second = new Entry("hosts", "/etc/hosts", "");
        journal.note(first);
        journal.note(second);
        journal.note(first);
        FileJournal other = new FileJournal(file);
        assertEquals(List.of(first, second), other.entries());
        assertEquals(List.of(second), other.entries("hosts"));
        other.forget(first);
        other.forget(first);
        assertEquals(List.of(second), journal.entries());
    }

    @Test
    void takesWhateverAPathMayHold() {
        Entry odd = new Entry("k\\t", "a\tb\nc\rd\\", "ü€ \\n");
        journal.note(odd);
        assertEquals(List.of(odd), journal.entries());
    }

    @Test
    void goesWithItsLastEntry() {
        Entry entry = new Entry("a", "b", "c");
        assertEquals(List.of(), journal.entries());
        journal.forget(entry);
        assertFalse(Files.exists(file.resolveSibling("")), "looking makes nothing");
        journal.note(entry);
        assertTrue(Files.exists(file));
        journal.forget(entry);
        assertFalse(Files.exists(file));
    }

    @Test
    void losesNothingWhenManyWriteAtOnce() {
        IntStream.range(0, 40)
                .parallel()
                .forEach(i -> new FileJournal(file).note(new Entry("k", "w", String.valueOf(i))));
        assertEquals(40, journal.entries().size());
    }

    @Test
    void aDamagedLineIsToldAndNothingIsLost() throws IOException {
        journal.note(new Entry("a", "b", "c"));
        Files.writeString(file, "a\tb\tc\ngarbage\n");
        Failures.of(ErrorCode.IO, journal::entries);
        Failures.of(ErrorCode.IO, () -> journal.note(new Entry("d", "e", "f")));
        assertEquals("a\tb\tc\ngarbage\n", Files.readString(file));
    }

    @Test
    void isMendedByKeepingWhatCanBeReadAndTheWholeBesideIt() throws IOException {
        Entry entry = new Entry("a", "b", "c");
        journal.note(entry);
        journal.mend();
        assertFalse(Files.exists(journal.aside()), "a sound one is left alone");
        Files.write(file, new byte[] {(byte) 0xff, '\n', 'x', '\t', 0, '\t', '\n'}, StandardOpenOption.APPEND);
        assertEquals(2, journal.damaged().size());
        journal.mend();
        assertEquals(List.of(entry), journal.entries());
        assertTrue(Files.exists(journal.aside()));
        Files.writeString(file, "nothing but rubbish");
        journal.mend();
        assertEquals(List.of(), journal.entries());
    }
}
