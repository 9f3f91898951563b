package dev.gotunnel.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.privilege.Permission;
import dev.gotunnel.privilege.PrivilegeManager;
import dev.gotunnel.testing.EngineFixture;
import dev.gotunnel.testing.Failures;
import dev.gotunnel.testing.InMemoryPrivileges;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The rules hold whoever else uses 80, 443, 8443 and 8880 on this machine: tests take them or accept who has them. */
class EnginePortsTest {
    private static final PrivilegeManager NONE = new InMemoryPrivileges();
    private static final PrivilegeManager LOW = new InMemoryPrivileges(Permission.BIND_PRIVILEGED_PORTS);

    private final List<ServerSocket> taken = new ArrayList<>();
    private EngineFixture fixture;

    @BeforeEach
    void open() {
        fixture = EngineFixture.start();
    }

    @AfterEach
    void close() throws IOException {
        fixture.close();
        for (ServerSocket socket : taken) {
            socket.close();
        }
    }

    private EnginePorts open(PortPlan plan, PrivilegeManager privileges) {
        return EnginePorts.open(fixture.engine(), plan, privileges);
    }

    /** Makes sure that a port is in use, by this test or by somebody else. */
    private void take(int port) {
        try {
            taken.add(new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1")));
        } catch (IOException e) {
            // Somebody else has it, which serves as well.
            assertTrue(port > 0);
        }
    }

    private int takeAny() throws IOException {
        taken.add(new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1")));
        return taken.getLast().getLocalPort();
    }

    @Test
    void zeroTakesEphemeralPorts() {
        EnginePorts ports = open(new PortPlan(0, 0, true), LOW);
        assertNotEquals(ports.http(), ports.https());
        assertTrue(ManagerFixture.listens(ports.http()) && ManagerFixture.listens(ports.https()));
        assertNull(ports.limitation());
        ports.close(fixture.engine());
        assertFalse(ManagerFixture.listens(ports.http()) || ManagerFixture.listens(ports.https()));
    }

    @Test
    void aPortThatWasAskedForIsUsed() throws IOException {
        int http = ManagerFixture.freePort();
        EnginePorts ports = open(new PortPlan(http, 0, true), LOW);
        assertEquals(http, ports.http());
    }

    @Test
    void aPortThatWasAskedForAndIsTakenIsRefusedAndNothingStaysOpen() throws IOException {
        int free = ManagerFixture.freePort();
        int used = takeAny();
        Failures.of(ErrorCode.PORT_TAKEN, () -> open(new PortPlan(free, used, true), LOW));
        assertFalse(ManagerFixture.listens(free));
        Failures.of(ErrorCode.PORT_TAKEN, () -> open(new PortPlan(used, 0, true), LOW));
    }

    @Test
    void withoutPermissionItFallsToHighPortsAndSaysSo() {
        EnginePorts ports = open(PortPlan.AUTOMATIC, NONE);
        assertTrue(ports.https() >= 8443 && ports.https() <= 8463, ports.toString());
        assertEquals(ports.https() - 8443, ports.http() - 8880, "always a pair");
        assertEquals("high-port", Objects.requireNonNull(ports.limitation()).code());
    }

    @Test
    void aTakenPairFallsToTheNext() {
        take(8443);
        EnginePorts ports = open(new PortPlan(null, null, false), NONE);
        assertTrue(ports.https() > 8443);
        EnginePorts next = open(new PortPlan(null, null, false), NONE);
        // Not necessarily a higher one: somebody else may have given a pair back meanwhile.
        assertTrue(next.https() != ports.https() && next.http() != ports.http());
        assertNull(ports.limitation(), "nobody wished for low ports");
    }

    @Test
    void lowPortsThatAreTakenFallToHighOnesWithTheReason() {
        take(443);
        EnginePorts ports = open(PortPlan.AUTOMATIC, LOW);
        assertTrue(ports.https() >= 8443);
        Limitation why = Objects.requireNonNull(ports.limitation());
        assertEquals("high-port", why.code());
        assertTrue(why.message().contains("443"), why.message());
        assertFalse(why.fix().contains("null"));
    }

    @Test
    void aPortChosenByTheUserLeavesTheOtherToUs() {
        EnginePorts ports = open(new PortPlan(null, 0, true), NONE);
        assertTrue(ports.http() >= 8880 && ports.http() <= 8900);
        assertNull(ports.limitation(), "HTTPS is where the user wished");
    }

    @Test
    void urlsLeaveOutTheStandardPorts() {
        EnginePorts low = new EnginePorts(80, 443, null);
        EnginePorts high = new EnginePorts(8880, 8443, null);
        assertEquals("https://shop.localhost", low.url("shop.localhost", true));
        assertEquals("http://shop.localhost", low.url("shop.localhost", false));
        assertEquals("https://shop.localhost:8443", high.url("shop.localhost", true));
        assertEquals("http://shop.localhost:8880", high.url("shop.localhost", false));
    }

    @Test
    void aPlanKeepsToTheRangeAndToTwoPorts() {
        Failures.of(ErrorCode.USAGE, () -> new PortPlan(65536, null, true));
        Failures.of(ErrorCode.USAGE, () -> new PortPlan(null, -1, true));
        Failures.of(ErrorCode.USAGE, () -> new PortPlan(8443, 8443, true));
        assertEquals(0, new PortPlan(0, 0, true).http());
    }
}
