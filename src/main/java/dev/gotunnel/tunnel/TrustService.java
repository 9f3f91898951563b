package dev.gotunnel.tunnel;

import dev.gotunnel.cert.CertInstaller;
import dev.gotunnel.cert.CertificateAuthority;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.trust.EnvironmentFiles;
import dev.gotunnel.trust.TrustProbe;
import dev.gotunnel.trust.TrustStore;
import dev.gotunnel.trust.TrustStores;
import dev.gotunnel.trust.Verdict;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the programs of this machine trust its certificate authority, and takes that back. One store that fails keeps none
 * of the others. Every change is noted in the journal before it is made. One thread at a time.
 */
public final class TrustService {
    private static final Logger LOG = LoggerFactory.getLogger(TrustService.class);

    private static final String ROOT = "trust-root";
    private static final String CREATED = "trust-created";
    private static final String FILES = "trust-files";
    private static final String BEFORE = "file-before";

    private final CertInstaller certificates;
    private final TrustStores stores;
    private final EnvironmentFiles files;
    private final Journal journal;

    /** Works with the stores, files and certificates of a machine. */
    public TrustService(CertInstaller certificates, TrustStores stores, EnvironmentFiles files, Journal journal) {
        this.certificates = certificates;
        this.stores = stores;
        this.files = files;
        this.journal = journal;
    }

    /** Whether a journal knows of stores that hold a root of ours. */
    public static boolean isTrusted(Journal journal) {
        return !journal.entries(ROOT).isEmpty();
    }

    /** How each store stands to the root, those that were not found included. */
    public List<TrustState> status() {
        X509Certificate root = certificates.installCA();
        List<TrustState> states = new ArrayList<>();
        List<TrustStore> found = stores.find();
        try (TrustProbe probe = new TrustProbe(certificates::temporaryCert)) {
            for (String kind : stores.kinds()) {
                List<TrustStore> ofKind = found.stream()
                        .filter(store -> kindOf(store).equals(kind))
                        .toList();
                ofKind.forEach(store -> states.add(state(store, root, probe)));
                if (ofKind.isEmpty()) {
                    states.add(new TrustState(kind, "", false, "no", "no", "", ""));
                }
            }
        }
        return states;
    }

    /** Whether a store's {@link #install} has the system ask for an administrator's password. */
    public boolean asksAdministrator(String store) {
        return choose(stores.find(), List.of(store)).stream().anyMatch(TrustStore::asksAdministrator);
    }

    /** By the id: the name of a second store of a kind may end with a number. */
    private static String kindOf(TrustStore store) {
        return store.id().split(":", 2)[0];
    }

    private static TrustState state(TrustStore store, X509Certificate root, TrustProbe probe) {
        if (!store.isFound()) {
            return row(store, Verdict.NO, Verdict.NO, "It was never used.", store.byHand(root));
        }
        Verdict trusted = Verdict.UNKNOWN;
        try {
            trusted = Verdict.of(store.roots().contains(root));
            Verdict verified = store.verify(probe);
            if (trusted == Verdict.YES && verified != Verdict.NO) {
                return row(store, trusted, verified, "", "");
            }
            String elsewhere = store.servedBy();
            if (elsewhere != null) {
                return row(store, trusted, verified, "", elsewhere);
            }
            String fix = store.needsPrivilege() ? store.byHand(root) : "gotunnel trust install --store " + store.name();
            return row(store, trusted, verified, "", fix);
        } catch (GotunnelException e) {
            return row(store, trusted, Verdict.UNKNOWN, e.getMessage(), Objects.requireNonNullElse(e.hint(), ""));
        }
    }

    private static TrustState row(TrustStore store, Verdict trusted, Verdict verified, String note, String fix) {
        return new TrustState(store.name(), store.place(), store.isFound(), word(trusted), word(verified), note, fix);
    }

    private static String word(Verdict verdict) {
        return verdict.name().toLowerCase(Locale.ROOT);
    }

