package dev.gotunnel.testing;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The threads that a test has to answer for: those of gotunnel, and any that would keep the process alive. */
final class ThreadsOfOurs {
    /** Toolkits and test runners start these once per process and keep them. */
    private static final List<String> OF_FRAMEWORKS = List.of(
            "JavaFX",
            "QuantumRenderer",
            "Prism",
            "InvokeLaterDispatcher",
            "Thread-",
            "WindowsNativeRunloopThread",
            "AWT-",
            "surefire",
            "junit",
            "ForkJoinPool",
            "globalEventExecutor",
            "DestroyJavaVM",
            "main");

    private ThreadsOfOurs() {}

    static Set<Thread> alive() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(Thread::isAlive)
                .filter(ThreadsOfOurs::isOurs)
                .collect(Collectors.toSet());
    }

    private static boolean isOurs(Thread thread) {
        String name = thread.getName();
        return name.startsWith("gotunnel")
                || (!thread.isDaemon() && OF_FRAMEWORKS.stream().noneMatch(name::startsWith));
    }
}
