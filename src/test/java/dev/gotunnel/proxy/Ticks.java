package dev.gotunnel.proxy;

import dev.gotunnel.testing.EngineFixture;
import io.netty.util.concurrent.Future;
import java.time.Duration;

/** Lets the time of clients' connections pass at once. */
final class Ticks {
    private Ticks() {}

    /** Tells every connection that one more tick has passed, and waits until each knows. */
    static void one(EngineFixture fixture) {
        fixture.engine().tickClients().forEach(Future::syncUninterruptibly);
    }

    /** As many as are more than a time for sure. */
    static void over(Duration time, EngineFixture fixture) {
        for (int i = 0; i <= ClientLimits.ticks(time); i++) {
            one(fixture);
        }
    }
}
