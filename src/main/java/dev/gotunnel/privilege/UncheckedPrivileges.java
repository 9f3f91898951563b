package dev.gotunnel.privilege;

import java.util.EnumSet;
import java.util.Set;

/**
 * Permissions that nobody has looked at: everything is tried, and what is not permitted fails then. For systems where a
 * look beforehand says less than a try, such as containers that hide {@code /proc}.
 */
public final class UncheckedPrivileges implements PrivilegeManager {
    @Override
    public Set<Permission> check() {
        return EnumSet.allOf(Permission.class);
    }

    @Override
    public boolean canRequest(Permission permission) {
        return false;
    }

    /** There is nothing to ask for: what is held is not known. */
    @Override
    public void requestElevation(Permission permission, String reason) {}
}
