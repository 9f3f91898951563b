package dev.gotunnel.tunnel;

import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.names.DomainName;
import dev.gotunnel.names.HostsByHand;
import dev.gotunnel.names.HostsFile;
import dev.gotunnel.names.HostsManager;
import dev.gotunnel.platform.OperatingSystem;
import dev.gotunnel.privilege.Outlook;
import dev.gotunnel.privilege.Permission;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps this user's block of the hosts file to the names of the running tunnels. Every name is noted in the journal before
 * it is written; what the journal does not know, because another gotunnel of the same user wrote it, stays. Any thread but
 * an event loop; calls that write may wait for the user.
 */
public final class HostsService {
    private static final Logger LOG = LoggerFactory.getLogger(HostsService.class);

    /** The kind of the journal's entries: where is the file, what is the name. */
    private static final String KIND = "hosts";

    private final HostsManager hosts;
    private final Journal journal;
    private final Refusals refusals;
    private final ReentrantLock oneAtATime = new ReentrantLock();

    /** Works with a hosts file, and remembers what the user does not want. */
    public HostsService(HostsManager hosts, Journal journal, Refusals refusals) {
        this.hosts = hosts;
        this.journal = journal;
        this.refusals = refusals;
    }

    /** The names that a tunnel wants to have in the hosts file while it runs: a wildcard none, which it cannot hold. */
    public static List<String> namesOf(Tunnel tunnel) {
        return tunnel.state().isActive() ? namesOf(new DomainName(tunnel.domain())) : List.of();
    }

    static List<String> namesOf(DomainName domain) {
        return domain.isWildcard() ? List.of() : domain.allNames();
    }

    /** The names that some tunnels want to have. */
    public static Set<String> namesOf(Collection<Tunnel> tunnels) {
        Set<String> names = new LinkedHashSet<>();
        tunnels.forEach(tunnel -> names.addAll(namesOf(tunnel)));
        return names;
    }

    /** Where the file lies, for messages. */
    public String place() {
        return hosts.place().toString();
    }

    /** Whether it can be written at all, if the user agrees. Asks nobody. */
    public boolean isWithinReach() {
        return hosts.isWithinReach();
    }

    /** Whether it can be given this name. Another one that it cannot be given keeps none of the rest out. */
    public boolean isWithinReach(String name) {
        return isWithinReach() && hosts.permitted(List.of(name)).contains(name);
    }

    /** Whether the user would be asked if it were written now. Asks nobody. */
    public boolean wouldAsk() {
        return hosts.outlook() == Outlook.ASKS;
    }

    /** Whether the user has said that he does not want to be asked. */
    public boolean isRefused() {
        return refusals.has(Permission.MODIFY_HOSTS_FILE);
    }

    /** Remembers that the user does not want to be asked. */
    public void refuse(Refusals.Word word) {
        refusals.remember(Permission.MODIFY_HOSTS_FILE, word);
    }

    /** Forgets that, since the user asks for it by himself. */
    public void allow() {
        refusals.forget(Permission.MODIFY_HOSTS_FILE);
    }

    /** How the file stands to some names. */
    public HostsStatus status(Collection<String> wanted) {
        HostsFile file = hosts.read();
        List<String> there = file.names(hosts.owner());
        List<HostsStatus.Name> names = there.stream()
                .map(name -> new HostsStatus.Name(name, wanted.contains(name) ? "needed" : "left"))
                .toList();
        List<String> missing =
                wanted.stream().filter(name -> !there.contains(name)).toList();
        Set<String> all = new LinkedHashSet<>(there);
        all.addAll(wanted);
        List<HostsStatus.Shadow> shadows = file.shadows(all).stream()
                .map(shadow -> new HostsStatus.Shadow(shadow.line(), shadow.address(), shadow.name()))
                .toList();
        Outlook outlook = hosts.outlook();
        boolean isLeft = names.stream().anyMatch(name -> name.state().equals("left"));
        return new HostsStatus(
                place(),
                hosts.owner(),
                outlook.name().toLowerCase(Locale.ROOT),
                names,
                missing,
                shadows,
                file.damage().orElse(""),
                file.damage().isPresent()
                        ? "Mend that line of " + place() + " with an editor, as an administrator."
                        : shadows.isEmpty() ? fix(missing, isLeft, outlook) : fix(shadows.getFirst()));
    }

    private String fix(HostsStatus.Shadow shadow) {
        return "Take " + shadow.name() + " out of line " + shadow.line() + " of " + place() + ", or use another name.";
    }

    private String fix(List<String> missing, boolean isLeft, Outlook outlook) {
        if (missing.isEmpty() && !isLeft) {
            return "";
        }
        boolean isUseful = isLeft || !hosts.permitted(missing).isEmpty();
        if (isUseful && (outlook == Outlook.GRANTED || outlook == Outlook.ASKS)) {
            return "gotunnel hosts apply";
        }
        return missing.isEmpty() ? cleaningByHand() : byHand(missing);
    }

