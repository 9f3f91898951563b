package dev.gotunnel.testing;

import dev.gotunnel.names.DomainName;
import dev.gotunnel.names.HostsManager;
import java.net.InetAddress;
import java.util.Map;
import java.util.TreeMap;

/** A hosts file without a file. */
public final class InMemoryHosts implements HostsManager {
    private Map<DomainName, InetAddress> entries = new TreeMap<>();
    private Map<DomainName, InetAddress> kept = new TreeMap<>();

    /** The names and where they lead. */
    public synchronized Map<DomainName, InetAddress> entries() {
        return Map.copyOf(entries);
    }

    @Override
    public synchronized void addEntry(DomainName domain, InetAddress address) {
        entries.put(domain, address);
    }

    @Override
    public synchronized void removeEntry(DomainName domain) {
        entries.remove(domain);
    }

    @Override
    public synchronized void backup() {
        kept = new TreeMap<>(entries);
    }

    @Override
    public synchronized void restore() {
        entries = new TreeMap<>(kept);
    }
}
