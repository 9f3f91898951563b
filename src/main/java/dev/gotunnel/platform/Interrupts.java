package dev.gotunnel.platform;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Ctrl-C as something to wait for, instead of the end of the process. SIGTERM keeps its meaning: the shutdown hooks run.
 */
public final class Interrupts {
    private static final Object INTERRUPT = new Object();

    private final BlockingQueue<Object> wakeUps = new LinkedBlockingQueue<>();

    /** Takes Ctrl-C over from here on; until then it ends the process. */
    public Interrupts begin() {
        handle("INT", () -> wakeUps.add(INTERRUPT));
        return this;
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

    /** Does something on SIGTERM, on a thread of its own, instead of ending at once; the process ends when it is done. */
    public static void onTermination(Runnable action) {
        handle(
                "TERM",
                () -> Thread.ofPlatform().daemon().name("gotunnel-termination").start(action));
    }

    /** Lets this process live on when its terminal closes or its neighbours are interrupted. */
    public static void ignoreTerminal() {
        handle("INT", () -> {});
        if (OperatingSystem.current() != OperatingSystem.WINDOWS) {
            handle("HUP", () -> {});
        }
    }

    /**
     * By reflection, since javac warns of {@code sun.misc.Signal} in a way that nothing can switch off. The module
     * jdk.unsupported exports it to everybody and the JDK has no other way to handle a signal.
     */
    private static void handle(String signal, Runnable action) {
        try {
            Class<?> signalType = Class.forName("sun.misc.Signal");
            Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
            InvocationHandler invocation = (proxy, method, arguments) -> {
                if (method.getName().equals("handle")) {
                    action.run();
                }
                return null;
            };
            Object handler =
                    Proxy.newProxyInstance(Interrupts.class.getClassLoader(), new Class<?>[] {handlerType}, invocation);
            signalType
                    .getMethod("handle", signalType, handlerType)
                    .invoke(null, signalType.getConstructor(String.class).newInstance(signal), handler);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("SIG" + signal + " cannot be handled", e);
        }
    }
}
