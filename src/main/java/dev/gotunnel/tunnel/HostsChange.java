package dev.gotunnel.tunnel;

import java.util.List;

/**
 * A change of this user's names in the hosts file.
 *
 * @param names all of his names afterwards
 * @param added those that are not there yet
 * @param removed those that go
 * @param difference the lines that come after {@code +}, and those that go after {@code -}
 */
public record HostsChange(List<String> names, List<String> added, List<String> removed, List<String> difference) {
    /** Copies the lists. */
    public HostsChange {
        names = List.copyOf(names);
        added = List.copyOf(added);
        removed = List.copyOf(removed);
        difference = List.copyOf(difference);
    }

    /** Whether there is nothing to do. */
    public boolean isEmpty() {
        return added.isEmpty() && removed.isEmpty();
    }

    /** What for, as a clause: the reason that the user is told. */
    String reason() {
        return added.isEmpty()
                ? some(removed) + (removed.size() == 1 ? " is" : " are") + " no longer needed"
                : some(added) + (added.size() == 1 ? " is" : " are") + " to lead to this machine";
    }

    private static String some(List<String> names) {
        return names.size() <= 2
                ? String.join(" and ", names)
                : names.getFirst() + " and " + (names.size() - 1) + " other names";
    }
}
