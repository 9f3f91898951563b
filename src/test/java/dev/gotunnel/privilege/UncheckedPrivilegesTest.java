package dev.gotunnel.privilege;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumSet;
import org.junit.jupiter.api.Test;

class UncheckedPrivilegesTest {
    private final PrivilegeManager privileges = new UncheckedPrivileges();

    @Test
    void everythingIsTriedAndNobodyIsAsked() {
        assertEquals(EnumSet.allOf(Permission.class), privileges.check());
        assertTrue(privileges.canPerform(Permission.BIND_PRIVILEGED_PORTS));
        assertFalse(privileges.canRequest(Permission.BIND_PRIVILEGED_PORTS));
        privileges.requestElevation(Permission.BIND_PRIVILEGED_PORTS, "to listen on 443");
        assertEquals(EnumSet.allOf(Permission.class), privileges.check());
    }
}
