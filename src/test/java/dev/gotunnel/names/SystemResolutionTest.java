package dev.gotunnel.names;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Literal addresses, which need no resolver and no network. */
class SystemResolutionTest {
    private final NameResolution resolution = new SystemResolution();

    @Test
    void loopbackIsHere() {
        assertTrue(resolution.leadsHere("127.0.0.1"));
        assertTrue(resolution.leadsHere("::1"));
    }

    @Test
    void anyOtherAddressIsElsewhere() {
        assertFalse(resolution.leadsHere("192.0.2.1"));
    }

    @Test
    void whatIsNoNameLeadsNowhere() {
        assertFalse(resolution.leadsHere("not a name"));
    }
}
