package dev.gotunnel.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gotunnel.names.DomainName;
import java.net.InetAddress;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class InMemoryHostsTest {
    @Test
    void keepsTheContractOfAHostsFile() {
        InMemoryHosts hosts = new InMemoryHosts();
        DomainName shop = DomainName.parse("shop");
        DomainName api = DomainName.parse("api");
        hosts.addEntry(shop, InetAddress.getLoopbackAddress());
        hosts.backup();
        hosts.addEntry(api, InetAddress.getLoopbackAddress());
        hosts.removeEntry(shop);
        assertEquals(Set.of(api), hosts.entries().keySet());
        hosts.restore();
        assertEquals(Map.of(shop, InetAddress.getLoopbackAddress()), hosts.entries());
    }
}
