package dev.gotunnel.ui.tray;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gotunnel.bus.BusException;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Panels that come, go and fail, on a real bus. */
@EnabledOnOs(OS.LINUX)
class HostRegistrationTest extends TrayOnBus {

    @Test
    void isNotAliveWithoutAPanelAndBecomesSoWhenOneStarts() throws Exception {
        try (Tray tray = open()) {
            assertFalse(tray.alive());
            try (FakePanel panel = panel(true)) {
                panel.awaitRegistration();
                assertEquals(true, nextAlive());
                assertTrue(tray.alive());
            }
            assertEquals(false, nextAlive());
            assertFalse(tray.alive());
        }
    }

    @Test
    void registersAgainWhenThePanelRestarts() throws Exception {
        try (FakePanel panel = panel(true);
                Tray tray = open()) {
            String item = panel.awaitRegistration();
            assertEquals(true, nextAlive());
            panel.vanish();
            assertEquals(false, nextAlive());
            panel.appear();
            assertEquals(item, panel.awaitRegistration());
            assertEquals(true, nextAlive());
            assertTrue(tray.alive());
        }
    }

    @Test
    void registersWithAWatcherThatReplacesAnother() throws Exception {
        try (FakePanel first = panel(true);
                Tray tray = open();
                FakePanel second = new FakePanel(bus.address(), true)) {
            String item = first.awaitRegistration();
            first.vanish();
            second.appear();
            assertEquals(item, second.awaitRegistration());
            assertEquals(true, nextAlive());
            // whether the moment without a watcher was seen depends on the order of the bus
            while (!tray.alive()) {
                nextAlive();
            }
        }
    }

    @Test
    void isAliveOnlyWhileAHostShowsIcons() throws Exception {
        try (FakePanel panel = panel(false);
                Tray tray = open()) {
            panel.awaitRegistration();
            assertFalse(tray.alive());
            panel.host(true);
            assertEquals(true, nextAlive());
            panel.host(false);
            assertEquals(false, nextAlive());
            assertEquals(0, panel.registrations());
        }
    }

    @Test
    void triesAgainWhenAStartingPanelIsNotReady() throws Exception {
        try (Tray tray = open();
                FakePanel panel = new FakePanel(bus.address(), true)) {
            panel.refuse(2);
            panel.appear();
            panel.awaitRegistration();
            assertEquals(true, nextAlive());
            assertTrue(tray.alive());
        }
    }

    @Test
    void reportsTheLossOfTheBus() throws Exception {
        try (FakePanel panel = panel(true);
                Tray tray = open()) {
            panel.awaitRegistration();
            assertEquals(true, nextAlive());
            bus.kill();
            assertEquals(false, nextAlive());
            tray.show(sample(), TrayState.RUNNING, "nobody sees this");
            assertFalse(tray.notify("nobody", "sees this"));
        }
    }

    @Test
    void twoTraysOfOneProcessHaveTwoNames() throws Exception {
        try (FakePanel panel = panel(true);
                Tray first = open();
                Tray second = open()) {
            assertTrue(first.alive() && second.alive());
            assertEquals(
                    2,
                    Set.of(panel.awaitRegistration(), panel.awaitRegistration()).size());
        }
    }

    @Test
    void disappearsFromTheBusWhenClosedAndStaysSilent() throws Exception {
        try (FakePanel panel = panel(true)) {
            Tray tray = open();
            String item = panel.awaitRegistration();
            tray.close();
            tray.close();
            assertFalse(tray.alive());
            assertThrows(BusException.class, () -> panel.itemProperty(item, "Id"));
            tray.show(sample(), TrayState.IDLE, "");
            assertFalse(tray.notify("closed", ""));
        }
    }
}
