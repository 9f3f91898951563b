package dev.gotunnel.removal;

import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.platform.AppDirectories;
import dev.gotunnel.privilege.Elevation;
import dev.gotunnel.tunnel.FileJournal;
import dev.gotunnel.tunnel.HostsService;
import dev.gotunnel.tunnel.PortsService;
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
     * What a removal works on.
     *
     * @param root what stands for the root folder of the system's own files
     * @param authority deletes the certificate authority, and the secret of its key in the keychain
     */
    public record Parts(
            AppDirectories directories,
            Path home,
            Path root,
            HostsService hosts,
            PortsService ports,
            Elevation elevation,
            TrustService trust,
            Runnable authority,
            FileJournal journal) {}

    /**
     * The one of a machine.
     *
     * @param purge whether the user's configuration goes too
     */
    public static MachineRemoval of(Parts parts, boolean purge) {
        AppDirectories directories = parts.directories();
        FileJournal journal = parts.journal();
        Path authority = directories.data().resolve("ca");
        List<Remains> remains = new ArrayList<>(List.of(
                new TrustRemains(parts.trust()),
                new HostsRemains(parts.hosts()),
                new SystemRemains(parts.root(), parts.ports(), parts.elevation()),
                new AutostartRemains(parts.home()),
                new AuthorityRemains(authority, parts.authority()),
                new FolderRemains(
                        "certificates",
                        directories.data(),
                        List.of("ca.*", "certs", "secrets", "trust", ".gotunnel.*"),
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
                List.of(
                        "engine.log*",
                        "journal*",
                        ".journal.lock",
                        "hosts.backup",
                        "refusals",
                        ".refusals.lock",
                        "run",
                        ".gotunnel.*"),
                path -> path.equals(journal.file()) && !journal.entries().isEmpty()));
        return new MachineRemoval(journal, remains, kept);
    }

    /** What cannot be looked at is a trace as well, and keeps nothing else from being found. */
    @Override
    public List<Trace> find() {
        List<Trace> found = new ArrayList<>();
        for (Remains one : remains) {
            try {
                one.find().forEach(what -> found.add(new Trace(one.kind(), what)));
            } catch (GotunnelException e) {
                found.add(new Trace(one.kind(), "unknown: " + String.valueOf(e.getMessage()).replaceFirst("\\.$", "")));
            }
        }
        return found;
    }

    @Override
    public List<String> kept() {
        return kept;
    }

    @Override
    public Report remove() {
        // A damaged one is kept beside: what it knew is searched for.
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