    /**
     * What is to be done to a store.
     *
     * @param adds whether the root is to be added
     * @param old the roots that are to go
     */
    private record Pending(TrustStore store, boolean adds, List<X509Certificate> old) {}

    /**
     * Adds the root to stores that do not trust it yet, and takes the roots of earlier authorities out of them.
     *
     * @param names names or kinds of stores; empty for all
     * @param agreed is shown all that is about to change; false leaves everything as it is. Not asked when there is nothing
     *     to change
     * @return what became of each store, also of those that need nothing or cannot be written
     * @throws GotunnelException {@code USAGE} for a name that no store has
     */
    public List<TrustOutcome> install(List<String> names, Predicate<List<TrustStep>> agreed) {
        X509Certificate root = certificates.installCA();
        List<TrustStore> chosen = choose(stores.find(), names);
        List<TrustOutcome> outcomes = new ArrayList<>();
        List<Pending> pending = new ArrayList<>();
        List<TrustStore> served = new ArrayList<>();
        try (TrustProbe probe = new TrustProbe(certificates::temporaryCert)) {
            for (TrustStore store : chosen) {
                try {
                    consider(store, root, probe, !names.isEmpty(), pending, served, outcomes);
                } catch (GotunnelException e) {
                    outcomes.add(TrustOutcome.failed(store.name(), e));
                }
            }
            if (!pending.isEmpty() && agreed.test(steps(pending, root))) {
                pending.forEach(work -> outcomes.add(attempt(work.store(), () -> install(work, root, probe))));
            }
            served.forEach(store -> outcomes.add(attempt(store, () -> followed(store, root, probe, !names.isEmpty()))));
        }
        files.refresh(root);
        return outcomes;
    }

    /** The stores that hold a root of ours and that gotunnel writes. */
    List<TrustStore> holders() {
        return stores.find().stream()
                .filter(store -> store.servedBy() == null
                        && store.isFound()
                        && !ours(store).isEmpty())
                .toList();
    }

    private List<X509Certificate> ours(TrustStore store) {
        try {
            return store.roots().stream().filter(root -> isOurs(store, root)).toList();
        } catch (GotunnelException e) {
            LOG.warn("{} cannot be read: {}", store.name(), e.getMessage());
            return List.of();
        }
    }

    /** What takes the roots that stores hold now out of them. */
    List<TrustStep> removals(List<TrustStore> holders) {
        return holders.stream()
                .flatMap(store -> ours(store).stream().map(root -> removal(store, root)))
                .toList();
    }

    /**
     * Adds the root of an authority that is to be used next, and leaves the roots that are there.
     *
     * @return what became of each store; those that may not be written have failed
     */
    List<TrustOutcome> addBeside(CertificateAuthority next, List<TrustStore> holders) {
        List<TrustOutcome> outcomes = new ArrayList<>();
        try (TrustProbe probe = new TrustProbe(next::issue)) {
            for (TrustStore store : holders) {
                outcomes.add(attempt(store, () -> addBeside(store, next.root(), probe)));
            }
        }
        return outcomes;
    }

    private TrustOutcome addBeside(TrustStore store, X509Certificate root, TrustProbe probe) {
        if (store.roots().contains(root) && store.verify(probe) != Verdict.NO) {
            return TrustOutcome.done(store.name(), "It trusts the new root.", "");
        }
        return store.needsPrivilege()
                ? new TrustOutcome(
                        store.name(),
                        "Only an administrator may change it.",
                        store.byHand(root).replace(TrustStore.EXPORT, TrustStore.EXPORT_NEXT),
                        ErrorCode.NOT_PERMITTED)
                : install(new Pending(store, true, List.of()), root, probe);
    }

    /** Has stores trust the root that is in use by now, and no earlier one. */
    List<TrustOutcome> finish(List<TrustStore> holders) {
        return holders.isEmpty()
                ? List.of()
                : install(holders.stream().map(TrustStore::name).toList(), _ -> true);
    }

