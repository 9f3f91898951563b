package dev.gotunnel.tunnel;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.names.SuffixFile;
import dev.gotunnel.names.Suffixes;
import dev.gotunnel.privilege.Elevation;
import dev.gotunnel.privilege.Verb;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The further suffixes below which the privileged helper takes names and authorities, on behalf of one user. The list is
 * the machine's: what others have put there is theirs, so whatever this user adds is noted in the journal. Any thread but
 * an event loop; calls that change something may wait for the user.
 */
public final class HelperSuffixes {
    private static final String KIND = "suffix";

    private final SuffixFile list;
    private final Elevation elevation;
    private final Journal journal;

    /** Those of a machine. */
    public HelperSuffixes(SuffixFile list, Elevation elevation, Journal journal) {
        this.list = list;
        this.elevation = elevation;
        this.journal = journal;
    }

    /** Where the list lies. */
    public Path place() {
        return list.place();
    }

    /** Of the suffixes that are wanted, those that the helper does not know yet; none where there is no helper. */
    List<String> missing(Suffixes wanted) {
        if (!elevation.isInstalled()) {
            return List.of();
        }
        List<String> there = list.added();
        return wanted.added().stream()
                .filter(suffix -> !there.contains(suffix))
                .toList();
    }

    /** What this user added and no longer wants; none where there is no helper. */
    List<String> unwanted(Suffixes wanted) {
        return elevation.isInstalled()
                ? ours().stream()
                        .filter(suffix -> !wanted.all().contains(suffix))
                        .toList()
                : List.of();
    }

    /** What this user added, as far as it stands in the list. */
    public List<String> ours() {
        List<String> there = list.added();
        return noted().stream().filter(there::contains).toList();
    }

    /** What others added. */
    public List<String> foreign() {
        List<String> noted = noted();
        return list.added().stream().filter(suffix -> !noted.contains(suffix)).toList();
    }

    private List<String> noted() {
        return journal.entries(KIND).stream().map(Journal.Entry::what).toList();
    }

    private Journal.Entry entry(String suffix) {
        return new Journal.Entry(KIND, place().toString(), suffix);
    }

    /** Has the helper take names below one more suffix. */
    void add(String suffix) {
        journal.note(entry(suffix));
        try {
            var _ = elevation.ask(
                    Verb.SUFFIX_ADD, Map.of("suffix", suffix), "tunnels are to have names below " + suffix);
        } catch (GotunnelException e) {
            if (e.code() == ErrorCode.NOT_PERMITTED) {
                journal.forget(entry(suffix));
            }
            throw e;
        }
    }

    /**
     * Has the helper take no names below a suffix any more.
     *
     * @param reason a clause that tells what for
     */
    public void remove(String suffix, String reason) {
        var _ = elevation.ask(Verb.SUFFIX_REMOVE, Map.of("suffix", suffix), reason);
        journal.forget(entry(suffix));
    }

    /** Forgets what somebody else has taken off the list. */
    public void forgetGone() {
        List<String> there = list.added();
        journal.entries(KIND).stream()
                .filter(entry -> !there.contains(entry.what()))
                .forEach(journal::forget);
    }
}
