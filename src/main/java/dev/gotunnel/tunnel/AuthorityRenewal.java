package dev.gotunnel.tunnel;

import dev.gotunnel.cert.AuthorityChange;
import dev.gotunnel.cert.CertificateAuthority;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.names.Suffixes;
import dev.gotunnel.trust.TrustStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Lets another certificate authority take the place of the one in use, so that nobody sees a warning in between: the new
 * one is made beside the old one, trusted wherever that was, put in its place, running tunnels get certificates of it, and
 * only then is the old one no longer trusted and deleted. What is on the disk tells how far that came: the next renewal
 * completes one that was ended half-way. One thread at a time.
 */
public final class AuthorityRenewal {
    /** What outcomes call the authority, as they call stores by their names. */
    private static final String AUTHORITY = "certificate authority";

    private final Function<Suffixes, AuthorityChange> changes;
    private final TrustService trust;
    private final TunnelStore store;
    private final HelperSuffixes helper;
    private final Runnable tellOwner;

    /**
     * Renews the authority of a machine.
     *
     * @param changes the way to an authority that may sign below suffixes
     * @param store where the suffixes are kept
     * @param helper what the helper takes, which may be less: its list is older or younger than the authority
     * @param tellOwner has the running tunnels, if there are any, look at their certificates
     */
    public AuthorityRenewal(
            Function<Suffixes, AuthorityChange> changes,
            TrustService trust,
            TunnelStore store,
            HelperSuffixes helper,
            Runnable tellOwner) {
        this.changes = changes;
        this.trust = trust;
        this.store = store;
        this.helper = helper;
        this.tellOwner = tellOwner;
    }

    /** Below which suffixes the configuration lets names stand. */
    public Suffixes suffixes() {
        return store.suffixes();
    }

    /** The root of an authority that waits for its trust; empty when no renewal is under way. */
    public Optional<X509Certificate> prepared() {
        return changes.apply(store.suffixes()).prepared();
    }

    /**
     * Makes a new authority for the suffixes of the configuration, or completes a change that was ended half-way.
     *
     * @param agreed is shown all that is about to change; false leaves everything as it is
     */
    public List<TrustOutcome> renew(Predicate<List<TrustStep>> agreed) {
        return renew(store.suffixes(), agreed);
    }

    /**
     * Changes the suffixes below which names may stand, and the authority with them.
     *
     * @param agreed as for {@link #renew(Predicate)}; not asked when these are the suffixes already
     * @throws GotunnelException {@code USAGE} when a saved tunnel has a name below a suffix that is to go
     */
    public List<TrustOutcome> allow(Suffixes wanted, Predicate<List<TrustStep>> agreed) {
        refuseNamesWithout(wanted);
        AuthorityChange change = changes.apply(wanted);
        boolean fits = change.fits() && change.stage() == AuthorityChange.Stage.NONE;
        if (fits && wanted.equals(store.suffixes())) {
            return tellHelper(wanted, agreed);
        }
        return renew(wanted, agreed);
    }

    /** The authority is as it is to be; the helper may be younger than it, or its list have been changed by others. */
    private List<TrustOutcome> tellHelper(Suffixes wanted, Predicate<List<TrustStep>> agreed) {
        List<TrustStep> steps = helperSteps(wanted);
        if (!steps.isEmpty() && !agreed.test(steps)) {
            return List.of();
        }
        List<TrustOutcome> outcomes = new ArrayList<>();
        helper.missing(wanted).forEach(helper::add);
        helper.unwanted(wanted).forEach(suffix -> takeFromHelper(suffix, outcomes));
        outcomes.add(TrustOutcome.done(AUTHORITY, "It signs below " + wanted + " already.", ""));
        return outcomes;
    }

