package dev.gotunnel.tunnel;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Where a tunnel is in its life. Part of the stable JSON output, in lower case. */
public enum TunnelState {
    /** Its steps are being taken: certificate, route, name. */
    STARTING,
    /** It answers. It may have limitations. */
    RUNNING,
    /** It answers, but at least one backend is down. */
    DEGRADED,
    /** It takes no new requests and waits for those under way. */
    STOPPING,
    /** It is known, and not served. */
    STOPPED,
    /** Its start failed; what was begun has been undone. */
    FAILED;

    /** The name in JSON and on the command line. */
    @JsonValue
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether requests reach it. */
    public boolean serves() {
        return this == RUNNING || this == DEGRADED;
    }

    /** Whether it is anything but at rest. */
    public boolean isActive() {
        return this != STOPPED && this != FAILED;
    }
}
