package dev.gotunnel.policy;

import java.util.List;
import java.util.stream.Stream;

/**
 * Changes of the header fields on their way.
 *
 * @param request applied to what goes to the backend, in order
 * @param response applied to what goes to the client, in order
 */
public record HeaderRules(List<HeaderRule> request, List<HeaderRule> response) {
    /** Copies the lists. */
    public HeaderRules {
        request = List.copyOf(request);
        response = List.copyOf(response);
    }

    /** These after others: a route's own after those of its tunnel. */
    HeaderRules after(HeaderRules base) {
        return new HeaderRules(
                Stream.concat(base.request.stream(), request.stream()).toList(),
                Stream.concat(base.response.stream(), response.stream()).toList());
    }
}