    private void refuseNamesWithout(Suffixes wanted) {
        for (TunnelSpec spec : store.load()) {
            if (spec.certificate() == null && !wanted.have(spec.domain())) {
                throw new GotunnelException(
                        ErrorCode.USAGE,
                        "The tunnel " + spec.id() + " has the name " + spec.domain() + ", which stands below it.",
                        "Take the tunnel out first: gotunnel remove " + spec.id());
            }
        }
    }

    private List<TrustOutcome> renew(Suffixes wanted, Predicate<List<TrustStep>> agreed) {
        AuthorityChange change = changes.apply(wanted);
        boolean replaced = change.stage() == AuthorityChange.Stage.REPLACED && change.fits();
        List<TrustStore> holders = trust.holders();
        if (!agreed.test(replaced ? trust.removals(holders) : steps(change, wanted, holders))) {
            return List.of();
        }
        // First, since a user who declines that has changed nothing yet.
        helper.missing(wanted).forEach(helper::add);
        if (!wanted.equals(store.suffixes())) {
            store.allow(wanted);
        }
        List<TrustOutcome> outcomes = new ArrayList<>();
        if (!replaced) {
            // Once the new one is in use, nothing else tells whose the old root is.
            trust.adopt();
            CertificateAuthority next = change.prepare();
            List<TrustOutcome> trusted = trust.addBeside(next, holders);
            ErrorCode missing = trusted.stream()
                    .map(TrustOutcome::failure)
                    .filter(failure -> failure != null)
                    .findFirst()
                    .orElse(null);
            if (missing != null && change.isUsable()) {
                outcomes.addAll(trusted);
                outcomes.add(new TrustOutcome(
                        AUTHORITY,
                        "The new one is ready, and the old one stays in use: not everything that trusts the old one trusts the"
                                + " new one yet.",
                        "Do what is said above, then: gotunnel trust renew",
                        missing));
                return outcomes;
            }
            change.put();
        }
        tellOwner.run();
        outcomes.addAll(trust.finish(holders));
        change.finish();
        helper.unwanted(wanted).forEach(suffix -> takeFromHelper(suffix, outcomes));
        X509Certificate root = change.current().orElseThrow();
        outcomes.add(TrustOutcome.done(
                AUTHORITY,
                CertificateAuthority.nameOf(root) + " is in use; it signs below " + wanted + ".",
                holders.isEmpty() ? "Let browsers and programs trust it: gotunnel trust install" : ""));
        return outcomes;
    }

    /** The authority cannot sign below it any more, whatever the helper would take. */
    private void takeFromHelper(String suffix, List<TrustOutcome> outcomes) {
        try {
            helper.remove(suffix, "no tunnel has a name below " + suffix + " any more");
        } catch (GotunnelException e) {
            outcomes.add(TrustOutcome.failed("helper", e));
        }
    }

    private List<TrustStep> steps(AuthorityChange change, Suffixes wanted, List<TrustStore> holders) {
        List<TrustStep> steps = new ArrayList<>();
        if (!wanted.equals(store.suffixes())) {
            steps.add(new TrustStep("gotunnel.yaml", "allow names below " + wanted));
        }
        String old = change.current()
                .map(root -> " in the place of " + CertificateAuthority.nameOf(root))
                .orElse("");
        steps.add(new TrustStep(
                AUTHORITY, "make a new one" + old + " in " + change.place() + ", which may sign below " + wanted));
        steps.addAll(helperSteps(wanted));
        holders.forEach(holder -> steps.add(new TrustStep(holder.name(), "add the new one to " + holder.place())));
        steps.addAll(trust.removals(holders));
        return steps;
    }

    private List<TrustStep> helperSteps(Suffixes wanted) {
        List<TrustStep> steps = new ArrayList<>();
        helper.missing(wanted)
                .forEach(suffix -> steps.add(new TrustStep("helper", "let it take names below ." + suffix)));
        helper.unwanted(wanted)
                .forEach(suffix -> steps.add(new TrustStep("helper", "let it take no names below ." + suffix)));
        return steps;
    }
}
