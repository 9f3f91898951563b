package dev.gotunnel.privilege;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Map;
import org.junit.jupiter.api.Test;

class CallerTest {
    @Test
    void anOrdinaryUserIsHimselfWhateverVariablesSay() {
        assertEquals(new Caller("1000", false), Caller.unix(1000, Map.of("SUDO_UID", "0")));
    }

    @Test
    void rootWorksForWhomSudoOrPkexecName() {
        assertEquals(new Caller("0", true), Caller.unix(0, Map.of()));
        assertEquals(new Caller("1000", true), Caller.unix(0, Map.of("SUDO_UID", "1000")));
        assertEquals(new Caller("1001", true), Caller.unix(0, Map.of("PKEXEC_UID", "1001")));
        assertEquals(new Caller("0", true), Caller.unix(0, Map.of("SUDO_UID", "you")));
    }

    @Test
    void theRunningProcessHasAUser() {
        assertFalse(Caller.current().id().isEmpty());
    }
}
