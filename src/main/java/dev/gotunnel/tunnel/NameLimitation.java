package dev.gotunnel.tunnel;

import dev.gotunnel.names.DomainName;
import dev.gotunnel.names.HostsFile;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A name that this machine does not lead to itself, and what mends it. */
final class NameLimitation {
    private NameLimitation() {}

    /**
     * The limitation of a name.
     *
     * @param shadow somebody else's line that leads it elsewhere; null when there is none
     * @param hosts what may write the hosts file
     */
    static Limitation of(
            DomainName domain, String urlThatWorks, HostsFile.@Nullable Shadow shadow, HostsService hosts) {
        String name = domain.ascii();
        if (domain.isWildcard()) {
            return new Limitation(
                    "name-unresolved",
                    "The names " + name + " do not lead to this machine; " + urlThatWorks + " do in browsers.",
                    "A hosts file holds no wildcards: give it a line for each name that you need below "
                            + name.substring(2) + ".");
        }
        if (shadow != null) {
            return new Limitation(
                    "name-unresolved",
                    name + " leads to " + shadow.address() + " by line " + shadow.line() + " of " + hosts.place() + "; "
                            + urlThatWorks + " leads here in browsers.",
                    "Take the name out of that line, or use another --domain.");
        }
        return new Limitation(
                "name-unresolved",
                name + " does not lead to this machine yet; " + urlThatWorks + " does in browsers.",
                // Java, Node and Python do not lead .localhost names here by themselves, as browsers and curl do.
                hosts.isWithinReach(name) ? "gotunnel hosts apply" : hosts.byHand(List.of(name, domain.localhostName())));
    }
}
