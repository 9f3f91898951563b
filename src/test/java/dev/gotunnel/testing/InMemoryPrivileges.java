package dev.gotunnel.testing;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import dev.gotunnel.privilege.Permission;
import dev.gotunnel.privilege.PrivilegeManager;
import java.util.Set;

/** Permissions that a test gives; whether somebody could be asked for more is said as well. */
public final class InMemoryPrivileges implements PrivilegeManager {
    private volatile Set<Permission> held;
    private volatile boolean requestable;

    public InMemoryPrivileges(Permission... held) {
        this.held = Set.of(held);
    }

    /** Exactly these are held from now on. */
    public void holds(Permission... next) {
        held = Set.of(next);
    }

    /** There is a way to ask for more. */
    public InMemoryPrivileges requestable() {
        requestable = true;
        return this;
    }

    @Override
    public Set<Permission> check() {
        return held;
    }

    @Override
    public boolean canRequest(Permission permission) {
        return requestable;
    }

    @Override
    public void requestElevation(Permission permission, String reason) {
        if (!canPerform(permission)) {
            throw new GotunnelException(ErrorCode.NOT_PERMITTED, "Not in this test: " + reason + ".", null);
        }
    }
}
