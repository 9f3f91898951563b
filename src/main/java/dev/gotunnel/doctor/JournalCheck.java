package dev.gotunnel.doctor;

import dev.gotunnel.tunnel.FileJournal;
import dev.gotunnel.tunnel.Finding;
import dev.gotunnel.tunnel.Repair;
import java.util.List;

/** Whether the list of what gotunnel has written to the machine can be read. */
final class JournalCheck implements Check {
    private final FileJournal journal;

    JournalCheck(FileJournal journal) {
        this.journal = journal;
    }

    @Override
    public String subject() {
        return "journal";
    }

    @Override
    public List<Finding> look() {
        List<String> damaged = journal.damaged();
        if (!damaged.isEmpty()) {
            return List.of(Finding.broken(
                            subject(),
                            "The journal " + journal.file() + " holds "
                                    + ConfigurationCheck.count(damaged.size(), "line") + " that cannot be read.",
                            "gotunnel would not find by it what it has written; it searches the machine instead.",
                            "gotunnel doctor --fix")
                    .mendedBy(Repair.of(
                            "keep the readable lines of " + journal.file() + ", and all of it as " + journal.aside(),
                            journal::mend)));
        }
        int entries = journal.entries().size();
        return List.of(Finding.ok(
                subject(),
                entries == 0
                        ? "gotunnel has written nothing outside of its own folders."
                        : "It tells of " + ConfigurationCheck.count(entries, "thing")
                                + " written outside of gotunnel's own folders."));
    }
}
