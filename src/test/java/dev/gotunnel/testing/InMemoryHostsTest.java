package dev.gotunnel.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.names.DomainName;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;

class InMemoryHostsTest {
    private final InMemoryHosts hosts = new InMemoryHosts();
    private final DomainName shop = DomainName.parse("shop");

    @Test
    void keepsTheContractOfAHostsFile() {
        hosts.backup();
        hosts.addEntry(shop, InetAddress.getLoopbackAddress());
        hosts.addEntry(shop, InetAddress.getLoopbackAddress());
        hosts.addEntry(DomainName.parse("api"), InetAddress.getLoopbackAddress());
        assertEquals(List.of("shop.local", "api.local"), hosts.names());
        hosts.removeEntry(shop);
        hosts.removeEntry(shop);
        assertEquals(List.of("api.local"), hosts.names());
        assertEquals(3, hosts.reasons().size(), "what is so already is not written again");
        hosts.restore();
        assertEquals("127.0.0.1 localhost\n", hosts.text());
    }

    @Test
    void leadsNoNameToAnotherMachineAndNoneThatIsAPattern() throws UnknownHostException {
        InetAddress other = InetAddress.getByAddress(new byte[] {10, 0, 0, 5});
        Failures.of(ErrorCode.USAGE, () -> hosts.addEntry(shop, other));
        DomainName pattern = DomainName.parse("*.shop");
        Failures.of(ErrorCode.USAGE, () -> hosts.addEntry(pattern, InetAddress.getLoopbackAddress()));
    }
}
