package dev.gotunnel.ui.tray;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Set;

/** The threads there were before a test, to see that it left none of the tray or the bus. */
final class TrayThreads {

    private final Set<Thread> before = Thread.getAllStackTraces().keySet();

    /** Waits for the threads that began meanwhile; fails when one stays. */
    void assertEnded() throws InterruptedException {
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (!before.contains(thread) && thread.getName().matches("(?i).*(dbus|tray|rcvsvc).*")) {
                assertTrue(thread.join(Duration.ofSeconds(10)), "still running: " + thread);
            }
        }
    }
}
