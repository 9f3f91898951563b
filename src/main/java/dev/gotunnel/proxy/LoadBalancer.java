package dev.gotunnel.proxy;

import dev.gotunnel.policy.Balance;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The rule by which one of several backends is chosen for a request. Any thread. */
interface LoadBalancer {
    /**
     * The backend for a request.
     *
     * @param usable which of them may be chosen at all
     * @param client the client's address
     * @return null when none is usable
     */
    @Nullable
    Upstream choose(List<Upstream> upstreams, Predicate<Upstream> usable, String client);

    static LoadBalancer of(Balance balance) {
        return switch (balance) {
            case ROUND_ROBIN -> new RoundRobin();
            case LEAST_CONNECTIONS -> LoadBalancer::leastConnections;
            case IP_HASH -> LoadBalancer::ofClient;
            case WEIGHTED -> new SmoothWeighted();
            case FAILOVER -> (upstreams, usable, client) -> firstFrom(0, upstreams, usable);
        };
    }

    private static @Nullable Upstream firstFrom(int begin, List<Upstream> upstreams, Predicate<Upstream> usable) {
        for (int i = 0; i < upstreams.size(); i++) {
            Upstream candidate = upstreams.get((begin + i) % upstreams.size());
            if (usable.test(candidate)) {
                return candidate;
            }
        }
        return null;
    }

    /** Of those with equally few, any: else the first would get all that comes one at a time. */
    private static @Nullable Upstream leastConnections(
            List<Upstream> upstreams, Predicate<Upstream> usable, String client) {
        int begin = ThreadLocalRandom.current().nextInt(upstreams.size());
        Upstream least = null;
        for (int i = 0; i < upstreams.size(); i++) {
            Upstream candidate = upstreams.get((begin + i) % upstreams.size());
            if (usable.test(candidate) && (least == null || candidate.underWay() < least.underWay())) {
                least = candidate;
            }
        }
        return least;
    }

    /** Rendezvous hashing: a backend that goes moves its own clients only, and gets them back when it comes again. */
    private static @Nullable Upstream ofClient(List<Upstream> upstreams, Predicate<Upstream> usable, String client) {
        Upstream chosen = null;
        int highest = 0;
        for (Upstream candidate : upstreams) {
            int score =
                    mixed(31 * client.hashCode() + candidate.endpoint().url().hashCode());
            if (usable.test(candidate) && (chosen == null || score > highest)) {
                chosen = candidate;
                highest = score;
            }
        }
        return chosen;
    }

    /** Spreads values that differ in few bits (the finaliser of MurmurHash3). */
    private static int mixed(int value) {
        int mixed = value;
        mixed = (mixed ^ (mixed >>> 16)) * 0x85ebca6b;
        mixed = (mixed ^ (mixed >>> 13)) * 0xc2b2ae35;
        return mixed ^ (mixed >>> 16);
    }

    /** One after the other. The turn goes on from the one that was chosen: else who follows one that is down gets its share too. */
    final class RoundRobin implements LoadBalancer {
        private final AtomicInteger turn = new AtomicInteger();

        @Override
        public @Nullable Upstream choose(List<Upstream> upstreams, Predicate<Upstream> usable, String client) {
            while (true) {
                int begin = turn.get();
                Upstream chosen = firstFrom(begin, upstreams, usable);
                if (chosen == null || turn.compareAndSet(begin, (upstreams.indexOf(chosen) + 1) % upstreams.size())) {
                    return chosen;
                }
            }
        }
    }

    /** In proportion to the weights, without runs of the heaviest one: 5:1:1 gives a a b a c a a. */
    final class SmoothWeighted implements LoadBalancer {
        private int @Nullable [] credits;

        @Override
        public synchronized @Nullable Upstream choose(
                List<Upstream> upstreams, Predicate<Upstream> usable, String client) {
            int[] current = credits == null ? new int[upstreams.size()] : credits;
            credits = current;
            int total = 0;
            int best = -1;
            for (int i = 0; i < current.length; i++) {
                if (usable.test(upstreams.get(i))) {
                    int weight = upstreams.get(i).endpoint().weight();
                    total += weight;
                    current[i] += weight;
                    best = best < 0 || current[i] > current[best] ? i : best;
                }
            }
            if (best < 0) {
                return null;
            }
            current[best] -= total;
            return upstreams.get(best);
        }
    }
}
