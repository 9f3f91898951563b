package dev.gotunnel.proxy;

import dev.gotunnel.policy.BackendAddress;
import dev.gotunnel.policy.HeaderRule;
import dev.gotunnel.policy.HeaderRules;
import dev.gotunnel.policy.PathRoute;
import dev.gotunnel.policy.TrafficPolicy;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a policy changes in the messages of some paths: the path's beginning, {@code Host}, header fields. There is none
 * where it changes nothing. Immutable; on any event loop.
 */
final class MessageEdits {
    private final @Nullable PrefixRewrite prefix;
    private final @Nullable HostRewrite host;
    private final HeaderRules rules;

    private MessageEdits(@Nullable PrefixRewrite prefix, @Nullable HostRewrite host, HeaderRules rules) {
        this.prefix = prefix;
        this.host = host;
        this.rules = rules;
    }

    static @Nullable MessageEdits of(@Nullable PathRoute match, TrafficPolicy policy) {
        PrefixRewrite prefix = PrefixRewrite.of(match);
        HostRewrite host = HostRewrite.of(policy);
        HeaderRules rules = policy.headers();
        if (prefix == null && host == null && rules == null) {
            return null;
        }
        return new MessageEdits(prefix, host, rules == null ? new HeaderRules(List.of(), List.of()) : rules);
    }

    /** Rewrites the path; false when it can be read in several ways and must not go on. */
    boolean rewriteTarget(HttpRequest request) {
        return prefix == null || prefix.apply(request);
    }

    /**
     * Edits a request for an attempt at a backend.
     *
     * @param first whether it is the first attempt: what was added then is not added again
     */
    void toBackend(HttpHeaders headers, RequestFacts facts, BackendAddress backend, boolean first) {
        if (host != null) {
            host.toBackend(headers, facts, backend);
        }
        apply(rules.request(), headers, facts, backend, first);
    }

    /** Edits the head of a backend's final answer. */
    void toClient(HttpHeaders headers, RequestFacts facts, BackendAddress backend) {
        if (host != null) {
            host.toClient(headers, facts, backend, prefix);
        }
        apply(rules.response(), headers, facts, backend, true);
    }

    private static void apply(
            List<HeaderRule> rules, HttpHeaders headers, RequestFacts facts, BackendAddress backend, boolean first) {
        for (HeaderRule rule : rules) {
            switch (rule.action()) {
                case REMOVE -> headers.remove(rule.name());
                case SET -> headers.set(rule.name(), rule.value().fill(p -> facts.value(p, backend)));
                case ADD -> {
                    if (first) {
                        headers.add(rule.name(), rule.value().fill(p -> facts.value(p, backend)));
                    }
                }
            }
        }
    }
}
