package dev.gotunnel.doctor;

import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.names.DomainName;
import dev.gotunnel.tunnel.Finding;
import dev.gotunnel.tunnel.HostsService;
import dev.gotunnel.tunnel.Limitation;
import dev.gotunnel.tunnel.Repair;
import dev.gotunnel.tunnel.Tunnel;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether the name of each tunnel leads to this machine, and by what. */
final class NamesCheck implements Check {
    private static final Logger LOG = LoggerFactory.getLogger(NamesCheck.class);

    private final Supplier<List<Tunnel>> tunnels;
    private final Resolver resolver;
    private final NameService service;
    private final HostsService hosts;
    private final Runnable lookAgain;

    /** Finds addresses. */
    interface Resolver {
        InetAddress[] addresses(String name) throws UnknownHostException;
    }

    /**
     * @param lookAgain tells the running engine that names may lead here by now
     */
    NamesCheck(
            Supplier<List<Tunnel>> tunnels,
            Resolver resolver,
            NameService service,
            HostsService hosts,
            Runnable lookAgain) {
        this.tunnels = tunnels;
        this.resolver = resolver;
        this.service = service;
        this.hosts = hosts;
        this.lookAgain = lookAgain;
    }

    @Override
    public String subject() {
        return "names";
    }

    @Override
    public List<Finding> look() {
        Map<DomainName, Known> domains = new LinkedHashMap<>();
        List<Tunnel> all = tunnels.get();
        for (Tunnel tunnel : all) {
            String fix = tunnel.limitations().stream()
                    .filter(limitation -> limitation.code().equals("name-unresolved"))
                    .map(Limitation::fix)
                    .findFirst()
                    .orElse("");
            Known known = new Known(fix, tunnel.urls().stream().findFirst().orElse(""));
            domains.merge(
                    new DomainName(tunnel.domain()), known, (a, b) -> a.works().isEmpty() ? b : a);
        }
        if (domains.isEmpty()) {
            return List.of(Finding.ok(subject(), "There is no tunnel yet, and so no name."));
        }
        List<Finding> found = new ArrayList<>();
        Set<String> here = new LinkedHashSet<>();
        Unwritten unwritten = unwritten(all);
        domains.forEach((domain, known) -> look(domain, known, unwritten, here, found));
        if (!here.isEmpty()) {
            found.addFirst(Finding.ok(
                    subject(),
                    String.join(", ", here) + " " + (here.size() == 1 ? "leads" : "lead") + " to this machine."));
        }
        return found;
    }

    /**
     * What a tunnel tells of its name.
     *
     * @param fix how to lead it here; empty when the tunnel does not run, or need not
     * @param works an address that leads to it in browsers; empty when it does not run
     */
    private record Known(String fix, String works) {}

    /**
     * The names of running tunnels that the hosts file does not have yet.
     *
     * @param repair writes them all; null where gotunnel may not
     */
    private record Unwritten(List<String> names, @Nullable Repair repair) {}

    private Unwritten unwritten(List<Tunnel> all) {
        Unwritten nothing = new Unwritten(List.of(), null);
        try {
            List<String> names = hosts.plan(HostsService.namesOf(all)).added();
            return names.isEmpty() || !hosts.isWithinReach()
                    ? nothing
                    : new Unwritten(
                            names,
                            new Repair(
                                    "write " + String.join(", ", names) + " into " + hosts.place(),
                                    hosts.wouldAsk(),
                                    this::write));
        } catch (GotunnelException e) {
            LOG.debug("{} cannot be written: {}", hosts.place(), e.getMessage());
            return nothing;
        }
    }

    /** Of the tunnels that run by then: some may have come and gone while the user was asked. */
    private void write() {
        hosts.allow();
        hosts.apply(() -> HostsService.namesOf(tunnels.get()));
        lookAgain.run();
    }

    private void look(DomainName domain, Known known, Unwritten unwritten, Set<String> here, List<Finding> found) {
        String name = domain.example();
        try {
            List<InetAddress> addresses = Arrays.asList(resolver.addresses(name));
            List<String> elsewhere = addresses.stream()
                    .filter(address -> !address.isLoopbackAddress())
                    .map(InetAddress::getHostAddress)
                    .toList();
            if (elsewhere.isEmpty()) {
                here.add(domain + " (by " + service.meansOf(name) + ")");
            } else {
                found.add(Finding.broken(
                        subject(),
                        domain + " leads to " + String.join(", ", elsewhere) + ", another machine.",
                        "It comes from " + service.meansOf(name) + "; its tunnel is not what programs reach.",
                        domain.isLocalhost() ? "" : "Use https://" + domain.localhostName() + ", or another name."));
            }
        } catch (UnknownHostException e) {
            Finding finding = unknown(domain, known);
            Repair repair = unwritten.names().contains(name) ? unwritten.repair() : null;
            found.add(repair == null ? finding : finding.mendedBy(repair));
        }
    }

    private Finding unknown(DomainName domain, Known known) {
        if (domain.isLocalhost()) {
            return Finding.note(
                    subject(),
                    domain + " is known to browsers and curl only.",
                    "They lead .localhost names here by themselves; Java, Node and Python ask the system, which does not.",
                    known.fix().isEmpty() ? service.localhostFix(domain) : known.fix());
        }
        return Finding.warning(
                subject(),
                domain + " does not lead to this machine.",
                known.works().isEmpty() ? "" : known.works() + " does in browsers.",
                known.fix().isEmpty() ? service.fix(domain) : known.fix());
    }
}
