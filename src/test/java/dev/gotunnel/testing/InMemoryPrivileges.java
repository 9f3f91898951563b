package dev.gotunnel.testing;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.privilege.Permission;
import dev.gotunnel.privilege.PrivilegeManager;
import java.util.Set;

/** Permissions that a test gives; nobody can be asked for more. */
public final class InMemoryPrivileges implements PrivilegeManager {
    private final Set<Permission> held;

    public InMemoryPrivileges(Permission... held) {
        this.held = Set.of(held);
    }

    @Override
    public Set<Permission> check() {
        return held;
    }

    @Override
    public boolean canRequest(Permission permission) {
        return false;
    }

    @Override
    public void requestElevation(Permission permission, String reason) {
        if (!canPerform(permission)) {
            throw new GotunnelException(ErrorCode.NOT_PERMITTED, "Not in this test: " + reason + ".", null);
        }
    }
}