    private List<TrustStore> choose(List<TrustStore> found, List<String> names) {
        for (String name : names) {
            if (found.stream().noneMatch(store -> isCalled(store, name))) {
                throw new GotunnelException(
                        ErrorCode.USAGE,
                        "There is no trust store \"" + name + "\" here.",
                        found.isEmpty()
                                ? "None was found; see: gotunnel trust status"
                                : "There are: "
                                        + found.stream().map(TrustStore::name).collect(Collectors.joining(", ")));
            }
        }
        return found.stream()
                .filter(store -> names.isEmpty() || names.stream().anyMatch(name -> isCalled(store, name)))
                .toList();
    }

    private static boolean isCalled(TrustStore store, String name) {
        return store.name().equals(name) || kindOf(store).equals(name);
    }

    private void consider(
            TrustStore store,
            X509Certificate root,
            TrustProbe probe,
            boolean named,
            List<Pending> pending,
            List<TrustStore> served,
            List<TrustOutcome> outcomes) {
        if (!store.isFound()) {
            if (named) {
                outcomes.add(TrustOutcome.done(store.name(), "It was never used.", store.byHand(root)));
            }
            return;
        }
        List<X509Certificate> there = store.roots();
        List<X509Certificate> old = there.stream()
                .filter(other -> !other.equals(root) && isOurs(store, other))
                .toList();
        boolean trusted = there.contains(root) && store.verify(probe) != Verdict.NO;
        String elsewhere = store.servedBy();
        if (trusted && (old.isEmpty() || elsewhere != null)) {
            outcomes.add(TrustOutcome.done(store.name(), "It is trusted already.", ""));
        } else if (elsewhere != null) {
            served.add(store);
        } else if (store.needsPrivilege() && !trusted) {
            outcomes.add(new TrustOutcome(
                    store.name(), "Only an administrator may change it.", store.byHand(root), ErrorCode.NOT_PERMITTED));
        } else {
            pending.add(new Pending(store, !trusted, old));
        }
    }

    /** What became of a store that others write: mostly the system's, which may have been done just now. */
    private static TrustOutcome followed(TrustStore store, X509Certificate root, TrustProbe probe, boolean named) {
        if (store.roots().contains(root) && store.verify(probe) != Verdict.NO) {
            return TrustOutcome.done(store.name(), "It trusts the root now.", store.afterwards());
        }
        return new TrustOutcome(
                store.name(),
                "gotunnel does not write it.",
                Objects.requireNonNullElse(store.servedBy(), ""),
                named ? ErrorCode.NOT_PERMITTED : null);
    }

    /**
     * In a store that others share, another user's gotunnel has its root too. Ours may have come there by a printed command,
     * or the journal be lost: then the authority tells.
     */
    private boolean isOurs(TrustStore store, X509Certificate root) {
        return !store.isShared()
                || journal.entries().contains(entry(store, root))
                || certificates.ownRoots().contains(root);
    }

    private static Journal.Entry entry(TrustStore store, X509Certificate root) {
        return new Journal.Entry(ROOT, store.id(), CertificateAuthority.fingerprint(root));
    }

    private static List<TrustStep> steps(List<Pending> pending, X509Certificate root) {
        List<TrustStep> steps = new ArrayList<>();
        for (Pending work : pending) {
            if (work.adds()) {
                steps.add(new TrustStep(work.store().name(), work.store().change(root)));
            }
            work.old().forEach(old -> steps.add(removal(work.store(), old)));
        }
        return steps;
    }

    private static TrustStep removal(TrustStore store, X509Certificate root) {
        return new TrustStep(store.name(), "remove " + CertificateAuthority.nameOf(root) + " from " + store.place());
    }

    private interface Work {
        TrustOutcome run();
    }

