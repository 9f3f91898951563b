package dev.gotunnel.removal;

import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.platform.AppDirectories;
import dev.gotunnel.tunnel.FileJournal;
import dev.gotunnel.tunnel.Removal;
import dev.gotunnel.tunnel.TrustService;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** All of gotunnel on a machine. The journal goes last: as long as something is left, it tells of it. */
public final class MachineRemoval implements Removal {
    private final FileJournal journal;
    private final List<Remains> remains;
    private final List<String> kept;

    MachineRemoval(FileJournal journal, List<Remains> remains, List<String> kept) {
        this.journal = journal;
        this.remains = List.copyOf(remains);
        this.kept = List.copyOf(kept);
    }

    /**
     * The one of a machine.
     *
     * @param root what stands for the root folder of the system's own files
     * @param hosts the hosts file
     * @param user the number or SID of this user
     * @param purge whether the user's configuration goes too
     */
    public static MachineRemoval of(
            AppDirectories directories,
            Path home,
            Path root,
            Path hosts,
            String user,
            TrustService trust,
            FileJournal journal,
            boolean purge) {
        List<Remains> remains = new ArrayList<>(List.of(
                new TrustRemains(trust, directories.data().resolve("ca")),
                new HostsRemains(hosts, user),
                SystemRemains.onLinux(root),
                new AutostartRemains(home),
                new FolderRemains(
                        "certificates",
                        directories.data(),
                        List.of("ca", "ca.*", "certs", "trust", ".gotunnel.*"),
                        path -> false)));
        List<String> kept = new ArrayList<>();
        if (purge) {
            remains.add(new FolderRemains(
                    "configuration",
                    directories.config(),
                    List.of("gotunnel.yaml", ".gotunnel.yaml.lock", ".gotunnel.*"),
                    path -> false));
        } else if (Files.exists(directories.configFile())) {
            kept.add("Your configuration stays: " + directories.configFile() + " (with --purge it goes too).");
        }
        remains.add(new FolderRemains(
                "runtime",
                directories.runtime(),
                List.of("control.sock", "owner.lock", "desktop.sock", "desktop.lock"),
                path -> false));
        remains.add(new FolderRemains(
                "state",
                directories.state(),
                List.of("engine.log*", "journal*", ".journal.lock", "run", ".gotunnel.*"),
                path -> path.equals(journal.file()) && !journal.entries().isEmpty()));
        return new MachineRemoval(journal, remains, kept);
    }

    @Override
    public List<Trace> find() {
        // A damaged one is kept beside: what it knew is searched for.
        journal.mend();
        List<Trace> found = new ArrayList<>();
        for (Remains one : remains) {
            one.find().forEach(what -> found.add(new Trace(one.kind(), what)));
        }
        return found;
    }

    @Override
    public List<String> kept() {
        return kept;
    }

    @Override
    public Report remove() {
        journal.mend();
        List<String> done = new ArrayList<>();
        List<GotunnelException> failures = new ArrayList<>();
        for (Remains one : remains) {
            try {
                one.remove(done, failures);
            } catch (GotunnelException e) {
                failures.add(e);
            }
        }
        return new Report(done, failures, find());
    }
}
