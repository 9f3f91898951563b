package dev.gotunnel.policy;

import java.util.List;

/**
 * Who may pass: the networks first, then the password.
 *
 * @param users those who may pass with their password; everybody without one when empty
 * @param allow where clients may come from; everywhere when empty
 * @param deny where clients may not come from, even when allowed
 */
public record Access(List<BasicUser> users, List<Network> allow, List<Network> deny) {
    /** Copies the lists. */
    public Access {
        users = List.copyOf(users);
        allow = List.copyOf(allow);
        deny = List.copyOf(deny);
    }
}
