package dev.gotunnel.testing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Fails a test class that leaves something of the process behind: a thread of ours or one that would keep the process
 * alive, a listening port, a file open below the temporary folder, or a Netty buffer that nobody released. Registered
 * for every test of the project as a service.
 */
public final class LeakGuard implements BeforeAllCallback, AfterAllCallback {
    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(LeakGuard.class);

    /** How long what has been told to end may take to do so. */
    private static final Duration GRACE = Duration.ofSeconds(5);

    static {
        BufferLeaks.watch();
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        if (isOutermost(context)) {
            context.getStore(NAMESPACE).put("before", held());
        }
    }

    @Override
    public void afterAll(ExtensionContext context) throws InterruptedException {
        if (!isOutermost(context)) {
            return;
        }
        Set<Object> before = held(context);
        List<String> left = new ArrayList<>(BufferLeaks.found());
        left.addAll(Await.emptied(() -> leftovers(before), GRACE));
        if (!left.isEmpty()) {
            throw new AssertionError(
                    context.getRequiredTestClass().getSimpleName() + " leaves behind:\n  " + String.join("\n  ", left));
        }
    }

    private static boolean isOutermost(ExtensionContext context) {
        return !AnnotationSupport.isAnnotated(context.getRequiredTestClass(), org.junit.jupiter.api.Nested.class);
    }

    @SuppressWarnings("unchecked")
    private static Set<Object> held(ExtensionContext context) {
        return (Set<Object>) context.getStore(NAMESPACE).get("before");
    }

    private static Set<Object> held() {
        Set<Object> held = new HashSet<>(ThreadsOfOurs.alive());
        held.addAll(OpenDescriptors.listeningPorts());
        held.addAll(OpenDescriptors.temporaryFiles());
        return held;
    }

    private static List<String> leftovers(Set<Object> before) {
        return held().stream()
                .filter(one -> !before.contains(one))
                .map(one -> one instanceof Thread thread ? "the thread " + thread.getName() : one.toString())
                .sorted()
                .toList();
    }
}
