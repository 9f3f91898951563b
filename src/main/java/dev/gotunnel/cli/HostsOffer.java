package dev.gotunnel.cli;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.tunnel.HostsChange;
import dev.gotunnel.tunnel.HostsService;
import dev.gotunnel.tunnel.Refusals;
import dev.gotunnel.tunnel.Tunnel;
import dev.gotunnel.tunnel.TunnelService;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Offers to write the name of a tunnel that has just started into the hosts file, before any prompt of the system's. Made
 * in a terminal only, only where the user would be asked for a password, and never again once he has declined.
 */
final class HostsOffer {
    private final Context context;
    private final Output output;

    HostsOffer(Context context) {
        this.context = context;
        this.output = context.output();
    }

    /**
     * Makes the offer where there is a reason for it.
     *
     * @param started the tunnel; it runs, whatever the user says
     * @param tunnels whoever runs it
     * @return the tunnel as it is afterwards
     */
    Tunnel make(Tunnel started, TunnelService tunnels) {
        boolean lacking = started.limitations().stream()
                .anyMatch(limitation -> limitation.code().equals("name-unresolved"));
        if (!lacking || !context.surroundings().hasTerminal()) {
            return started;
        }
        HostsService hosts = context.surroundings().machine().hosts();
        try {
            HostsChange change = hosts.plan(names(tunnels));
            boolean missing = change.added().contains(started.domain());
            if (!missing || hosts.isRefused()) {
                return started;
            }
            if (!hosts.wouldAsk()) {
                // An answer that the system keeps for a while was given to this terminal, not to whoever runs the
                // tunnel.
                hosts.applyQuietly(() -> names(tunnels));
            } else if (isAgreed(hosts, change)) {
                hosts.apply(() -> names(tunnels));
            } else {
                return started;
            }
        } catch (GotunnelException e) {
            output.failure(e, context.options().isDebug());
            if (e.code() == ErrorCode.NOT_PERMITTED) {
                hosts.refuse(Refusals.Word.NO);
            }
            return started;
        }
        return tunnels.lookAgain().stream()
                .filter(tunnel -> tunnel.id().equals(started.id()))
                .findFirst()
                .orElse(started);
    }

    private static Collection<String> names(TunnelService tunnels) {
        return HostsService.namesOf(tunnels.list());
    }

    private boolean isAgreed(HostsService hosts, HostsChange change) {
        output.line("So that " + String.join(" and ", change.added())
                + " lead here in every program, gotunnel would change " + hosts.place() + ":");
        change.difference().forEach(line -> output.line("  " + line));
        Optional<String> answer = context.surroundings().ask("Write that? [Y/n/never] ");
        String word = answer.orElse("no").strip().toLowerCase(Locale.ROOT);
        if (List.of("", "y", "yes").contains(word)) {
            return true;
        }
        hosts.refuse(word.equals("never") ? Refusals.Word.NEVER : Refusals.Word.NO);
        output.line("You are not asked again. To do it later: gotunnel hosts apply");
        output.line("");
        return false;
    }
}
