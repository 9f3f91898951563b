package dev.gotunnel.testing;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import io.netty.util.ResourceLeakTracker;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/** Collects what Netty's leak detectors report instead of letting it pass by in the log. */
public final class BufferLeaks {
    private static final Queue<String> REPORTS = new ConcurrentLinkedQueue<>();
    private static final List<Detector<?>> DETECTORS = new CopyOnWriteArrayList<>();
    private static final long COLLECTION_MILLIS = 2000;

    private BufferLeaks() {}

    /** Takes the detectors over; must happen before Netty makes its first one. */
    public static void watch() {
        ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new Factory());
    }

    /** What was reported since the last call, after a garbage collection. */
    public static List<String> found() throws InterruptedException {
        if (!DETECTORS.isEmpty()) {
            collectGarbage();
            DETECTORS.forEach(Detector::poke);
        }
        List<String> found = new ArrayList<>();
        for (String report = REPORTS.poll(); report != null; report = REPORTS.poll()) {
            found.add(report);
        }
        return found;
    }

    /** Returns once references to garbage have been queued, which happens some time after the collection itself. */
    private static void collectGarbage() throws InterruptedException {
        ReferenceQueue<Object> queue = new ReferenceQueue<>();
        WeakReference<Object> canary = new WeakReference<>(new Object(), queue);
        System.gc();
        if (queue.remove(COLLECTION_MILLIS) != canary) {
            throw new IllegalStateException("the garbage collector did not run");
        }
    }

    private static final class Factory extends ResourceLeakDetectorFactory {
        @Override
        public <T> ResourceLeakDetector<T> newResourceLeakDetector(Class<T> resource, int interval) {
            Detector<T> detector = new Detector<>(resource, interval);
            DETECTORS.add(detector);
            return detector;
        }

        @Override
        @Deprecated
        public <T> ResourceLeakDetector<T> newResourceLeakDetector(Class<T> resource, int interval, long maxActive) {
            return newResourceLeakDetector(resource, interval);
        }
    }

    private static final class Detector<T> extends ResourceLeakDetector<T> {
        Detector(Class<?> resourceType, int samplingInterval) {
            super(resourceType, samplingInterval);
        }

        /** A detector looks at what was collected only when it is asked to track something new. */
        @SuppressWarnings("unchecked")
        void poke() {
            T dummy = (T) new Object();
            ResourceLeakTracker<T> tracker = trackForcibly(dummy);
            if (tracker != null) {
                tracker.close(dummy);
            }
        }

        @Override
        protected boolean needReport() {
            return true;
        }

        @Override
        protected void reportTracedLeak(String resourceType, String records) {
            REPORTS.add("a " + resourceType + " that was never released: " + records);
        }

        @Override
        protected void reportUntracedLeak(String resourceType) {
            REPORTS.add("a " + resourceType + " that was never released");
        }
    }
}
