package dev.gotunnel.tunnel;

import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.names.DomainName;
import dev.gotunnel.names.HostsFile;
import dev.gotunnel.names.NameResolution;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the names of running tunnels lead: the entries of the hosts file, as far as nobody has to be asked for them, and
 * what the resolver says. Any thread but an event loop.
 */
final class TunnelNames {
    private static final Logger LOG = LoggerFactory.getLogger(TunnelNames.class);

    /** How long a start waits to learn whether the name resolves; a slow resolver's answer comes as a change. */
    private static final int WAIT_MILLIS = 300;

    /** How often it is tried, unasked, whether the hosts file may be written by now: that starts a program. */
    private static final long TRY_NANOS = Duration.ofMinutes(1).toNanos();

    private final NameResolution resolution;
    private final HostsService hosts;
    private final Executor workers;
    private final Ledger ledger;
    private final LongSupplier nanos;
    private final AtomicLong tried = new AtomicLong();
    private final AtomicBoolean checking = new AtomicBoolean();

    /** The manager's side: which tunnels run, and what is learnt of them. */
    interface Ledger {
        /** The domains of the tunnels that serve or are about to. */
        Set<DomainName> domains();

        /** The tunnels that serve. */
        List<TunnelEntry> serving();

        /** Told what the resolver says of a tunnel's name, again and again. */
        void learnt(TunnelEntry entry, DomainName domain, boolean leadsHere, HostsFile.@Nullable Shadow shadow);
    }

    TunnelNames(NameResolution resolution, HostsService hosts, Executor workers, Ledger ledger, LongSupplier nanos) {
        this.resolution = resolution;
        this.hosts = hosts;
        this.workers = workers;
        this.ledger = ledger;
        this.nanos = nanos;
    }

    private Collection<String> wanted() {
        Set<String> names = new LinkedHashSet<>();
        ledger.domains().forEach(domain -> names.addAll(HostsService.namesOf(domain)));
        return names;
    }

    /** Has the hosts file hold the names of what runs, if that asks nobody. */
    void write() {
        tried.set(nanos.getAsLong());
        hosts.applyQuietly(this::wanted);
    }

    /** Waits a moment for whether a name resolves; an answer that comes later is a change like any other. */
    void lookUp(TunnelEntry entry) {
        DomainName domain = entry.spec.domain();
        if (domain.isLocalhost()) {
            return;
        }
        CompletableFuture<Void> lookup = CompletableFuture.runAsync(() -> ask(entry, domain), workers);
        try {
            lookup.get(WAIT_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.debug("The look-up of {} takes its time", domain);
        } catch (ExecutionException e) {
            LOG.warn("The name {} could not be looked up", domain, e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void ask(TunnelEntry entry, DomainName domain) {
        boolean leadsHere = resolution.leadsHere(domain.example());
        ledger.learnt(entry, domain, leadsHere, leadsHere ? null : shadow(domain));
    }

    private HostsFile.@Nullable Shadow shadow(DomainName domain) {
        try {
            return hosts.shadows(domain.ascii()).stream().findFirst().orElse(null);
        } catch (GotunnelException e) {
            LOG.debug("Who else leads {} somewhere cannot be read: {}", domain, e.getMessage());
            return null;
        }
    }

    /** Looks every name up that runs. One round at a time: the resolver may take longer than the pause between two. */
    void check() {
        if (!checking.compareAndSet(false, true)) {
            return;
        }
        try {
            if (nanos.getAsLong() - tried.get() > TRY_NANOS) {
                write();
            }
            lookUpAll();
        } finally {
            checking.set(false);
        }
    }

    /** As {@link #check}, at once and whatever was tried before. */
    void checkNow() {
        write();
        lookUpAll();
    }

    private void lookUpAll() {
        CompletableFuture.allOf(ledger.serving().stream()
                        .filter(entry -> !entry.spec.domain().isLocalhost())
                        .map(entry -> CompletableFuture.runAsync(() -> ask(entry, entry.spec.domain()), workers))
                        .toArray(CompletableFuture<?>[]::new))
                .join();
    }
}
