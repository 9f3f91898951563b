package dev.gotunnel.proxy;

import dev.gotunnel.policy.PathRoute;
import dev.gotunnel.policy.TrafficPolicy;
import org.jspecify.annotations.Nullable;

/**
 * How the requests for some paths of a route are served: all of them, or those below a prefix. Any thread.
 *
 * @param match the paths that it is for; null for all
 * @param policy what the paths' own policy says, and the route's where that says nothing
 * @param pool where the requests go; the route's own where the paths have no backends of theirs
 * @param edits what is changed in their messages; null for nothing
 * @param gate who may pass; null for everybody
 * @param fault trouble on purpose; null for none
 * @param hostChecks whether the backends take the name that they are asked for
 */
record ActivePath(
        @Nullable PathRoute match,
        TrafficPolicy policy,
        UpstreamPool pool,
        @Nullable MessageEdits edits,
        @Nullable Gate gate,
        @Nullable FaultInjection fault,
        HostChecks hostChecks) {
    static ActivePath of(@Nullable PathRoute match, TrafficPolicy policy, UpstreamPool pool, @Nullable Gate gate) {
        return new ActivePath(
                match,
                policy,
                pool,
                MessageEdits.of(match, policy),
                gate,
                FaultInjection.of(policy),
                new HostChecks(policy.preset()));
    }
}
