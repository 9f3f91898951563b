package dev.gotunnel.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
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
import java.util.Set;
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

    private EnginePorts.Pair freeLow() throws IOException {
        return new EnginePorts.Pair(ManagerFixture.freePort(), ManagerFixture.freePort());
    }

    @Test
    void lowPortsComeAndGoWithThePermission() throws IOException {
        EnginePorts.Pair low = freeLow();
        InMemoryPrivileges privileges = new InMemoryPrivileges();
        EnginePorts high = EnginePorts.open(fixture.engine(), PortPlan.AUTOMATIC, low, privileges);
        assertNotNull(high.limitation());
        assertEquals(high, high.raised(fixture.engine(), PortPlan.AUTOMATIC, low, privileges, true));

        privileges.holds(Permission.BIND_PRIVILEGED_PORTS);
        EnginePorts raised = high.raised(fixture.engine(), PortPlan.AUTOMATIC, low, privileges, false);
        assertEquals(low.https(), raised.https());
        assertEquals(low.http(), raised.http());
        assertNull(raised.limitation());
        assertEquals(Set.of(low.http(), low.https(), high.http(), high.https()), raised.all());
        raised.all().forEach(port -> assertTrue(ManagerFixture.listens(port), "addresses given out go on working"));
        assertEquals(raised, raised.raised(fixture.engine(), PortPlan.AUTOMATIC, low, privileges, true));
        assertEquals(raised, raised.lowered(fixture.engine(), PortPlan.AUTOMATIC, low, privileges));

        privileges.holds();
        EnginePorts lowered = raised.lowered(fixture.engine(), PortPlan.AUTOMATIC, low, privileges);
        assertEquals(high.https(), lowered.https());
        assertNotNull(lowered.limitation());
        assertFalse(ManagerFixture.listens(low.https()) || ManagerFixture.listens(low.http()));
        assertTrue(ManagerFixture.listens(high.https()) && ManagerFixture.listens(high.http()));
    }

    @Test
    void lowPortsFromTheBeginningAreGivenBackForHighOnes() throws IOException {
        EnginePorts.Pair low = freeLow();
        InMemoryPrivileges privileges = new InMemoryPrivileges(Permission.BIND_PRIVILEGED_PORTS);
        EnginePorts first = EnginePorts.open(fixture.engine(), PortPlan.AUTOMATIC, low, privileges);
        assertEquals(low.https(), first.https());
        privileges.holds();
        EnginePorts lowered = first.lowered(fixture.engine(), PortPlan.AUTOMATIC, low, privileges);
        assertTrue(lowered.https() >= 8443, lowered.toString());
        assertFalse(ManagerFixture.listens(low.https()));
    }

    @Test
    void whereSomebodyHasALowPortItIsTriedAgainOnlyWhenTheUserAsks() throws IOException {
        EnginePorts.Pair low = freeLow();
        ServerSocket other = new ServerSocket(low.https(), 1, InetAddress.getByName("127.0.0.1"));
        EnginePorts high;
        try (other) {
            high = EnginePorts.open(fixture.engine(), PortPlan.AUTOMATIC, low, LOW);
            assertTrue(Objects.requireNonNull(high.limitation()).fix().endsWith("Then: gotunnel ports enable"));
            assertEquals(high, high.raised(fixture.engine(), PortPlan.AUTOMATIC, low, LOW, true));
        }
        assertSame(high, high.raised(fixture.engine(), PortPlan.AUTOMATIC, low, LOW, false));
        assertEquals(
                low.https(),
                high.raised(fixture.engine(), PortPlan.AUTOMATIC, low, LOW, true)
                        .https());
    }

    @Test
    void aPortThatTheUserNamedStaysWhenTheOtherIsRaised() throws IOException {
        EnginePorts.Pair low = freeLow();
        PortPlan plan = new PortPlan(ManagerFixture.freePort(), null, true);
        InMemoryPrivileges privileges = new InMemoryPrivileges();
        EnginePorts high = EnginePorts.open(fixture.engine(), plan, low, privileges);
        privileges.holds(Permission.BIND_PRIVILEGED_PORTS);
        EnginePorts raised = high.raised(fixture.engine(), plan, low, privileges, true);
        assertEquals(plan.http(), raised.http());
        assertEquals(low.https(), raised.https());
        privileges.holds();
        EnginePorts lowered = raised.lowered(fixture.engine(), plan, low, privileges);
        assertEquals(plan.http(), lowered.http());
        assertTrue(ManagerFixture.listens(lowered.http()));
    }

    @Test
    void theWayOutIsACommandWhereThereIsAHelper() {
        EnginePorts ports = open(PortPlan.AUTOMATIC, new InMemoryPrivileges().requestable());
        assertEquals(
                "gotunnel ports enable",
                Objects.requireNonNull(ports.limitation()).fix());
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
