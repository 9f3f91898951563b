package dev.gotunnel.doctor;

import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.tunnel.Finding;
import dev.gotunnel.tunnel.Repair;
import dev.gotunnel.tunnel.TrustOutcome;
import dev.gotunnel.tunnel.TrustService;
import dev.gotunnel.tunnel.TrustState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether the stores of browsers and programs trust the certificate authority. */
final class TrustCheck implements Check {
    private static final Logger LOG = LoggerFactory.getLogger(TrustCheck.class);

    /** How the hint of what gotunnel can write itself begins. */
    private static final String INSTALL = "gotunnel trust install";

    private final TrustService trust;
    private final Path authority;

    /**
     * @param authority the folder of the certificate authority
     */
    TrustCheck(TrustService trust, Path authority) {
        this.trust = trust;
        this.authority = authority;
    }

    @Override
    public String subject() {
        return "trust";
    }

    @Override
    public List<Finding> look() {
        if (!Files.exists(authority)) {
            return List.of(Finding.note(
                    subject(), "There is nothing to trust yet.", "", "Once a tunnel has run: gotunnel trust install"));
        }
        List<TrustState> stores;
        try {
            stores = trust.status().stream().filter(TrustState::found).toList();
        } catch (GotunnelException e) {
            LOG.debug("Trust cannot be looked at", e);
            return List.of(Finding.note(
                    subject(), "What trusts the certificate authority can be said once that can be used.", "", ""));
        }
        List<Finding> found = new ArrayList<>();
        int trusting = 0;
        for (TrustState store : stores) {
            if (store.trusted().equals("yes") && !store.verified().equals("no")) {
                trusting++;
            } else {
                found.add(untrusted(store));
            }
        }
        if (trusting > 0 || found.isEmpty()) {
            found.addFirst(Finding.ok(
                    subject(),
                    stores.isEmpty()
                            ? "There is no trust store here."
                            : trusting + " of " + stores.size() + " trust stores accept this machine's certificates."));
        }
        return found;
    }

    private Finding untrusted(TrustState store) {
        boolean byVariables = store.fix().contains("gotunnel env");
        String what = store.trusted().equals("unknown")
                ? store.store() + ": whether it trusts the certificate authority cannot be read."
                : store.trusted().equals("yes")
                        ? store.store() + " holds the certificate authority and yet refuses its certificates."
                        : store.store() + " does not trust the certificate authority.";
        Finding finding = new Finding(
                subject(),
                byVariables ? Finding.Level.NOTE : Finding.Level.WARNING,
                what,
                store.note().isEmpty() ? "It lies in " + store.place() + "." : store.note(),
                store.fix(),
                null);
        return store.fix().startsWith(INSTALL)
                ? finding.mendedBy(new Repair(
                        "add the root to " + store.store() + ", " + store.place(),
                        trust.asksAdministrator(store.store()),
                        () -> install(store)))
                : finding;
    }

    private void install(TrustState store) {
        for (TrustOutcome outcome : trust.install(List.of(store.store()), steps -> true)) {
            if (outcome.failure() != null) {
                throw new GotunnelException(
                        Objects.requireNonNull(outcome.failure()),
                        outcome.store() + ": " + outcome.message(),
                        outcome.hint());
            }
        }
    }
}