    private static TrustOutcome attempt(TrustStore store, Work work) {
        try {
            return work.run();
        } catch (GotunnelException e) {
            return TrustOutcome.failed(store.name(), e);
        }
    }

    private TrustOutcome install(Pending work, X509Certificate root, TrustProbe probe) {
        TrustStore store = work.store();
        if (work.adds()) {
            installNoted(store, root);
        } else {
            journal.note(entry(store, root));
        }
        for (X509Certificate old : work.old()) {
            store.remove(old);
            journal.forget(entry(store, old));
        }
        if (store.verify(probe) == Verdict.NO) {
            return TrustOutcome.failed(
                    store.name(),
                    new GotunnelException(
                            ErrorCode.CERTIFICATE,
                            "The root is in " + store.place() + ", but a certificate of ours is still refused.",
                            "See: gotunnel trust status"));
        }
        return TrustOutcome.done(store.name(), "It trusts the root now.", store.afterwards());
    }

    /** Notes what will be there, and adds the root. Where it was not allowed, nothing is there and nothing stays noted. */
    private void installNoted(TrustStore store, X509Certificate root) {
        List<Journal.Entry> before = journal.entries();
        store.creates().forEach(path -> journal.note(new Journal.Entry(CREATED, store.id(), path.toString())));
        noteFile(store);
        journal.note(entry(store, root));
        try {
            store.install(root);
        } catch (GotunnelException e) {
            if (e.code() == ErrorCode.NOT_PERMITTED) {
                journal.entries().stream()
                        .filter(entry -> entry.where().equals(store.id()) && !before.contains(entry))
                        .forEach(journal::forget);
            }
            throw e;
        }
    }

    /**
     * Takes every root of ours out of all stores, also of those that only the journal knows, and deletes what was made for
     * them.
     *
     * @param agreed is shown all that is about to change; false leaves everything as it is. Not asked when there is nothing
     *     to change
     */
    public List<TrustOutcome> uninstall(Predicate<List<TrustStep>> agreed) {
        List<TrustOutcome> outcomes = new ArrayList<>();
        List<Pending> pending = withOurs(outcomes);
        List<TrustStep> steps = removalSteps(pending);
        if (steps.isEmpty() || agreed.test(steps)) {
            pending.forEach(work -> outcomes.add(attempt(work.store(), () -> remove(work))));
            deleteFiles(outcomes);
        }
        return outcomes;
    }

    /** What the store's file was before the first change, for the proof that it is so again. */
    private void noteFile(TrustStore store) {
        boolean noted =
                journal.entries(BEFORE).stream().anyMatch(entry -> entry.where().equals(store.id()));
        if (!noted && !store.roots().stream().anyMatch(root -> isOurs(store, root))) {
            store.file()
                    .flatMap(FileDigest::of)
                    .ifPresent(digest -> journal.note(new Journal.Entry(BEFORE, store.id(), digest)));
        }
    }

    private String proof(TrustStore store) {
        return journal.entries(BEFORE).stream()
                .filter(entry -> entry.where().equals(store.id()))
                .findFirst()
                .flatMap(
                        before -> store.file()
                                .flatMap(FileDigest::of)
                                .map(
                                        now -> " " + store.file().get()
                                                + (now.equals(before.what())
                                                        ? " is byte for byte as it was before (SHA-256 " + now + ")."
                                                        : " is not as it was before: the system has changed other authorities meanwhile.")))
                .orElse("");
    }

    /** The stores with something of ours in them; those that cannot be read become outcomes. */
    private List<Pending> withOurs(List<TrustOutcome> outcomes) {
        Map<String, TrustStore> all = new LinkedHashMap<>();
        stores.find().forEach(store -> all.put(store.id(), store));
        for (Journal.Entry entry : journal.entries()) {
            if (entry.kind().equals(ROOT) || entry.kind().equals(CREATED)) {
                stores.ofId(entry.where()).ifPresent(store -> all.putIfAbsent(entry.where(), store));
            }
        }
        List<Pending> pending = new ArrayList<>();
        for (TrustStore store : all.values()) {
            try {
                List<X509Certificate> ours = store.isFound()
                        ? store.roots().stream()
                                .filter(root -> isOurs(store, root))
                                .toList()
                        : List.of();
                if (isNoted(store) || (store.servedBy() == null && !ours.isEmpty())) {
                    pending.add(new Pending(store, false, ours));
                }
            } catch (GotunnelException e) {
                outcomes.add(TrustOutcome.failed(store.name(), e));
            }
        }
        return pending;
    }

