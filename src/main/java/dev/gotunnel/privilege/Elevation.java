package dev.gotunnel.privilege;

import dev.gotunnel.error.GotunnelException;
import java.util.Map;

/**
 * The way to what only an administrator may do: the privileged helper is asked for one thing at a time. The operating
 * system's border: tests use one in memory. Any thread but an event loop or the FX thread.
 */
public interface Elevation {
    /** Whether there is a helper that only an administrator could have put there. Looks at some files and asks nobody. */
    boolean isInstalled();

    /** What would happen if the helper were asked for something now. Asks nobody; takes some ten milliseconds. */
    Outlook outlook(Verb verb);

    /**
     * Has the helper do one thing. Waits for the user where he is asked, for minutes if he is slow.
     *
     * @param data what the verb takes; an empty map where it takes nothing. Never a secret, never a path
     * @param reason a clause that tells what for, such as {@code "shop.test is to lead to this machine"}
     * @throws GotunnelException {@code NOT_PERMITTED} with what was asked for, the reason and the way out, when the user
     *     declines, a rule forbids it, or there is nobody to ask; else what the helper failed with
     */
    HelperAnswer ask(Verb verb, Map<String, ?> data, String reason);
}
