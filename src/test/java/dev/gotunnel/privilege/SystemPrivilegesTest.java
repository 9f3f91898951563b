package dev.gotunnel.privilege;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.platform.OperatingSystem;
import dev.gotunnel.testing.Failures;
import dev.gotunnel.testing.InMemoryElevation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** On a machine made of files in a private folder. */
class SystemPrivilegesTest {
    private final InMemoryElevation elevation = new InMemoryElevation();

    @TempDir
    Path root;

    private SystemPrivileges on(OperatingSystem system) {
        return new SystemPrivileges(system, root, elevation);
    }

    private void file(String name, String content) throws Exception {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    @Test
    void anEmptyMachinePermitsNothing() {
        assertEquals(Set.of(), on(OperatingSystem.LINUX).check());
    }

    @ParameterizedTest
    @CsvSource({"0, true", "80, true", "81, false", "1024, false", "nonsense, false"})
    void lowPortsAreFreeFromTheKernelsSettingOn(String setting, boolean allowed) throws Exception {
        file("proc/sys/net/ipv4/ip_unprivileged_port_start", setting + "\n");
        assertEquals(allowed, on(OperatingSystem.LINUX).canPerform(Permission.BIND_PRIVILEGED_PORTS));
    }

    @ParameterizedTest
    @CsvSource({
        "0000000000000400, true",
        "000001ffffffffff, true",
        "ffffffffffffffff, true",
        "0000000000000000, false",
        "0000000000000200, false",
        "zz, false"
    })
    void theCapabilityToBindServesAsWell(String capabilities, boolean allowed) throws Exception {
        file("proc/self/status", "Name:\tjava\nCapInh:\t0000000000000000\nCapEff:\t" + capabilities + "\n");
        assertEquals(allowed, on(OperatingSystem.LINUX).canPerform(Permission.BIND_PRIVILEGED_PORTS));
    }

    @ParameterizedTest
    @EnumSource(names = {"WINDOWS", "MACOS"})
    void otherSystemsAskNobodyForLowPorts(OperatingSystem system) {
        assertTrue(on(system).canPerform(Permission.BIND_PRIVILEGED_PORTS));
    }

    @Test
    void whatTheHelperWouldDoWithoutAskingIsPermitted() {
        elevation.with(Outlook.GRANTED);
        assertEquals(
                EnumSet.of(Permission.MODIFY_HOSTS_FILE, Permission.INSTALL_CERTIFICATES),
                on(OperatingSystem.LINUX).check());
        elevation.with(Outlook.ASKS);
        assertEquals(Set.of(), on(OperatingSystem.LINUX).check());
        assertEquals(List.of(), elevation.asked(), "to look is not to ask");
    }

    @Test
    void whatLastsIsAskedForAtOnceAndTheRestByTheChangeItself() {
        elevation.with(Outlook.ASKS);
        PrivilegeManager privileges = on(OperatingSystem.LINUX);
        assertTrue(privileges.canRequest(Permission.MODIFY_HOSTS_FILE));
        privileges.requestElevation(Permission.MODIFY_HOSTS_FILE, "to serve shop.local");
        assertEquals(List.of(), elevation.asked());
        privileges.requestElevation(Permission.BIND_PRIVILEGED_PORTS, "to serve 443");
        assertEquals(
                List.of(Verb.PORTS_ENABLE),
                elevation.asked().stream().map(InMemoryElevation.Asked::verb).toList());
    }

    @Test
    void aRequestThatTheUserDeclinesFails() {
        elevation.with(Outlook.ASKS).declining();
        Failures.of(
                ErrorCode.NOT_PERMITTED,
                () -> on(OperatingSystem.LINUX).requestElevation(Permission.BIND_PRIVILEGED_PORTS, "to serve 443"));
    }

    @Test
    void whatCanBeWrittenMayBeChanged() throws Exception {
        file("etc/hosts", "127.0.0.1 localhost\n");
        Files.createDirectories(root.resolve("etc/pki/ca-trust/source/anchors"));
        assertEquals(
                EnumSet.of(Permission.MODIFY_HOSTS_FILE, Permission.INSTALL_CERTIFICATES),
                on(OperatingSystem.LINUX).check());
    }

    @ParameterizedTest
    @EnumSource
    void withoutAWayToAskARequestIsRefusedWithReasonAndWayOut(Permission permission) {
        GotunnelException refused = Failures.of(
                ErrorCode.NOT_PERMITTED,
                () -> on(OperatingSystem.LINUX).requestElevation(permission, "to serve shop.local"));
        assertTrue(refused.getMessage().contains("to serve shop.local"));
        assertFalse(String.valueOf(refused.hint()).isEmpty());
    }

    @Test
    void whatIsPermittedIsNotAskedFor() throws Exception {
        file("etc/hosts", "");
        assertDoesNotThrow(
                () -> on(OperatingSystem.LINUX).requestElevation(Permission.MODIFY_HOSTS_FILE, "to serve shop.local"));
    }

    @Test
    void theRunningSystemIsLookedAtWithoutFailing() {
        assertDoesNotThrow(() -> new SystemPrivileges(elevation).check());
    }
}
