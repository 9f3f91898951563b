package dev.gotunnel.removal;

import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.tunnel.TrustOutcome;
import dev.gotunnel.tunnel.TrustService;
import java.util.List;

/** The roots in trust stores, what was made for them, and the files of {@code gotunnel env}. */
final class TrustRemains implements Remains {
    private final TrustService trust;

    TrustRemains(TrustService trust) {
        this.trust = trust;
    }

    @Override
    public String kind() {
        return "trust";
    }

    @Override
    public List<String> find() {
        return trust.toUninstall().stream()
                .map(step -> step.store() + ": " + step.what())
                .toList();
    }

    @Override
    public void remove(List<String> done, List<GotunnelException> failures) {
        // First: what stays for now is known by the journal alone once the authority is gone.
        trust.adopt();
        for (TrustOutcome outcome : trust.uninstall(steps -> true)) {
            if (outcome.failure() == null) {
                done.add(outcome.store() + ": " + outcome.message()
                        + (outcome.hint().isEmpty() ? "" : " " + outcome.hint()));
            } else {
                failures.add(new GotunnelException(
                        outcome.failure(), outcome.store() + ": " + outcome.message(), outcome.hint()));
            }
        }
    }
}