    /** How to lead names here without gotunnel's helper. */
    public String byHand(Collection<String> names) {
        return byHand().adding(names);
    }

    /** How to take all of this user's names out without gotunnel's helper. */
    public String cleaningByHand() {
        return byHand().removing(hosts.owner());
    }

    private HostsByHand byHand() {
        return new HostsByHand(OperatingSystem.current(), place());
    }

    /** Somebody else's line that leads a name to another machine; empty when there is none. */
    List<HostsFile.Shadow> shadows(String name) {
        return hosts.read().shadows(List.of(name));
    }

    /**
     * What would change if the running tunnels were to have exactly some names, as far as these may stand in the file.
     *
     * @throws GotunnelException {@code IO} when the file is damaged
     */
    public HostsChange plan(Collection<String> wanted) {
        HostsFile file = hosts.read();
        List<String> there = file.names(hosts.owner());
        Set<String> noted = new LinkedHashSet<>();
        entries().forEach(entry -> noted.add(entry.what()));
        Set<String> next = new LinkedHashSet<>(there);
        next.removeIf(name -> !wanted.contains(name) && noted.contains(name));
        next.addAll(wanted);
        List<String> names = hosts.permitted(next);
        return new HostsChange(
                names,
                names.stream().filter(name -> !there.contains(name)).toList(),
                there.stream().filter(name -> !names.contains(name)).toList(),
                file.difference(file.with(hosts.owner(), names, System.lineSeparator())));
    }

    private List<Journal.Entry> entries() {
        return journal.entries(KIND).stream()
                .filter(entry -> entry.where().equals(place()))
                .toList();
    }

    /**
     * Writes the names that the running tunnels want, and takes those out that they no longer want.
     *
     * @param wanted asked for again when the user has answered: tunnels may have come and gone
     * @return what was changed
     * @throws GotunnelException {@code NOT_PERMITTED} when the user declines or nobody can be asked, else what failed;
     *     nothing is changed then
     */
    public HostsChange apply(Supplier<? extends Collection<String>> wanted) {
        oneAtATime.lock();
        try {
            HostsChange change = plan(wanted.get());
            write(change);
            HostsChange rest = plan(wanted.get());
            if (!rest.isEmpty() && hosts.outlook() == Outlook.GRANTED) {
                write(rest);
            }
            return change;
        } finally {
            oneAtATime.unlock();
        }
    }

    /** As {@link #apply}, if that asks nobody. What fails is told in the log: the limitation of the tunnel stays. */
    public void applyQuietly(Supplier<? extends Collection<String>> wanted) {
        try {
            if (!plan(wanted.get()).isEmpty() && hosts.outlook() == Outlook.GRANTED) {
                HostsChange change = apply(wanted);
                LOG.info("{}: {} added, {} removed", place(), change.added(), change.removed());
            }
        } catch (GotunnelException e) {
            LOG.warn("{} stays as it is: {}", place(), e.getMessage());
        }
    }

    private void write(HostsChange change) {
        if (!change.isEmpty()) {
            if (hosts.read().names(hosts.owner()).isEmpty()) {
                hosts.backup();
            }
            change.added().forEach(name -> journal.note(entry(name)));
            try {
                hosts.replaceNames(change.names(), change.reason());
            } finally {
                strike();
            }
        } else {
            strike();
        }
    }

    private Journal.Entry entry(String name) {
        return new Journal.Entry(KIND, place(), name);
    }

    /** Strikes out of the journal what does not stand in the file, whatever became of the writing. */
    private void strike() {
        List<String> there = hosts.read().names(hosts.owner());
        entries().stream().filter(entry -> !there.contains(entry.what())).forEach(journal::forget);
        if (there.isEmpty()) {
            // Takes the copy away, which nobody needs any more.
            hosts.restore();
        }
    }

    /** What {@link #clean} would change; nothing in a file whose damage is another user's. */
    public HostsChange cleaning() {
        HostsFile file = hosts.read();
        if (!file.isMarkedFor(hosts.owner())) {
            return new HostsChange(List.of(), List.of(), List.of(), List.of());
        }
        return new HostsChange(
                List.of(),
                List.of(),
                file.names(hosts.owner()),
                file.difference(file.with(hosts.owner(), List.of(), System.lineSeparator())));
    }

    /**
     * Takes all names of this user out, those of running tunnels included, whoever of his wrote them.
     *
     * @return what was changed
     * @throws GotunnelException as {@link #apply}
     */
    public HostsChange clean() {
        oneAtATime.lock();
        try {
            HostsChange change = cleaning();
            hosts.restore();
            new ArrayList<>(entries()).forEach(journal::forget);
            return change;
        } finally {
            oneAtATime.unlock();
        }
    }
}
