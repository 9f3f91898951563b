package dev.gotunnel.privilege;

import com.sun.security.auth.module.NTSystem;
import com.sun.security.auth.module.UnixSystem;
import dev.gotunnel.platform.OperatingSystem;
import java.util.List;
import java.util.Map;

/**
 * For whom this process works, as the privileged helper finds it out: what it writes is kept apart by this id.
 *
 * @param id a user id; on Windows a SID
 * @param isAdministrator whether this process may do what the helper does by itself
 */
public record Caller(String id, boolean isAdministrator) {
    /** The integrity level of a process that was started "as administrator" (MS-DTYP 2.4.2.4). */
    private static final String HIGH_INTEGRITY = "S-1-16-12288";

    /** Variables that pkexec and sudo set, in the helper's order. */
    private static final List<String> WITHIN = List.of("PKEXEC_UID", "SUDO_UID");

    /** The user of this process. */
    public static Caller current() {
        if (OperatingSystem.current() == OperatingSystem.WINDOWS) {
            NTSystem user = new NTSystem();
            return new Caller(user.getUserSID(), List.of(user.getGroupIDs()).contains(HIGH_INTEGRITY));
        }
        return unix(new UnixSystem().getUid(), System.getenv());
    }

    static Caller unix(long uid, Map<String, String> environment) {
        boolean root = uid == 0;
        String behind = WITHIN.stream()
                .map(environment::get)
                .filter(value -> root && value != null && value.matches("0|[1-9][0-9]{0,9}"))
                .findFirst()
                .orElse(String.valueOf(uid));
        return new Caller(behind, root);
    }
}
