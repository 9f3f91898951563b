package dev.gotunnel.removal;

import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.tunnel.TrustOutcome;
import dev.gotunnel.tunnel.TrustService;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The roots in trust stores, what was made for them, and the files of {@code gotunnel env}. */
final class TrustRemains implements Remains {
    private static final Logger LOG = LoggerFactory.getLogger(TrustRemains.class);

    private final TrustService trust;
    private final Path authority;

    /**
     * @param authority the folder of the certificate authority
     */
    TrustRemains(TrustService trust, Path authority) {
        this.trust = trust;
        this.authority = authority;
    }

    @Override
    public String kind() {
        return "trust";
    }

    @Override
    public List<String> find() {
        if (Files.exists(authority)) {
            try {
                trust.adopt();
            } catch (GotunnelException e) {
                // What it signed cannot be told from other users' then; the journal still knows.
                LOG.warn("The certificate authority cannot be used: {}", e.getMessage());
            }
        }
        return trust.toUninstall().stream()
                .map(step -> step.store() + ": " + step.what())
                .toList();
    }

    @Override
    public void remove(List<String> done, List<GotunnelException> failures) {
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
