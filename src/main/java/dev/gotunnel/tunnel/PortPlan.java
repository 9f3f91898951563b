package dev.gotunnel.tunnel;

import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import org.jspecify.annotations.Nullable;

/**
 * Which ports the engine is to listen on.
 *
 * @param http the port of plain HTTP that the user asked for, 0 for an ephemeral one; null to let gotunnel choose
 * @param https the same for HTTPS
 * @param lowPorts whether 80 and 443 are worth a try when gotunnel chooses
 */
public record PortPlan(@Nullable Integer http, @Nullable Integer https, boolean lowPorts) {
    /** 80 and 443 when allowed, else 8880 and 8443, else the next free pair. */
    public static final PortPlan AUTOMATIC = new PortPlan(null, null, true);

    /** @throws GotunnelException with {@code USAGE} when a port is out of range or both are the same */
    public PortPlan {
        check(http);
        check(https);
        if (http != null && http != 0 && http.equals(https)) {
            throw new GotunnelException(
                    ErrorCode.USAGE,
                    "Port " + http + " cannot serve HTTP and HTTPS at once.",
                    "Choose two different ports.");
        }
    }

    private static void check(@Nullable Integer port) {
        if (port != null && (port < 0 || port > 65535)) {
            throw new GotunnelException(
                    ErrorCode.USAGE,
                    "The port " + port + " is out of range.",
                    "Ports go from 1 to 65535; 0 takes any free one.");
        }
    }
}
