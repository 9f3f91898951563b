package dev.gotunnel.platform;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import sun.misc.Signal;

/**
 * Ctrl-C as something to wait for, instead of the end of the process. SIGTERM keeps its meaning: the shutdown hooks run.
 */
public final class Interrupts {
    private static final Object INTERRUPT = new Object();

    private final BlockingQueue<Object> wakeUps = new LinkedBlockingQueue<>();

    /** Takes Ctrl-C over from here on. */
    public Interrupts() {
        Signal.handle(new Signal("INT"), signal -> wakeUps.add(INTERRUPT));
    }

    /** Ends a wait without an interrupt. Any thread. */
    public void wake() {
        wakeUps.add(wakeUps);
    }

    /**
     * Waits for Ctrl-C or {@link #wake()}.
     *
     * @return whether it was Ctrl-C
     */
    public boolean await() {
        try {
            return wakeUps.take() == INTERRUPT;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** Lets this process live on when its terminal closes or its neighbours are interrupted. */
    public static void ignoreTerminal() {
        Signal.handle(new Signal("INT"), signal -> {});
        if (OperatingSystem.current() != OperatingSystem.WINDOWS) {
            Signal.handle(new Signal("HUP"), signal -> {});
        }
    }
}
