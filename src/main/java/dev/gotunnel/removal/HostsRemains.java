package dev.gotunnel.removal;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.tunnel.HostsService;
import java.util.List;

/** This user's names in the hosts file. Other users' names are theirs. */
final class HostsRemains implements Remains {
    private final HostsService hosts;

    HostsRemains(HostsService hosts) {
        this.hosts = hosts;
    }

    @Override
    public String kind() {
        return "hosts";
    }

    private List<String> names() {
        return hosts.cleaning().removed();
    }

    @Override
    public List<String> find() {
        List<String> names = names();
        return names.isEmpty() ? List.of() : List.of(String.join(", ", names) + " in " + hosts.place());
    }

    @Override
    public void remove(List<String> done, List<GotunnelException> failures) {
        boolean none = names().isEmpty();
        try {
            // Also where there is none: the journal may still tell of some.
            hosts.clean();
            if (!none) {
                done.add(hosts.place() + " has no names of yours any more.");
            }
        } catch (GotunnelException e) {
            failures.add(e.code() == ErrorCode.NOT_PERMITTED ? byHand(e) : e);
        }
    }

    private GotunnelException byHand(GotunnelException refusal) {
        return new GotunnelException(
                ErrorCode.NOT_PERMITTED, refusal.getMessage(), "By hand: " + hosts.cleaningByHand(), refusal);
    }
}