    private static List<TrustStep> removalSteps(List<Pending> pending) {
        return pending.stream()
                .flatMap(work -> work.old().stream().map(root -> removal(work.store(), root)))
                .toList();
    }

    /** What {@link #uninstall} would do, without doing it. */
    public List<TrustStep> toUninstall() {
        List<TrustOutcome> unreadable = new ArrayList<>();
        List<Pending> pending = withOurs(unreadable);
        List<TrustStep> steps = new ArrayList<>(removalSteps(pending));
        for (Pending work : pending) {
            if (work.old().isEmpty()) {
                steps.add(new TrustStep(
                        work.store().name(),
                        "forget what is noted of " + work.store().place()));
            }
        }
        unreadable.forEach(outcome -> steps.add(new TrustStep(outcome.store(), "look at it: " + outcome.message())));
        journal.entries(FILES).forEach(entry -> steps.add(new TrustStep("environment", "delete " + entry.where())));
        return steps;
    }

    /**
     * Notes what stands in stores that users share and is of the authority in use: once that is gone, nothing else tells
     * whose it is.
     */
    public void adopt() {
        for (TrustStore store : stores.find()) {
            if (store.isShared() && store.servedBy() == null) {
                ours(store).forEach(root -> journal.note(entry(store, root)));
            }
        }
    }

    /** A shell that names a file which is gone trusts nothing any more, the rest of the world included. */
    private void deleteFiles(List<TrustOutcome> outcomes) {
        for (Journal.Entry entry : journal.entries(FILES)) {
            try {
                files.delete();
                journal.forget(entry);
                outcomes.add(TrustOutcome.done(
                        "environment",
                        "The files of gotunnel env are deleted.",
                        "Close the shells that took its variables in, or unset them there."));
            } catch (GotunnelException e) {
                outcomes.add(TrustOutcome.failed("environment", e));
            }
        }
    }

    private boolean isNoted(TrustStore store) {
        return journal.entries().stream().anyMatch(entry -> entry.where().equals(store.id()));
    }

    private TrustOutcome remove(Pending work) {
        TrustStore store = work.store();
        work.old().forEach(store::remove);
        String proof = work.old().isEmpty() ? "" : proof(store);
        List<Path> created = journal.entries(CREATED).stream()
                .filter(entry -> entry.where().equals(store.id()))
                .map(entry -> Path.of(entry.what()))
                .toList();
        store.tidy(created);
        journal.entries().stream()
                .filter(entry -> entry.where().equals(store.id()))
                .forEach(journal::forget);
        return TrustOutcome.done(store.name(), "It holds no root of ours any more." + proof, store.afterwards());
    }

    /** Variables that make programs without a store of their own trust the root, in the order to set them. */
    public Map<String, String> environment() {
        X509Certificate root = certificates.installCA();
        journal.note(new Journal.Entry(FILES, files.folder().toString(), ""));
        return files.variables(root, isMissingInJava(root));
    }

    private boolean isMissingInJava(X509Certificate root) {
        return stores.find().stream()
                .filter(store -> kindOf(store).equals("java"))
                .anyMatch(store -> !holds(store, root));
    }

    private static boolean holds(TrustStore store, X509Certificate root) {
        try {
            return store.roots().contains(root);
        } catch (GotunnelException e) {
            // What cannot be read cannot be written either: that Java needs the variable too.
            return false;
        }
    }
}
