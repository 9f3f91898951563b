package dev.gotunnel.privilege;

import dev.gotunnel.error.GotunnelException;
import java.util.Set;

/** What this process may do to the machine. Any thread; {@link #requestElevation} may wait for the user. */
public interface PrivilegeManager {
    /** The permissions that this process has now. */
    Set<Permission> check();

    /** Whether this process has a permission now. */
    default boolean canPerform(Permission permission) {
        return check().contains(permission);
    }

    /** Whether there is a way to ask the user for a permission. Asks nobody and takes no time. */
    boolean canRequest(Permission permission);

    /**
     * Asks the user for a permission by the system's own prompt. Only that for low ports lasts; the others are given
     * change by change and asked for by the change itself, so that this makes sure only that somebody can be asked.
     *
     * @param reason one sentence that the prompt shows: what for
     * @throws GotunnelException {@code NOT_PERMITTED} with the permission, the reason and the way out, when it is
     *     declined or there is no way to ask
     */
    void requestElevation(Permission permission, String reason);
}
